/**
 * @file Jobs that wait for the pool. Pure.
 *
 * What holds: the queue contains at most one step of training, or two that follow each other in a run with a delay, and
 * one of evaluation. The coordinator's last word counts: work for another step means that the old one is no longer
 * needed.
 */
import { roundKinds } from "../../shared/run/kinds.ts";
import type { Job } from "./compute-pool.ts";

/** `work` messages of one step: the worker's share, then blocks that others left behind. No step has more than this. */
const jobsMax = 256;

export class JobQueue {
  #jobs: Job[] = [];

  /**
   * Adds a job and drops those that it supersedes. Returns false if the queue is full.
   *
   * @param delay - Of the run, in steps.
   */
  add(job: Job, delay: number): boolean {
    this.#jobs = this.#jobs.filter((waiting) => !supersedes(job, waiting, delay));
    if (this.#jobs.length >= jobsMax * (1 + delay)) return false;
    this.#jobs.push(job);
    return true;
  }

  /** The oldest of the earliest step: the others wait for that step. */
  next(): Job | undefined {
    const first = this.#jobs.reduce((least, { step }) => Math.min(least, step), Infinity);
    const index = this.#jobs.findIndex(({ step }) => step === first);
    return index < 0 ? undefined : this.#jobs.splice(index, 1)[0];
  }

  clear(): void {
    this.#jobs = [];
  }
}

/** Whether the older job's results are no longer needed once the newer one is asked for. */
export function supersedes(newer: Job, older: Job, delay: number): boolean {
  const { trains } = roundKinds[newer.kind];
  if (trains !== roundKinds[older.kind].trains) return false;
  return Math.abs(newer.step - older.step) > (trains ? delay : 0);
}
