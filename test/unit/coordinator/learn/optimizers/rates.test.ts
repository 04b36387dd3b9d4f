/** @file The rate of the page's network: its curve is what training gives, and the curvature is that of the cost. */
import { expect, test } from "vitest";

import { answerRates } from "../../../../../coordinator/learn/models/network/training/rates.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  rates,
  type RatesModel,
} from "../../../../../coordinator/learn/sections/optimizers/rates.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(rates);
const { lab } = await ownLab();
const modelOf = (optimizer: string) =>
  sceneOf(section, { state: { optimizer } }).model as RatesModel;

test("one step at a rate near 0 lowers the cost by what the gradients promise", () => {
  const { curve } = answerRates(lab, { kind: "rates", optimizer: "sgd", quiz: "sgd", steps: 1 });
  const { parameters } = lab.at(0);
  const batch = lab.gradient(parameters, { first: 0, count: 50 }).gradientSum;
  const all = lab.gradient(parameters, { first: 0, count: 1000 }).gradientSum;
  const product = batch.reduce((sum, each, i) => sum + (each / 50) * ((all[i] ?? NaN) / 1000), 0);
  const [{ rate, cost } = { rate: NaN, cost: null }] = curve.rows;
  expect((curve.first - (cost ?? NaN)) / (rate * product)).toBeCloseTo(1, 1);
});

test("no direction that is tried is more curved than λ", () => {
  const { answer } = modelOf("sgd");
  const { parameters } = lab.at(0);
  const range = { first: 0, count: 250 };
  const { gradientSum } = lab.gradient(parameters, range);
  const length = Math.hypot(...gradientSum);
  const h = 0.05;
  const cost = (times: number) =>
    lab.cost(
      parameters.map((w, i) => w + (times * h * (gradientSum[i] ?? NaN)) / length),
      range,
    );
  const curvature = (cost(1) - 2 * cost(0) + cost(-1)) / h ** 2;
  expect(curvature).toBeGreaterThan(0.01);
  expect(curvature).toBeLessThan(answer.curvature * 1.02);
});

test("each method has a best rate inside of the grid, with worse ones on either side", () => {
  const bests = ["sgd", "momentum", "adam"].map((optimizer) => {
    const { answer, best, worse } = modelOf(optimizer);
    const costs = answer.curve.rows.map(({ cost }) => cost ?? Infinity);
    expect(best.cost).toBe(Math.min(...costs));
    expect(costs[0]).toBeGreaterThan((best.cost ?? NaN) + 0.5);
    expect(costs.at(-1)).toBeGreaterThan((best.cost ?? NaN) + 0.5);
    expect(worse).toBeGreaterThan(best.rate);
    return best.rate;
  });
  expect(bests).toEqual([4, 8, 0.0625]);
});

test("its numbers are a sentence, and its formula has them", () => {
  const scene = sceneOf(section);
  expect(section.describe(scene)).toMatch(
    /^Con η = 0,5, 60 pasos llevan el costo de 2,45 a 2,0\d\. Con descenso simple, la mejor es 4 \(0,78\); desde 16,/u,
  );
  const { best, curvature = NaN, limit } = rates.formula.values(scene.model as RatesModel, 0);
  expect(best).toBe(4);
  expect(limit).toBe(2 / curvature);
});
