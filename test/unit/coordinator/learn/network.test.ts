/** @file The page's own network: trained as by a run, and its costs and gradients are those of the kernel. */
import { expect, test } from "vitest";

import { answer } from "../../../../coordinator/learn/models/network/answers.ts";
import { NetworkLab } from "../../../../coordinator/learn/models/network/lab.ts";
import { ownConfig, ownSteps } from "../../../../coordinator/learn/models/network/lecture.ts";
import { known } from "../../../../shared/assert.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { ownDataset, ownLab } from "../../../support/fixtures/learn/lab.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";

const { source, lab } = await ownLab();
const all = { first: 0, count: source.digits.count };

test("the page's own training has the bits of a run with two workers", async () => {
  const wasm = await loadKernelWasm();
  const run = new DirectRun({
    config: ownConfig,
    dataset: ownDataset(),
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

test("the curve along a parameter goes through its cost, and its slopes are those of the curve", () => {
  const [step, weight, count] = [100, 12_900, 64];
  const { value, offsets, costs, slopes } = answer(lab, {
    kind: "weight",
    step,
    weight,
    reach: 0.4,
    count,
  });
  const { parameters } = lab.at(step);
  expect([value, offsets[20]]).toEqual([parameters[weight], 0]);
  expect(costs[20]).toBe(lab.cost(parameters, { first: 0, count }));
  for (let i = 1; i < costs.length - 1; i++) {
    const across = known(costs[i + 1], "a cost") - known(costs[i - 1], "a cost");
    expect(Math.abs(across / 0.04 - known(slopes[i], "a slope"))).toBeLessThan(1e-4);
  }
});

test("the mean over a few digits is the mean of their curves", () => {
  const asked = {
    kind: "data",
    step: 100,
    weight: 12_900,
    reach: 4,
    first: 17,
    few: 6,
    many: 60,
  } as const;
  const { single, few, many, labels } = answer(lab, asked);
  expect(labels).toEqual(Array.from(source.digits.labels.subarray(17, 23)));
  for (const [i, mean] of few.entries()) {
    const sum = single.reduce((total, costs) => total + known(costs[i], "a cost"), 0);
    expect(mean).toBeCloseTo(sum / 6, 12);
  }
  expect(many[20]).toBe(lab.cost(lab.at(100).parameters, { first: 17, count: 60 }));
});

test("the gradient keeps its promise for a small change, and dark pixels give exactly 0", () => {
  const asked = { kind: "gradient", step: 100, count: 256, rank: 40, change: 0.002 } as const;
  const { promised, happened, silent, sizes, ranks, weight, gradient } = answer(lab, asked);
  expect(happened / promised).toBeCloseTo(1, 1);
  const { gradientSum } = lab.gradient(lab.at(100).parameters, { first: 0, count: 256 });
  expect(gradient).toBe(known(gradientSum[weight], "a gradient") / 256);
  const { features } = source.digits;
  const isDark = (pixel: number) =>
    Array.from({ length: 256 }, (_, i) => features[784 * i + pixel]).every((byte) => byte === 0);
  const dark = Array.from({ length: 784 }, (_, pixel) => pixel).filter(isDark).length;
  // A few others are 0 because a faint pixel times a small error is.
  expect(silent - 16 * dark).toBeGreaterThanOrEqual(0);
  expect(silent - 16 * dark).toBeLessThan(16);
  expect(dark).toBeGreaterThan(200);
  expect(ranks.at(-1)).toBe(13_001);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

test("with the same evaluations, more dimensions hurt the local search and not the gradient", () => {
  const { rows, steps } = answer(lab, { kind: "dimensions", budget: 60, seed: 1, count: 32 });
  expect(steps).toBe(20);
  expect(rows.map(({ dimension }) => dimension)).toEqual([2, 10, 100, 1_000, 13_002]);
  const bowls = rows.slice(0, -1);
  const searched = bowls.map(({ search }) => search);
  expect(searched).toEqual(searched.toSorted((a, b) => a - b));
  for (const { search, descent } of rows) expect(descent).toBeLessThan(search);
  // Gradient descent with η = 2/(λ₁ + λₙ) multiplies the distance by at most (κ − 1)/(κ + 1) a step.
  for (const { descent } of bowls) expect(descent).toBeLessThanOrEqual((9 / 11) ** 40 * 1.01);
});
