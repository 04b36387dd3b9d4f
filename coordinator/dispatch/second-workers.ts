/**
 * @file Who gives the second opinion on which block of a round whose blocks are all computed twice. Pure, as
 * `assignment.ts`, and like it without any say in a run's result.
 */
import type { Share, WorkerSpeed } from "./assignment.ts";

/**
 * Gives every block to a second worker as well, its own share first: from another subnet than the first one where
 * there are such workers, and of these to whoever is expected to be done first. With one worker there is no second.
 *
 * @param shares - As planned: of disjoint blocks.
 * @param workers - The same that the shares were planned for.
 */
export function withSecondWorkers(
  shares: readonly Share[],
  workers: readonly WorkerSpeed[],
  subnetOf: (workerId: string) => string | undefined,
): Share[] {
  const lots = workers.map((speed) => {
    const { workerId, overheadMs, leafMs } = speed;
    const blocks = [...(shares.find((share) => share.workerId === workerId)?.blocks ?? [])];
    const leaves = blocks.reduce((sum, { start, end }) => sum + end - start, 0);
    return {
      workerId,
      blocks,
      leafMs,
      subnet: subnetOf(workerId),
      endMs: overheadMs + leaves * leafMs,
    };
  });
  for (const share of shares) {
    const own = lots.findIndex(({ workerId }) => workerId === share.workerId);
    // Ties go to the next worker in the circle, so that equal workers are each other's partners in turn.
    const others = [...lots.slice(own + 1), ...lots.slice(0, own)];
    const elsewhere = others.filter(({ subnet }) => subnet !== lots[own]?.subnet);
    const candidates = elsewhere.length > 0 ? elsewhere : others;
    for (const block of share.blocks) {
      const leaves = block.end - block.start;
      const first = soonest(candidates, leaves);
      first?.blocks.push(block);
      if (first !== undefined) first.endMs += leaves * first.leafMs;
    }
  }
  return lots.filter(({ blocks }) => blocks.length > 0);
}

/** Who would be done first with so many leaves more; the earlier one of two. */
function soonest<Lot extends { readonly endMs: number; readonly leafMs: number }>(
  lots: readonly Lot[],
  leaves: number,
): Lot | undefined {
  let best: Lot | undefined;
  for (const lot of lots) {
    const endMs = lot.endMs + leaves * lot.leafMs;
    if (best === undefined || endMs < best.endMs + leaves * best.leafMs) best = lot;
  }
  return best;
}
