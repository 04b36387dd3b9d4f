/**
 * @file Copies the features of a shard's samples into padded float32 rows. Documented at their twins in
 * `plain/gather.ts`.
 */

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
