/** @file What a coordinator of a cluster does next: whether it leads, follows, takes over or steps down. Pure. */
import type { ClusterState, Leader } from "./cluster.ts";

/**
 * What a leader does after it tried to renew its lease.
 *
 * - `lead`: it has the lease. It also leads on while the engine is down: stopping would lose time, and a second leader
 *   would compute the same bits.
 * - `acquire`: its lease ran out, because the engine was down or this process was stopped, and nobody took it.
 * - `step-down`: another coordinator has it.
 *
 * @param renewal - Whether the lease was renewed.
 * @param holder - The lease's holder, read after a renewal that failed.
 */
export function afterRenewal(
  renewal: "renewed" | "lost" | "unreachable",
  own: Pick<Leader, "id">,
  holder: Leader | undefined,
): "lead" | "acquire" | "step-down" {
  if (renewal !== "lost") return "lead";
  return holder === undefined || holder.id === own.id ? "acquire" : "step-down";
}

/**
 * For so many leases a standby waits after an engine was down: a leader that is alive tries each third of a lease, and its
 * connection may come back later than the standby's own.
 */
const patienceLeases = 2;

/** What a standby knows besides. */
export interface Watch {
  /**
   * For how long every look was answered. After an engine was down, a leader that is alive needs time to take its lease
   * again, which ran out meanwhile; `Infinity` if the engine was never seen down.
   */
  readonly quietMs: number;
  readonly leaseMs: number;
  /** Whether the process ends when the run does. */
  readonly endsWithRun: boolean;
  /** Whether it has followed a run that was in progress. Another run than its own must not end it. */
  readonly hasFollowed: boolean;
}

/**
 * What a standby does after it looked at the cluster.
 *
 * - `follow`: another coordinator leads.
 * - `acquire`: nobody leads.
 * - `wait`: nothing is known, or too little to act on; or the leader has ended with its run, whose lease soon runs out.
 * - `end`: the run is over, and this process was asked to end with it.
 *
 * @param state - What it saw; `undefined` if the engine did not answer.
 */
export function afterLook(
  state: ClusterState | undefined,
  { quietMs, leaseMs, endsWithRun, hasFollowed }: Watch,
): "follow" | "acquire" | "wait" | "end" {
  if (state === undefined) return "wait";
  const { leader } = state;
  if (leader?.isOver === true) {
    const hasEnded = leader.url === "";
    if (endsWithRun && (hasFollowed || !hasEnded)) return "end";
    return hasEnded ? "wait" : "follow";
  }
  if (leader !== undefined) return "follow";
  return quietMs >= patienceLeases * leaseMs ? "acquire" : "wait";
}

/** The highest of the terms. */
export function highest(term: number, state: ClusterState | undefined): number {
  return Math.max(term, state?.leader?.term ?? 0);
}
