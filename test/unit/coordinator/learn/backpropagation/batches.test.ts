/** @file The section about batches: its courses are those of runs, its claims hold for the page's own network. */
import { expect, test } from "vitest";

import { ownConfig } from "../../../../../coordinator/learn/models/network/lecture.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  batches,
  type BatchesModel,
  placeAt,
} from "../../../../../coordinator/learn/sections/backpropagation/batches.ts";
import { known } from "../../../../../shared/assert.ts";
import { instantiateKernel } from "../../../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../../../support/fixtures/kernel-wasm.ts";
import { ownDataset, ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";
import { DirectRun } from "../../../../support/trainers/direct-run.ts";

function sceneAt(options: SceneOptions) {
  const scene = sceneOf(anySection(batches), options);
  return { ...scene, model: scene.model as BatchesModel } as Parameters<typeof batches.describe>[0];
}

const usual = sceneAt({ state: {} });

test("a course of 8 steps with batches of 500 ends at the parameters of a run", async () => {
  const wasm = await loadKernelWasm();
  const { lab } = await ownLab();
  const config = {
    ...ownConfig,
    optimizer: { name: "sgd", learningRate: 1 },
    seed: 1,
    batchSize: 500,
    shardSize: 500,
    epochs: 4,
  } as const;
  const run = new DirectRun({
    config,
    dataset: ownDataset(),
    createKernel: () => instantiateKernel(wasm),
    workers: 1,
  });
  run.finish();
  const { model } = sceneAt({ state: { batch: 500 } });
  const end = known(placeAt(model.courses.mini, "digits", 4000), "a place");
  expect(end.steps).toBe(8);
  expect(end.cost).toBe(lab.cost(run.store.parameters.slice(), { first: 0, count: 1000 }));
});

test("the bet: 4 steps of the whole batch hardly lower the cost, 200 of mini-batches do", () => {
  const { model } = usual;
  const ends = (["stochastic", "mini", "full"] as const).map((name) =>
    known(placeAt(model.courses[name], "digits", 4000), name),
  );
  expect(ends.map(({ steps }) => steps)).toEqual([4000, 200, 4]);
  const [one = NaN, mini = NaN, full = NaN] = ends.map(({ cost }) => cost);
  expect(mini).toBeLessThan(0.5);
  expect(mini).toBeLessThan(one);
  expect(full).toBeGreaterThan(2.1);
  expect(batches.bet.truth(model)?.y).toBe(full);
});

test("in 40 steps, the batch gets at least as far as the mini-batch and further than one digit", () => {
  const { model } = sceneAt({ state: { axis: "steps" } });
  const [one = NaN, mini = NaN, full = NaN] = (["stochastic", "mini", "full"] as const).map(
    (name) => placeAt(model.courses[name], "steps", 40)?.cost,
  );
  expect(full).toBeLessThan(mini);
  expect(mini).toBeLessThan(one);
});

test("the formula's steps are those that were taken, also where the last batch is smaller", () => {
  for (const batch of [20, 300, 1000]) {
    const { model } = sceneAt({ state: { batch } });
    const { steps } = batches.formula.values(model, 40);
    const digits = (steps as number) <= 40 ? 4000 : Infinity;
    const places = model.courses.mini.places;
    const end = places.find((place) => place.digits >= Math.min(digits, 4000));
    expect(end?.steps).toBe(steps);
  }
});

test("it is described with the numbers of the picture", () => {
  expect(batches.describe(usual)).toMatch(
    /^Tras 4000 dígitos, con η = 1: estocástico \d,\d\d; mini-batch de 20, 0,\d\d; batch 2,\d\d\.$/u,
  );
  const bySteps = sceneAt({ state: { axis: "steps" }, language: "en", step: 10 });
  expect(batches.describe(bySteps)).toMatch(/^After 10 steps, with η = 1: stochastic \d/u);
});
