/**
 * @file How many workers a coordinator starts on its own machine, with how many threads each, and whether in its own
 * process. It changes how fast a run is, never its result.
 */
import type { AuditPolicy } from "../audit/audit-policy.ts";

/**
 * From this many parameters on, one worker with two threads inside the coordinator's process takes the place of two
 * processes with one. Its threads' gradients are added in the memory that they share, and nothing goes through a socket.
 * In a small network two workers show more of what the program does.
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

/** Workers as processes, or one inside the coordinator's own, where that is possible. */
export type Placement =
  | { readonly isInside: false; readonly count: number; readonly threads: number | "auto" }
  | { readonly isInside: true; readonly count: 1; readonly threads: number };

/** @param parameterCount - Of the first run. Workers stay for the runs that follow it. */
export function placeLocalWorkers(
  { localWorkers, threads, minWorkers, audit }: PlacementRequest,
  parameterCount: number,
): Placement {
  // Whoever gives a number may want to see processes, and to end them.
  if (localWorkers !== "auto") return { count: localWorkers, threads, isInside: false };
  // A run that waits for two workers needs two, and so does a policy that compares the results of two.
  const canBeOne = threads === 1 && minWorkers === 1 && audit !== "quorum";
  return canBeOne && parameterCount >= togetherFromParameters
    ? { count: 1, threads: usualLocalWorkers, isInside: true }
    : { count: usualLocalWorkers, threads, isInside: false };
}
