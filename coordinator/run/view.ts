/**
 * @file The outside view of a coordinator as plain JSON-safe values: the console draws it, the dashboard receives
 * it. Snapshots describe the state; events describe single occurrences.
 */
import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import type { WorkerKind } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RoundKind } from "../../shared/run/kinds.ts";
import type { Figures } from "../../shared/tasks/metrics.ts";
import type { TaskConfig } from "../../shared/tasks/task.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";
import type { Pace } from "../dispatch/pacing.ts";

/** The phases of a run. The operator stops one. */
export const phases = [
  "waiting",
  "training",
  "evaluating",
  "paused",
  "finished",
  "failed",
  "stopped",
] as const;
export type Phase = (typeof phases)[number];

export interface WorkerView {
  readonly id: string;
  readonly name: string;
  readonly kind: WorkerKind;
  readonly agent: string;
  readonly threads: number;
  /** `waiting`: there is no run to prepare for. */
  readonly state: "waiting" | "loading" | "ready" | "working" | "paused" | "gone";
  /** Fraction of the run's computed samples that this worker computed, in [0, 1]. */
  readonly share: number;
  readonly samplesPerSecond: number;
  /** Last ping's round trip; `null` before the first. */
  readonly roundTripMs: number | null;
  readonly blocksDone: number;
  /** Who is below a relay, as it says; absent for every other worker. */
  readonly crew?: CrewBelow;
}

/** How many a relay passes work on to, its relays' included. */
export interface CrewBelow {
  readonly workers: number;
  readonly relays: number;
  /** The first of these relays, each before those below itself. */
  readonly branches: readonly CrewBranch[];
}

/** A relay below a relay. */
export interface CrewBranch {
  /** 1: it is connected to the relay of whose crew it is. */
  readonly depth: number;
  readonly name: string;
  /** Who computes below it, in all. */
  readonly workers: number;
}

/**
 * One row per parameter: every worker's mean gradient in one step, and the average over all samples, the promedio.
 * Workers that computed more samples weigh more in it, so it is not the mean of the columns.
 */
export interface GradientTableView {
  readonly step: number;
  /** Names, one column each, in an order that stays the same from step to step. */
  readonly workers: readonly string[];
  /** How many of the step's samples each worker computed, in the order of `workers`. */
  readonly samples: readonly number[];
  readonly rows: readonly {
    /** Index into the flat parameter vector. */
    readonly parameter: number;
    readonly name: Sentence;
    /** The same name for a narrow column. */
    readonly short: Sentence;
    /** Mean over the worker's own samples, `null` if it had none in this step; in the order of `workers`. */
    readonly gradients: readonly (number | null)[];
    /** gradientMean of the whole batch. */
    readonly average: number;
  }[];
}

/** The figures of a split. */
export interface Score {
  readonly split: "validation" | "test";
  readonly loss: number;
  /** The task's figures by name, in the order in which they are shown: `accuracy` … or `rmse` … */
  readonly metrics: Figures;
}

export interface EvaluationView extends Score {
  /** Committed steps at the time of the measurement. */
  readonly step: number;
  readonly epoch: number;
  /**
   * The root of the evaluation, from which the figures were read (`shared/tasks`): for two to 64 classes it begins
   * with the confusion matrix. Empty if it is too long to be kept.
   */
  readonly sums: readonly number[];
}

export interface RunView {
  readonly id: string;
  /** Dataset, layers, loss, optimizer, batch. */
  readonly title: Sentence;
  readonly task: TaskConfig;
  readonly phase: Phase;
  /** How fast the steps follow each other. */
  readonly pace: Pace;
  /** How much of the workers' results is computed again. */
  readonly audit: AuditPolicy;
  /** What the run waits for, whenever it waits (invariant 4). */
  readonly waitingFor: Sentence | null;
  readonly parameterCount: number;
  /** Committed steps. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** Samples of a step: of a batch or, with local steps, of an exchange on average. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Seconds spent training, without evaluation and waiting for workers. */
  readonly trainingSeconds: number;
  readonly etaSeconds: number | null;
  /** Smoothed over the last steps; `null` before the first commit. */
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly samplesPerSecond: number;
  readonly stepsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of the validation split if there is one, else of the test split. */
  readonly lastEvaluation: EvaluationView | null;
  /** Whether that is more accurate than always the most frequent class; `null` if that is unknown. */
  readonly isBetterThanGuess: boolean | null;
  /** The newest evaluation of the test split; with a validation split there is none before the end. */
  readonly testEvaluation: EvaluationView | null;
  /** Thinned to at most a few hundred points each, oldest first. */
  readonly trainCurve: readonly { readonly step: number; readonly loss: number }[];
  readonly testCurve: readonly EvaluationPoint[];
  readonly promedio: GradientTableView | null;
  /**
   * Why some workers have no work, and what would help: a step has fewer blocks than there are workers, or its bytes take
   * longer than its computation.
   */
  readonly idle: Sentence | null;
  /** Fingerprint of the committed parameters once the run is finished. */
  readonly fingerprint: string | null;
}

export interface EvaluationPoint {
  readonly step: number;
  readonly loss: number;
  readonly metrics: Figures;
}

