/**
 * @file The record that an optimizer's kernel function reads: pointers to the tensors, and the scalars of this
 * step. Each field takes one 32-bit word, in the order below, which is that of the class `Update` in
 * `assembly/optimizers.ts`.
 */
import { assert } from "../assert.ts";
import type { Views } from "./memory.ts";

/** Pointers and counts: unsigned integers, the first words of the record. */
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

/** Scalars that every step needs. They are computed in float64 and rounded to float32 here and nowhere else. */
const stepFields = ["divisor", "clipScale", "weightDecay", "l1", "learningRate"] as const;

/** Scalars that only some optimizers need, rounded in the same way. */
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

export const updateByteLength = 4 * (integerFields.length + scalarFields.length);

/**
 * Pointers to the tensors of an update. All have shape `[count]`, float32, and come from an `Arena`. The kernels
 * work on whole registers, so they read and write up to 3 floats of the zeros that pad a tensor, and leave them
 * zero.
 */
export interface UpdateTensors {
  /** How many parameters. */
  readonly count: number;
  /** Pointer to the sum over the batch; read only. */
  readonly gradientSum: number;
  /** Pointers to the current values: the parameters w and the optimizer's state tensors; read only. */
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
  /** Pointers to the next values; written. The current values stay as they were, so that a step can be refused. */
  readonly nextParameters: number;
  readonly nextFirst: number;
  readonly nextSecond: number;
}

/** The scalars of one step that every optimizer needs. */
export interface StepScalars {
  /** Divides gradientSum: the batch size. */
  readonly divisor: number;
  /** Multiplies the mean gradient: 1, or less if the gradient is clipped. */
  readonly clipScale: number;
  /** λ of L2 regularisation: `λ w` is added to the mean gradient. */
  readonly weightDecay: number;
  /** λ₁ of L1 regularisation: `λ₁ sign(w)` is added to the mean gradient. */
  readonly l1: number;
  /** η. */
  readonly learningRate: number;
}

/** The scalars that only some optimizers need; their twins say which. A missing one is 0. */
export interface OwnScalars {
  /** ηβ, the distance of the look-ahead point along the velocity. */
  readonly lookAhead?: number;
  /** η times the decoupled decay. */
  readonly decay?: number;
  /** β or β₁. `gain1` multiplies the new value: 1 − β₁ or 1 − dampening. */
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
 * @param own - The optimizer's own scalars. They are not merged into `update` because this runs at every step, and
 *   V8 takes longer to merge two objects than to update a small network.
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

/** Reads the record at `pointer`. Its scalars are exact float32 values. */
export function readUpdate({ f32, u32 }: Views, pointer: number): Update {
  assert(pointer % 4 === 0, () => `a record starts at a whole word, got ${pointer}`);
  const integers = integerFields.map((field, i) => [field, u32[pointer / 4 + i]] as const);
  const firstScalar = pointer / 4 + integerFields.length;
  const scalars = scalarFields.map((field, i) => [field, f32[firstScalar + i]] as const);
  // The two lists contain every field once; the interface above gives each its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries([...integers, ...scalars]) as unknown as Update;
}
