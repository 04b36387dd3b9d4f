/** The network on texts: which tokens it sees, and the loss that it learns from. */
import { describe, expect, test } from "vitest";

import { createPlainKernel, type Kernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { Network, type ScoredSample } from "../../../../shared/model/network.ts";
import { storeDataset } from "../../../../shared/model/stored-split.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import {
  context,
  tinyGpt,
  tinyText,
  tokenCount,
} from "../../../support/fixtures/tasks/tiny-text.ts";
import { plainGradient, plainOutputs, plainLoss } from "../../../support/trainers/plain-network.ts";

const dataset = tinyText();
const loss = { name: "cce", reduction: "mean" } as const;
const config = { model: tinyGpt, loss, task: { kind: "tokens", count: tokenCount } } as const;
const parameters = initialParameters(tinyGpt, 3).map((value, i) => value + 0.01 * ((i * 7) % 13));
const windows = [4, 7, 7];

function compute(kernel: Kernel, offset = 0) {
  const { arena, views } = kernel;
  const { form, train } = storeDataset(kernel, dataset, false);
  const network = new Network(kernel, config, form);
  const [values, gradient] = [0, 1].map(() => arena.allocate(parameters.byteLength));
  const samples = arena.allocate(4 * windows.length);
  views.f32.set(parameters, values! / 4);
  views.u32.set(windows, samples / 4);
  const { features, targets, ...rest } = train;
  const split = { ...rest, features: features + offset, targets: targets + offset };
  const shard = { split, samples, sampleCount: windows.length };
  const scored: ScoredSample[] = [];
  const { lossSum } = network.lossOf(shard, values!, ({ outputs, ...sample }) =>
    scored.push({ ...sample, outputs: outputs.slice() }),
  );
  network.gradientOf(shard, values!, gradient!);
  const probabilities: Float32Array[] = [];
  network.predict(shard, values!, (outputs) => probabilities.push(outputs.slice()));
  const first = gradient! / 4;
  const found = views.f32.slice(first, first + parameters.length);
  return { form, lossSum, scored, probabilities, gradient: found };
}

/** A window and, for each of its steps, a row with a 1 at the token after it. */
function sampleAt(window: number, offset: number) {
  const tokens = [...dataset.train.features];
  const first = offset + window * context;
  const features = tokens.slice(first, first + context);
  const next = tokens.slice(first + 1, first + 1 + context);
  const label = next.flatMap((token) =>
    Array.from({ length: tokenCount }, (_, o) => (o === token ? 1 : 0)),
  );
  return { features, next, label };
}

describe.each([0, 5])("windows that begin %i tokens later", (offset) => {
  const samples = windows.map((window) => sampleAt(window, offset));
  const found = compute(createWasmKernel(), offset);
  const exact = Float64Array.from(parameters);

  test("have the mean loss per token of a float64 network", () => {
    expect(found.form).toBe("tokens8");
    for (const [i, sample] of samples.entries()) {
      const expected = plainLoss({ model: tinyGpt, loss }, exact, sample) / context;
      expect(Math.abs(found.scored[i]!.loss - expected)).toBeLessThan(1e-5);
    }
    const sum = found.scored.reduce((total, sample) => total + sample.loss, 0);
    expect(found.lossSum).toBe(sum);
  });

  test("have its gradient, by central differences", () => {
    const expected = plainGradient({ model: tinyGpt, loss }, exact, samples).map(
      (value) => value / context,
    );
    const scale = Math.max(...expected.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(value - found.gradient[i]!) / scale).toBeLessThan(1e-5);
    }
  });

  test("count the steps whose next token is the most probable, and give probabilities", () => {
    for (const [i, { features, next }] of samples.entries()) {
      const outputs = plainOutputs(tinyGpt, exact, features);
      const rows = next.map((_, t) => outputs.slice(t * tokenCount, (t + 1) * tokenCount));
      const hits = rows.filter((row, t) => row.indexOf(Math.max(...row)) === next[t]).length;
      expect(found.scored[i]).toMatchObject({ steps: context, hits });
      for (const [o, value] of outputs.entries()) {
        expect(Math.abs(found.probabilities[i]![o]! - value)).toBeLessThan(1e-5);
      }
    }
  });

  test("have the same bits in the plain kernel", () => {
    const plain = compute(createPlainKernel(), offset);
    expect(plain.gradient).toEqual(found.gradient);
    expect(plain.scored.map((sample) => sample.loss)).toEqual(
      found.scored.map((sample) => sample.loss),
    );
    expect(plain.probabilities).toEqual(found.probabilities);
  });
});

test("no output depends on a later token", () => {
  const kernel = createWasmKernel();
  const network = new Network(kernel, config, "floats");
  const [values, features, samples] = [parameters.byteLength, 4 * context, 4].map((bytes) =>
    kernel.arena.allocate(bytes),
  );
  kernel.views.f32.set(parameters, values! / 4);
  const outputsOf = (tokens: readonly number[]) => {
    kernel.views.f32.set(tokens, features! / 4);
    const split = { count: 1, features: features!, targets: 0 };
    let outputs = new Float32Array(0);
    network.predict({ split, samples: samples!, sampleCount: 1 }, values!, (row) => {
      outputs = Float32Array.from(row);
    });
    return outputs;
  };
  const whole = outputsOf([1, 2, 3, 4, 0, 1]);
  for (let seen = 1; seen < context; seen++) {
    const other = outputsOf([1, 2, 3, 4, 0, 1].map((token, t) => (t < seen ? token : 5)));
    const end = seen * tokenCount;
    expect(other.subarray(0, end)).toEqual(whole.subarray(0, end));
    expect(other.subarray(end)).not.toEqual(whole.subarray(end));
  }
});
