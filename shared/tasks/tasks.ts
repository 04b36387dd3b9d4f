/**
 * @file The table of tasks, one row per kind of targets: which losses fit, what the last layer is, and what is
 * measured. Settings, engine, console, dashboard and metrics file read it.
 */
import type { OutputActivation } from "../model/dense-model.ts";
import { decisionThreshold, fusedKindOf, type LossName } from "../model/loss.ts";
import { binaryMetrics, classMetrics } from "./class-metrics.ts";
import { flagMetrics } from "./flag-metrics.ts";
import type { Metrics } from "./metrics.ts";
import type { TaskConfig } from "./task.ts";
import { tokenMetrics } from "./token-metrics.ts";
import { valueMetrics } from "./value-metrics.ts";

/** The row of a kind of targets. */
export interface TaskRow {
  /** The losses that fit; the first is the default. */
  readonly losses: readonly LossName[];
  /** The activation of the last layer for a loss. */
  readonly outputOf: Readonly<Partial<Record<LossName, OutputActivation>>>;
  /** Activations that can't give such targets. */
  readonly unfitOutputs: readonly OutputActivation[];
  /** Whether samples are right or wrong, so that hits are counted. */
  readonly countsHits: boolean;
  /** The figure that says most, and whether more of it is better. */
  readonly headline: "accuracy" | "rmse" | "perplexity";
  readonly higherIsBetter: boolean;
  readonly metrics: (count: number, loss: LossName) => Metrics;
}

const sigmoids = { bce: "sigmoid", mse: "sigmoid", mae: "sigmoid" } as const;

export const tasks: { readonly [Kind in TaskConfig["kind"]]: TaskRow } = {
  classes: {
    losses: ["cce", "bce", "mse", "mae"],
    outputOf: { cce: "softmax", ...sigmoids },
    unfitOutputs: [],
    countsHits: true,
    headline: "accuracy",
    higherIsBetter: true,
    metrics: (count, loss) =>
      count === 2 ? binaryMetrics(fusedKindOf(loss) !== undefined) : classMetrics(count),
  },
  flags: {
    losses: ["bce", "mse", "mae"],
    outputOf: sigmoids,
    unfitOutputs: ["softmax"],
    countsHits: false,
    headline: "accuracy",
    higherIsBetter: true,
    metrics: (count, loss) => flagMetrics(count, decisionThreshold(loss)),
  },
  values: {
    losses: ["mse", "mae"],
    outputOf: { mse: "linear", mae: "linear" },
    unfitOutputs: ["softmax"],
    countsHits: false,
    headline: "rmse",
    higherIsBetter: false,
    metrics: (count) => valueMetrics(count),
  },
  tokens: {
    losses: ["cce"],
    outputOf: { cce: "softmax" },
    unfitOutputs: [],
    countsHits: false,
    headline: "perplexity",
    higherIsBetter: false,
    metrics: () => tokenMetrics,
  },
};

/** The widths that a last layer may have; the first is the default. Two classes may share one output. */
export function outputWidths({
  kind,
  count,
}: Pick<TaskConfig, "kind" | "count">): readonly number[] {
  return kind === "classes" && count === 2 ? [1, 2] : [count];
}

/** What an evaluation of a run measures. */
export function metricsOf({
  task,
  loss,
}: {
  readonly task: TaskConfig;
  readonly loss: { readonly name: LossName };
}): Metrics {
  return tasks[task.kind].metrics(task.count, loss.name);
}
