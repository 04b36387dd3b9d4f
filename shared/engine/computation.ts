/** @file How an engine computes the units of one kind of round, and what all kinds have in common. */
import type { Kernel } from "../kernels/kernel.ts";
import type { Network } from "../model/network.ts";
import type { RunConfig } from "../run/config.ts";
import type { InnerRun } from "../run/local-steps.ts";
import type { RunPlan } from "../run/plan.ts";
import type { Unit } from "../run/unit.ts";
import type { Metrics } from "../tasks/metrics.ts";
import type { Shards } from "./shards.ts";
import type { WireForm } from "./wire-form.ts";

/** What an engine lays out once in its kernel's memory for all kinds. */
export interface Workspace {
  readonly kernel: Kernel;
  /** Of the inner run, whose steps have one batch each. */
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** The run itself: another one only if it has local steps. */
  readonly run: InnerRun;
  readonly network: Network;
  readonly shards: Shards;
  readonly parameterCount: number;
  /** Float32 values of the parameters and the optimizer's tensors. */
  readonly stateCount: number;
  /** The run's wire form of so many values. */
  readonly formOf: (valueCount: number) => WireForm;
  /** Pointer to the point: `[parameterCount]` float32, or `[stateCount]` for replicas. */
  readonly parameters: number;
  /** What an evaluation measures. */
  readonly metrics: Metrics;
}

/** The result of a unit in the kernel's memory. */
export interface Computed {
  readonly lossSum: number;
  readonly correct: number;
  /** Pointer to `[valueCount]` float32: a node of the tree, rounded if its kind is. */
  readonly pointer: number;
  readonly valueCount: number;
}

/** Allocates its memory when it is created; computes one unit after the other. */
export interface Computation {
  /** Starts a unit of its kind and drops an unfinished one. */
  begin(unit: Unit): void;
  /**
   * Computes the next shard.
   *
   * @returns The result after the last shard, `undefined` before that. Its values may be NaN or ±∞.
   */
  advance(): Computed | undefined;
}
