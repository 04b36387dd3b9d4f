/**
 * @file Splits a round among relays so that each gets exactly one node of the tree. A share of several blocks comes back as
 * several sums, and every sum of a relay crosses the link that all relays share. Pure, like `assignment.ts`.
 */
import { known } from "../../shared/assert.ts";
import { type Block, childrenOf } from "../../shared/run/tree.ts";
import type { Share, WorkerSpeed } from "./assignment.ts";

/**
 * The nodes of one root, one for each relay. A node is halved, and its relays are divided between the halves so that the
 * later half ends as soon as possible; the fastest relays come first, because the left half is the larger one.
 *
 * @returns Shares of disjoint blocks that cover the root. With more relays than leaves, some get none.
 */
export function oneBlockEach(root: Block, relays: readonly WorkerSpeed[]): Share[] {
  const sorted = relays.toSorted((one, other) => one.leafMs - other.leafMs);
  return divide(root, sorted.slice(0, root.end - root.start));
}

function divide(node: Block, relays: readonly WorkerSpeed[]): Share[] {
  const [first] = relays;
  if (relays.length <= 1) {
    return [{ workerId: known(first, "a relay per node").workerId, blocks: [node] }];
  }
  const [left, right] = childrenOf(node);
  let best = { count: 0, endMs: Infinity };
  for (let count = 1; count < relays.length; count++) {
    if (count > sizeOf(left) || relays.length - count > sizeOf(right)) continue;
    const endMs = Math.max(
      leastMs(left, relays.slice(0, count)),
      leastMs(right, relays.slice(count)),
    );
    if (endMs < best.endMs) best = { count, endMs };
  }
  return [...divide(left, relays.slice(0, best.count)), ...divide(right, relays.slice(best.count))];
}

/** The time that relays need together for a node, if they could divide it as they like. */
function leastMs(node: Block, relays: readonly WorkerSpeed[]): number {
  const leavesPerMs = relays.reduce((sum, { leafMs }) => sum + 1 / leafMs, 0);
  return sizeOf(node) / leavesPerMs;
}

function sizeOf({ start, end }: Block): number {
  return end - start;
}

/** When the last share ends, as the speeds predict it. */
export function endOf(shares: readonly Share[], speeds: readonly WorkerSpeed[]): number {
  const ends = shares.map(({ workerId, blocks }) => {
    const speed = speeds.find((each) => each.workerId === workerId);
    const leaves = blocks.reduce((sum, block) => sum + sizeOf(block), 0);
    return (speed?.overheadMs ?? 0) + leaves * (speed?.leafMs ?? 0);
  });
  return Math.max(0, ...ends);
}
