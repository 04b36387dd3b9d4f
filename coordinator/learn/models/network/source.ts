/**
 * @file The network in the pictures, and the digits that its cost is taken over: plain values, which a web worker
 * passes to the page. By default one that the page trains itself, in about a second, as a run would.
 */
import { assert } from "../../../../shared/assert.ts";
import { bytesOf, copyOfBytes } from "../../../../shared/bytes.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { generateDigits } from "../../../../shared/data/digits/generate-digits.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import type { Kernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { Stepper } from "../descent.ts";
import {
  digitCount,
  lectureModel,
  type NetworkSource,
  ownConfig,
  ownSteps,
  type Snapshot,
} from "./lecture.ts";
import type { RunState } from "./run-state.ts";

/** Draws the digits and trains the page's own network. The bits are those of a run with `ownConfig`. */
export function trainOwn(kernel: Kernel): NetworkSource {
  const { train, test } = generateDigits({ trainCount: digitCount, testCount: 10 });
  const dataset: Dataset = {
    ...ownConfig.dataset,
    featureShape: [28, 28],
    featureCount: 784,
    target: { kind: "classes", count: 10 },
    train: { count: digitCount, features: train.features, targets: train.labels },
    test: { count: 10, features: test.features, targets: test.labels },
  };
  const engine = createEngine({ kernel, config: ownConfig, dataset });
  const { optimizer, seed, batchSize } = ownConfig;
  assert(optimizer.name === "adam", "the page trains with Adam");
  const { learningRate } = optimizer;
  const stepper = new Stepper(kernel, optimizer, initialParameters(lectureModel, seed));
  const snapshots: Snapshot[] = [];
  for (let step = 0; step <= (ownSteps.at(-1) ?? 0); step++) {
    if (ownSteps.some((each) => each === step)) {
      snapshots.push({ step, parameters: stepper.parameters.slice() });
    }
    engine.setParameters(bytesOf(stepper.look(learningRate)));
    const { values } = engine.compute({ kind: "gradient", step: step % lastStep, block: oneShard });
    // As it travels: the page's own run sends float32.
    stepper.gradient.set(new Float32Array(copyOfBytes(values).buffer));
    stepper.step(learningRate, batchSize);
  }
  return {
    id: "own",
    model: lectureModel,
    snapshots,
    digits: { count: digitCount, features: train.features, labels: train.labels },
  };
}

const oneShard = { start: 0, end: 1 };
/** The step after the last one of the run has no batch. */
const lastStep = ownSteps.at(-1) ?? 1;

/** The page's own digits and network before its training, whatever the pictures show. */
export function untrainedSource(): NetworkSource {
  const { features, labels } = generateDigits({ trainCount: digitCount, testCount: 10 }).train;
  return {
    id: "untrained",
    model: lectureModel,
    snapshots: [{ step: 0, parameters: initialParameters(lectureModel, ownConfig.seed) }],
    digits: { count: digitCount, features, labels },
  };
}

/** The network of a file as a source, with the page's own digits and, as its start, the page's own. */
export function sourceOfFile({ step, parameters }: Snapshot): NetworkSource {
  const { features, labels } = generateDigits({ trainCount: digitCount, testCount: 10 }).train;
  return {
    id: `file step ${step}`,
    model: lectureModel,
    snapshots: [
      { step: 0, parameters: initialParameters(lectureModel, ownConfig.seed) },
      // For the pictures, every later step is this one.
      { step: 1, parameters },
    ],
    digits: { count: digitCount, features, labels },
  };
}

/** The run as a source. Its start is known, too: it is drawn from the run's seed. */
export function sourceOf({ run, step, config, parameters, digits }: RunState): NetworkSource {
  const { seed, initWeights, init } = config;
  const first = init === null ? initialParameters(config.model, seed, initWeights) : parameters;
  return {
    id: `run ${run} step ${step}`,
    model: config.model,
    snapshots: [
      { step: 0, parameters: first },
      // For the pictures, every later step is this one.
      { step: 1, parameters },
    ],
    digits,
  };
}
