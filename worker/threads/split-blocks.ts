/**
 * @file Splits the blocks of a job into parts for several threads. Every part is a node below its block, so that
 * the parts' sums add up to the block's along the fixed tree (invariant 2). Pure.
 */
import { type Block, blocksOf } from "../../shared/run/tree.ts";

/** A node below one of a job's blocks. */
export interface Part {
  /** The index of the job's block that it belongs to. */
  readonly blockIndex: number;
  readonly block: Block;
}

/**
 * Gives every thread a contiguous run of leaves, of lengths as equal as possible, as the fewest nodes.
 *
 * @returns Shape `[threads]`; a thread may get nothing.
 */
export function splitBlocks(blocks: readonly Block[], threads: number): Part[][] {
  const leafCount = blocks.reduce((sum, { start, end }) => sum + end - start, 0);
  return Array.from({ length: threads }, (_, thread) => {
    const first = Math.floor((thread * leafCount) / threads);
    const last = Math.floor(((thread + 1) * leafCount) / threads);
    return partsBetween(blocks, first, last);
  });
}

/** The nodes that cover the leaves [first, last), counted through all blocks. */
function partsBetween(blocks: readonly Block[], first: number, last: number): Part[] {
  const parts: Part[] = [];
  let offset = 0;
  for (const [blockIndex, { start, end }] of blocks.entries()) {
    const length = end - start;
    // A block is its own tree, starting at its first leaf: the tree's shape depends only on lengths.
    const inside = { start: Math.max(0, first - offset), end: Math.min(length, last - offset) };
    for (const node of blocksOf(inside, length)) {
      const block = { start: start + node.start, end: start + node.end };
      parts.push({ blockIndex, block });
    }
    offset += length;
  }
  return parts;
}
