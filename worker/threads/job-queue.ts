/**
 * @file Jobs that wait for the pool. Pure.
 *
 * What holds: there is at most one step of training and one of evaluation in it. The coordinator's last word counts:
 * work for another step means that nobody needs the old one any more.
 */
import type { Job } from "./compute-pool.ts";

/** `work` messages of one step: its share, then what others left behind. More than this no step comes to. */
const jobsMax = 256;

export class JobQueue {
  #jobs: Job[] = [];

  /** Takes a job in; what it supersedes is dropped. Returns false when the queue is full. */
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

/** Whether nobody waits for the older job's results once the newer one is asked for. */
export function supersedes(newer: Job, older: Job): boolean {
  const sameLane = (newer.kind === "evaluation") === (older.kind === "evaluation");
  return sameLane && newer.step !== older.step;
}
