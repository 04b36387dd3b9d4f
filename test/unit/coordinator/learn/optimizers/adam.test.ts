/** @file The section about Adam: with both hats it is the optimizer to the bit, and without them it is what it says. */
import { expect, test } from "vitest";

import { descend } from "../../../../../coordinator/learn/models/descent.ts";
import { adamBetas, adamWithHats } from "../../../../../coordinator/learn/models/hats.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import { adam, type AdamModel } from "../../../../../coordinator/learn/sections/optimizers/adam.ts";
import {
  learnKernel,
  sceneOf,
  type SceneOptions,
} from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(adam);
const modelAt = (state: NonNullable<SceneOptions["state"]>) =>
  sceneOf(section, { state }).model as AdamModel;
const first = (moves: Float32Array, count = 3) =>
  Array.from(moves.subarray(0, count), (move) => Number((-move).toFixed(2)));

test("with both hats, m, v and the first step are those of the optimizer, to the bit", () => {
  for (const gradient of ["steady", "alternating", "noisy"]) {
    const { gradients } = modelAt({ gradient });
    const hats = adamWithHats(learnKernel, gradients, { m: true, v: true });
    const course = descend(learnKernel, {
      optimizer: { name: "adam", learningRate: 1, ...adamBetas },
      start: [0],
      steps: gradients.length,
      gradient: (_, into, step) => into.fill(gradients[step] ?? NaN),
    });
    expect(hats.m).toEqual(course.first.slice(1));
    expect(hats.v).toEqual(course.second.slice(1));
    expect(hats.moves[0]).toBe(course.points[1]);
    for (const [step, move] of hats.moves.entries()) {
      const between = (course.points[step + 1] ?? NaN) - (course.points[step] ?? NaN);
      expect(Math.abs(move - between)).toBeLessThan(1e-5);
    }
  }
});

test("on a steady gradient the first steps are 1 η; without m's hat 0.10, 0.19, 0.27; without both 3.16, 4.25, 4.95, at most 6.6", () => {
  const { courses, steady } = modelAt({});
  expect(first(courses.both.moves)).toEqual([1, 1, 1]);
  expect(first(steady.literal)).toEqual([0.1, 0.19, 0.27]);
  expect(first(steady.none)).toEqual([3.16, 4.25, 4.95]);
  expect(Math.max(...Array.from(steady.none, (move) => -move))).toBeCloseTo(6.57, 2);
  expect(first(courses.onlyM.moves, 1)).toEqual([31.62]);
});

test("on an alternating gradient Adam's step is 0.053 η and RMSprop's 1 η", () => {
  const { alternating } = modelAt({ gradient: "alternating" });
  expect(alternating.adam).toBeCloseTo(0.053, 3);
  expect(alternating.rmsprop).toBeCloseTo(1, 2);
});

test("the formula with its numbers is the step, with either hat on or off", () => {
  for (const hatM of ["on", "off"]) {
    for (const hatV of ["on", "off"]) {
      for (const step of [1, 3, 50]) {
        const model = modelAt({ hatM, hatV, gradient: "noisy" });
        const numbers = adam.formula.values(model, step);
        const { m = NaN, v = NaN, mUsed = NaN, vUsed = NaN } = numbers;
        expect(numbers["mHat"]).toBeCloseTo(m / (1 - 0.9 ** step), 10);
        expect(numbers["vHat"]).toBeCloseTo(v / (1 - 0.999 ** step), 10);
        expect(mUsed).toBe(hatM === "on" ? numbers["mHat"] : m);
        expect(vUsed).toBe(hatV === "on" ? numbers["vHat"] : v);
        const move = numbers["move"] ?? NaN;
        expect(move / (mUsed / (Math.sqrt(vUsed) + 1e-8))).toBeCloseTo(1, 4);
      }
    }
  }
});

test("its numbers are a sentence", () => {
  const state = { hatM: "off" };
  expect(section.describe(sceneOf(section, { state, step: 1 }))).toBe(
    "Paso 1: m = 0,1, m̂ = 1; v = 0,001, v̂ = 1. El paso mide 0,10 η; con gorros, 1,00 η; RMSprop, 3,16 η.",
  );
});
