/** @file The assignment of work: every leaf once, everybody done at about the same time, few blocks. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  planShares,
  redistribute,
  type Share,
  type WorkerSpeed,
} from "../../../../coordinator/dispatch/assignment.ts";
import { type Block, blocksOf, isNode } from "../../../../shared/run/tree.ts";

const speed = fc.record({
  overheadMs: fc.double({ min: 0, max: 20, noNaN: true }),
  leafMs: fc.double({ min: 0.01, max: 10, noNaN: true }),
});
const crew = fc
  .array(speed, { minLength: 1, maxLength: 50 })
  .map((speeds) => speeds.map((one, i): WorkerSpeed => ({ workerId: `w${i}`, ...one })));
const leafCounts = fc.integer({ min: 1, max: 400 });
const whole = (leafCount: number) => ({ leafCount, roots: [{ start: 0, end: leafCount }] });

describe("planShares", () => {
  test("gives every leaf to exactly one worker, as nodes of the tree, for 1…50 workers", () => {
    fc.assert(
      fc.property(leafCounts, crew, (leafCount, workers) => {
        expect(leavesOf(planShares(whole(leafCount), workers))).toEqual(range(0, leafCount));
      }),
    );
  });

  test("names each worker at most once, and none without a block", () => {
    fc.assert(
      fc.property(leafCounts, crew, (leafCount, workers) => {
        const shares = planShares(whole(leafCount), workers);
        expect(new Set(shares.map(({ workerId }) => workerId)).size).toBe(shares.length);
        for (const { blocks } of shares) {
          expect(blocks.length).toBeGreaterThan(0);
          expect(blocks.every((block) => isNode(block, leafCount))).toBe(true);
        }
      }),
    );
  });

  test("ends within a quarter of the longest share after the best possible end", () => {
    // To save blocks, each end of a share may move by an eighth of the share.
    fc.assert(
      fc.property(leafCounts, crew, (leafCount, workers) => {
        for (const { workerId, blocks } of planShares(whole(leafCount), workers)) {
          const { overheadMs, leafMs } = workers.find((one) => one.workerId === workerId)!;
          const bestMs = bestEndMs(leafCount, workers);
          expect(overheadMs + countOf(blocks) * leafMs).toBeLessThanOrEqual(1.25 * bestMs + 1e-9);
        }
      }),
    );
  });

  test("gives 64 leaves to 2 equal workers as the two halves of the tree", () => {
    expect(planShares(whole(64), equal(2))).toEqual([
      { workerId: "w0", blocks: [{ start: 0, end: 32 }] },
      { workerId: "w1", blocks: [{ start: 32, end: 64 }] },
    ]);
  });

  test("gives 64 leaves to 1 worker as the root, one block", () => {
    expect(planShares(whole(64), equal(1))).toEqual([
      { workerId: "w0", blocks: [{ start: 0, end: 64 }] },
    ]);
  });

  test("gives a worker that is 10 times slower about a tenth: 19…34 of 275 leaves", () => {
    const workers = [
      { workerId: "fast", overheadMs: 0, leafMs: 1 },
      { workerId: "slow", overheadMs: 0, leafMs: 10 },
    ];
    const slow = planShares(whole(275), workers).find(({ workerId }) => workerId === "slow");
    expect(countOf(slow?.blocks ?? [])).toBeGreaterThanOrEqual(19);
    expect(countOf(slow?.blocks ?? [])).toBeLessThanOrEqual(34);
  });

  test("leaves out a worker whose overhead alone is longer than the round, and 92 of 100 workers for 8 leaves", () => {
    const far = { workerId: "far", overheadMs: 1_000, leafMs: 0.1 };
    expect(planShares(whole(8), [...equal(2), far]).map(({ workerId }) => workerId)).toEqual([
      "w0",
      "w1",
    ]);
    expect(planShares(whole(8), equal(100))).toHaveLength(8);
  });

  test("moves the ends of 3 equal shares of 64 leaves so that 7 blocks are enough, where thirds need 11", () => {
    const thirds = [
      [0, 22],
      [22, 43],
      [43, 64],
    ] as const;
    const plain = thirds.flatMap(([start, end]) => blocksOf({ start, end }, 64));
    const planned = planShares(whole(64), equal(3)).flatMap(({ blocks }) => blocks);
    expect([plain.length, planned.length]).toEqual([11, 7]);
  });

  test("moves no end if a leaf takes longer than the saved blocks: 22, 21 and 21 of 64", () => {
    const heavy = equal(3).map((worker) => ({ ...worker, roundingMs: 0.9 * worker.leafMs }));
    const counts = planShares(whole(64), heavy).map(({ blocks }) => countOf(blocks));
    expect(counts).toEqual([22, 21, 21]);
  });

  test("survives speeds at the limits of float64", () => {
    const workers = [
      { workerId: "a", overheadMs: 1e300, leafMs: 1e300 },
      { workerId: "b", overheadMs: 0, leafMs: 5e-324 },
      { workerId: "c", overheadMs: 1e308, leafMs: 1e308 },
    ];
    for (const some of [workers, workers.slice(0, 1), workers.slice(2)]) {
      expect(leavesOf(planShares(whole(100), some))).toEqual(range(0, 100));
    }
  });

  test("with 0.1 ms of slack gives 1 leaf each if one worker seems 3 times as fast, and both to it at 8 times", () => {
    expect(planWithSlack(0.105)).toEqual(["fast", "slow"]);
    expect(planWithSlack(0.28)).toEqual(["fast"]);
  });

  test("without a leaf or a worker is a bug of the caller", () => {
    expect(() => planShares(whole(0), equal(1))).toThrow(/invariant/u);
    expect(() => planShares(whole(1), [])).toThrow(/invariant/u);
  });
});

describe("redistribute", () => {
  /** Some leaves of a tree, in order. */
  const someLeaves = leafCounts.chain((leafCount) =>
    fc
      .uniqueArray(fc.nat({ max: leafCount - 1 }))
      .map((leaves) => ({ leafCount, leaves: leaves.toSorted((a, b) => a - b) })),
  );

  test("gives exactly the given leaves, each once, as nodes", () => {
    fc.assert(
      fc.property(someLeaves, crew, ({ leafCount, leaves }, workers) => {
        const shares = redistribute(leaves, whole(leafCount), workers);
        expect(leavesOf(shares)).toEqual(leaves);
        const given = shares.flatMap((share) => share.blocks);
        expect(given.every((block) => isNode(block, leafCount))).toBe(true);
      }),
    );
  });

  test("halves the block of a worker that left between 2 others", () => {
    expect(redistribute(range(8, 16), whole(16), equal(2))).toEqual([
      { workerId: "w0", blocks: [{ start: 8, end: 12 }] },
      { workerId: "w1", blocks: [{ start: 12, end: 16 }] },
    ]);
  });

  test("joins siblings that came back one by one into one block", () => {
    expect(redistribute(range(0, 8), whole(16), equal(1))).toEqual([
      { workerId: "w0", blocks: [{ start: 0, end: 8 }] },
    ]);
  });

  test("gives nothing if nothing was returned or nobody is there", () => {
    expect(redistribute([], whole(16), equal(3))).toEqual([]);
    expect(redistribute(range(0, 16), whole(16), [])).toEqual([]);
  });
});

