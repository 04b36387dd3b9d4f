/**
 * @file The kinds of rounds, one row each: the leaves of a round's tree, the cost and the result of a block, how
 * blocks are joined, and which messages carry them. Coordinator and workers read the same rows.
 *
 * To add a kind, add its row here, the code that computes its units in `shared/engine`, and the use of its root in
 * `coordinator/run/training-run.ts`.
 */
import { assert } from "../assert.ts";
import type { SplitName } from "../data/dataset.ts";
import { parameterCount } from "../model/layout.ts";
import { metricsOf } from "../tasks/tasks.ts";
import { type RunConfig, stateCounts } from "./config.ts";
import { localStepsOf, samplesOfReplicas } from "./local-steps.ts";
import { batchSizeOf, type RunPlan, samplesOf, shardCountOf } from "./plan.ts";
import type { Block } from "./tree.ts";
import { allIn, tensorLayout, type TensorLayout } from "./wire.ts";

/** The lengths of points, in float32 values. */
export interface StateSizes {
  readonly parameterCount: number;
  /** Of the parameters and of the tensors that the optimizer keeps beside them. */
  readonly stateCount: number;
}

/** The sizes that determine the lengths of results. */
export interface ModelSizes extends StateSizes {
  /** Sums of an evaluation. */
  readonly metricCount: number;
}

/** The row of a kind. */
export interface RoundRow {
  /** Leaves of the round's tree, ≥ 1. */
  readonly leafCount: (step: number, config: RunConfig, plan: RunPlan) => number;
  /** Samples that pass through the network for a block. */
  readonly samplesOf: (block: Block, step: number, config: RunConfig, plan: RunPlan) => number;
  /** Float32 values in the result of a block. */
  readonly valueCount: (block: Block, sizes: ModelSizes) => number;
  /**
   * How the results of two siblings become their parent's: added value by value along the fixed tree, or
   * concatenated.
   */
  readonly join: "sum" | "concatenate";
  /** Whether every node is rounded to the run's wire form and travels in it. The others are few, and float32. */
  readonly isRounded: boolean;
  /**
   * The point of the computation: the parameters; the point that the optimizer asks for (Nesterov's is ahead of them);
   * or the state, which is the parameters and behind them the optimizer's tensors.
   */
  readonly point: "parameters" | "look-ahead" | "state";
  /** Whether its root commits a step. Otherwise it only measures. */
  readonly trains: boolean;
  /** The message that asks for blocks, and the message that carries the result of one. */
  readonly ask: "work" | "evaluate";
  readonly answer: "gradient" | "costs" | "replica" | "evaluation";
  /** The split whose samples pass through the network. */
  readonly split: SplitName;
}

/** What the evaluations of both splits have in common. A result is the sums of the task's metrics. */
const evaluation = {
  valueCount: (_, sizes) => sizes.metricCount,
  join: "sum",
  isRounded: false,
  point: "parameters",
  trains: false,
  ask: "evaluate",
  answer: "evaluation",
} as const satisfies Partial<RoundRow>;

