/** @file Plain twins of `assembly/gather.ts`: copy the features of chosen samples into padded float32 rows. */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * `target[s] ← features[samples[s]] / 255`.
 *
 * @param target - Pointer to padded rows `[sampleCount, featureCount]` float32; written.
 * @param targetStride - Floats from one row to the next.
 * @param features - Pointer to `[split size, featureCount]` bytes.
 * @param samples - Pointer to `[sampleCount]` uint32: indices into the split.
 */
export function gatherBytes(
  { f32, u32, u8 }: Views,
  target: number,
  targetStride: number,
  features: number,
  featureCount: number,
  samples: number,
  sampleCount: number,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const row = features + u32[samples / 4 + s]! * featureCount;
    for (let i = 0; i < featureCount; i++) {
      f32[target / 4 + s * targetStride + i] = fround(u8[row + i]! / 255);
    }
  }
}

/** `target[s] ← features[samples[s]]`; arguments as for `gatherBytes`, except that the features are float32. */
export function gatherFloats(
  { f32, u32 }: Views,
  target: number,
  targetStride: number,
  features: number,
  featureCount: number,
  samples: number,
  sampleCount: number,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const row = features / 4 + u32[samples / 4 + s]! * featureCount;
    f32.copyWithin(target / 4 + s * targetStride, row, row + featureCount);
  }
}
