/**
 * @file Local steps: which replica trains with which samples. Pure arithmetic of the config and the size of the data, so
 * that a replica is the same whoever computes it (invariant 1).
 *
 * The batches are those of the run without local steps, in the same order and with the same numbers: an epoch's n-th
 * batch is its n-th slice of `batchSize` samples. Each batch is divided among all replicas. One step of the run covers
 * `batchesOf` many of them: a replica makes one step of its optimizer for its part of each, an inner step, and then the
 * replicas are averaged. Whatever depends on a step's number (learning rate, bias correction, dropout, changes of
 * pictures) depends on the number of the inner step, counted over the whole run.
 *
 *     batch        0   1   2   3   4   5   6   7   8   9      of an epoch of 10, localSteps.steps 3
 *     replica 0    ▌   ▌   ▌ │ ▌   ▌   ▌ │ ▌   ▌   ▌   ▌      exchanges after batches 2, 5 and 9
 *     replica 1     ▐   ▐   ▐│  ▐   ▐   ▐│  ▐   ▐   ▐   ▐
 *
 * @see Stich, "Local SGD converges fast and communicates little", 2019. Douillard et al., "DiLoCo: distributed
 *   low-communication training of language models", 2023, algorithm 1.
 */
import { known } from "../assert.ts";
import type { LocalStepsConfig, RunConfig } from "./config.ts";
import { batchesOf, epochOf, type RunPlan } from "./plan.ts";
import type { Block } from "./tree.ts";

/** Only for a run with local steps. */
export function localStepsOf({ localSteps }: RunConfig): LocalStepsConfig {
  return known(localSteps ?? undefined, "the run has local steps");
}

export interface InnerRun {
  readonly config: RunConfig;
  readonly plan: RunPlan;
}

/**
 * The run whose steps are the inner steps. Its batches, rates and numbers of steps are those of a run without local
 * steps, which is its own inner run.
 */
export function innerRun(config: RunConfig, plan: RunPlan): InnerRun {
  if (config.localSteps === null) return { config, plan };
  const stepsPerEpoch = Math.ceil(plan.trainCount / config.batchSize);
  const totalSteps = firstInnerStep(plan.totalSteps, config, plan);
  return { config: { ...config, localSteps: null }, plan: { ...plan, stepsPerEpoch, totalSteps } };
}

/** The number of the first inner step of a step, or how many precede it. */
export function firstInnerStep(step: number, config: RunConfig, plan: RunPlan): number {
  if (config.localSteps === null) return step;
  const batches = Math.ceil(plan.trainCount / config.batchSize);
  return epochOf(step, plan).epoch * batches + batchesOf(step, config, plan).first;
}

/** A replica's part of a batch of `sampleCount` samples: [first, end) of them. It may be empty at the end of an epoch. */
export function partOf(
  replica: number,
  sampleCount: number,
  { replicas }: Pick<LocalStepsConfig, "replicas">,
): { readonly first: number; readonly end: number } {
  return {
    first: Math.floor((replica * sampleCount) / replicas),
    end: Math.floor(((replica + 1) * sampleCount) / replicas),
  };
}

/** How many samples the replicas of a block train with in a step. */
export function samplesOfReplicas(
  { start, end }: Block,
  step: number,
  config: RunConfig,
  { trainCount, ...plan }: RunPlan,
): number {
  const { batchSize } = config;
  const local = localStepsOf(config);
  const batches = batchesOf(step, config, { trainCount, ...plan });
  const share = (count: number) =>
    partOf(end, count, local).first - partOf(start, count, local).first;
  const wholeEnd = Math.min(batches.end, Math.floor(trainCount / batchSize));
  const whole = (wholeEnd - batches.first) * share(batchSize);
  return wholeEnd === batches.end ? whole : whole + share(trainCount - wholeEnd * batchSize);
}
