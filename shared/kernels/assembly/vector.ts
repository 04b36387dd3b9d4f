/**
 * @file Element-wise work on flat vectors. Documented at its twins in `plain/vector.ts`.
 */
import { exp4, log4 } from "./math";

export function addVectors(target: usize, left: usize, right: usize, count: i32): void {
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, f32x4.add(v128.load(left + at), v128.load(right + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, load<f32>(left + at) + load<f32>(right + at));
  }
}

export function allFinite(pointer: usize, count: i32): i32 {
  // x − x is 0 for a finite x and NaN otherwise. All bits of 0 are 0.
  let bits0 = i32x4.splat(0);
  let bits1 = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 8; i += 8) {
    const values0 = v128.load(pointer + (i << 2));
    const values1 = v128.load(pointer + (i << 2), 16);
    bits0 = v128.or(bits0, f32x4.sub(values0, values0));
    bits1 = v128.or(bits1, f32x4.sub(values1, values1));
  }
  if (v128.any_true(v128.or(bits0, bits1))) return 0;
  for (; i < count; i++) {
    const value = load<f32>(pointer + (i << 2));
    if (value - value != 0) return 0;
  }
  return 1;
}

export function expVector(target: usize, source: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, exp4(v128.load(source + at)));
  }
}

export function logVector(target: usize, source: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, log4(v128.load(source + at)));
  }
}
