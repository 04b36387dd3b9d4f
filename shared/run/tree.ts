/**
 * @file The shape of the fixed reduction tree (invariant 2). A node covers a range of shards; it splits at the
 * largest power of two below its length, so every node is an aligned run of 2^k shards, cut at the end of the batch.
 * Pure arithmetic: no values, no workers.
 */
import { assert } from "../assert.ts";

/** A block: the shards [start, end) of one node of the tree. Its two numbers are its identity. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

/** A block as people read it: `[4, 8)`. */
export function blockName({ start, end }: Block): string {
  return `[${start}, ${end})`;
}

/** The point at which a node over [start, end) splits: start + the largest power of two below its length. */
export function splitPoint({ start, end }: Block): number {
  const length = end - start;
  assert(
    length >= 2,
    () => `only a node of two or more shards splits, got ${blockName({ start, end })}`,
  );
  return start + ((1 << (31 - Math.clz32(length - 1))) >>> 0);
}

/** The two halves of a node. */
export function childrenOf(block: Block): readonly [Block, Block] {
  const middle = splitPoint(block);
  return [
    { start: block.start, end: middle },
    { start: middle, end: block.end },
  ];
}

/** Whether [start, end) is a node of the tree over `shardCount` shards. */
export function isNode({ start, end }: Block, shardCount: number): boolean {
  if (!(Number.isInteger(start) && Number.isInteger(end))) return false;
  if (start < 0 || end <= start || end > shardCount) return false;
  let node: Block = { start: 0, end: shardCount };
  while (node.start !== start || node.end !== end) {
    if (node.end - node.start < 2) return false;
    const middle = splitPoint(node);
    if (end <= middle) node = { start: node.start, end: middle };
    else if (start >= middle) node = { start: middle, end: node.end };
    else return false;
  }
  return true;
}

/** The node one level above, or `undefined` for the root. */
export function parentOf(block: Block, shardCount: number): Block | undefined {
  let node: Block = { start: 0, end: shardCount };
  if (node.start === block.start && node.end === block.end) return undefined;
  for (;;) {
    const [left, right] = childrenOf(node);
    const child = block.start < right.start ? left : right;
    if (child.start === block.start && child.end === block.end) return node;
    node = child;
  }
}

/** The fewest nodes that together cover [start, end), in order. */
export function blocksOf({ start, end }: Block, shardCount: number): Block[] {
  if (start >= end) return [];
  return cover({ start: 0, end: shardCount }, start, end);
}

/**
 * The fewest nodes that together cover the leaves of [start, end) that are inside the roots, in order. No node is larger
 * than its root.
 *
 * @param roots - Disjoint nodes of the tree over `shardCount` shards, in ascending order.
 */
export function blocksWithin(
  { start, end }: Block,
  roots: readonly Block[],
  shardCount: number,
): Block[] {
  return roots.flatMap((root) => {
    const part = { start: Math.max(start, root.start), end: Math.min(end, root.end) };
    return blocksOf(part, shardCount);
  });
}

function cover(node: Block, start: number, end: number): Block[] {
  if (start <= node.start && node.end <= end) return [node];
  if (end <= node.start || node.end <= start) return [];
  const [left, right] = childrenOf(node);
  return [...cover(left, start, end), ...cover(right, start, end)];
}
