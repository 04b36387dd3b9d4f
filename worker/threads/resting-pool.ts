/**
 * @file A pool that computes only part of the time, for batteries and warm laptops: after working for t at effort e
 * it rests for t·(1/e − 1) before the next job. Time without a job counts as rest.
 *
 * To the coordinator such a worker is simply a slower machine: the rest counts as computing time, both in the
 * announced speed and in every result. So its share shrinks and it is not a straggler. The bits do not change.
 */
import type { Clock } from "../platform.ts";
import type { ComputePool, Job, JobEvents, LoadedRun, RunToLoad } from "./compute-pool.ts";

/** Shorter rests are saved up until they are worth a timer. Short compared with the grace for a late share. */
const restMsMin = 10;

export class RestingPool implements ComputePool {
  readonly #pool: ComputePool;
  readonly #clock: Clock;
  #effort = 1;
  /** All rest has been taken at this time. */
  #restedAtMs = Number.NEGATIVE_INFINITY;
  /** When the current job began; `undefined` if there is none, or if it waits for the rest to end. */
  #begunMs: number | undefined;
  #cancelRest = () => {};

  constructor(pool: ComputePool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  get threads(): number {
    return this.#pool.threads;
  }

  /** @param effort - Fraction of the time to compute, in (0, 1]. Applies from the next job on. */
  setEffort(effort: number): void {
    this.#effort = effort;
    if (effort === 1) this.#restedAtMs = Number.NEGATIVE_INFINITY;
  }

  async load(run: RunToLoad): Promise<LoadedRun> {
    this.#forget();
    const { selfTest, samplesPerSecond } = await this.#pool.load(run);
    return { selfTest, samplesPerSecond: samplesPerSecond * this.#effort };
  }

  start(job: Job, events: JobEvents): void {
    this.#forget();
    const restMs = this.#restedAtMs - this.#clock.now();
    if (restMs < restMsMin) return this.#begin(job, events, 0);
    const sinceMs = this.#clock.now();
    this.#cancelRest = this.#clock.after(restMs, () => {
      this.#begin(job, events, this.#clock.now() - sinceMs);
    });
  }

  cancel(): void {
    this.#forget();
    this.#pool.cancel();
  }

  close(): void {
    this.#forget();
    this.#pool.close();
  }

  /** @param restedMs - The rest before the job; counts as time of its first block. */
  #begin(job: Job, events: JobEvents, restedMs: number): void {
    this.#begunMs = this.#clock.now();
    let unpaidMs = restedMs;
    this.#pool.start(job, {
      result: (block, result, computeMs) => {
        const longerMs = computeMs + unpaidMs;
        unpaidMs = 0;
        events.result(block, result, longerMs);
      },
      failed: (block, reason) => events.failed(block, reason),
      done: () => {
        this.#oweRest();
        events.done();
      },
    });
  }

  #forget(): void {
    this.#cancelRest();
    this.#cancelRest = () => {};
    this.#oweRest();
  }

  /** The current job is over: its time adds to the rest still owed. */
  #oweRest(): void {
    if (this.#begunMs === undefined) return;
    const nowMs = this.#clock.now();
    const owedMs = Math.max(0, this.#restedAtMs - this.#begunMs);
    this.#restedAtMs = nowMs + owedMs + (nowMs - this.#begunMs) * (1 / this.#effort - 1);
    this.#begunMs = undefined;
  }
}
