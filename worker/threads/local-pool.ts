/**
 * @file The pool of one: computes on the calling thread. A job that takes longer than a slice is interrupted
 * between two shards, so that the thread can read its socket and answer pings. A shorter one is done before `start`
 * returns, without promises or timers.
 */
import { assert, known } from "../../shared/assert.ts";
import { createEngine, type Engine } from "../../shared/engine/engine.ts";
import { selfTest } from "../../shared/engine/self-test.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import { reasonOf, type Sentence } from "../../shared/words/sentence.ts";
import { measureSpeed } from "../measure-speed.ts";
import type { Clock } from "../platform.ts";
import type { ComputePool, Job, JobEvents, LoadedRun, RunToLoad } from "./compute-pool.ts";

/**
 * Computes for this long before yielding to the event loop: short compared with a ping's timeout, long compared
 * with the cost of yielding.
 */
const sliceMs = 10;

export interface LocalPoolOptions {
  /** A kernel with its own memory. One per run, because its memory is never freed. */
  readonly createKernel: () => Kernel;
  /** Replaces the self-test where its result is known, as in a simulation of many workers on one machine. */
  readonly selfTest?: (kernel: Kernel) => string;
  readonly clock: Pick<Clock, "now">;
  /** Calls back after all waiting events have been handled, without a timer's minimum delay. */
  readonly defer: (callback: () => void) => void;
}

/** A job and how far it is. */
interface Progress {
  readonly job: Job;
  readonly events: JobEvents;
  nextBlock: number;
  /** Whether the engine has begun the next block. */
  begun: boolean;
  computeMs: number;
}

export class LocalPool implements ComputePool {
  readonly threads = 1;
  readonly #options: LocalPoolOptions;
  #engine: Engine | undefined;
  #progress: Progress | undefined;

  constructor(options: LocalPoolOptions) {
    this.#options = options;
  }

  load(run: RunToLoad): Promise<LoadedRun> {
    return new Promise((resolve) => resolve(this.#load(run)));
  }

  #load(run: RunToLoad): LoadedRun {
    this.cancel();
    this.#engine = undefined;
    const { createKernel, clock, selfTest: test = selfTest } = this.#options;
    const bits = test(createKernel());
    const engine = createEngine({ kernel: createKernel(), ...run });
    const samplesPerSecond = measureSpeed(engine, run, () => clock.now());
    this.#engine = engine;
    return { selfTest: bits, samplesPerSecond };
  }

  start(job: Job, events: JobEvents): void {
    const engine = known(this.#engine, "a run is loaded before its first job");
    const progress = { job, events, nextBlock: 0, begun: false, computeMs: 0 };
    this.#progress = progress;
    try {
      engine.setParameters(job.parameters);
    } catch (error) {
      return this.#failAll(progress, reasonOf(error));
    }
    this.#slice(progress, engine);
  }

  cancel(): void {
    this.#progress = undefined;
  }

  close(): void {
    this.cancel();
    this.#engine = undefined;
  }

  /** Computes until the job is done or the slice is over; then the rest is deferred. */
  #slice(progress: Progress, engine: Engine): void {
    const { clock, defer } = this.#options;
    const startMs = clock.now();
    let blockMs = startMs;
    while (this.#progress === progress && progress.nextBlock < progress.job.blocks.length) {
      const finished = this.#advance(progress, engine);
      const nowMs = clock.now();
      if (finished !== undefined) {
        finished(progress.computeMs + nowMs - blockMs);
        progress.computeMs = 0;
        blockMs = nowMs;
      } else if (nowMs - startMs >= sliceMs) {
        progress.computeMs += nowMs - blockMs;
        defer(() => this.#slice(progress, engine));
        return;
      }
    }
    if (this.#progress !== progress) return;
    this.#progress = undefined;
    progress.events.done();
  }

  /**
   * Computes the next shard. After a block's last shard, returns the function that reports the block's end, given
   * its time.
   */
  #advance(progress: Progress, engine: Engine): ((computeMs: number) => void) | undefined {
    const { job, events, nextBlock } = progress;
    const block = known(job.blocks[nextBlock], "an unfinished job has a block left");
    let result: UnitResult | undefined;
    try {
      if (!progress.begun) engine.begin({ kind: job.kind, step: job.step, block });
      progress.begun = true;
      result = engine.advance();
      if (result === undefined) return undefined;
    } catch (error) {
      this.#endBlock(progress);
      return () => events.failed(block, reasonOf(error));
    }
    this.#endBlock(progress);
    const complete = result;
    return (computeMs) => events.result(block, complete, computeMs);
  }

  #endBlock(progress: Progress): void {
    progress.nextBlock += 1;
    progress.begun = false;
  }

  #failAll(progress: Progress, reason: Sentence): void {
    assert(progress.nextBlock === 0, "nothing was computed at bad parameters");
    for (const block of progress.job.blocks) {
      if (this.#progress === progress) progress.events.failed(block, reason);
    }
    if (this.#progress !== progress) return;
    this.#progress = undefined;
    progress.events.done();
  }
}
