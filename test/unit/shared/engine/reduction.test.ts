import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type BlockResult, Reduction } from "../../../../shared/engine/reduction.ts";
import { createPlainKernel, type Kernel } from "../../../../shared/kernels/kernel.ts";
import { Random } from "../../../../shared/random.ts";
import { type Block, childrenOf } from "../../../../shared/run/tree.ts";
import { allIn } from "../../../../shared/run/wire.ts";

const valueCount = 5;
const { fround } = Math;

/** A worker's answer for a block: the explicit recursion down to made-up shards. */
function resultOf(block: Block): BlockResult & { values: Float32Array } {
  if (block.end - block.start === 1) {
    const random = new Random(7, block.start);
    const values = Float32Array.from({ length: valueCount }, () => 3 * random.uniform() - 1);
    return { values, lossSum: random.uniform(), correct: random.below(33) };
  }
  const [left, right] = childrenOf(block).map(resultOf);
  return {
    values: left!.values.map((value, i) => fround(value + right!.values[i]!)),
    lossSum: left!.lossSum + right!.lossSum,
    correct: left!.correct + right!.correct,
  };
}

/** A random way to cut the tree below `block` into nodes, then shuffled. */
function decomposition(block: Block, random: Random): Block[] {
  if (block.end - block.start === 1 || random.below(3) === 0) return [block];
  const parts = childrenOf(block).flatMap((child) => decomposition(child, random));
  for (let i = parts.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [parts[i], parts[j]] = [parts[j]!, parts[i]!];
  }
  return parts;
}

/** The root as plain numbers. */
function rootOf(reduction: Reduction) {
  const { values, lossSum, correct } = reduction.root();
  return { values: [...values], lossSum, correct };
}

function expected(root: Block) {
  const { values, ...sums } = resultOf(root);
  return { ...sums, values: [...values] };
}

const start = (shardCount: number, roots?: readonly Block[], kernel = createPlainKernel()) => {
  const reduction = new Reduction(kernel, allIn("float32", valueCount));
  reduction.begin(shardCount, roots);
  return reduction;
};
/** The slots that a reduction has taken from a kernel's memory, if nothing else uses it. */
const slotsIn = ({ arena }: Kernel) => arena.byteLength / slotBytes;
/** 5 float32 values in their own cache line. */
const slotBytes = 64;
/** 0, 2, … 62, 1, 3, … 63. */
const evenFirst = (i: number) => (i < 32 ? 2 * i : 2 * (i - 32) + 1);
const block = (from: number, end: number): Block => ({ start: from, end });

