/**
 * @file The contract between the worker loop and the threads that compute. One implementation computes on the
 * socket's thread, the others on several; all give the same bits, which tests in `test/unit/worker/` check.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RoundKind } from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import type { Sentence } from "../../shared/words/sentence.ts";

/** What a pool must know before it can compute. */
export interface RunToLoad {
  readonly config: RunConfig;
  readonly dataset: Dataset;
}

/** What a pool reports once a run is loaded. */
export interface LoadedRun {
  /** Hash of the self-test's bits; the same in all threads. */
  readonly selfTest: string;
  /** Measured samples of gradient per second, all threads together. */
  readonly samplesPerSecond: number;
}

/** Blocks to compute at the same parameters. */
export interface Job {
  readonly kind: RoundKind;
  readonly step: number;
  /** Shape `[parameterCount]`, in the run's wire form, at any alignment; must not change while the job runs. */
  readonly parameters: Uint8Array;
  readonly blocks: readonly Block[];
}

/** The events of a job: every block gets one `result` or one `failed`, then comes `done`. */
export interface JobEvents {
  /**
   * @param result - Good during the call only.
   * @param computeMs - Time spent on this block. Times of a job's blocks do not overlap.
   */
  result(block: Block, result: UnitResult, computeMs: number): void;
  failed(block: Block, reason: Sentence): void;
  done(): void;
}

export interface ComputePool {
  readonly threads: number;
  /**
   * Prepares for a run that replaces the previous one. Cancels the current job.
   *
   * @throws If a thread cannot load it; the message says why. Also if another `load` is called meanwhile.
   */
  load(run: RunToLoad): Promise<LoadedRun>;
  /** Starts a job; may finish it before returning. The previous one must be done or is cancelled. */
  start(job: Job, events: JobEvents): void;
  /** Drops the current job; it gets no more events. */
  cancel(): void;
  /** Ends all threads. */
  close(): void;
}
