/** @file The section about RMSprop: the length of its steps, what they do not depend on, and where they end. */
import { expect, test } from "vitest";

import { placeAt } from "../../../../../coordinator/learn/draw/path.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  rmsprop,
  type RmspropModel,
} from "../../../../../coordinator/learn/sections/optimizers/rmsprop.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(rmsprop);
const modelAt = (state: NonNullable<SceneOptions["state"]>) =>
  sceneOf(section, { state }).model as RmspropModel;

test("the first step is η/√(1 − β) = 3.16 η for either weight, whatever the gradient", () => {
  for (const rate of [0.02, 0.1]) {
    for (const scale of ["once", "thousand"]) {
      const { rmsprop: course } = modelAt({ rate, scale });
      const [from, to] = [placeAt(course, 0), placeAt(course, 1)];
      expect(Math.abs(to.x - from.x) / rate).toBeCloseTo(3.162, 3);
      expect(Math.abs(to.y - from.y) / rate).toBeCloseTo(3.162, 3);
    }
  }
  expect(rmsprop.formula.values(modelAt({}), 0)["first"]).toBeCloseTo(0.3162, 4);
});

test("a cost 1000 times as large leaves its steps, and sends plain descent away", () => {
  const [one, other] = [modelAt({}), modelAt({ scale: "thousand" })];
  for (let step = 0; step <= 30; step++) {
    const [a, b] = [placeAt(one.rmsprop, step), placeAt(other.rmsprop, step)];
    expect(b.x).toBeCloseTo(a.x, 4);
    expect(b.y).toBeCloseTo(a.y, 4);
  }
  expect(Math.abs(placeAt(one.plain, 10).y)).toBeLessThan(0.01);
  expect(Math.abs(placeAt(other.plain, 10).y)).toBeGreaterThan(1e9);
});

test("in the end it hops by half of η to either side", () => {
  for (const rate of [0.05, 0.1, 0.2]) expect(modelAt({ rate }).hop / rate).toBeCloseTo(0.5, 2);
});

test("v is no variance: gradients that alternate have the same as gradients that do not", () => {
  const { steady, alternating } = modelAt({}).squares;
  expect(alternating).toBe(steady);
  expect(steady).toBeCloseTo(1 - 0.9 ** 30, 5);
});

test("after five steps both weights have gone almost as far, though one gradient is 56 times the other", () => {
  const { quiz } = modelAt({});
  const [along, across] = [Math.abs(quiz.x + 2.5), Math.abs(quiz.y - 1.4)];
  expect(along / across).toBeGreaterThan(0.8);
  expect(along / across).toBeLessThan(1.25);
  expect(section.values(sceneOf(section))["ratio"]).toBe("56");
});

test("the formula with its numbers is a step of the optimizer", () => {
  for (const step of [0, 4, 29]) {
    const numbers = rmsprop.formula.values(modelAt({}), step);
    const { before = NaN, g = NaN, v = NaN, w = NaN, rate = NaN, next } = numbers;
    expect(v).toBeCloseTo(0.9 * before + 0.1 * g * g, 5);
    expect(next).toBeCloseTo(w - (rate / (1e-8 + Math.sqrt(v))) * g, 5);
  }
});

test("its numbers are a sentence", () => {
  expect(section.describe(sceneOf(section, { step: 0 }))).toBe(
    "Paso 1. A lo largo: gradiente −0,38, tasa 0,84, paso 0,32. A lo ancho: gradiente 21, tasa 0,015, paso −0,32.",
  );
});
