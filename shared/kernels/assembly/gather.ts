/**
 * @file Copies the features of a shard's samples into padded float32 rows, and rows of an embedding to the steps that
 * name them. Documented at their twins in `plain/gather.ts`.
 */
import { addVectors } from "./vector";

export function gatherBytes(
  target: usize,
  targetStride: i32,
  features: usize,
  featureCount: i32,
  samples: usize,
  sampleCount: i32,
): void {
  const divisor = f32x4.splat(255);
  for (let s = 0; s < sampleCount; s++) {
    const row = features + <usize>load<u32>(samples + (s << 2)) * featureCount;
    let i = 0;
    for (; i <= featureCount - 8; i += 8) {
      const words = v128.load8x8_u(row + i);
      const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
      const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words));
      v128.store(target + (i << 2), f32x4.div(low, divisor));
      v128.store(target + (i << 2), f32x4.div(high, divisor), 16);
    }
    for (; i < featureCount; i++) {
      store<f32>(target + (i << 2), <f32>load<u8>(row + i) / 255);
    }
    target += targetStride << 2;
  }
}

export function gatherFloats(
  target: usize,
  targetStride: i32,
  features: usize,
  featureCount: i32,
  samples: usize,
  sampleCount: i32,
): void {
  const rowBytes = featureCount << 2;
  for (let s = 0; s < sampleCount; s++) {
    const row = features + <usize>load<u32>(samples + (s << 2)) * rowBytes;
    memory.copy(target, row, rowBytes);
    target += targetStride << 2;
  }
}

export function embeddingForward(
  target: usize,
  targetStride: i32,
  ids: usize,
  idStride: i32,
  samples: i32,
  steps: i32,
  weights: usize,
  vocabulary: i32,
  width: i32,
): void {
  const rowBytes = <usize>width << 2;
  for (let s = 0; s < samples; s++) {
    let to = target;
    for (let t = 0; t < steps; t++) {
      memory.copy(to, weights + idAt(ids + (t << 2), vocabulary) * rowBytes, rowBytes);
      to += rowBytes;
    }
    target += targetStride << 2;
    ids += idStride << 2;
  }
}

export function embeddingGradient(
  target: usize,
  ids: usize,
  idStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  steps: i32,
  vocabulary: i32,
  width: i32,
  first: i32,
): void {
  const rowBytes = <usize>width << 2;
  if (first) memory.fill(target, 0, <usize>vocabulary * rowBytes);
  for (let s = 0; s < samples; s++) {
    let delta = deltas;
    for (let t = 0; t < steps; t++) {
      const row = target + idAt(ids + (t << 2), vocabulary) * rowBytes;
      addVectors(row, row, delta, width);
      delta += rowBytes;
    }
    deltas += deltaStride << 2;
    ids += idStride << 2;
  }
}

/** The conversion of a whole register neither traps nor overflows: NaN becomes 0. */
@inline
function idAt(pointer: usize, vocabulary: i32): usize {
  const whole = i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(v128.load32_zero(pointer)), 0);
  return max(min(whole, vocabulary - 1), 0);
}

export function gatherTokens8(
  target: usize,
  targetStride: i32,
  tokens: usize,
  steps: i32,
  samples: usize,
  sampleCount: i32,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const first = tokens + <usize>load<u32>(samples + (s << 2)) * steps;
    for (let t = 0; t < steps; t++) store<f32>(target + (t << 2), <f32>load<u8>(first + t));
    target += targetStride << 2;
  }
}

export function gatherTokens16(
  target: usize,
  targetStride: i32,
  tokens: usize,
  steps: i32,
  samples: usize,
  sampleCount: i32,
): void {
  for (let s = 0; s < sampleCount; s++) {
    const first = tokens + ((<usize>load<u32>(samples + (s << 2)) * steps) << 1);
    for (let t = 0; t < steps; t++) store<f32>(target + (t << 2), <f32>load<u16>(first + (t << 1)));
    target += targetStride << 2;
  }
}
