/**
 * @file Chooses the worker for the second opinion on each block, if all blocks are computed twice. Pure, like
 * `assignment.ts`, and like it without influence on a run's result.
 */
import type { Share, WorkerSpeed } from "./assignment.ts";

/**
 * Gives every block to a second worker as well, who does it after its own share. It comes from another subnet than
 * the first worker if possible; among those, it is the one expected to finish first. With one worker there is no
 * second.
 *
 * @param shares - The planned shares, of disjoint blocks.
 * @param workers - The workers for which the shares were planned.
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
    // Ties go to the next worker in the circle, so that equal workers check each other in turn.
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

/** The worker that would finish first with this many more leaves; of two, the earlier one. */
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
