/**
 * @file Draws the order of an epoch. It is in WebAssembly because the 32-bit generator and its remainders map to
 * single processor instructions there. Documented at its twin in `plain/random.ts`.
 */

export function drawPermutation(
  target: usize,
  count: i32,
  s0: u32,
  s1: u32,
  s2: u32,
  s3: u32,
): void {
  for (let i = 0; i < count; i++) store<u32>(target + ((<usize>i) << 2), i);
  for (let bound = <u32>count; bound > 1; bound--) {
    let draw: u32;
    do {
      draw = rotl<u32>(s1 * 5, 7) * 9;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotl<u32>(s3, 11);
    } while (draw > <u32>0 - bound && isBeyond(draw, bound));
    const drawn = target + ((<usize>(draw % bound)) << 2);
    const last = target + ((<usize>(bound - 1)) << 2);
    const swapped = load<u32>(last);
    store<u32>(last, load<u32>(drawn));
    store<u32>(drawn, swapped);
  }
}

/** Whether a draw is in the incomplete last interval, which begins at 2³² − (2³² mod bound). */
function isBeyond(draw: u32, bound: u32): bool {
  const rest: u32 = (<u32>0 - bound) % bound;
  return rest !== 0 && draw >= <u32>0 - rest;
}