describe("Reduction", () => {
  test("gives the recursion's bits for 1…70 shards, any cut into blocks and any order of arrival", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (shardCount, seed) => {
        const root = block(0, shardCount);
        const kernel = createPlainKernel();
        const reduction = start(shardCount, [root], kernel);
        const blocks = decomposition(root, new Random(seed));
        for (const part of blocks) {
          expect(reduction.done).toBe(false);
          expect(reduction.accept(part, resultOf(part))).toBe("accepted");
        }
        expect(rootOf(reduction)).toEqual(expected(root));
        expect(slotsIn(kernel)).toBeLessThanOrEqual(blocks.length);
      }),
    );
  });

  test("gives the same bits if blocks of two different cuts arrive mixed, including backups and duplicates", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (shardCount, seed) => {
        const random = new Random(seed);
        const root = block(0, shardCount);
        const reduction = start(shardCount);
        const cuts = [decomposition(root, random), decomposition(root, random)];
        while (!reduction.done) {
          const part = cuts[random.below(2)]!.pop() ?? root;
          const covered = reduction.has(part);
          expect(reduction.accept(part, resultOf(part))).toBe(covered ? "covered" : "accepted");
          expect(reduction.has(part)).toBe(true);
        }
        expect(rootOf(reduction)).toEqual(expected(root));
      }),
    );
  });

  test("a block [0, 4) replaces its known parts [0, 1) and [2, 3), and 3 slots are enough for round after round", () => {
    const kernel = createPlainKernel();
    const reduction = start(8, [block(0, 8)], kernel);
    for (let round = 0; round < 5; round++) {
      reduction.begin(8);
      for (const part of [block(0, 1), block(2, 3), block(0, 4)]) {
        expect(reduction.accept(part, resultOf(part))).toBe("accepted");
      }
      expect([block(0, 4), block(4, 8)].map((part) => reduction.has(part))).toEqual([true, false]);
      reduction.accept(block(4, 8), resultOf(block(4, 8)));
      expect(rootOf(reduction)).toEqual(expected(block(0, 8)));
    }
    expect(slotsIn(kernel)).toBe(3);
  });

  test("adds the parts of several roots and no more, though two of them are siblings", () => {
    const roots = [block(0, 2), block(4, 6), block(6, 8)];
    const reduction = start(8, roots);
    for (const shard of [7, 4, 0, 5, 1]) {
      expect(reduction.accept(block(shard, shard + 1), resultOf(block(shard, shard + 1)))).toBe(
        "accepted",
      );
    }
    expect([reduction.done, ...roots.map((root) => reduction.has(root))]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    reduction.accept(block(6, 7), resultOf(block(6, 7)));
    expect(reduction.done).toBe(true);
    for (const root of roots) {
      const { values, lossSum, correct } = reduction.root(root);
      const { values: wanted, ...sums } = resultOf(root);
      expect([[...values], lossSum, correct]).toEqual([[...wanted], sums.lossSum, sums.correct]);
    }
    expect(() => reduction.accept(block(2, 3), resultOf(block(2, 3)))).toThrow("no node inside");
  });

  test("sums the block [4, 7) of 7 shards for a worker whose threads took one shard each", () => {
    const root = block(4, 7);
    const reduction = start(7, [root]);
    for (const shard of [6, 4, 5]) {
      reduction.accept(block(shard, shard + 1), resultOf(block(shard, shard + 1)));
    }
    expect(rootOf(reduction)).toEqual(expected(root));
  });

  test("reads bytes at an odd offset like floats", () => {
    const { values, ...sums } = resultOf(block(0, 1));
    const message = new Uint8Array(3 + values.byteLength);
    message.set(new Uint8Array(values.buffer), 3);
    const reduction = start(1);
    reduction.accept(block(0, 1), { ...sums, values: message.subarray(3) });
    expect(rootOf(reduction)).toEqual(expected(block(0, 1)));
  });

  test("refuses NaN, ∞ and −∞ in any of 5 values or in the loss, and accepts the block afterwards", () => {
    const kernel = createPlainKernel();
    const reduction = start(1, [block(0, 1)], kernel);
    const good = resultOf(block(0, 1));
    for (const odd of [NaN, Infinity, -Infinity]) {
      for (let i = 0; i < valueCount; i++) {
        const values = good.values.with(i, odd);
        expect(reduction.accept(block(0, 1), { ...good, values })).toBe("not finite");
      }
      expect(reduction.accept(block(0, 1), { ...good, lossSum: odd })).toBe("not finite");
    }
    expect(reduction.has(block(0, 1))).toBe(false);
    expect(reduction.accept(block(0, 1), good)).toBe("accepted");
    expect(slotsIn(kernel)).toBe(1);
  });

  test("needs 7 slots for 64 shards in order, 33 when the even ones come first, round after round", () => {
    const kernel = createPlainKernel();
    const reduction = start(64, [block(0, 64)], kernel);
    const slotsAfter = (order: (i: number) => number) => {
      reduction.begin(64);
      for (let i = 0; i < 64; i++) {
        const shard = block(order(i), order(i) + 1);
        reduction.accept(shard, resultOf(shard));
      }
      expect(rootOf(reduction)).toEqual(expected(block(0, 64)));
      return slotsIn(kernel);
    };
    // In order, one part per level of the tree waits for its sibling.
    expect(slotsAfter((i) => i)).toBe(7);
    expect(slotsAfter(evenFirst)).toBe(33);
    expect(slotsAfter(evenFirst)).toBe(33);
  });

  test("stops on requests that only a bug can make: a block [1, 3) that is not a node, 4 values instead of 5, an early root", () => {
    const reduction = start(4);
    const { values, ...sums } = resultOf(block(0, 1));
    expect(() => reduction.accept(block(1, 3), { values, ...sums })).toThrow(/\[1, 3\)/u);
    expect(() => reduction.accept(block(0, 8), { values, ...sums })).toThrow(/\[0, 8\)/u);
    expect(() => reduction.accept(block(0, 1), { values: values.subarray(1), ...sums })).toThrow(
      /20 bytes, got 16/u,
    );
    expect(() => reduction.root()).toThrow(/not known/u);
  });
});
