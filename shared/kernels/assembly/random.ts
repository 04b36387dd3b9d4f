/**
 * @file Draws the order of an epoch, and what dropout keeps. It is in WebAssembly because the 32-bit generator and its
 * remainders map to single processor instructions there. Documented at its twins in `plain/random.ts`.
 */

/** The state of the generator. Each function begins by setting it. */
let s0: u32 = 0;
let s1: u32 = 0;
let s2: u32 = 0;
let s3: u32 = 0;

@inline
function seed(word0: u32, word1: u32, word2: u32, word3: u32): void {
  s0 = word0;
  s1 = word1;
  s2 = word2;
  s3 = word3;
}

@inline
function next(): u32 {
  const draw = rotl<u32>(s1 * 5, 7) * 9;
  const shifted = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= shifted;
  s3 = rotl<u32>(s3, 11);
  return draw;
}

export function drawPermutation(
  target: usize,
  count: i32,
  word0: u32,
  word1: u32,
  word2: u32,
  word3: u32,
): void {
  seed(word0, word1, word2, word3);
  for (let i = 0; i < count; i++) store<u32>(target + ((<usize>i) << 2), i);
  for (let bound = <u32>count; bound > 1; bound--) {
    let draw: u32;
    do {
      draw = next();
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

export function drawKept(
  target: usize,
  count: i32,
  droppedBelow: u32,
  word0: u32,
  word1: u32,
  word2: u32,
  word3: u32,
): void {
  seed(word0, word1, word2, word3);
  const end = target + ((<usize>count) << 2);
  for (; target < end; target += 4) store<u32>(target, next() < droppedBelow ? 0 : 0xffffffff);
}

export function keepValues(values: usize, kept: usize, count: i32, scale: f32): void {
  const scales = f32x4.splat(scale);
  for (let at: usize = 0, bytes = (<usize>count) << 2; at < bytes; at += 16) {
    const scaled = f32x4.mul(v128.load(values + at), scales);
    v128.store(values + at, v128.and(scaled, v128.load(kept + at)));
  }
}
