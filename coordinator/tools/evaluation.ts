/**
 * @file Measures a model on a dataset's test split: one unit of work over the whole split, computed by the engine of
 * the workers along the same tree. So on the run's own data it gives the run's own figures, to the last digit.
 */
import { bytesOf } from "../../shared/bytes.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { createEngine } from "../../shared/engine/engine.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { roundKinds } from "../../shared/run/kinds.ts";
import { countsOf, planRun } from "../../shared/run/plan.ts";
import type { Figures } from "../../shared/tasks/metrics.ts";
import { metricsOf } from "../../shared/tasks/tasks.ts";

/** The figures of the test split, with the names of the run's events. */
export interface Evaluation {
  readonly samples: number;
  readonly testLoss: number;
  readonly testAccuracy: number | null;
  readonly testMetrics: Figures;
}

/**
 * @param config - The model's run config; its dataset may be another one of the same shape.
 * @throws NonFiniteError if the model's parameters or outputs are not finite.
 */
export function evaluateModel(
  kernel: Kernel,
  model: { readonly config: RunConfig; readonly parameters: Float32Array },
  dataset: Dataset,
): Evaluation {
  const { config, parameters } = model;
  const samples = dataset.test.count;
  const plan = planRun(config, countsOf(dataset));
  const engine = createEngine({ kernel, config, dataset });
  engine.setParameters(bytesOf(parameters));
  const block = { start: 0, end: roundKinds.test.leafCount(0, config, plan) };
  const { lossSum, values: sums } = engine.compute({ kind: "test", step: 0, block });
  const { target } = dataset;
  const testMetrics = metricsOf(config).figures({ sums, samples, target });
  const testAccuracy = testMetrics["accuracy"] ?? null;
  return { samples, testLoss: lossSum / samples, testAccuracy, testMetrics };
}
