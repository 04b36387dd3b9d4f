/**
 * @file Plain twins of `assembly/dense.ts`: a dense layer, `y = x W + b`, on a chunk of samples, and its gradients.
 *
 * Every sum starts at +0 and adds its terms in ascending order; a bias is added last. A sum that starts at +0 never
 * becomes −0, so leaving out terms that are ±0 changes no bit. This is why the sparse layer may skip zeros.
 *
 * Weights are `[inputs, outputs]` without padding, one row per input. Activations and deltas are padded rows: their
 * stride, in floats, is a multiple of 16, and the values in the padding are meaningless.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * `target[s][o] ← (Σᵢ input[s][i] · weights[i][o]) + biases[o]`.
 *
 * @param target - Pointer to padded rows `[samples, outputs]`; written, its padding too.
 * @param input - Pointer to padded rows `[samples, inputs]`.
 * @param weights - Pointer to `[inputs, outputs]` float32.
 * @param biases - Pointer to `[outputs]` float32.
 * @param _scratch - Pointer to 64 · inputs bytes that the SIMD kernel overwrites.
 */
export function denseForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  weights: number,
  biases: number,
  inputs: number,
  outputs: number,
  _scratch: number,
): void {
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        sum = fround(sum + fround(f32[x + i]! * f32[weights / 4 + i * outputs + o]!));
      }
      f32[target / 4 + s * targetStride + o] = fround(sum + f32[biases / 4 + o]!);
    }
  }
}

/**
 * `target[s][i] ← Σₒ deltas[s][o] · weights[i][o]`.
 *
 * @param target - Pointer to padded rows `[samples, inputs]`; written, its padding too.
 * @param deltas - Pointer to padded rows `[samples, outputs]`.
 * @param weights - Pointer to `[inputs, outputs]` float32.
 * @param _scratch - Pointer to 32 · outputs bytes that the SIMD kernel overwrites.
 */
export function denseInputGradient(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  weights: number,
  inputs: number,
  outputs: number,
  _scratch: number,
): void {
  for (let s = 0; s < samples; s++) {
    const delta = deltas / 4 + s * deltaStride;
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let o = 0; o < outputs; o++) {
        sum = fround(sum + fround(f32[delta + o]! * f32[weights / 4 + i * outputs + o]!));
      }
      f32[target / 4 + s * targetStride + i] = sum;
    }
  }
}

/**
 * `target[i][o] ← start + Σₛ input[s][i] · deltas[s][o]`, where `start` is +0 or what `target` held.
 *
 * @param target - Pointer to `[inputs, outputs]` float32; written.
 * @param input - Pointer to padded rows `[samples, inputs]`.
 * @param deltas - Pointer to padded rows `[samples, outputs]`.
 * @param first - 1: the sums start at +0, and `target` need not be cleared. 0: they continue from `target`.
 * @param _scratch - Pointer to 8192 bytes that the SIMD kernel overwrites.
 */
export function denseWeightGradient(
  { f32 }: Views,
  target: number,
  input: number,
  inputStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  inputs: number,
  outputs: number,
  first: number,
  _scratch: number,
): void {
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const at = target / 4 + i * outputs + o;
      let sum = first ? 0 : f32[at]!;
      for (let s = 0; s < samples; s++) {
        const x = f32[input / 4 + s * inputStride + i]!;
        sum = fround(sum + fround(x * f32[deltas / 4 + s * deltaStride + o]!));
      }
      f32[at] = sum;
    }
  }
}

/** `target[o] ← start + Σₛ deltas[s][o]`; target is `[outputs]` float32, the rest as for `denseWeightGradient`. */
export function biasGradient(
  { f32 }: Views,
  target: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  outputs: number,
  first: number,
): void {
  for (let o = 0; o < outputs; o++) {
    let sum = first ? 0 : f32[target / 4 + o]!;
    for (let s = 0; s < samples; s++) {
      sum = fround(sum + f32[deltas / 4 + s * deltaStride + o]!);
    }
    f32[target / 4 + o] = sum;
  }
}
