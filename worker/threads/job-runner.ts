/**
 * @file Gives the pool one job after another. A job that is superseded is cancelled.
 *
 * What holds: nothing is computed, and no event fires, after `clear`.
 */
import { copyOfBytes } from "../../shared/bytes.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { ComputePool, Job, JobEvents } from "./compute-pool.ts";
import { JobQueue, supersedes } from "./job-queue.ts";

/** What becomes of each block. */
export interface JobRunnerEvents {
  committed(job: Job, block: Block, below: string): void;
  result(job: Job, ...of: Parameters<JobEvents["result"]>): void;
  failed(job: Job, ...of: Parameters<JobEvents["failed"]>): void;
}

export class JobRunner {
  readonly #pool: ComputePool;
  readonly #events: JobRunnerEvents;
  readonly #queue = new JobQueue();
  /** The job that the pool is computing. */
  #job: Job | undefined;

  constructor(pool: ComputePool, events: JobRunnerEvents) {
    this.#pool = pool;
    this.#events = events;
  }

  /**
   * Computes it when its turn comes. Returns false if too much is waiting already.
   *
   * @param delay - Of the run, in steps.
   */
  add(job: Job, delay: number): boolean {
    if (this.#job !== undefined && supersedes(job, this.#job, delay)) this.#cancel();
    if (!this.#queue.add(this.#job === undefined ? job : keeping(job), delay)) return false;
    this.#computeNext();
    return true;
  }

  /** Drops everything. */
  clear(): void {
    this.#queue.clear();
    this.#cancel();
  }

  #computeNext(): void {
    while (this.#job === undefined) {
      const job = this.#queue.next();
      if (job === undefined) return;
      this.#job = job;
      this.#pool.start(job, {
        committed: (...of) => this.#events.committed(job, ...of),
        result: (...of) => this.#events.result(job, ...of),
        failed: (...of) => this.#events.failed(job, ...of),
        done: () => {
          this.#job = undefined;
          this.#computeNext();
        },
      });
    }
  }

  #cancel(): void {
    if (this.#job === undefined) return;
    this.#job = undefined;
    this.#pool.cancel();
  }
}

/** A job that waits needs parameters of its own: inside a coordinator they are good until it has been added. */
function keeping(job: Job): Job {
  // What is on its way has memory of its own.
  if (job.arrivals !== undefined) return job;
  return { ...job, parameters: copyOfBytes(job.parameters) };
}
