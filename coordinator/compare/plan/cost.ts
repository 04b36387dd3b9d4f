/**
 * @file What a run costs, whichever optimizer it has. The unit is the gradient of one sample: a forward and a backward
 * pass, of which the backward pass has twice the arithmetic. So three forward passes count as one gradient. Pure.
 */
import type { RunConfig } from "../../../shared/run/config.ts";
import { batchesOf, epochOf, type RunPlan } from "../../../shared/run/plan.ts";

/** Forward passes that cost as much as a gradient. */
const passesPerGradient = 3;

export interface Cost {
  /** Training samples of the steps, counted as often as they were used. */
  readonly samples: number;
  /** Gradients of one sample, or what costs as much. */
  readonly gradients: number;
}

/**
 * The cost of a run's first steps, without its evaluations. A step of local search passes its batch through the network
 * once for the parameters as they are, and once for each neighbour.
 */
export function costOf(config: RunConfig, plan: RunPlan, steps: number): Cost {
  const { epoch } = epochOf(steps, plan);
  const batch = batchesOf(steps, config, plan).first;
  // The last batch of an epoch may be smaller, and is never in the middle of one.
  const samples = epoch * plan.trainCount + batch * config.batchSize;
  const { optimizer } = config;
  const perSample =
    optimizer.name === "local-search" ? (1 + optimizer.candidates) / passesPerGradient : 1;
  return { samples, gradients: Math.round(samples * perSample) };
}
