/** @file The layers beside PyTorch, which loads a checkpoint's tensors by their names. A new kind is tested here too. */
import { describe, expect, test } from "vitest";

import { toTorch } from "../../../../coordinator/storage/torch-layout.ts";
import { Predictor } from "../../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import type { Example } from "../../../../shared/model/layer-kind.ts";
import { layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { gradientOf } from "../../../support/fixtures/shard-gradient.ts";
import { askTorch, hasTorch } from "../../../support/trainers/torch-network.ts";

const classCount = 3;
const isInstalled = hasTorch();
const kinds = Object.entries(layerKinds);

function computed({ inputShape, layers }: Example) {
  const model = modelSchema.parse({
    inputShape,
    layers: [...layers, { kind: "dense", units: classCount }],
  });
  const shard = gradientOf(createPlainKernel(), model, { count: 5, classCount });
  const { parameters, gradient, samples } = shard;
  const inputs = samples.flatMap(({ features }) => features);
  const predictor = new Predictor(createPlainKernel(), { ...testConfig({ loss: "mse" }), model });
  const tensors = [...toTorch(parameters, model)].map(([name, { shape, data }]) => {
    return [name, { shape, data: [...data] }] as const;
  });
  return {
    outputs: predictor.outputs(parameters, Float32Array.from(inputs)),
    gradient: toTorch(gradient, model),
    question: {
      model,
      tensors: Object.fromEntries(tensors),
      inputs,
      labels: samples.map(({ label }) => label),
    },
  };
}

describe.skipIf(!isInstalled)("an nn.Sequential with the same names", () => {
  const ours = isInstalled ? kinds.map(([, { example }]) => computed(example)) : [];
  const theirs = isInstalled ? askTorch(ours.map(({ question }) => question)) : [];

  test.each(kinds)("gives the outputs and the gradient of %s to 1e-5", (name) => {
    const index = kinds.findIndex(([kind]) => kind === name);
    const { outputs, gradient } = ours[index]!;
    const answer = theirs[index]!;
    expectNear(outputs, answer.outputs);
    expect([...gradient.keys()]).toEqual(Object.keys(answer.gradient));
    for (const [tensor, { data }] of gradient) expectNear(data, answer.gradient[tensor]!);
  });
});

function expectNear(ours: Float32Array, theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  const scale = Math.max(1, ...theirs.map(Math.abs));
  for (const [i, value] of theirs.entries()) {
    expect(Math.abs(ours[i]! - value) / scale).toBeLessThan(1e-5);
  }
}
