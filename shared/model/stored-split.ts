/**
 * @file A split of the dataset in a kernel's memory, in the form that the first layer reads. Copied once per kernel
 * memory, which several threads may share.
 */
import { assert } from "../assert.ts";
import { bytesOf } from "../bytes.ts";
import type { Dataset, Split, TargetForm } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";

/**
 * The form of features in memory: `sparse` as compressed sparse rows of bytes, `bytes` and `floats` as in the
 * dataset. All give the same bits; the first is several times faster if most features are 0. `tokens8` and `tokens16`
 * are the tokens of a text, of which samples are windows.
 */
export type FeatureForm = "sparse" | "bytes" | "floats" | "tokens8" | "tokens16";

export interface StoredSplit {
  readonly count: number;
  /**
   * Pointer to the `matrix` of `kernels/plain/sparse.ts` (sparse), to `[count, featureCount]` bytes or float32, or to
   * the first token of window 0.
   */
  readonly features: number;
  /** Pointer to the targets, as in the dataset; of tokens, to the second one. */
  readonly targets: number;
}

/** A dataset in a kernel's memory. Plain values, which threads that share the memory can pass around. */
export interface StoredDataset {
  readonly form: FeatureForm;
  /** Without its names. */
  readonly target: TargetForm;
  readonly train: StoredSplit;
  readonly validation?: StoredSplit;
  readonly test: StoredSplit;
}

/** A column index of a sparse row has 16 bits, so a row has at most this many bytes. */
const sparseFeaturesMax = 65_536;

/**
 * The form for a dataset: sparse if fewer than half of the training split's bytes are not zero.
 *
 * @param canBeSparse - Whether the first layer reads that form.
 */
export function featureForm(
  staging: Staging,
  { train, featureCount, target }: Dataset,
  canBeSparse: boolean,
): FeatureForm {
  const { features } = train;
  if (target.kind === "tokens") return features.BYTES_PER_ELEMENT === 2 ? "tokens16" : "tokens8";
  if (!(features instanceof Uint8Array)) return "floats";
  if (!canBeSparse) return "bytes";
  const isSparse = 2 * countNonZero(staging, features) < features.length;
  return isSparse && featureCount <= sparseFeaturesMax ? "sparse" : "bytes";
}

/** Copies a dataset into the kernel's memory, in the form that `featureForm` chooses. */
export function storeDataset(
  kernel: Kernel,
  dataset: Dataset,
  canBeSparse: boolean,
): StoredDataset {
  const { target, train, validation, test } = dataset;
  const staging = new Staging(kernel);
  const form = featureForm(staging, dataset, canBeSparse);
  return {
    form,
    target: { kind: target.kind, count: target.count },
    train: storeSplit(staging, train, form),
    ...(validation === undefined ? {} : { validation: storeSplit(staging, validation, form) }),
    test: storeSplit(staging, test, form),
  };
}

/**
 * Copies a split into the kernel's memory.
 *
 * @param form - The form of both splits of a dataset; `sparse` only for bytes.
 */
export function storeSplit(
  staging: Staging,
  { count, features, targets }: Split,
  form: FeatureForm,
): StoredSplit {
  const { kernel } = staging;
  if (isTokens(form)) {
    const first = storeBytes(kernel, features);
    return { count, features: first, targets: first + features.BYTES_PER_ELEMENT };
  }
  const pointer =
    form === "sparse" ? storeSparse(staging, features, count) : storeBytes(kernel, features);
  return { count, features: pointer, targets: storeBytes(kernel, targets) };
}

export function isTokens(form: FeatureForm): form is "tokens8" | "tokens16" {
  return form === "tokens8" || form === "tokens16";
}

function storeBytes({ arena, views }: Kernel, values: Split["features"]): number {
  const pointer = arena.allocate(values.byteLength);
  views.u8.set(bytesOf(values), pointer);
  return pointer;
}

function storeSparse(staging: Staging, features: Split["features"], count: number): number {
  assert(features instanceof Uint8Array, "only bytes have a sparse form");
  const { arena, functions, views } = staging.kernel;
  const featureCount = features.length / count;
  const entryCount = countNonZero(staging, features);
  const matrix = arena.allocate(16);
  const rowStarts = arena.allocate(4 * (count + 1));
  const columns = arena.allocate(2 * entryCount);
  const values = arena.allocate(entryCount);
  const table = arena.allocate(4 * 256);
  views.u32.set([rowStarts, columns, values, table], matrix / 4);
  for (let byte = 0; byte < 256; byte++) views.f32[table / 4 + byte] = byte / 255;
  let row = 0;
  for (const { pointer, byteLength } of staging.pass(features, featureCount)) {
    const rowCount = byteLength / featureCount;
    functions.packRows(matrix, row, rowCount, pointer, featureCount);
    row += rowCount;
  }
  return matrix;
}

function countNonZero(staging: Staging, values: Uint8Array): number {
  const { countNonZero: count } = staging.kernel.functions;
  let sum = 0;
  for (const { pointer, byteLength } of staging.pass(values)) sum += count(pointer, byteLength);
  return sum;
}

/** A small buffer in a kernel's memory for bytes that the kernel reads once. It stays in the cache. */
export class Staging {
  readonly kernel: Kernel;
  readonly #pointer: number;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#pointer = kernel.arena.allocate(sparseFeaturesMax);
  }

  /** Copies one part after the other, each over the previous one. */
  *pass(values: Uint8Array, rowBytes = 1): Generator<{ pointer: number; byteLength: number }> {
    const partBytes = Math.floor(sparseFeaturesMax / rowBytes) * rowBytes;
    for (let start = 0; start < values.length; start += partBytes) {
      const part = values.subarray(start, start + partBytes);
      this.kernel.views.u8.set(part, this.#pointer);
      yield { pointer: this.#pointer, byteLength: part.length };
    }
  }
}
