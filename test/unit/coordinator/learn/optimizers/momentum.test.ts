/** @file The section about momentum: what it says of both forms, of rates and of arriving is what the optimizer does. */
import { expect, test } from "vitest";

import { placeAt } from "../../../../../coordinator/learn/draw/path.ts";
import { stepsToShare } from "../../../../../coordinator/learn/models/arrival.ts";
import {
  bestMomentum,
  bestNesterov,
  descendRavine,
  momentumLimit,
  ravineFacts,
} from "../../../../../coordinator/learn/models/ravine.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  momentum,
  type MomentumModel,
} from "../../../../../coordinator/learn/sections/optimizers/momentum.ts";
import {
  learnKernel,
  sceneOf,
  type SceneOptions,
} from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(momentum);

function modelAt(state: NonNullable<SceneOptions["state"]>): MomentumModel {
  return sceneOf(section, { state }).model as MomentumModel;
}

test("at the best rate of plain descent, momentum takes 130 steps for its 35 (κ = 10), 264 for 346 (κ = 100)", () => {
  expect(ravineFacts(learnKernel, 10)).toMatchObject({ plain: 35, momentum: 130 });
  expect(ravineFacts(learnKernel, 100)).toMatchObject({ plain: 346, momentum: 264 });
});

test("tuned, momentum takes 56 steps and Nesterov 72 (κ = 100)", () => {
  expect(ravineFacts(learnKernel, 100)).toMatchObject({ tunedMomentum: 56, tunedNesterov: 72 });
});

test("the settings called the best are: others near them converge more slowly", () => {
  const curvatures = { along: 1, across: 100 };
  // A long way, so that the rate of convergence decides and not the first steps.
  const steps = (name: "momentum" | "nag", beta: number, rate: number) => {
    const own = name === "nag" ? { name, beta } : ({ name, beta, dampening: beta } as const);
    const optimizer = { ...own, learningRate: rate };
    const course = descendRavine(learnKernel, curvatures, optimizer, [1, 1], 400);
    return stepsToShare(course, 1e-9) ?? Infinity;
  };
  for (const [name, best] of [
    ["momentum", bestMomentum(curvatures)],
    ["nag", bestNesterov(curvatures)],
  ] as const) {
    const least = steps(name, best.beta, best.rate);
    for (const change of [0.8, 1.15]) {
      const beta = best.beta * change;
      expect(steps(name, beta, best.sumRate / (1 - beta))).toBeGreaterThan(least);
      expect(steps(name, best.beta, best.rate * (change > 1 ? 1.3 : 0.7))).toBeGreaterThan(least);
    }
  }
});

test("it diverges just above the limit of its formula, and not just below, in both forms", () => {
  for (const form of ["average", "sum"] as const) {
    for (const beta of [0, 0.5, 0.9]) {
      const { limit = NaN } = momentum.formula.values(modelAt({ form, beta }), 0);
      expect(limit).toBeCloseTo(momentumLimit(beta, form === "sum" ? 1 : 1 - beta, 10), 12);
      const size = (rate: number) => {
        const { momentum: course } = modelAt({ form, beta, rate });
        const { x, y } = placeAt(course, course.steps);
        return course.divergedAt === undefined ? Math.hypot(x, y) : Infinity;
      };
      expect(size(limit * 1.1)).toBeGreaterThan(10);
      expect(size(limit * 0.9)).toBeLessThan(10);
    }
  }
});

test("ten steps down a constant slope go 4.14 η as an average and 41.4 η as a sum", () => {
  const { travel } = modelAt({});
  expect(travel.average).toBeCloseTo(4.138, 3);
  expect(travel.sum).toBeCloseTo(41.38, 2);
});

test("as an average, v is never longer than the longest gradient", () => {
  const { momentum: course } = modelAt({ rate: 1 });
  let longest = 0;
  for (let step = 0; step < course.steps; step++) {
    longest = Math.max(longest, Math.abs(course.gradients[2 * step + 1] ?? NaN));
    expect(Math.abs(course.first[2 * step + 3] ?? NaN)).toBeLessThanOrEqual(longest * 1.000001);
  }
});

test("the formula with its numbers is a step of the optimizer", () => {
  for (const form of ["average", "sum"] as const) {
    for (const step of [0, 3, 20]) {
      const {
        beta = NaN,
        gain = NaN,
        rate = NaN,
        ...v
      } = momentum.formula.values(modelAt({ form }), step);
      const { before = NaN, g = NaN, w = NaN } = v;
      expect(v["v"]).toBeCloseTo(beta * before + gain * g, 4);
      expect(v["next"]).toBeCloseTo(w - rate * (v["v"] ?? NaN), 4);
    }
  }
});

test("its numbers are a sentence", () => {
  expect(section.describe(sceneOf(section))).toBe(
    "η = 0,18, β = 0,9: el descenso simple llega en 35 pasos; momentum llega en 130 pasos. Divergen desde η = 0,20 y 3,80.",
  );
  expect(section.describe(sceneOf(section, { state: { rate: 0.3 }, language: "en" }))).toMatch(
    /^η = 0\.30, β = 0\.9: plain descent diverges; momentum arrives in \d+ steps\./u,
  );
});
