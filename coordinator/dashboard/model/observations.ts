/** @file Six samples of the next batch, and the effect of each alone on a few parameters. */
import type { Target } from "../../../shared/data/dataset.ts";
import type { Preprocessing } from "../../../shared/data/preprocessing.ts";
import { tokenizerOf } from "../../../shared/data/text/preprocess.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import {
  batchesOf,
  batchSizeOf,
  epochOf,
  epochOffset,
  epochOrder,
  planRun,
  type RunPlan,
} from "../../../shared/run/plan.ts";
import type { ModelSource } from "./model-source.ts";

const samplesShown = 6;

export interface Observations {
  readonly step: number;
  /** The shape of one sample. */
  readonly featureShape: readonly number[];
  /** What the targets mean. */
  readonly target: Target;
  readonly samples: readonly {
    /** What a text says there; `undefined` for other data. */
    readonly words: string | undefined;
    /** Its class, or its values or flags. */
    readonly targets: readonly number[];
    readonly features: Float32Array;
    /** One for each wanted parameter. */
    readonly gradients: readonly number[];
  }[];
}

/**
 * Computes, at the current parameters, the gradients of the first samples of the next step.
 *
 * @param wanted - Indices into the parameters.
 */
export async function observe(
  source: ModelSource,
  wanted: readonly number[],
): Promise<Observations | undefined> {
  const { model } = source;
  if (model === undefined) return undefined;
  const { config, parameters, dataset, predictor } = model;
  if (predictor === undefined) return undefined;
  const counts = { trainCount: dataset.count("train"), testCount: dataset.count("test") };
  const plan = planRun(config, counts);
  const step = Math.min(model.step, plan.totalSteps - 1);
  const offset = epochOffset(epochOf(step, plan).epoch, config);
  const wordsOf = wordsIn(dataset.preprocessing);
  const samples = await Promise.all(
    firstOfBatch(step, config, plan).map(async (index) => {
      const [features, target] = await Promise.all([
        dataset.features("train", index, 1, offset),
        dataset.targets("train", index, 1, offset),
      ]);
      const gradient = predictor.gradient(parameters, { features, target });
      const gradients = wanted.map((parameter) => gradient[parameter] ?? NaN);
      return { words: wordsOf?.(features), targets: [...target], features, gradients };
    }),
  );
  return { step, featureShape: dataset.featureShape, target: dataset.target, samples };
}

/** Reads a sample of a text. */
function wordsIn(preprocessing: Preprocessing | undefined) {
  if (preprocessing?.kind !== "text") return undefined;
  const { nameOf } = tokenizerOf(preprocessing);
  return (features: Float32Array) => Array.from(features, nameOf).join("");
}

/** The first samples of a step's batch. The workers derive the same order. */
function firstOfBatch(step: number, config: RunConfig, plan: RunPlan): number[] {
  const order = orderOf(epochOf(step, plan).epoch, config, plan);
  const first = batchesOf(step, config, plan).first * config.batchSize;
  return [
    ...order.subarray(first, first + Math.min(samplesShown, batchSizeOf(step, config, plan))),
  ];
}

/** Cache of the last order: it is the same for a whole epoch and used many times. */
let drawn: { readonly key: string; readonly order: Uint32Array } | undefined;

function orderOf(epoch: number, config: RunConfig, plan: RunPlan): Uint32Array {
  const key = `${config.seed} ${epoch} ${plan.trainCount}`;
  if (drawn?.key !== key) drawn = { key, order: epochOrder(epoch, config, plan) };
  return drawn.order;
}