/** The figures of an event; `null` for a split that was not evaluated. Unlike an interface, a type may be written as JSON. */
export type ScoreFields = {
  readonly testLoss: number | null;
  /** `null` if the task has no accuracy. */
  readonly testAccuracy: number | null;
  /** All of the task's figures by name. */
  readonly testMetrics: Figures | null;
  readonly validationLoss: number | null;
  readonly validationMetrics: Figures | null;
};

/** How the time of the last steps was spent. Milliseconds of one clock. */
export interface TimelineView {
  /** Compute time over elapsed time, in threads; `null` if there was none. */
  readonly speedUp: number | null;
  /** Oldest first. */
  readonly steps: readonly {
    readonly kind: RoundKind;
    readonly step: number;
    readonly startMs: number;
    readonly endMs: number;
    /** Each worker's share: it downloaded, computed, uploaded, and waited after `endMs`. */
    readonly shares: readonly {
      readonly worker: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly downloadMs: number;
      readonly computeMs: number;
      readonly uploadMs: number;
      readonly samples: number;
      /** Whether it had not answered when the step was done. */
      readonly isLate: boolean;
    }[];
  }[];
}

/** One run of this coordinator, past or present, for comparison. */
export interface RunRecordView {
  /** Counted from 1, in order of their starts. */
  readonly number: number;
  readonly id: string;
  readonly title: Sentence;
  readonly phase: Phase;
  readonly step: number;
  readonly totalSteps: number;
  readonly trainingSeconds: number;
  /** Of the test split if it was evaluated, else of the validation split. */
  readonly score: Score | null;
  /** Fingerprint of the final parameters; `null` before the end. */
  readonly fingerprint: string | null;
  /** Number of an earlier run that ended with exactly the same bits. */
  readonly sameAs: number | null;
  /** How often somebody deliberately broke something in it. */
  readonly disturbances: number;
  /** Thinned; empty during the run. */
  readonly curve: readonly RecordPoint[];
  /** Absent where an earlier version of the program did not remember them, like the next ones. */
  readonly config?: RunConfig | undefined;
  /** Steps and samples of an epoch. */
  readonly epoch?: { readonly steps: number; readonly samples: number } | undefined;
  /** Thinned; empty during the run. */
  readonly evaluations?: readonly EvaluationPoint[] | undefined;
}

/** A point of an ended run's curve: means over its steps, except the first two fields, which are of its last step. */
export type RecordPoint = readonly [
  step: number,
  /** Seconds of training. */
  seconds: number,
  loss: number,
  /** Fraction of the samples; `null` if hits were not counted. */
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

/** A run's checkpoint on this machine's disk. Only the operator sees it; dashboards do not. */
export interface SavedCheckpoint {
  readonly path: string;
  readonly step: number;
}

/**
 * An occurrence. `--json` prints each one as a line with these very names: a sentence as its English text, and
 * beside it its `code` and `values`.
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
      readonly kind: WorkerKind | "unknown";
      readonly threads: number;
      /** Code of the refusal, if the coordinator ended the connection because of something the peer did. */
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
      /** What the data are, and what is learned from them. */
      readonly event: "data";
      readonly message: Sentence;
      readonly dataset: string;
      readonly task: TaskConfig["name"];
      readonly targets: TaskConfig["kind"];
      /** The number of classes, flags or values. */
      readonly count: number;
      readonly features: number;
      readonly trainCount: number;
      /** 0 without a validation split. */
      readonly validationCount: number;
      readonly testCount: number;
    }
  | ({
      readonly event: "epoch";
      readonly epoch: number;
      readonly step: number;
      readonly trainLoss: number;
      /** `null` for local search, which only measures costs. */
      readonly trainAccuracy: number | null;
      readonly samplesPerSecond: number;
      readonly stepsPerSecond: number;
      readonly learningRate: number;
      readonly seconds: number;
      readonly workers: number;
    } & ScoreFields)
  | {
      /** What a network on texts writes after an evaluation: a pure function of its parameters, the seed and the step. */
      readonly event: "sample";
      readonly step: number;
      readonly epoch: number;
      readonly temperature: number;
      readonly text: string;
    }
  | { readonly event: "waiting"; readonly reason: Sentence }
  | { readonly event: "warning"; readonly message: Sentence }
  | { readonly event: "failed"; readonly step: number; readonly reason: Sentence }
  | {
      /** The operator, or a signal, ended a run before its end. */
      readonly event: "stopped";
      readonly run: string;
      readonly step: number;
      readonly totalSteps: number;
      /** Path of the newest checkpoint; `null` if there is none. */
      readonly checkpoint: string | null;
      /** Its step. It is less than `step` if the disk failed: what came after it is not saved. */
      readonly checkpointStep: number | null;
      /** The command that continues the run; `null` for dashboards. */
      readonly resume: string | null;
    }
  | ({
      readonly event: "finished";
      readonly steps: number;
      readonly seconds: number;
      /** Whether it is more accurate than always the most frequent class; `null` where there are no classes. */
      readonly isBetterThanGuess: boolean | null;
      /** Means over the training done by this process. */
      readonly samplesPerSecond: number;
      readonly stepsPerSecond: number;
      readonly fingerprint: string;
      /** Path of the last checkpoint; `null` if it could not be written. */
      readonly checkpoint: string | null;
    } & ScoreFields);
