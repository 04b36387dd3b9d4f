/** @file A trained network as an object of a program, and what it answers. */
import type * as Library from "../../library-types.d.ts";
import { featuresOf } from "../../shared/data/table/preprocess.ts";
import { Predictor } from "../../shared/engine/predictor.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { sizeOf } from "../../shared/model/layer-kind.ts";
import { outputCount } from "../../shared/model/layout.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import type { TrainedModel } from "../export/trained-model.ts";
import { decodeCheckpoint } from "../storage/checkpoint.ts";
import { type Prediction, predictionOf } from "../tools/prediction.ts";

/** Keeps opened models, and answers with them. */
export class Models {
  readonly #createKernel: () => Promise<Kernel>;
  readonly #opened = new WeakMap<Library.Model, TrainedModel>();
  /** A predictor keeps a kernel's memory, so each model has one. */
  readonly #predictors = new WeakMap<TrainedModel, Promise<Predictor>>();

  /** @param createKernel - Each with a memory of its own. */
  constructor(createKernel: () => Promise<Kernel>) {
    this.#createKernel = createKernel;
  }

  /** The model as a program sees it. */
  add(trained: TrainedModel): Library.Model {
    const { config, step, parameters, fingerprint } = trained;
    const model = { config, step, parameters, fingerprint };
    this.#opened.set(model, trained);
    return model;
  }

  /** @throws OperatorError if the samples do not fit the model. */
  async predict(
    opened: Library.Model,
    samples: Parameters<typeof Library.predict>[1],
  ): Promise<readonly Prediction[]> {
    const model = this.#opened.get(opened);
    if (model === undefined) throw new OperatorError(sentence("not-a-model"));
    const { config, parameters, data } = model;
    const features = featuresFor(model, samples);
    const outputs = (await this.#predictor(model)).outputs(parameters, features);
    const width = outputCount(config.model);
    return Array.from({ length: outputs.length / width }, (_, sample) =>
      predictionOf(outputs.subarray(sample * width, (sample + 1) * width), data?.target),
    );
  }

  #predictor(model: TrainedModel): Promise<Predictor> {
    const known = this.#predictors.get(model);
    if (known !== undefined) return known;
    const created = this.#createKernel().then((kernel) => new Predictor(kernel, model.config));
    this.#predictors.set(model, created);
    return created;
  }
}

/** @throws OperatorError if the bytes are no checkpoint, or damaged. */
export function decodedModel(bytes: Uint8Array): TrainedModel {
  const read = decodeCheckpoint(bytes);
  if (read.ok) return { ...read.checkpoint, fingerprint: read.fingerprint };
  throw new OperatorError(sentence("checkpoint-bytes-damaged", { reason: read.reason }));
}

/** Shape `[count, featureCount]`, one after the other. */
function featuresFor(
  model: TrainedModel,
  samples: Parameters<typeof Library.predict>[1],
): Float32Array {
  const featureCount = sizeOf(model.config.model.inputShape);
  if (samples instanceof Float32Array) {
    if (samples.length % featureCount === 0) return samples;
    const values = { sample: 0, numbers: samples.length, features: featureCount };
    throw new OperatorError(sentence("sample-width", values));
  }
  const all = new Float32Array(samples.length * featureCount);
  for (const [sample, given] of samples.entries()) {
    const numbers =
      Array.isArray(given) || given instanceof Float32Array
        ? Float32Array.from(given)
        : rowFeatures(model, given, sample);
    if (numbers.length !== featureCount) {
      const values = { sample, numbers: numbers.length, features: featureCount };
      throw new OperatorError(sentence("sample-width", values));
    }
    all.set(numbers, sample * featureCount);
  }
  return all;
}

/** A row of a table as the network sees it. */
function rowFeatures({ data }: TrainedModel, row: object, sample: number): Float32Array {
  const preprocessing = data?.preprocessing;
  if (preprocessing?.kind !== "table")
    throw new OperatorError(sentence("sample-is-a-row", { sample }));
  const found = featuresOf(preprocessing, Object.fromEntries(Object.entries(row)));
  if (found.ok) return found.features;
  throw new OperatorError(sentence("sample-unusable", { sample, reason: found.reason }));
}
