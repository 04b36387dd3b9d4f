/** @file The generator against its published recurrence, written independently with big integers. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { permutation, Random } from "../../../shared/random.ts";

type State = [bigint, bigint, bigint, bigint];

const mask = 0xffff_ffffn;
const seeds = fc.array(fc.maxSafeInteger(), { maxLength: 4 });

describe("the reference in this file", () => {
  test("gives the first 4 published numbers of xoshiro128** from the state 1, 2, 3, 4", () => {
    // From the test of rand_xoshiro, which took them from the authors' C code.
    const next = xoshiro128([1n, 2n, 3n, 4n]);
    expect([next(), next(), next(), next()]).toEqual([11_520n, 0n, 5_927_040n, 70_819_200n]);
  });
});

describe("Random", () => {
  test("follows the reference for 50 numbers, whatever the seeds", () => {
    fc.assert(
      fc.property(seeds, (list) => {
        const random = new Random(...list);
        const next = xoshiro128(referenceState(list));
        for (let i = 0; i < 50; i++) expect(BigInt(random.nextUint32())).toBe(next());
      }),
    );
  });

  test("gives exactly these numbers for the seeds 0, (7, 0), (7, 1) and −1: runs on disk depend on them", () => {
    expect([firstTwo(0), firstTwo(7, 0), firstTwo(7, 1), firstTwo(-1)]).toEqual([
      [3_374_865_041, 134_788_222],
      [2_238_874_961, 1_019_038_059],
      [2_826_905_038, 2_846_927_216],
      [4_134_162_963, 1_459_752_463],
    ]);
  });

  test("gives unrelated streams for lists that differ in a number, in length or in order", () => {
    const lists = [[], [0], [0, 0], [0, 1], [1, 0], [2 ** 32], [-1], [1], [2 ** 53 - 1]];
    const starts = lists.map((list) => firstTwo(...list).join());
    expect(new Set(starts).size).toBe(lists.length);
  });

  test("refuses seeds that are not integers: 0.5, NaN, 2^53", () => {
    for (const seed of [0.5, Number.NaN, 2 ** 53]) {
      expect(() => new Random(seed)).toThrow(/seed/u);
    }
  });

  test("below gives the first draw under the largest multiple of the bound, modulo the bound", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (list, bound) => {
        const random = new Random(...list);
        const draws = new Random(...list);
        const limit = Math.floor(2 ** 32 / bound) * bound;
        for (let i = 0; i < 10; i++) {
          let draw = draws.nextUint32();
          while (draw >= limit) draw = draws.nextUint32();
          expect(random.below(bound)).toBe(draw % bound);
        }
      }),
    );
  });

  test("below 3 · 2^30 is in its lowest third 1 time in 3, where a bare remainder is 1 time in 2", () => {
    const random = new Random(1);
    let lowest = 0;
    for (let i = 0; i < 6_000; i++) if (random.below(3 * 2 ** 30) < 2 ** 30) lowest += 1;
    expect(lowest).toBeGreaterThan(1_850);
    expect(lowest).toBeLessThan(2_150);
  });

  test("below refuses the bounds 0 and 2^32 + 1, and accepts 1 and 2^32", () => {
    const random = new Random(1);
    expect(() => random.below(0)).toThrow(/bound/u);
    expect(() => random.below(2 ** 32 + 1)).toThrow(/bound/u);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeGreaterThanOrEqual(0);
  });

  test("uniform is in [0, 1), exact in float32, with mean 1/2 over 10,000 draws", () => {
    const random = new Random(3);
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1 && Math.fround(value) === value).toBe(true);
      sum += value;
    }
    expect(sum / 10_000).toBeCloseTo(0.5, 1);
  });
});

describe("permutation", () => {
  test("contains every number of 0 … n − 1 once, for n in 0…300", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.maxSafeInteger(), (count, seed) => {
        const sorted = [...permutation(count, seed)].toSorted((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test("is the same for the same seed and epoch, and different for the next epoch", () => {
    expect(permutation(100, 5, 0)).toEqual(permutation(100, 5, 0));
    expect(permutation(100, 5, 0)).not.toEqual(permutation(100, 5, 1));
    expect(permutation(100, 5, 0)).not.toEqual(permutation(100, 6, 0));
  });

  test("of 10 with seed 1 and epoch 0 is this one: the order of training depends on it", () => {
    expect([...permutation(10, 1, 0)]).toEqual([3, 8, 7, 4, 6, 1, 2, 9, 5, 0]);
  });

  test("visits all 24 orders of 4 about equally often in 4,800 epochs", () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 4_800; epoch++) {
      const order = permutation(4, 1, epoch).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(130);
      expect(count).toBeLessThan(270);
    }
  });
});

function firstTwo(...list: number[]): number[] {
  const random = new Random(...list);
  return [random.nextUint32(), random.nextUint32()];
}

/** The authors' C code, line by line. */
function xoshiro128(start: State): () => bigint {
  const s: State = [...start];
  return () => {
    const result = (rotate((s[1] * 5n) & mask, 7n) * 9n) & mask;
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
    return result;
  };
}

/** The seeding: both halves of each seed, in two's complement, through the splitmix32 finaliser. */
function referenceState(list: readonly number[]): State {
  const gamma = 0x9e37_79b9n;
  let hash = gamma;
  for (const seed of list) {
    hash = finalise(hash ^ BigInt.asUintN(32, BigInt(seed)));
    hash = finalise(((hash + gamma) & mask) ^ BigInt.asUintN(32, BigInt(seed) >> 32n));
  }
  const word = () => {
    hash = (hash + gamma) & mask;
    return finalise(hash);
  };
  return [word(), word(), word(), word()];
}

function finalise(value: bigint): bigint {
  let x = value;
  x = ((x ^ (x >> 16n)) * 0x21f0_aaadn) & mask;
  x = ((x ^ (x >> 15n)) * 0x735a_2d97n) & mask;
  return x ^ (x >> 15n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (32n - bits))) & mask;
}
