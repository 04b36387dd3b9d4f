/**
 * @file How a relay commits to every node under a block that it answers for, and how a path from there to a leaf shows
 * what it has committed to. A Merkle tree over the part of the reduction tree that the relay has added up; its leaves are
 * the results that its workers sent, of any number of shards. Pure; the wire page has the same formulas.
 */
import { type Block, childrenOf, isNode } from "../../shared/run/tree.ts";
import type { Content } from "../dispatch/answer.ts";
import { sha256OfParts } from "../sha256.ts";

/** What is known of a node without its values. Both are SHA-256 in hex. */
export interface NodeHashes {
  /** Of everything in its result that reaches the parameters or the metrics: `digestOf`. */
  readonly digest: string;
  /** Of its children, and so of all nodes under it: `belowOf`. For a leaf `nothingBelow`. */
  readonly below: string;
}

export const nothingBelow = "0".repeat(64);

/** `digest = SHA-256(values ‖ lossSum ‖ correct)`: the values as they travel, both sums as little-endian float64. */
export function digestOf({ values, lossSum, correct }: Content): string {
  return sha256OfParts(values, new Uint8Array(Float64Array.of(lossSum, correct).buffer));
}

/** `below = SHA-256(seal(left) ‖ seal(right))`. */
export function belowOf(left: NodeHashes, right: NodeHashes): string {
  return sha256OfParts(sealOf(left), sealOf(right));
}

/** `seal = SHA-256(digest ‖ below)`: a node, its values and everything under it. */
function sealOf({ digest, below }: NodeHashes): Uint8Array {
  return Buffer.from(sha256OfParts(Buffer.from(digest, "hex"), Buffer.from(below, "hex")), "hex");
}

/** One level of a path: the child that is on it, and its sibling. */
export interface PathLevel {
  readonly digest: string;
  readonly sibling: NodeHashes;
}

/** A level as it travels. */
export function levelTexts({ digest, sibling }: PathLevel): [string, string, string] {
  return [digest, sibling.digest, sibling.below];
}

/** The levels of a path, from the block down; `undefined` for a list of another length. */
export function levelsOf(digests: readonly string[]): PathLevel[] | undefined {
  const levels: PathLevel[] = [];
  for (let i = 0; i < digests.length; i += 3) {
    const [digest, sibling, below] = digests.slice(i, i + 3);
    if (digest === undefined || sibling === undefined || below === undefined) return undefined;
    levels.push({ digest, sibling: { digest: sibling, below } });
  }
  return levels;
}

/** The nodes from a block down to one inside it, both included; `undefined` if there is no such path. */
export function nodesBetween(block: Block, leaf: Block, leafCount: number): Block[] | undefined {
  if (!isNode(leaf, leafCount) || leaf.start < block.start || leaf.end > block.end)
    return undefined;
  const nodes: Block[] = [];
  let node = block;
  for (;;) {
    nodes.push(node);
    if (node.start === leaf.start && node.end === leaf.end) return nodes;
    const [left, right] = childrenOf(node);
    node = leaf.start < right.start ? left : right;
  }
}

/**
 * The hash of everything under a block, as the levels of a path to a leaf give it.
 *
 * @param nodes - From the block to the leaf; one more than levels.
 */
export function belowAlong(nodes: readonly Block[], levels: readonly PathLevel[]): string {
  let below = nothingBelow;
  for (let i = levels.length - 1; i >= 0; i--) {
    const [parent, child, level] = [nodes[i], nodes[i + 1], levels[i]];
    if (parent === undefined || child === undefined || level === undefined) return "";
    const onPath = { digest: level.digest, below };
    const isLeft = child.start === parent.start;
    below = isLeft ? belowOf(onPath, level.sibling) : belowOf(level.sibling, onPath);
  }
  return below;
}
