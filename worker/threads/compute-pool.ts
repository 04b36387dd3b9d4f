/**
 * @file The contract between the worker loop and the threads that compute. One implementation computes on the
 * socket's thread, the others on several; all give the same bits, which tests in `test/unit/worker/` check.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import type { Arrival } from "../../shared/protocol/arrival.ts";
import type { CoordinatorMessage, MessageOf } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RoundKind } from "../../shared/run/kinds.ts";
import type { PointVersion } from "../../shared/run/point-update.ts";
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
  /** Which point that is, in a run whose points move by updates: for a relay, which passes the update on. */
  readonly version?: PointVersion;
  /** For a pool that passes tensors on: those of this job that were not whole when it was given. */
  readonly arrivals?: readonly Arrival[];
}

/** The events of a job: every block gets one `result` or one `failed`, then comes `done`. */
export interface JobEvents {
  /** A relay's: what it commits itself to, right before the block's `result`. @param below - SHA-256 in hex. */
  committed?(block: Block, below: string): void;
  /**
   * @param result - Good during the call only.
   * @param computeMs - Time spent on this block. Times of a job's blocks do not overlap.
   */
  result(block: Block, result: UnitResult, computeMs: number): void;
  failed(block: Block, reason: Sentence): void;
  done(): void;
}

/** The evidence that a relay is asked for. */
export type Challenge = Omit<MessageOf<CoordinatorMessage, "challenge">, "type" | "run">;

/** What answers a challenge. Values are good during the call only. */
export interface Evidence {
  path(leaf: Block, digests: readonly string[]): void;
  reveal(part: Block, result: UnitResult): void;
}

export interface ComputePool {
  readonly threads: number;
  /** A relay's: it takes jobs whose tensors are still on their way. */
  readonly passesOn?: boolean;
  /**
   * Prepares for a run that replaces the previous one. Cancels the current job.
   *
   * @throws If a thread cannot load it; the message says why. Also if another `load` is called meanwhile.
   */
  load(run: RunToLoad): Promise<LoadedRun>;
  /** Starts a job; may finish it before returning. The previous one must be done or is cancelled. */
  start(job: Job, events: JobEvents): void;
  /** A relay's: shows the evidence of an answer that it has committed itself to, now or later, or never. */
  challenge?(challenge: Challenge, evidence: Evidence): void;
  /** Drops the current job; it gets no more events. */
  cancel(): void;
  /** Ends all threads. */
  close(): void;
}
