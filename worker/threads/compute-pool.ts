/**
 * @file Who computes: the contract between the worker loop and its threads. One implementation computes on the
 * socket's own thread, one on several; both give the same bits, which `test/unit/worker/` holds them to.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitKind, UnitResult } from "../../shared/run/unit.ts";

/** What a pool must know before it computes. */
export interface RunToLoad {
  readonly config: RunConfig;
  readonly dataset: Dataset;
}

/** What a pool says of itself once a run is loaded. */
export interface LoadedRun {
  /** Hash of the self-test's bits, the same in all threads. */
  readonly selfTest: string;
  /** Samples of gradient a second, all threads together, measured. */
  readonly samplesPerSecond: number;
}

/** Blocks to compute at one point. */
export interface Job {
  readonly kind: UnitKind;
  readonly step: number;
  /** Shape `[parameterCount]`, little-endian float32 at any alignment; must not change while the job runs. */
  readonly parameters: Uint8Array;
  readonly blocks: readonly Block[];
}

/** What becomes of a job: every block gets one `result` or one `failed`, then comes `done`. */
export interface JobEvents {
  /**
   * @param result - Good during the call only.
   * @param computeMs - Time that went into this block; the blocks of a job don't overlap in it.
   */
  result(block: Block, result: UnitResult, computeMs: number): void;
  failed(block: Block, reason: string): void;
  done(): void;
}

export interface ComputePool {
  readonly threads: number;
  /**
   * Gets ready for a run, in place of the one before. Cancels the job under way.
   *
   * @throws If a thread can't: the message says why. Also if another `load` came meanwhile.
   */
  load(run: RunToLoad): Promise<LoadedRun>;
  /** Starts a job; may finish it before it returns. The one before must be done or is cancelled. */
  start(job: Job, events: JobEvents): void;
  /** Drops the job under way: no more of its events come. */
  cancel(): void;
  /** Ends all threads. */
  close(): void;
}
