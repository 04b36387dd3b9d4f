import { describe, expect, test } from "vitest";

import { splitBlocks } from "../../../../worker/threads/split-blocks.ts";

describe("splitBlocks", () => {
  test("covers 13 leaves of 3 blocks exactly once for 1…9 threads, each part inside one block", () => {
    const blocks = [
      { start: 3, end: 4 },
      { start: 4, end: 8 },
      { start: 8, end: 16 },
    ];
    for (let threads = 1; threads <= 9; threads++) {
      const parts = splitBlocks(blocks, threads);
      expect(parts.length).toBe(threads);
      const leaves = parts.flat().flatMap(({ block, blockIndex }) => {
        expect(block.start).toBeGreaterThanOrEqual(blocks[blockIndex]!.start);
        expect(block.end).toBeLessThanOrEqual(blocks[blockIndex]!.end);
        return Array.from({ length: block.end - block.start }, (_, i) => block.start + i);
      });
      expect(leaves.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, i) => 3 + i));
    }
  });
});
