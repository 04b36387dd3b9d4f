/**
 * @file Measures a model on a dataset's test split: one unit of work over the whole split, computed by the engine of
 * the workers along the same tree. So on the run's own data it gives the run's own figures, to the last digit.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import { createEngine, NonFiniteError } from "../../shared/engine/engine.ts";
import { createWireForm } from "../../shared/engine/wire-form.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { layoutOfPoint, roundKinds, stateSizes } from "../../shared/run/kinds.ts";
import { countsOf, planRun } from "../../shared/run/plan.ts";
import type { Figures } from "../../shared/tasks/metrics.ts";
import { metricsOf } from "../../shared/tasks/tasks.ts";
import { sentence } from "../../shared/words/sentence.ts";

/** The figures of the test split, with the names of the run's events. */
export interface Evaluation {
  readonly samples: number;
  readonly testLoss: number;
  readonly testAccuracy: number | null;
  readonly testMetrics: Figures;
}

interface Model {
  readonly config: RunConfig;
  readonly parameters: Float32Array;
}

/**
 * @param config - The model's run config; its dataset may be another one of the same shape.
 * @throws NonFiniteError if the model's parameters or outputs are not finite.
 */
export function evaluateModel(kernel: Kernel, model: Model, dataset: Dataset): Evaluation {
  const { config } = model;
  const samples = dataset.test.count;
  const plan = planRun(config, countsOf(dataset));
  const engine = createEngine({ kernel, config, dataset });
  engine.setParameters(pointAt(kernel, model));
  const block = { start: 0, end: roundKinds.test.leafCount(0, config, plan) };
  const { lossSum, values } = engine.compute({ kind: "test", step: 0, block });
  const { buffer, byteOffset, byteLength } = values;
  const sums = new Float32Array(buffer, byteOffset, byteLength / 4);
  const { target } = dataset;
  const testMetrics = metricsOf(config).figures({ sums, samples, target });
  const testAccuracy = testMetrics["accuracy"] ?? null;
  return { samples, testLoss: lossSum / samples, testAccuracy, testMetrics };
}

/** The parameters as the run's workers got them. */
function pointAt(kernel: Kernel, { config, parameters }: Model): Uint8Array {
  if (!parameters.every(Number.isFinite)) {
    throw new NonFiniteError(sentence("parameter-not-finite"));
  }
  const pointer = kernel.arena.allocate(parameters.byteLength);
  kernel.views.f32.set(parameters, pointer / 4);
  const layout = layoutOfPoint("test", config, stateSizes(config));
  return createWireForm(kernel, layout).pack(pointer);
}
