/**
 * @file Jobs that wait for the pool. Pure.
 *
 * What holds: the queue contains at most one step of training and one of evaluation. The coordinator's last word
 * counts: work for another step means that the old one is no longer needed.
 */
import { roundKinds } from "../../shared/run/kinds.ts";
import type { Job } from "./compute-pool.ts";

/** `work` messages of one step: the worker's share, then blocks that others left behind. No step has more than this. */
const jobsMax = 256;

export class JobQueue {
  #jobs: Job[] = [];

  /** Adds a job and drops those that it supersedes. Returns false if the queue is full. */
  add(job: Job): boolean {
    this.#jobs = this.#jobs.filter((waiting) => !supersedes(job, waiting));
    if (this.#jobs.length >= jobsMax) return false;
    this.#jobs.push(job);
    return true;
  }

  next(): Job | undefined {
    return this.#jobs.shift();
  }

  clear(): void {
    this.#jobs = [];
  }
}

/** Whether the older job's results are no longer needed once the newer one is asked for. */
export function supersedes(newer: Job, older: Job): boolean {
  const sameLane = roundKinds[newer.kind].trains === roundKinds[older.kind].trains;
  return sameLane && newer.step !== older.step;
}
