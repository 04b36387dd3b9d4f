/**
 * @file How many worker processes a coordinator starts on its own machine, and with how many threads each. It changes
 * how fast a run is, never its result.
 */
import type { AuditPolicy } from "../audit/audit-policy.ts";

/**
 * From this many parameters on, one worker with two threads takes the place of two workers with one. It adds its
 * threads' gradients in the memory that they share, so the coordinator sends and receives half of the bytes. In a small
 * network that saves little, and two workers show more of what the program does.
 */
export const togetherFromParameters = 100_000;

/** As many as cores that a laptop can spare. */
export const usualLocalWorkers = 2;

export interface PlacementRequest {
  readonly localWorkers: number | "auto";
  /** Per worker. */
  readonly threads: number | "auto";
  readonly minWorkers: number;
  readonly audit: AuditPolicy;
}

export interface Placement {
  readonly count: number;
  readonly threads: number | "auto";
}

/** @param parameterCount - Of the first run. Workers stay for the runs that follow it. */
export function placeLocalWorkers(
  { localWorkers, threads, minWorkers, audit }: PlacementRequest,
  parameterCount: number,
): Placement {
  if (localWorkers !== "auto") return { count: localWorkers, threads };
  // A run that waits for two workers needs two, and so does a policy that compares the results of two.
  const canBeOne = threads === 1 && minWorkers === 1 && audit !== "quorum";
  return canBeOne && parameterCount >= togetherFromParameters
    ? { count: 1, threads: usualLocalWorkers }
    : { count: usualLocalWorkers, threads };
}
