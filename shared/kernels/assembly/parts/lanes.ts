/**
 * @file Loads and stores for the last one to three values of a row whose width is not a multiple of four.
 * Parameters are stored without padding, so the memory behind them belongs to another tensor.
 */

/** Loads the first `count` of four float32, 1 ≤ count; the missing lanes are +0. */
export function loadPartial(pointer: usize, count: i32): v128 {
  if (count >= 4) return v128.load(pointer);
  let lanes = v128.load32_zero(pointer);
  if (count > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(pointer, 4));
  if (count > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(pointer, 8));
  return lanes;
}

/** Stores the first `count` lanes; nothing if `count` ≤ 0. */
export function storePartial(pointer: usize, lanes: v128, count: i32): void {
  if (count >= 4) {
    v128.store(pointer, lanes);
    return;
  }
  if (count > 0) store<f32>(pointer, f32x4.extract_lane(lanes, 0));
  if (count > 1) store<f32>(pointer, f32x4.extract_lane(lanes, 1), 4);
  if (count > 2) store<f32>(pointer, f32x4.extract_lane(lanes, 2), 8);
}

/** Like `loadPartial`, but +0 in all lanes if `count` ≤ 0. */
export function loadPartialOrZero(pointer: usize, count: i32): v128 {
  return count > 0 ? loadPartial(pointer, count) : f32x4.splat(0);
}
