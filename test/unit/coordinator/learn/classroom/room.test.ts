/** @file What the devices of a class compute, on the page's own network. */
import { expect, test } from "vitest";

import { tableParameters } from "../../../../../coordinator/learn/models/averages.ts";
import { activationsOf } from "../../../../../coordinator/learn/models/lecture-network.ts";
import { guessOf, mistakeOf, worstOf } from "../../../../../coordinator/learn/models/mistake.ts";
import { answer } from "../../../../../coordinator/learn/models/network/answers.ts";
import { pixelsOf } from "../../../../../coordinator/learn/models/network/observation.ts";
import { drawingText } from "../../../../../coordinator/learn/state/drawing.ts";
import { known } from "../../../../../shared/assert.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";

const { lab, source } = await ownLab();
const trained = 400;

function logitsOf(parameters: ArrayLike<number>, pixels: ArrayLike<number>): readonly number[] {
  return Array.from(known(activationsOf(parameters, pixels).at(-1), "outputs"), Math.log);
}

test("a rate gives the same cost as in the section with all rates, wherever it is computed", () => {
  for (const optimizer of ["sgd", "momentum", "adam"] as const) {
    const { curve } = answer(lab, { kind: "rates", optimizer, quiz: optimizer, steps: 20 });
    for (const rate of [2 ** -6, 0.5, 2 ** 6]) {
      const one = answer(lab, { kind: "rate", optimizer, rate, steps: 20 });
      const row = curve.rows.find((each) => each.rate === rate);
      expect(one.cost).toBe(row?.cost);
      expect(one.first).toBe(curve.first);
    }
  }
});

test.each([
  ["sgd", [0.002, 1, 64]],
  ["momentum", [0.002, 1, 64]],
  ["nag", [0.002, 1, 64]],
  ["rmsprop", [3e-5, 0.01, 1]],
  ["adam", [3e-5, 0.01, 1]],
] as const)("rates of %s make a U: too low is slow, too high ends worse", (optimizer, rates) => {
  const costs = rates.map((rate) => answer(lab, { kind: "rate", optimizer, rate, steps: 60 }));
  const [low, good, high] = costs.map(({ cost }) => cost ?? Infinity) as [number, number, number];
  expect(good).toBeLessThan(low);
  expect(good).toBeLessThan(high);
  expect(low).toBeLessThan(costs[0]!.first);
});

test("drawings of the data's own digits are read as well as the data, and their labels are theirs", () => {
  const { labels, count } = source.digits;
  const picked = Array.from({ length: 60 }, (_, i) => i);
  const pictures = picked.map((i) => drawingText(labels[i] ?? 0, pixelsOf(source.digits, i)));
  const { readings, accuracy, step } = answer(lab, { kind: "readings", step: 1e9, pictures });
  expect([step, count, readings.length]).toEqual([trained, 1_000, 60]);
  expect(readings.map(({ label }) => label)).toEqual(picked.map((i) => labels[i]));
  const right = readings.filter((reading) => guessOf(reading).digit === reading.label).length;
  expect(accuracy).toBeGreaterThan(0.9);
  expect(right / 60).toBeGreaterThan(0.8);
});

const reading = (label: number, outputs: number[]) => ({
  label,
  outputs: Float32Array.from(outputs),
  pixels: new Float32Array(784),
});

test("of readings, the wrong one that is surest is the worst; right ones are none", () => {
  const readings = [
    reading(0, [0.9, 0.1]),
    reading(0, [0.4, 0.6]),
    reading(1, [0.7, 0.3]),
    reading(1, [0.2, 0.8]),
  ];
  expect(worstOf(readings)).toBe(2);
  expect(worstOf([readings[0]!, readings[3]!])).toBe(undefined);
});

test("a mistake taken apart: neurons and biases add up to the lead, and pixels are its slopes times their ink", () => {
  const { parameters } = lab.at(trained);
  const pixels = pixelsOf(source.digits, 3);
  const [read, drawn] = [8, 3];
  const { lead, units, bias, pixels: parts } = mistakeOf(parameters, pixels, { read, drawn });
  const logits = logitsOf(parameters, pixels);
  expect(lead).toBeCloseTo((logits[read] ?? NaN) - (logits[drawn] ?? NaN), 9);
  expect(units.reduce((sum, each) => sum + each, bias)).toBeCloseTo(lead, 12);
  const h = 1e-4;
  const lit = Array.from(pixels.keys()).filter((i) => (pixels[i] ?? 0) > 0.3);
  for (const i of lit.filter((_, n) => n % 9 === 0)) {
    const [ahead, behind] = [h, -h].map((by) => {
      const moved = Float64Array.from(pixels);
      moved[i] = (moved[i] ?? 0) + by;
      const at = logitsOf(parameters, moved);
      return (at[read] ?? NaN) - (at[drawn] ?? NaN);
    });
    const slope = ((ahead ?? NaN) - (behind ?? NaN)) / (2 * h);
    expect(parts[i]).toBeCloseTo(slope * (pixels[i] ?? NaN), 6);
  }
  expect(parts[0]).toBeCloseTo(0, 12);
});

test("columns of all digits have the mean that each of them is compared with, to 5 digits", () => {
  const { count, labels, features } = source.digits;
  const sums = tableParameters.map(() => 0);
  let means: readonly number[] = [];
  for (let i = 0; i < count; i++) {
    const pixels = Array.from(features.subarray(784 * i, 784 * (i + 1)));
    const label = labels[i] ?? 0;
    const observation = i % 2 === 0 ? { digit: i } : { label, pixels };
    const question = {
      kind: "column",
      step: 20,
      observation,
      parameters: tableParameters,
    } as const;
    const column = answer(lab, question);
    expect(column.label).toBe(label);
    for (const [row, value] of column.values.entries()) sums[row] = (sums[row] ?? 0) + value;
    means = column.means;
    expect(Math.abs(column.cosine)).toBeLessThanOrEqual(1);
    // The last row is p₉ − y₉.
    const p = column.outputs[9] ?? NaN;
    expect(column.values.at(-1)).toBeCloseTo(label === 9 ? p - 1 : p, 6);
  }
  for (const [row, sum] of sums.entries()) expect(sum / count).toBeCloseTo(means[row] ?? NaN, 5);
  // The first three never learn.
  expect(sums.slice(0, 3)).toEqual([0, 0, 0]);
});
