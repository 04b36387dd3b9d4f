/** @file The section about Nesterov: how far it overshoots, and that it brakes where the slopes' signs differ. */
import { expect, test } from "vitest";

import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  nesterov,
  type NesterovModel,
} from "../../../../../coordinator/learn/sections/optimizers/nesterov.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(nesterov);
const modelAt = (state: NonNullable<SceneOptions["state"]>) =>
  sceneOf(section, { state }).model as NesterovModel;

test.each([
  { beta: 0.9, rate: 1, momentum: 0.6, nag: 0.355 },
  { beta: 0.9, rate: 5, momentum: 0.84, nag: 0.2 },
  { beta: 0.5, rate: 1, momentum: 0.25, nag: 0.055 },
])("β $beta, η $rate: momentum overshoots by $momentum, Nesterov by $nag", (row) => {
  for (const start of [-1, 1]) {
    const { beyond } = modelAt({ beta: row.beta, rate: row.rate, start });
    expect(beyond.momentum).toBeCloseTo(row.momentum, 2);
    expect(beyond.nesterov).toBeCloseTo(row.nag, 2);
  }
});

test("it takes the gradient at the look-ahead point, and brakes where the signs differ", () => {
  const { nesterov: course } = modelAt({});
  let differing = 0;
  for (let step = 1; step < course.steps; step++) {
    const [w = NaN, ahead = NaN] = [course.points[step], course.takenAt[step]];
    const [before = NaN, after = NaN] = [course.first[step], course.first[step + 1]];
    expect(course.gradients[step]).toBe(ahead);
    if (Math.sign(w) === Math.sign(ahead)) continue;
    differing += 1;
    expect(Math.abs(after)).toBeLessThan(Math.abs(0.9 * before));
  }
  expect(differing).toBeGreaterThan(0);
});

test("the formula with its numbers is a step of the optimizer", () => {
  for (const step of [0, 2, 9, 30]) {
    const numbers = nesterov.formula.values(modelAt({ rate: 2 }), step);
    const { rate = NaN, beta = NaN, w = NaN, before = NaN, ahead = NaN, v = NaN } = numbers;
    expect(ahead).toBeCloseTo(w - rate * beta * before, 5);
    expect(v).toBeCloseTo(beta * before + (1 - beta) * ahead, 5);
    expect(numbers["next"]).toBeCloseTo(w - rate * v, 5);
  }
});

test("its numbers are a sentence, with the signs", () => {
  expect(section.describe(sceneOf(section, { step: 0 }))).toContain(
    "Paso 0: pendiente aquí −1,00, más adelante −1,00: sin impulso todavía.",
  );
  const told = Array.from({ length: 30 }, (_, step) =>
    section.describe(sceneOf(section, { step })),
  );
  const first = told.find((text) => text.includes("signos opuestos"));
  expect(first).toMatch(
    /pendiente aquí −0,\d\d, más adelante \+0,\d\d: signos opuestos, frena ya/u,
  );
});
