/**
 * @file Assigns the leaves of a round to workers. Pure: speeds in, shares out. Nothing here can change the result
 * of a run, only how soon it is ready (invariants 1 and 2).
 */
import { assert, known } from "../../shared/assert.ts";
import { type Block, blocksWithin } from "../../shared/run/tree.ts";

/** How long a worker is expected to take: `overheadMs + leaves · leafMs`. */
export interface WorkerSpeed {
  readonly workerId: string;
  /** Round trip, encoding and queueing of one share, whatever its size; ≥ 0. */
  readonly overheadMs: number;
  /** Time to compute one leaf; > 0. */
  readonly leafMs: number;
  /** The round may end this much later so that this worker gets its first leaf; 0 if absent. */
  readonly slackMs?: number;
  /** The worker's leaves may take this much longer if that saves blocks; unlimited if absent. */
  readonly roundingMs?: number;
}

/** Contiguous leaves for one worker, as the fewest nodes of the tree. */
export interface Share {
  readonly workerId: string;
  readonly blocks: readonly Block[];
}

/**
 * A boundary between two shares may move by this fraction of the smaller one to make fewer, larger blocks. Each
 * saved block saves the bytes of one gradient, and costs at most this fraction of the round's time and never more
 * than `roundingMs`.
 */
const snapFraction = 1 / 8;

/** The leaves to split: those of some nodes of the tree. */
export interface Leaves {
  /** Leaves of the whole tree. */
  readonly leafCount: number;
  /** Disjoint nodes of it, in ascending order, at least one. */
  readonly roots: readonly Block[];
}

/**
 * Splits the leaves of the roots so that all workers are expected to finish together. Each leaf goes to the
 * worker that would finish it first, which minimises the expected end of the round for equal leaves. Then each
 * worker's count becomes one contiguous range, whose ends move a little if that saves blocks (and so bytes).
 *
 * @param workers - The workers that can take work, in a stable order, which is also the order of the ranges.
 * @returns The workers that got something. Their blocks are disjoint and cover every leaf.
 */
export function planShares(leaves: Leaves, workers: readonly WorkerSpeed[]): Share[] {
  const count = leaves.roots.reduce((sum, { start, end }) => sum + end - start, 0);
  assert(count >= 1 && workers.length >= 1, `${count} leaves for ${workers.length} workers`);
  const counts = countLeaves(count, workers);
  return toShares(snap(counts, workers), workers, leaves);
}

/**
 * Splits returned leaves (whose worker left, failed or is late) among the workers that can take them.
 *
 * @param leaves - Leaves of the roots, in ascending order.
 */
export function redistribute(
  leaves: readonly number[],
  { leafCount, roots }: Leaves,
  workers: readonly WorkerSpeed[],
): Share[] {
  if (leaves.length === 0 || workers.length === 0) return [];
  const counts = countLeaves(leaves.length, workers);
  let next = 0;
  return workers.flatMap(({ workerId }, i) => {
    const mine = leaves.slice(next, (next += counts[i] ?? 0));
    return mine.length === 0
      ? []
      : [{ workerId, blocks: runsOf(mine).flatMap((run) => blocksWithin(run, roots, leafCount)) }];
  });
}

/**
 * How many leaves each worker gets: leaf by leaf, to the worker that would finish first; ties go to the earlier
 * worker. A worker without any leaf is assumed to finish a little earlier than predicted. So two shards for two
 * workers are one each, even if one of them just now seems three times as fast.
 */
function countLeaves(leafCount: number, workers: readonly WorkerSpeed[]): number[] {
  const counts = workers.map(() => 0);
  const ends = workers.map(({ overheadMs, leafMs, slackMs = 0 }) => overheadMs + leafMs - slackMs);
  for (let leaf = 0; leaf < leafCount; leaf++) {
    let first = 0;
    for (let i = 1; i < ends.length; i++) {
      if (known(ends[i], "an end per worker") < known(ends[first], "an end per worker")) first = i;
    }
    const { leafMs, slackMs = 0 } = known(workers[first], "a worker per end");
    ends[first] = (ends[first] ?? 0) + leafMs + (counts[first] === 0 ? slackMs : 0);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

/** Ends of the workers' ranges. Each except the last is moved to the roundest number within its tolerance. */
function snap(counts: readonly number[], workers: readonly WorkerSpeed[]): number[] {
  let end = 0;
  let snapped = 0;
  return counts.map((count, i) => {
    if (count === 0) return snapped;
    end += count;
    const next = counts.findIndex((other, j) => j > i && other > 0);
    if (next === -1) return (snapped = end);
    const most = Math.min(toleranceOf(count, workers[i]), toleranceOf(counts[next], workers[next]));
    snapped = roundest(end, Math.floor(most));
    return snapped;
  });
}

/** By how many leaves one end of a worker's share may move. */
function toleranceOf(
  count = 0,
  { leafMs, roundingMs = Infinity }: Partial<WorkerSpeed> = {},
): number {
  return Math.min(count * snapFraction, roundingMs / (leafMs ?? 0));
}

/** The multiple of the largest power of two within `tolerance` of `value`. */
function roundest(value: number, tolerance: number): number {
  let best = value;
  for (let unit = 2; unit <= 2 * tolerance; unit *= 2) {
    const rounded = Math.round(value / unit) * unit;
    if (Math.abs(rounded - value) <= tolerance) best = rounded;
  }
  return best;
}

function toShares(
  boundaries: readonly number[],
  workers: readonly WorkerSpeed[],
  leaves: Leaves,
): Share[] {
  let start = 0;
  const shares: Share[] = [];
  for (const [i, { workerId }] of workers.entries()) {
    const end = known(boundaries[i], "a boundary per worker");
    if (end > start) shares.push({ workerId, blocks: blocksAt({ start, end }, leaves) });
    start = end;
  }
  return shares;
}

/** The blocks of the leaves at these positions, counted through all roots from the first one on. */
function blocksAt({ start, end }: Block, { leafCount, roots }: Leaves): Block[] {
  let before = 0;
  return roots.flatMap((root) => {
    const shift = root.start - before;
    before += root.end - root.start;
    return blocksWithin({ start: start + shift, end: end + shift }, [root], leafCount);
  });
}

/** Maximal contiguous runs of ascending numbers. */
function runsOf(leaves: readonly number[]): Block[] {
  const runs: { start: number; end: number }[] = [];
  for (const leaf of leaves) {
    const last = runs.at(-1);
    if (last?.end === leaf) last.end = leaf + 1;
    else runs.push({ start: leaf, end: leaf + 1 });
  }
  return runs;
}
