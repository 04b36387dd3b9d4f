/**
 * @file A split of the dataset in a kernel's memory, in the form that its first layer reads. Copied once a kernel's memory,
 * which several threads may share.
 */
import { assert } from "../assert.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";

/**
 * How features lie in memory: `sparse` as compressed sparse rows of bytes, `bytes` and `floats` as they are in the
 * dataset. All give the same bits; the first is several times faster where most features are 0.
 */
export type FeatureForm = "sparse" | "bytes" | "floats";

export interface StoredSplit {
  readonly count: number;
  /** To the `matrix` of `kernels/plain/sparse.ts` (sparse), or to `[count, featureCount]` bytes or float32. */
  readonly features: number;
  /** To `[count]` bytes. */
  readonly labels: number;
}

/** A dataset in a kernel's memory. Plain values: threads that share the memory may be told of it. */
export interface StoredDataset {
  readonly form: FeatureForm;
  readonly classCount: number;
  readonly train: StoredSplit;
  readonly test: StoredSplit;
}

/** A column index of a sparse row has 16 bits. */
const sparseFeaturesMax = 65_536;

/** The form for a dataset: sparse if fewer than half of the training split's bytes are not zero. */
export function featureForm({ train, featureCount }: Dataset): FeatureForm {
  if (train.features instanceof Float32Array) return "floats";
  const isSparse = 2 * countNonZero(train.features) < train.features.length;
  return isSparse && featureCount <= sparseFeaturesMax ? "sparse" : "bytes";
}

/** Copies a dataset into the kernel's memory. */
export function storeDataset(kernel: Kernel, dataset: Dataset): StoredDataset {
  const { classCount, train, test } = dataset;
  const form = featureForm(dataset);
  return {
    form,
    classCount,
    train: storeSplit(kernel, train, form),
    test: storeSplit(kernel, test, form),
  };
}

/**
 * Copies a split into the kernel's memory.
 *
 * @param form - Of both splits of a dataset; `sparse` only for bytes.
 */
export function storeSplit(
  kernel: Kernel,
  { count, features, labels }: Split,
  form: FeatureForm,
): StoredSplit {
  const pointer =
    form === "sparse" ? storeSparse(kernel, features, count) : storeBytes(kernel, features);
  return { count, features: pointer, labels: storeBytes(kernel, labels) };
}

function storeBytes({ arena, views }: Kernel, values: Uint8Array | Float32Array): number {
  const pointer = arena.allocate(values.byteLength);
  views.u8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pointer);
  return pointer;
}

function storeSparse({ arena, views }: Kernel, features: Split["features"], count: number): number {
  assert(features instanceof Uint8Array, "only bytes have a sparse form");
  const featureCount = features.length / count;
  const entryCount = countNonZero(features);
  const matrix = arena.allocate(16);
  const rowStarts = arena.allocate(4 * (count + 1));
  const columns = arena.allocate(2 * entryCount);
  const values = arena.allocate(entryCount);
  const table = arena.allocate(4 * 256);
  const { u32, u16, u8, f32 } = views;
  u32.set([rowStarts, columns, values, table], matrix / 4);
  for (let byte = 0; byte < 256; byte++) f32[table / 4 + byte] = byte / 255;
  let entry = 0;
  let at = 0;
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < featureCount; column++, at++) {
      const value = features[at] ?? 0;
      if (value === 0) continue;
      u16[columns / 2 + entry] = column;
      u8[values + entry] = value;
      entry++;
    }
    u32[rowStarts / 4 + row + 1] = entry;
  }
  return matrix;
}

/** By index and of one type: through an iterator, 47 million pixels take half a second instead of 60 ms. */
function countNonZero(values: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
}
