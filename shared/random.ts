/**
 * @file Seeded integer randomness, the same on every engine. Only 32-bit integer operations: no `Math.random`, no
 * floating point that engines may round differently.
 */
import { assert } from "./assert.ts";

/**
 * xoshiro128** 1.1, a 32-bit generator with 128 bits of state.
 *
 * @see Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021.
 */
export class Random {
  readonly #state: Uint32Array;

  /**
   * @param seeds - Any integers in [−2⁵³, 2⁵³]; each list gives its own stream, so `(seed, epoch)` and
   *   `(seed, epoch + 1)` are unrelated.
   */
  constructor(...seeds: readonly number[]) {
    this.#state = stateOf(seeds);
  }

  /** The generator with the given state, from `stateOf`. */
  static at(state: readonly number[]): Random {
    const random = new Random();
    random.#state.set(state);
    return random;
  }

  /** The next integer, uniform in [0, 2³²). */
  nextUint32(): number {
    const state = this.#state;
    const s1 = state[1] ?? 0;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const s2 = (state[2] ?? 0) ^ (state[0] ?? 0);
    const s3 = (state[3] ?? 0) ^ s1;
    state[1] = s1 ^ s2;
    state[0] = (state[0] ?? 0) ^ s3;
    state[2] = s2 ^ (s1 << 9);
    state[3] = rotateLeft(s3, 11);
    return result;
  }

  /** An integer uniform in [0, bound), 1 ≤ bound ≤ 2³². Unbiased: rejects the incomplete last interval. */
  below(bound: number): number {
    assert(bound >= 1 && bound <= 2 ** 32, `bound must be in [1, 2^32], got ${bound}`);
    let draw = this.nextUint32();
    // The last interval is shorter than `bound`. Most draws are clearly below it, so its exact start is rarely
    // needed.
    while (draw > 2 ** 32 - bound && draw >= 2 ** 32 - (2 ** 32 % bound)) draw = this.nextUint32();
    return draw % bound;
  }

  /** A number uniform in [0, 1) on a grid of 2⁻²⁴; exact in float32 and in float64. */
  uniform(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24;
  }

  /**
   * A float32 number with mean 0 and variance 1 that is close to normal: the sum of four uniform 16-bit draws
   * (Irwin–Hall), which lies within ±3.46.
   */
  normal(): number {
    const [first, second] = [this.nextUint32(), this.nextUint32()];
    const sum = (first >>> 16) + (first & 0xffff) + (second >>> 16) + (second & 0xffff);
    return Math.fround((sum - drawsMean) * perDeviation);
  }
}

/** The mean 2 · 65535 of the sum of four 16-bit draws, and 1 / √ of its variance 4 · (65536² − 1) / 12. */
const drawsMean = 2 * 65_535;
const perDeviation = Math.fround(1 / Math.sqrt((4 * (65_536 ** 2 - 1)) / 12));

/**
 * A permutation of 0 … count − 1 by Fisher–Yates, drawn from the seeds.
 *
 * @param count - How many numbers; at most 2³².
 * @returns Shape `[count]`.
 */
export function permutation(count: number, ...seeds: readonly number[]): Uint32Array {
  const order = new Uint32Array(count);
  drawPermutation(order, new Random(...seeds));
  return order;
}

/** Writes a permutation of 0 … length − 1 into `order`, as `permutation` does. */
export function drawPermutation(order: Uint32Array, random: Random): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swapped;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/**
 * The initial state for a list of seeds: four words by the splitmix32 finaliser, never all zero.
 *
 * @param state - Shape `[4]`, where it is written; by default a new array.
 */
export function stateOf(seeds: readonly number[], state = new Uint32Array(4)): Uint32Array {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    if (!Number.isSafeInteger(seed)) assert(false, `a seed must be an integer, got ${seed}`);
    const high = Math.floor(seed / 2 ** 32);
    hash = mix(hash ^ (seed >>> 0));
    hash = mix((hash + 0x9e3779b9) ^ (high >>> 0));
  }
  for (let i = 0; i < 4; i++) {
    hash = (hash + 0x9e3779b9) | 0;
    state[i] = mix(hash);
  }
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
