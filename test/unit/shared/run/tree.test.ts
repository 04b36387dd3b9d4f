/** @file The tree's arithmetic against a tree that is really built, node by node. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  type Block,
  blocksOf,
  childrenOf,
  isNode,
  parentOf,
  splitPoint,
} from "../../../../shared/run/tree.ts";

const shardCountMax = 200;
const counts = Array.from({ length: shardCountMax }, (_, i) => i + 1);

/** A count and a range inside it. */
const countAndRange = fc
  .integer({ min: 1, max: shardCountMax })
  .chain((count) => fc.tuple(fc.constant(count), fc.nat({ max: count }), fc.nat({ max: count })))
  .map(([count, a, b]) => ({ count, start: Math.min(a, b), end: Math.max(a, b) }));

describe("splitPoint", () => {
  test("is the start plus the largest power of two below the length, for 2…200 shards anywhere", () => {
    for (let length = 2; length <= shardCountMax; length++) {
      let power = 1;
      while (2 * power < length) power *= 2;
      expect(splitPoint({ start: 0, end: length })).toBe(power);
      expect(splitPoint({ start: 64, end: 64 + length })).toBe(64 + power);
    }
  });

  test("of 2^31 + 1 shards is 2^31: nothing overflows", () => {
    expect(splitPoint({ start: 0, end: 2 ** 31 + 1 })).toBe(2 ** 31);
  });

  test("of 1 shard is a bug of the caller", () => {
    expect(() => splitPoint({ start: 3, end: 4 })).toThrow(/two or more/u);
  });
});

describe("the tree over 1…200 shards", () => {
  test("has 2n − 1 nodes: every node's halves share its middle, the left one is a power of two", () => {
    for (const count of counts) {
      const nodes = allNodes(count);
      expect(nodes).toHaveLength(2 * count - 1);
      const parents = nodes.filter(({ start, end }) => end - start > 1);
      expect(parents.filter((node) => !isSplitRight(node))).toEqual([]);
    }
  });

  test("isNode is true for exactly its nodes", () => {
    for (const count of counts) {
      const nodes = new Set(allNodes(count).map(keyOf));
      const wrong = rangesOf(count + 1).filter(
        (range) => isNode(range, count) !== nodes.has(keyOf(range)),
      );
      expect(wrong).toEqual([]);
    }
  });

  test("isNode is false for anything that is not a range of shards: fractions, NaN, negative, reversed, infinite", () => {
    const ranges = [
      [0.5, 1],
      [Number.NaN, 1],
      [0, Number.NaN],
      [-1, 1],
      [1, 0],
      [0, Infinity],
      [0, 0],
    ] as const;
    for (const [start, end] of ranges) expect(isNode({ start, end }, 8)).toBe(false);
  });

  test("parentOf undoes childrenOf, and the root has none", () => {
    for (const count of counts) {
      expect(parentOf({ start: 0, end: count }, count)).toBeUndefined();
      const parents = allNodes(count).filter(({ start, end }) => end - start > 1);
      const wrong = parents.filter((node) => {
        const found = childrenOf(node).map((child) => parentOf(child, count));
        return !found.every((parent) => parent?.start === node.start && parent.end === node.end);
      });
      expect(wrong).toEqual([]);
    }
  });

  test("parentOf a range that is not a node is a bug of the caller", () => {
    expect(() => parentOf({ start: 1, end: 3 }, 8)).toThrow(/invariant/u);
  });
});

describe("blocksOf", () => {
  test("covers its range in order, without gap or overlap, with nodes only", () => {
    fc.assert(
      fc.property(countAndRange, ({ count, start, end }) => {
        let next = start;
        for (const block of blocksOf({ start, end }, count)) {
          expect(block.start).toBe(next);
          expect(isNode(block, count)).toBe(true);
          next = block.end;
        }
        expect(next).toBe(end);
      }),
    );
  });

  test("uses the fewest nodes: no choice of nodes covers the range with fewer", () => {
    fc.assert(
      fc.property(countAndRange, ({ count, start, end }) => {
        expect(blocksOf({ start, end }, count)).toHaveLength(fewest(start, end, count));
      }),
    );
  });

  test("never needs more than 2 · log2(n) of them", () => {
    // At a power of two and beside it, where the bound is tightest.
    const tight = counts.filter((count) =>
      [-1, 0, 1].some((by) => Number.isInteger(Math.log2(count + by))),
    );
    for (const count of [...tight.slice(1), shardCountMax]) {
      const most = 2 * Math.ceil(Math.log2(count));
      expect(rangesOf(count).filter((range) => blocksOf(range, count).length > most)).toEqual([]);
    }
  });

  test("is empty for an empty range, and the root for all shards", () => {
    expect(blocksOf({ start: 5, end: 5 }, 8)).toEqual([]);
    expect(blocksOf({ start: 0, end: 13 }, 13)).toEqual([{ start: 0, end: 13 }]);
  });
});

/** Every node, by the definition: a node splits at the largest power of two below its length. */
function allNodes(count: number): Block[] {
  const nodes: Block[] = [];
  const visit = (start: number, end: number) => {
    nodes.push({ start, end });
    if (end - start === 1) return;
    let half = 1;
    while (2 * half < end - start) half *= 2;
    visit(start, start + half);
    visit(start + half, end);
  };
  visit(0, count);
  return nodes;
}

/** Whether the halves of a node share its middle, and the left one is a power of two at a multiple of its length. */
function isSplitRight(node: Block): boolean {
  const [left, right] = childrenOf(node);
  const length = left.end - left.start;
  return (
    left.start === node.start &&
    right.end === node.end &&
    left.end === right.start &&
    Number.isInteger(Math.log2(length)) &&
    left.start % length === 0 &&
    length >= right.end - right.start
  );
}

/** Every range that starts and ends in 0 … limit, including the empty ones. */
function rangesOf(limit: number): Block[] {
  const ranges: Block[] = [];
  for (let start = 0; start <= limit; start++) {
    for (let end = start; end <= limit; end++) ranges.push({ start, end });
  }
  return ranges;
}

/** The shortest path from `start` to `end` along nodes. */
function fewest(start: number, end: number, count: number): number {
  const nodes = allNodes(count);
  const best = new Map([[start, 0]]);
  for (let at = start; at < end; at++) {
    const steps = best.get(at);
    if (steps === undefined) continue;
    for (const node of nodes) {
      if (node.start !== at || node.end > end) continue;
      best.set(node.end, Math.min(best.get(node.end) ?? Infinity, steps + 1));
    }
  }
  return best.get(end)!;
}

function keyOf({ start, end }: Block): number {
  return 1_000 * start + end;
}