function equal(count: number): WorkerSpeed[] {
  return Array.from({ length: count }, (_, i) => ({ workerId: `w${i}`, overheadMs: 1, leafMs: 1 }));
}

/**
 * The end of the best possible round: the earliest time by which everybody's completed leaves together are all
 * leaves. Found by bisection, which knows nothing of the planning.
 */
function bestEndMs(leafCount: number, workers: readonly WorkerSpeed[]): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    const done = workers.reduce((sum, { overheadMs, leafMs }) => {
      return sum + Math.max(0, Math.floor((middle - overheadMs) / leafMs));
    }, 0);
    if (done >= leafCount) high = middle;
    else low = middle;
  }
  return high;
}

function leavesOf(shares: readonly Share[]): number[] {
  const leaves = shares.flatMap(({ blocks }) => blocks.flatMap((b) => range(b.start, b.end)));
  return leaves.toSorted((a, b) => a - b);
}

function countOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { start, end }) => sum + end - start, 0);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** Which worker gets which of 2 leaves, if one takes 0.035 ms per leaf and the other `slowMs`. */
function planWithSlack(slowMs: number): string[] {
  return planShares(whole(2), [
    { workerId: "fast", overheadMs: 0, leafMs: 0.035, slackMs: 0.1 },
    { workerId: "slow", overheadMs: 0, leafMs: slowMs, slackMs: 0.1 },
  ]).map(({ workerId }) => workerId);
}

describe("the leaves of some nodes only", () => {
  /** A tree, and the nodes that cover some of its leaves. */
  const someLeaves = fc
    .tuple(leafCounts, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
    .map(([leafCount, wanted]) => {
      const ends = wanted.map((_, i) => Math.floor((leafCount * (i + 1)) / wanted.length));
      const roots = wanted.flatMap((isWanted, i) =>
        isWanted ? blocksOf({ start: ends[i - 1] ?? 0, end: ends[i]! }, leafCount) : [],
      );
      return { leafCount, roots };
    })
    .filter(({ roots }) => roots.length > 0);

  test("are planned and redistributed each once, and no block is larger than its root", () => {
    fc.assert(
      fc.property(someLeaves, crew, (wanted, workers) => {
        const leaves = wanted.roots.flatMap(({ start, end }) => range(start, end));
        for (const shares of [planShares(wanted, workers), redistribute(leaves, wanted, workers)]) {
          expect(leavesOf(shares)).toEqual(leaves);
          for (const { start, end } of shares.flatMap(({ blocks }) => blocks)) {
            expect(isNode({ start, end }, wanted.leafCount)).toBe(true);
            expect(wanted.roots.some((root) => root.start <= start && end <= root.end)).toBe(true);
          }
        }
      }),
    );
  });
});
