/** @file How compared runs are told apart, and which is best. */
import { expect, test } from "vitest";

import { bestOf } from "../../../../../coordinator/dashboard/charts/best-run.ts";
import { lookOf, runNames } from "../../../../../coordinator/dashboard/charts/run-names.ts";
import { placeOn } from "../../../../../coordinator/dashboard/charts/x-axis.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";

const base = testConfig({ layers: [12, 5, 3] });
const labelOf = (key: string) => `<${key}>`;

const scored = (number: number, split: "test" | "validation", metrics: Record<string, number>) => ({
  number,
  score: { split, loss: 1, metrics },
});

test("a run is named by the settings in which it differs, and by nothing else", () => {
  const adam = {
    name: "adam",
    learningRate: 0.25,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  } as const;
  const search = { name: "local-search", candidates: 6, sigma: 0.05 } as const;
  const runs = [
    { number: 1, config: { ...base, optimizer: { name: "sgd", learningRate: 0.5 } as const } },
    { number: 2, config: { ...base, optimizer: adam } },
    { number: 3, config: { ...base, optimizer: search } },
    { number: 4 },
  ];
  const names = runNames(runs, labelOf);
  expect(names.get(1)).toBe("#1 sgd, <learningRate> 0.5");
  expect(names.get(2)).toBe("#2 adam, <learningRate> 0.25");
  expect(names.get(3)).toBe("#3 local-search");
  expect(names.get(4)).toBe("#4");
  const inSpanish = runNames(runs, labelOf, ",");
  expect(inSpanish.get(2)).toBe("#2 adam, <learningRate> 0,25");
  // The widths of a network are a list, and keep their commas.
  const deep = { ...base, model: testConfig({ layers: [12, 6, 3] }).model };
  const widths = runNames(
    [
      { number: 1, config: base },
      { number: 2, config: deep },
    ],
    labelOf,
    ",",
  );
  expect(widths.get(2)).toBe("#2 <layers> 12,6,3");
});

test("a setting that one run leaves at its default is a difference", () => {
  const runs = [
    { number: 1, config: base },
    { number: 2, config: { ...base, clipNorm: 1 } },
  ];
  expect([...runNames(runs, labelOf).values()]).toEqual(["#1", "#2 <clipNorm> 1"]);
});

test("equal runs have only their numbers", () => {
  const runs = [1, 2].map((number) => ({ number, config: base }));
  expect([...runNames(runs, labelOf).values()]).toEqual(["#1", "#2"]);
});

test("sixteen runs in a row have sixteen lines", () => {
  const looks = Array.from({ length: 16 }, (_, i) => JSON.stringify(lookOf(i + 3)));
  expect(new Set(looks).size).toBe(16);
});

test("steps of other batch sizes meet at the same epoch and sample", () => {
  const [small, large] = [
    { steps: 100, samples: 1000 },
    { steps: 10, samples: 1000 },
  ];
  expect(placeOn("epoch", small, 50, 9)).toBe(placeOn("epoch", large, 5, 1));
  expect(placeOn("samples", small, 50, 9)).toBe(500);
  expect([placeOn("step", small, 50, 9), placeOn("time", small, 50, 9)]).toEqual([50, 9]);
});

test("the best run has the highest accuracy, or the smallest error, of the same split", () => {
  const accuracies = [scored(1, "test", { accuracy: 0.8 }), scored(2, "test", { accuracy: 0.9 })];
  expect(bestOf(accuracies)).toBe(2);
  expect(bestOf([scored(1, "test", { rmse: 2 }), scored(2, "test", { rmse: 3 })])).toBe(1);
  expect(bestOf([...accuracies, scored(3, "validation", { accuracy: 0.99 })])).toBeUndefined();
  expect(
    bestOf([scored(1, "test", { accuracy: 0.8 }), { number: 2, score: null }]),
  ).toBeUndefined();
});
