/** @file The effective rates: from the optimizer's own state, for every parameter of the network. */
import { describe, expect, test } from "vitest";

import { Stepper } from "../../../../../coordinator/learn/models/descent.ts";
import {
  answerEffective,
  effectiveMoments,
} from "../../../../../coordinator/learn/models/network/training/effective.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  effective,
  type EffectiveModel,
} from "../../../../../coordinator/learn/sections/optimizers/effective.ts";
import { known } from "../../../../../shared/assert.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(effective);
const { lab } = await ownLab();
const count = 13_002;

describe.each(["rmsprop", "adam"] as const)("%s", (optimizer) => {
  const { moments, learningRate, epsilon } = answerEffective(lab, { kind: "effective", optimizer });

  test("counts all 13,002 parameters at every moment, and those without a gradient apart", () => {
    expect(moments.map(({ steps }) => steps)).toEqual([...effectiveMoments]);
    for (const { counts, silent, quantiles } of moments) {
      expect(counts.reduce((sum, each) => sum + each, silent)).toBe(count);
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      // Whoever has heard anything has a lower rate than whoever has not.
      expect(quantiles[4]).toBeLessThan(learningRate / epsilon);
    }
    const silents = moments.map(({ silent }) => silent);
    expect(silents).toEqual(silents.toSorted((a, b) => b - a));
  });

  test("after 10 steps, rate and state give the very step that the kernel takes next", () => {
    const config =
      optimizer === "adam"
        ? ({ name: "adam", learningRate, beta1: 0.9, beta2: 0.999, epsilon } as const)
        : ({ name: "rmsprop", learningRate, beta: 0.9, epsilon } as const);
    const stepper = new Stepper(lab.kernel, config, lab.at(0).parameters);
    const before = new Float32Array(count);
    const gradient = new Float32Array(count);
    for (let step = 0; step < 10; step++) {
      before.set(stepper.parameters);
      gradient.set(lab.gradient(before, { first: 50 * step, count: 50 }).gradientSum);
      stepper.gradient.set(gradient);
      stepper.step(learningRate, 50);
    }
    const isAdam = optimizer === "adam";
    const { first, second } = stepper.state;
    const squares = isAdam ? second : first;
    const correction = isAdam ? 1 - 0.999 ** 10 : 1;
    const push = (i: number) =>
      isAdam ? (first[i] ?? NaN) / (1 - 0.9 ** 10) : (gradient[i] ?? NaN) / 50;
    const rates = Array.from(squares, (v) => learningRate / (Math.sqrt(v / correction) + epsilon));
    for (const [i, rate] of rates.entries()) {
      const moved = (before[i] ?? NaN) - (stepper.parameters[i] ?? NaN);
      expect(Math.abs(moved - rate * push(i))).toBeLessThan(1e-6);
    }
    const heard = rates.filter((_, i) => (squares[i] ?? 0) > 0).toSorted((a, b) => a - b);
    const now = known(moments[1], "after 10 steps");
    expect(now.silent).toBe(count - heard.length);
    expect(now.quantiles[0]).toBe(heard[0]);
    expect(now.quantiles[4]).toBe(heard.at(-1));
  });
});

test("the first step of every parameter is 1 η with Adam, and 3.16 η with RMSprop", () => {
  const [adam, rmsprop] = (["adam", "rmsprop"] as const).map((optimizer) => {
    return answerEffective(lab, { kind: "effective", optimizer }).moments[0]?.moved;
  });
  expect(adam).toBeCloseTo(1, 4);
  expect(rmsprop).toBeCloseTo(Math.sqrt(10), 3);
});

test("its numbers are a sentence, and its formula has them", () => {
  const scene = sceneOf(section);
  expect(section.describe(scene)).toBe(
    "Adam, 100 pasos: la mitad de las tasas está entre 15 y 230, y la mayor es 4.400.000 veces la menor. 3536 de 13.002 pesos nunca tuvieron gradiente: tasa 2.000.000, paso 0.",
  );
  const values = effective.formula.values(scene.model as EffectiveModel, 0);
  const { rate = NaN, square = NaN, epsilon = NaN } = values;
  expect(values["median"]).toBeCloseTo(rate / (Math.sqrt(square) + epsilon), 9);
  expect(values["dead"]).toBe(rate / epsilon);
});
