/**
 * @file Plain twins of `assembly/gather.ts`: copy the features of chosen samples into padded float32 rows, and rows of
 * an embedding to the steps that name them.
 */
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

/**
 * `target[s][t] ← weights[id]`, where id is `ids[s][t]` rounded toward 0 and limited to 0 … vocabulary − 1; NaN counts as
 * 0.
 *
 * @param target - Pointer to padded rows `[samples, steps, width]` float32; written.
 * @param targetStride - Floats from one row to the next.
 * @param ids - Pointer to padded rows `[samples, steps]` float32.
 * @param weights - Pointer to `[vocabulary, width]` float32.
 */
export function embeddingForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  ids: number,
  idStride: number,
  samples: number,
  steps: number,
  weights: number,
  vocabulary: number,
  width: number,
): void {
  for (let s = 0; s < samples; s++) {
    for (let t = 0; t < steps; t++) {
      const row = weights / 4 + idOf(f32[ids / 4 + s * idStride + t]!, vocabulary) * width;
      f32.copyWithin(target / 4 + s * targetStride + t * width, row, row + width);
    }
  }
}

/**
 * `target[id] ← Σ deltas[s][t]` over the samples in order, and within a sample over the steps t in order, whose id it is.
 *
 * @param target - Pointer to `[vocabulary, width]` float32: ∂loss/∂weights; added to.
 * @param ids - As in `embeddingForward`.
 * @param deltas - Pointer to padded rows `[samples, steps, width]` float32.
 * @param first - 1: all sums begin at +0; 0: with what is there.
 */
export function embeddingGradient(
  { f32 }: Views,
  target: number,
  ids: number,
  idStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  steps: number,
  vocabulary: number,
  width: number,
  first: number,
): void {
  if (first) f32.fill(0, target / 4, target / 4 + vocabulary * width);
  for (let s = 0; s < samples; s++) {
    for (let t = 0; t < steps; t++) {
      const row = target / 4 + idOf(f32[ids / 4 + s * idStride + t]!, vocabulary) * width;
      const delta = deltas / 4 + s * deltaStride + t * width;
      for (let i = 0; i < width; i++) f32[row + i] = fround(f32[row + i]! + f32[delta + i]!);
    }
  }
}

function idOf(value: number, vocabulary: number): number {
  const whole = Number.isNaN(value) ? 0 : Math.trunc(value);
  return Math.max(Math.min(whole, vocabulary - 1), 0);
}

/**
 * The windows of a text: `target[s][t] ← tokens[samples[s] · steps + t]`, as numbers.
 *
 * @param target - Pointer to padded rows `[sampleCount, steps]` float32; written.
 * @param targetStride - Floats from one row to the next.
 * @param tokens - Pointer to the first token of window 0, bytes.
 * @param samples - Pointer to `[sampleCount]` uint32: numbers of windows.
 */
export function gatherTokens8(
  { f32, u32, u8 }: Views,
  target: number,
  targetStride: number,
  tokens: number,
  steps: number,
  samples: number,
  sampleCount: number,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const first = tokens + u32[samples / 4 + s]! * steps;
    for (let t = 0; t < steps; t++) f32[target / 4 + s * targetStride + t] = u8[first + t]!;
  }
}

/** The same of 16-bit tokens. */
export function gatherTokens16(
  { f32, u16, u32 }: Views,
  target: number,
  targetStride: number,
  tokens: number,
  steps: number,
  samples: number,
  sampleCount: number,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const first = tokens / 2 + u32[samples / 4 + s]! * steps;
    for (let t = 0; t < steps; t++) f32[target / 4 + s * targetStride + t] = u16[first + t]!;
  }
}
