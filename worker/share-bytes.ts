/**
 * @file Memory that several threads can read without a copy each, where the platform has it: pages over plain http have
 * no SharedArrayBuffer, there each thread gets its own copy.
 */
import type { Dataset, Split } from "../shared/data/dataset.ts";

const canShare = typeof SharedArrayBuffer === "function";

/** The same dataset with its splits in shared memory, or itself. */
export function shareDataset(dataset: Dataset): Dataset {
  if (!canShare) return dataset;
  return { ...dataset, train: shareSplit(dataset.train), test: shareSplit(dataset.test) };
}

/** A copy of the bytes in shared memory (in `reused` if it fits), or themselves. */
export function shareBytes(bytes: Uint8Array, reused?: Uint8Array): Uint8Array {
  if (!canShare) return bytes;
  const fits = reused?.length === bytes.length;
  const shared = fits ? reused : new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

function shareSplit({ count, features, labels }: Split): Split {
  const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
  const shared = shareBytes(bytes);
  return {
    count,
    features:
      features instanceof Uint8Array
        ? shared
        : new Float32Array(shared.buffer, shared.byteOffset, features.length),
    labels: shareBytes(labels),
  };
}
