/** @file The sections with all 13,002 parameters: slices of the real cost, and any parameter beside a finite difference. */
import { describe, expect, test } from "vitest";

import {
  parameterIn,
  placeOfParameter,
} from "../../../../../coordinator/learn/draw/parameter-map.ts";
import { Stepper } from "../../../../../coordinator/learn/models/descent.ts";
import {
  answerSlice,
  sliceDescent,
  sliceSides,
} from "../../../../../coordinator/learn/models/network/planes/slice.ts";
import { lectureParameterCount } from "../../../../../coordinator/learn/models/parameter-place.ts";
import type { AnswerOf } from "../../../../../coordinator/learn/models/questions.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { answerTo } from "../../../../support/fixtures/learn/scene.ts";

const { lab } = await ownLab();
const sliceOf = (plane: "random" | "gradient" | "path", { step = 100, seed = 1, side = 25 } = {}) =>
  answerTo({ kind: "slice", step, plane, seed, count: 200, side }) as AnswerOf<"slice">;
const shareOf = ({ next, nextLength }: AnswerOf<"slice">) =>
  Math.hypot(next.x, next.y) / nextLength;

describe("a slice of the cost", () => {
  test("has the network's own cost in its middle, and where the path's plane says start and end are, theirs", () => {
    const range = { first: 0, count: 200 };
    for (const plane of ["random", "gradient", "path"] as const) {
      const { costs, cost } = sliceOf(plane);
      expect(costs.length).toBe(25 ** 2);
      expect(costs[(25 ** 2 - 1) / 2]).toBe(cost);
      expect(cost).toBe(lab.cost(lab.at(100).parameters, range));
    }
    const { ends, reach } = sliceOf("path");
    const [now, last] = [lab.at(100).parameters, lab.at(400).parameters];
    const length = Math.hypot(...last.map((value, i) => value - now[i]!));
    expect(Math.hypot(ends[1]!.x, ends[1]!.y)).toBeCloseTo(length, 4);
    expect(Math.max(...ends.map(({ x, y }) => Math.hypot(x, y)))).toBeLessThan(reach);
  });

  test("has the whole next step in the gradient's plane, a few percent in a random one, and part in the path's", () => {
    expect(shareOf(sliceOf("gradient"))).toBeCloseTo(1, 6);
    for (const seed of [1, 2, 3]) expect(shareOf(sliceOf("random", { seed }))).toBeLessThan(0.1);
    const share = shareOf(sliceOf("path"));
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(1);
  });

  test("has in a finer grid every place of the coarser one, to the bit, whether it was asked for before or not", () => {
    for (const plane of ["random", "path"] as const) {
      const [coarse = [], ...finer] = sliceSides
        .slice(0, 3)
        .map((side) => sliceOf(plane, { side }).costs);
      const [first, second, third] = sliceSides;
      for (const [i, side] of [second, third].entries()) {
        const every = (side - 1) / (first - 1);
        const shared = coarse.map((_, at) => {
          const [row, column] = [Math.floor(at / first), at % first];
          return finer[i]?.[row * every * side + column * every];
        });
        expect(shared).toEqual(coarse);
      }
      // Another plane in between, so that nothing of this one is kept.
      answerSlice(lab, { kind: "slice", step: 0, plane, seed: 1, count: 200, side: first });
      const alone = { kind: "slice", step: 100, plane, seed: 1, count: 200, side: second } as const;
      expect(answerSlice(lab, alone).costs).toEqual(finer[0]);
    }
  });

  test("has the way of plain descent: its cost is what the trainer's sgd reaches, and a random plane shows little of it", () => {
    const { learningRate, steps } = sliceDescent;
    const range = { first: 0, count: 200 };
    const stepper = new Stepper(lab.kernel, { name: "sgd", learningRate }, lab.at(100).parameters);
    for (let step = 0; step < steps; step++) {
      stepper.gradient.set(lab.gradient(stepper.parameters.slice(), range).gradientSum);
      stepper.step(learningRate, 200);
    }
    const now = lab.at(100).parameters;
    const gone = Math.hypot(...stepper.parameters.map((value, i) => value - now[i]!));
    const seen = (plane: "random" | "gradient") => {
      const { x, y } = sliceOf(plane).descent.places.at(-1)!;
      return Math.hypot(x, y) / gone;
    };
    const cost = lab.cost(stepper.parameters.slice(), range);
    expect(sliceOf("random").descent.cost).toBe(cost);
    expect(cost).toBeLessThan(Math.min(...sliceOf("random").costs));
    expect(sliceOf("random").descent.places).toHaveLength(steps + 1);
    expect(seen("random")).toBeLessThan(0.1);
    expect(seen("gradient")).toBeGreaterThan(0.5);
    expect(seen("gradient")).toBeLessThanOrEqual(1);
  });

  test("exists for the untrained and the trained network, whose start or end is now", () => {
    for (const step of [0, 400]) {
      for (const plane of ["random", "gradient", "path"] as const) {
        const { costs, reach } = sliceOf(plane, { step });
        expect(reach).toBeGreaterThan(0);
        expect(costs.filter((cost) => !Number.isFinite(cost))).toEqual([]);
      }
    }
  });
});

test("every one of the 13,002 parameters has a place of its own in the map, and a tap there finds it", () => {
  for (let index = 0; index < lectureParameterCount; index++) {
    expect(parameterIn(placeOfParameter(index))).toBe(index);
  }
  expect(parameterIn({ x: 28.5, y: 100 })).toBe(undefined);
});

test("the measured slope is near the gradient at ε = 0.03, and further away at 0.00001 and at 1", () => {
  const errors = [1e-5, 0.03, 1].map((epsilon) => {
    const weights = [6_501, 6_400, 5_005, 12_545, 12_600, 12_700, 12_820, 12_840, 12_900, 13_001];
    const each = weights.map((weight) => {
      const question = { kind: "parameter", step: 100, count: 256, weight, epsilon } as const;
      const { slope, gradients } = answerTo(question) as AnswerOf<"parameter">;
      return Math.abs(slope - gradients[weight]!) / Math.abs(gradients[weight]!);
    });
    return each.toSorted((a, b) => a - b)[5]!;
  });
  expect(errors[1]).toBeLessThan(0.01);
  expect(errors[0]).toBeGreaterThan(errors[1]!);
  expect(errors[2]).toBeGreaterThan(errors[1]!);
});
