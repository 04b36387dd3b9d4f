/** @file One node of the tree for each relay. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { endOf, oneBlockEach } from "../../../../coordinator/dispatch/relay-shares.ts";
import { isNode } from "../../../../shared/run/tree.ts";

function relaysOf(...leafMs: readonly number[]) {
  return leafMs.map((ms, i) => ({ workerId: `r${i}`, overheadMs: 0, leafMs: ms }));
}

function sizes(leafCount: number, ...leafMs: readonly number[]): Record<string, number> {
  const shares = oneBlockEach({ start: 0, end: leafCount }, relaysOf(...leafMs));
  return Object.fromEntries(
    shares.map(({ workerId, blocks }) => [workerId, blocks[0]!.end - blocks[0]!.start]),
  );
}

describe("oneBlockEach", () => {
  test("gives 16 equal relays 4 of 64 leaves each, though their speeds differ by a fifth", () => {
    const speeds = Array.from({ length: 16 }, (_, i) => 1 + (i % 5) / 20);
    expect(new Set(Object.values(sizes(64, ...speeds)))).toEqual(new Set([4]));
  });

  test("gives the relay that is twice as fast half of the leaves, wherever it is in the list", () => {
    expect(sizes(16, 2, 1, 2)).toEqual({ r0: 4, r1: 8, r2: 4 });
  });

  test("gives 3 relays 8, 4 and 4 of 16 leaves", () => {
    expect(Object.values(sizes(16, 1, 1, 1)).toSorted((a, b) => a - b)).toEqual([4, 4, 8]);
  });

  test("uses 3 of 5 relays for 3 leaves", () => {
    expect(Object.values(sizes(3, 1, 1, 1, 1, 1))).toEqual([1, 1, 1]);
  });

  test("covers any root, in nodes of its tree, each relay at most once", () => {
    const speed = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(speed, { minLength: 1, maxLength: 20 }),
        (leafCount, leafMs) => {
          const relays = relaysOf(...leafMs);
          const shares = oneBlockEach({ start: 0, end: leafCount }, relays);
          const blocks = shares.flatMap((share) => share.blocks);
          expect(blocks).toHaveLength(Math.min(leafCount, relays.length));
          expect(blocks.every((block) => isNode(block, leafCount))).toBe(true);
          const starts = blocks.map(({ start }) => start);
          const ends = blocks.map(({ end }) => end);
          expect([0, ...ends]).toEqual([...starts, leafCount]);
          expect(new Set(shares.map(({ workerId }) => workerId)).size).toBe(shares.length);
          expect(endOf(shares, relays)).toBeGreaterThan(0);
        },
      ),
    );
  });
});