export const roundKinds = {
  /** Leaves are the shards of the step's batch. A result is their gradientSum, `[parameterCount]`. */
  gradient: {
    leafCount: (step, config, plan) => shardCountOf(batchSizeOf(step, config, plan), config),
    samplesOf: (block, step, config, plan) =>
      samplesOf(block, batchSizeOf(step, config, plan), config),
    valueCount: (_, sizes) => sizes.parameterCount,
    join: "sum",
    isRounded: true,
    point: "look-ahead",
    trains: true,
    ask: "work",
    answer: "gradient",
    split: "train",
  },
  /**
   * Leaves are the points that a local-search step compares: leaf 0 is the parameters, leaf c ≥ 1 is w +
   * σ·noise(seed, step, c). A result has one cost per leaf, its loss sum over the step's whole batch.
   */
  candidates: {
    leafCount: (_, config) => 1 + neighbourCount(config),
    samplesOf: ({ start, end }, step, config, plan) =>
      (end - start) * batchSizeOf(step, config, plan),
    valueCount: ({ start, end }) => end - start,
    join: "concatenate",
    isRounded: false,
    point: "parameters",
    trains: true,
    ask: "work",
    answer: "costs",
    split: "train",
  },
  /**
   * Leaves are the replicas of a run with local steps. Each trains from the point through the batches of the step, with
   * its part of every batch. A result is the sum of the states at which its replicas end, `[stateCount]`.
   */
  replica: {
    leafCount: (_, config) => localStepsOf(config).replicas,
    samplesOf: samplesOfReplicas,
    valueCount: (_, sizes) => sizes.stateCount,
    join: "sum",
    isRounded: true,
    point: "state",
    trains: true,
    ask: "work",
    answer: "replica",
    split: "train",
  },
  /** Leaves are the shards of the validation split. */
  validation: {
    ...evaluation,
    leafCount: (_, config, { validationCount }) => shardCountOf(validationCount, config),
    samplesOf: (block, _, config, { validationCount }) => samplesOf(block, validationCount, config),
    split: "validation",
  },
  /** The same of the test split. */
  test: {
    ...evaluation,
    leafCount: (_, config, { testCount }) => shardCountOf(testCount, config),
    samplesOf: (block, _, config, { testCount }) => samplesOf(block, testCount, config),
    split: "test",
  },
} as const satisfies Readonly<Record<string, RoundRow>>;

export type RoundKind = keyof typeof roundKinds;

/** All kinds, in the order of the table. */
// The keys of a constant.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const roundKindNames = Object.keys(roundKinds) as readonly RoundKind[];

/** The kinds whose blocks this message asks for. */
export type KindAskedBy<Ask extends RoundRow["ask"]> = {
  readonly [Kind in RoundKind]: (typeof roundKinds)[Kind]["ask"] extends Ask ? Kind : never;
}[RoundKind];

export function isAskedBy<Ask extends RoundRow["ask"]>(
  ask: Ask,
  kind: RoundKind,
): kind is KindAskedBy<Ask> {
  return roundKinds[kind].ask === ask;
}

/** The kind of the rounds that make up a run's steps. */
export function trainingKind({ optimizer, localSteps }: RunConfig): KindAskedBy<"work"> {
  if (optimizer.name === "local-search") return "candidates";
  return localSteps === null ? "gradient" : "replica";
}

/** Float32 values of the point of a kind's rounds. */
export function pointLength(kind: RoundKind, sizes: StateSizes): number {
  return roundKinds[kind].point === "state" ? sizes.stateCount : sizes.parameterCount;
}

/** The most values that a message of a run carries. */
export function longestTensor(config: RunConfig): number {
  const { parameterCount: count, stateCount, metricCount } = modelSizes(config);
  return Math.max(config.localSteps === null ? count : stateCount, metricCount);
}

export function stateSizes({ model, optimizer }: RunConfig): StateSizes {
  const count = parameterCount(model);
  return { parameterCount: count, stateCount: count * (1 + stateCounts[optimizer.name]) };
}

/** How the result of a block of a kind of round travels. */
export function layoutOfResult(
  kind: RoundKind,
  block: Block,
  { wire }: Pick<RunConfig, "wire">,
  sizes: ModelSizes,
): TensorLayout {
  const { isRounded, valueCount } = roundKinds[kind];
  const count = valueCount(block, sizes);
  if (!isRounded) return allIn("float32", count);
  return tensorLayout(wire, "result", count, sizes.parameterCount);
}

/** How the point of a kind of round travels: whole, or as the update of the one before. */
export function layoutOfPoint(
  kind: RoundKind,
  { wire }: Pick<RunConfig, "wire">,
  sizes: StateSizes,
  use: "point" | "update" = "point",
): TensorLayout {
  return tensorLayout(wire, use, pointLength(kind, sizes), sizes.parameterCount);
}

export function modelSizes(config: RunConfig): ModelSizes {
  return { ...stateSizes(config), metricCount: metricsOf(config).sumCount };
}

/** How many random neighbours a local-search step tries. */
function neighbourCount({ optimizer }: RunConfig): number {
  assert(optimizer.name === "local-search", "only local search has candidates");
  return optimizer.candidates;
}
