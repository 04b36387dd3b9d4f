/** @file The page's own network: trained as by a run, and its costs and gradients are those of the kernel. */
import { expect, test } from "vitest";

import { answer } from "../../../../coordinator/learn/models/network/answers.ts";
import { NetworkLab } from "../../../../coordinator/learn/models/network/lab.ts";
import { ownConfig, ownSteps } from "../../../../coordinator/learn/models/network/source.ts";
import { known } from "../../../../shared/assert.ts";
import { generateDigits } from "../../../../shared/data/digits/generate-digits.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { ownLab } from "../../../support/fixtures/learn/lab.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";

const { source, lab } = await ownLab();
const all = { first: 0, count: source.digits.count };

test("the page's own training has the bits of a run with two workers", async () => {
  const wasm = await loadKernelWasm();
  const { train, test: other } = generateDigits({ trainCount: 1000, testCount: 10 });
  const run = new DirectRun({
    config: ownConfig,
    dataset: {
      ...ownConfig.dataset,
      featureShape: [28, 28],
      featureCount: 784,
      target: { kind: "classes", count: 10 },
      train: { count: 1000, features: train.features, targets: train.labels },
      test: { count: 10, features: other.features, targets: other.labels },
    },
    createKernel: () => instantiateKernel(wasm),
    workers: 2,
  });
  expect(run.finish().kind).toBe("finished");
  expect(source.snapshots.map(({ step }) => step)).toEqual([...ownSteps]);
  expect(source.snapshots.at(-1)?.parameters).toEqual(run.store.parameters.slice());
});

test("it learns: nine of ten digits at the end, one of ten at the start", () => {
  expect(lab.accuracy(lab.at(0).parameters, all)).toBeLessThan(0.25);
  expect(lab.accuracy(lab.at(400).parameters, all)).toBeGreaterThan(0.9);
  expect(lab.at(399).step).toBe(200);
});

test("a mean cost is the mean of the costs, to the last bit that float64 sums keep", () => {
  const { parameters } = lab.at(100);
  const range = { first: 37, count: 64 };
  const costs = lab.costs(parameters, range);
  const mean = costs.reduce((sum, each) => sum + each, 0) / 64;
  expect(lab.cost(parameters, range)).toBe(mean);
  expect(lab.gradient(parameters, range).cost).toBe(mean);
});

test("the gradient of any parameter is the slope of the cost", () => {
  const parameters = lab.at(50).parameters.slice();
  const range = { first: 0, count: 128 };
  const { gradientSum } = lab.gradient(parameters, range);
  for (const weight of [400 * 16, 12_551, 12_600, 12_830, 12_900, 13_001]) {
    const value = known(parameters[weight], "a parameter");
    const h = 0.02;
    const [high, low] = [h, -h].map((offset) => {
      parameters[weight] = value + offset;
      return lab.cost(parameters, range);
    });
    parameters[weight] = value;
    const slope = (known(high, "a cost") - known(low, "a cost")) / (2 * h);
    expect(Math.abs((gradientSum[weight] ?? NaN) / 128 - slope)).toBeLessThan(2e-4);
  }
});

test("the plain kernel has the same costs to the bit", () => {
  const plain = new NetworkLab(createPlainKernel(), source);
  const range = { first: 3, count: 40 };
  const { parameters } = lab.at(20);
  expect(plain.cost(parameters, range)).toBe(lab.cost(parameters, range));
  expect(plain.gradient(parameters, range)).toEqual(lab.gradient(parameters, range));
});

test("the curve along a parameter goes through its cost, and single digits have their own", () => {
  const { costs, offsets, apart, cost } = answer(lab, {
    kind: "weight",
    step: 20,
    weight: 12_700,
    reach: 2,
    first: 3,
    count: 40,
    apart: 2,
  });
  expect(costs.length).toBe(offsets.length);
  expect([offsets[20], costs[20]]).toEqual([0, cost]);
  expect(apart.map((each) => each.length)).toEqual([41, 41]);
});
