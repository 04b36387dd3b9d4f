/**
 * @file The record that an optimizer's kernel function reads: where the tensors lie and the scalars of this step. One
 * 32-bit word a field, in the order below, which is that of the class `Update` in `assembly/optimizers.ts`.
 */
import { assert } from "../assert.ts";
import type { Views } from "./memory.ts";

/** Pointers and counts: the record's first words, unsigned integers. */
const integerFields = [
  "count",
  "gradientSum",
  "parameters",
  "first",
  "second",
  "nextParameters",
  "nextFirst",
  "nextSecond",
] as const;

/** Scalars of every step: computed in float64, rounded to float32 here and nowhere else. */
const stepFields = ["divisor", "clipScale", "weightDecay", "learningRate"] as const;

/** Scalars of some optimizers, likewise. */
const ownFields = [
  "lookAhead",
  "decay",
  "beta1",
  "gain1",
  "correction1",
  "beta2",
  "gain2",
  "correction2",
  "epsilon",
] as const;

const scalarFields = [...stepFields, ...ownFields] as const;

/** Bytes of one record. */
export const updateByteLength = 4 * (integerFields.length + scalarFields.length);

/**
 * Where the tensors of an update lie. All have shape `[count]`, float32, and come from an `Arena`: the kernels work on
 * whole registers, so they read and write up to 3 floats of the zeros that pad a tensor, and leave them zero.
 */
export interface UpdateTensors {
  /** How many parameters. */
  readonly count: number;
  /** Pointer to the sum over the batch; read only. */
  readonly gradientSum: number;
  /** Pointers to what is known: the parameters w and the optimizer's state tensors; read only. */
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
  /** Pointers to what follows; written. The known stays as it was, so that a step can be refused. */
  readonly nextParameters: number;
  readonly nextFirst: number;
  readonly nextSecond: number;
}

/** The scalars of one step that every optimizer needs. */
export interface StepScalars {
  /** Divides gradientSum: the batch size. */
  readonly divisor: number;
  /** Multiplies the mean gradient: 1, or less where it is clipped. */
  readonly clipScale: number;
  /** λ of L2 regularisation: `λ w` is added to the mean gradient. */
  readonly weightDecay: number;
  /** η. */
  readonly learningRate: number;
}

/** The scalars that some optimizers need; which ones, their twins say. Left out, they are 0. */
export interface OwnScalars {
  /** ηβ, how far along the velocity the look-ahead point lies. */
  readonly lookAhead?: number;
  /** η times the decoupled decay. */
  readonly decay?: number;
  /** β or β₁, and what the newcomer is multiplied with: 1 − β₁ or 1 − dampening. */
  readonly beta1?: number;
  readonly gain1?: number;
  /** 1 − β₁ᵗ. */
  readonly correction1?: number;
  readonly beta2?: number;
  readonly gain2?: number;
  /** 1 − β₂ᵗ. */
  readonly correction2?: number;
  readonly epsilon?: number;
}

export type Update = UpdateTensors & Required<StepScalars> & Required<OwnScalars>;

/**
 * Writes the record to `pointer`, which has room for `updateByteLength` bytes.
 *
 * @param own - The optimizer's own scalars. Beside `update` and not merged into it: this runs at every step, and merging
 *   objects takes V8 longer than a small network's whole update.
 */
export function writeUpdate(
  { f32, u32 }: Views,
  pointer: number,
  update: UpdateTensors & StepScalars,
  own: OwnScalars,
): void {
  let word = pointer / 4;
  for (const field of integerFields) u32[word++] = update[field];
  for (const field of stepFields) f32[word++] = update[field];
  for (const field of ownFields) f32[word++] = own[field] ?? 0;
}

/** The record at `pointer`, its scalars exact float32 values. */
export function readUpdate({ f32, u32 }: Views, pointer: number): Update {
  assert(pointer % 4 === 0, () => `a record lies on a whole word, got ${pointer}`);
  const integers = integerFields.map((field, i) => [field, u32[pointer / 4 + i]] as const);
  const firstScalar = pointer / 4 + integerFields.length;
  const scalars = scalarFields.map((field, i) => [field, f32[firstScalar + i]] as const);
  // The two lists name every field once; the interface above gives each its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries([...integers, ...scalars]) as unknown as Update;
}
