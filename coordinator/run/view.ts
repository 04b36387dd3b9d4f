import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
/**
 * @file What can be seen of a coordinator from outside, as plain JSON-safe values: the console draws it, the
 * dashboard receives it. Snapshots for state, events for what happened once.
 */
import type { RoundKind } from "../../shared/run/kinds.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";

/** Where a run stands. */
export type Phase =
  | "waiting"
  | "training"
  | "evaluating"
  | "paused"
  | "finished"
  | "failed"
  /** By the operator. */
  | "stopped";

export interface WorkerView {
  readonly id: string;
  readonly name: string;
  readonly kind: "node" | "browser";
  readonly agent: string;
  readonly threads: number;
  readonly state: "loading" | "ready" | "working" | "paused" | "gone";
  /** Fraction of the run's computed samples that this worker computed, in [0, 1]. */
  readonly share: number;
  readonly samplesPerSecond: number;
  /** Last ping's round trip; `null` before the first. */
  readonly roundTripMs: number | null;
  readonly blocksDone: number;
}

/** One row a parameter: every worker's mean gradient in the last step, and their average, the promedio. */
export interface GradientTableView {
  readonly step: number;
  /** Names, one column each: in an order that stays from step to step. */
  readonly workers: readonly string[];
  readonly rows: readonly {
    /** Index into the flat parameter vector. */
    readonly parameter: number;
    /** Mean over the worker's own samples, `null` if it had none in this step; same order as `workers`. */
    readonly gradients: readonly (number | null)[];
    /** gradientMean of the whole batch. */
    readonly average: number;
  }[];
}

export interface EvaluationView {
  /** Committed steps when it was measured. */
  readonly step: number;
  readonly epoch: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Counts, `[label][predicted]`, row by row. */
  readonly confusion: readonly number[];
}

export interface RunView {
  readonly id: string;
  /** Dataset, layers, loss, optimizer, batch. */
  readonly title: Sentence;
  readonly phase: Phase;
  /** How much of what workers send is computed again. */
  readonly audit: AuditPolicy;
  /** What the run waits for, whenever it waits (invariant 4). */
  readonly waitingFor: Sentence | null;
  readonly parameterCount: number;
  /** Committed steps. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Seconds spent training, evaluation and waiting for workers not counted. */
  readonly trainingSeconds: number;
  readonly etaSeconds: number | null;
  /** Smoothed over the last steps; `null` before the first commit. */
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly samplesPerSecond: number;
  readonly stepsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly lastEvaluation: EvaluationView | null;
  /** EventLimit to at most a few hundred points each, oldest first. */
  readonly trainCurve: readonly { readonly step: number; readonly loss: number }[];
  readonly testCurve: readonly EvaluationPoint[];
  readonly promedio: GradientTableView | null;
  /** Of the committed parameters, when the run is finished. */
  readonly fingerprint: string | null;
}

export interface EvaluationPoint {
  readonly step: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** Where the time of the last steps went. Milliseconds of one clock. */
export interface TimelineView {
  /** Compute threads' worth of work done at once; `null` when there was none. */
  readonly speedUp: number | null;
  /** Oldest first. */
  readonly steps: readonly {
    readonly kind: RoundKind;
    readonly step: number;
    readonly startMs: number;
    readonly endMs: number;
    /** What each worker had of it: it downloaded, computed, uploaded, and after `endMs` it waited. */
    readonly shares: readonly {
      readonly worker: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly downloadMs: number;
      readonly computeMs: number;
      readonly uploadMs: number;
      readonly samples: number;
      /** It had not answered when the step was done. */
      readonly isLate: boolean;
    }[];
  }[];
}

/** One run of this coordinator, past or present, for comparing them. */
export interface RunRecordView {
  /** From 1, in the order in which they began. */
  readonly number: number;
  readonly id: string;
  readonly title: Sentence;
  readonly phase: Phase;
  readonly step: number;
  readonly totalSteps: number;
  readonly trainingSeconds: number;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  /** Of the parameters at its end; `null` before. */
  readonly fingerprint: string | null;
  /** Number of an earlier run that ended with the very same bits. */
  readonly sameAs: number | null;
  /** How often somebody broke something in it, on purpose. */
  readonly disturbances: number;
  /** EventLimit; empty while the run goes on. */
  readonly curve: readonly RecordPoint[];
}

/** Of an ended run's curve: means over the steps that it stands for, but the first two, which are of the last of them. */
export type RecordPoint = readonly [
  step: number,
  /** Of training. */
  seconds: number,
  loss: number,
  /** Fraction of the samples; `null` where nobody counted. */
  accuracy: number | null,
];

export interface CoordinatorView {
  readonly joinUrl: string;
  /** The same page under this machine's other addresses, in case the first one cannot be reached. */
  readonly otherJoinUrls: readonly string[];
  readonly dashboardUrl: string;
  readonly run: RunView | null;
  readonly workers: readonly WorkerView[];
}

/** What of a run lies on this machine's disk: the operator's business, no dashboard is told. */
export interface SavedCheckpoint {
  readonly path: string;
  readonly step: number;
}

/**
 * What happened once. `--json` prints each as one line with these very names, a sentence as its English text, and beside it
 * its `code` and its `values`.
 */
export type CoordinatorEvent =
  | {
      readonly event: "listening";
      readonly url: string;
      readonly joinUrl: string;
      readonly otherJoinUrls: readonly string[];
      readonly dashboardUrl: string;
    }
  | {
      readonly event: "worker";
      readonly change: "joined" | "left" | "refused";
      readonly name: string;
      readonly kind: "node" | "browser" | "unknown";
      readonly threads: number;
      /** Of the refusal, when the coordinator ended the connection because of what its peer did. */
      readonly error: ProtocolErrorCode | null;
      readonly reason: Sentence | null;
      readonly workers: number;
    }
  | {
      readonly event: "started" | "resumed";
      readonly run: string;
      readonly title: Sentence;
      readonly step: number;
      readonly totalSteps: number;
      readonly parameterCount: number;
    }
  | {
      readonly event: "epoch";
      readonly epoch: number;
      readonly step: number;
      readonly trainLoss: number;
      /** `null` for local search, which only measures costs. */
      readonly trainAccuracy: number | null;
      readonly testLoss: number;
      readonly testAccuracy: number;
      readonly samplesPerSecond: number;
      readonly stepsPerSecond: number;
      readonly learningRate: number;
      readonly seconds: number;
      readonly workers: number;
    }
  | { readonly event: "waiting"; readonly reason: Sentence }
  | { readonly event: "warning"; readonly message: Sentence }
  | { readonly event: "failed"; readonly step: number; readonly reason: Sentence }
  | {
      readonly event: "finished";
      readonly steps: number;
      readonly seconds: number;
      readonly testLoss: number | null;
      readonly testAccuracy: number | null;
      /** Means over the training done by this process. */
      readonly samplesPerSecond: number;
      readonly stepsPerSecond: number;
      readonly fingerprint: string;
      /** Path of the last checkpoint; `null` when it could not be written. */
      readonly checkpoint: string | null;
    };
