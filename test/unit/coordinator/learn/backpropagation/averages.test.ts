/** @file The sections about averages: their tables are the kernel's gradients, their claims hold. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import {
  type Averages,
  averageRow,
  deviationOf,
  meanOf,
  orderOf,
  rowsWith,
  runningMeans,
  shareLeft,
} from "../../../../../coordinator/learn/models/averages.ts";
import { lectureLabels } from "../../../../../coordinator/learn/models/network/averages.ts";
import { digitOf } from "../../../../../coordinator/learn/models/network/observation.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  average,
  type AverageModel,
  middleOf,
  rowAt,
} from "../../../../../coordinator/learn/sections/backpropagation/average.ts";
import {
  settling,
  type SettlingModel,
  sizeAt,
} from "../../../../../coordinator/learn/sections/backpropagation/settling.ts";
import { known } from "../../../../../shared/assert.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

function tableAt(options: SceneOptions) {
  const scene = sceneOf(anySection(average), options);
  return { ...scene, model: scene.model as AverageModel } as Parameters<typeof average.describe>[0];
}

function settlingAt(options: SceneOptions) {
  const scene = sceneOf(anySection(settling), options);
  return { ...scene, model: scene.model as SettlingModel } as Parameters<
    typeof settling.describe
  >[0];
}

const { lab } = await ownLab();
const { digits } = lab.source;
const usual = tableAt({});
const settled = settlingAt({});

function gradientOf(digit: number, step: number): Float32Array {
  return lab.gradient(lab.at(step).parameters, { first: digit, count: 1 }).gradientSum;
}

test("the six pictures are the first 2, 5, 0, 4, 1 and 9, as in the lecture", () => {
  expect(usual.model.averages.six).toEqual(lectureLabels.map((label) => digitOf(digits, label)));
});

const mnistLabels = join(
  import.meta.dirname,
  "../../../../../../shared/data/mnist/train-labels-idx1-ubyte.gz",
);

test.skipIf(!existsSync(mnistLabels))(
  "on MNIST, they are the very pictures of the lecture: numbers 5, 0, 1, 2, 3 and 4",
  () => {
    // After the eight bytes of the file's header.
    const labels = Uint8Array.from(gunzipSync(readFileSync(mnistLabels)).subarray(8));
    const mnist = { count: labels.length, features: new Uint8Array(), labels };
    expect(lectureLabels.map((label) => digitOf(mnist, label))).toEqual([5, 0, 1, 2, 3, 4]);
  },
);

describe.each([
  ["untrained", 0],
  ["started", 50],
] as const)("%s", (trained, step) => {
  const { model } = tableAt({ state: { trained, parameter: 6503 } });

  test("every number of the table has the bits of the kernel's gradient of that digit", () => {
    const gradients = model.averages.six.map((digit) => gradientOf(digit, step));
    for (const { parameter, six } of model.rows) {
      expect(six).toEqual(gradients.map((gradient) => gradient[parameter]));
    }
  });

  test("the means are means: of the six, of B in their order, and of all, to 6 digits", () => {
    const { parameters } = lab.at(step);
    const all = lab.gradient(parameters, { first: 0, count: digits.count }).gradientSum;
    const order = orderOf(digits.count, 1).subarray(0, 64);
    const some = lab.gradientOver(parameters, order).gradientSum.slice();
    for (const { parameter, six, mean6, meanB, meanAll } of model.rows) {
      expect(mean6).toBeCloseTo(six.reduce((sum, each) => sum + each, 0) / 6, 12);
      expect(meanB).toBeCloseTo((some[parameter] ?? NaN) / 64, 6);
      expect(meanAll).toBeCloseTo((all[parameter] ?? NaN) / digits.count, 6);
    }
  });

  test("the bias of output 9 is p₉ − y₉: negative for the 9 alone", () => {
    const row = known(model.rows.at(-1), "a row");
    expect(row.parameter).toBe(13_001);
    expect(row.six.map(Math.sign)).toEqual([1, 1, 1, 1, 1, -1]);
    for (const [i, outputs] of model.averages.outputs.entries()) {
      expect(row.six[i]).toBeCloseTo((outputs[9] ?? NaN) - (i === 5 ? 1 : 0), 6);
    }
    const { output, bias } = average.formula.values(model, 0) as { output: number; bias: number };
    expect(bias).toBeCloseTo(output - 1, 6);
  });

  test("w₀, w₁, w₂ never learn, nor any other weight of a pixel that is always paper", () => {
    const paper = Array.from({ length: 784 }, (_, pixel) => pixel).filter((pixel) =>
      Array.from({ length: digits.count }, (_, i) => digits.features[784 * i + pixel]).every(
        (ink) => ink === 0,
      ),
    );
    expect(paper.slice(0, 3)).toEqual([0, 1, 2]);
    // A weight whose change is too small for float32 is silent, too.
    expect(model.averages.silent).toBeGreaterThanOrEqual(16 * paper.length);
    expect(model.averages.silent).toBeLessThan(16 * paper.length + 10);
    expect(model.rows.filter(({ isSilent }) => isSilent).map(({ parameter }) => parameter)).toEqual(
      [0, 1, 2],
    );
  });
});

test("a tap on a row chooses it; a tap on the head chooses none", () => {
  const { model } = usual;
  const heights = Array.from({ length: 7 }, (_, row) => 59 - 9 - 1 - (row + 0.5) * 6.1);
  expect(average.tap?.({ x: 20, y: heights[3] ?? NaN }, usual)).toEqual({ parameter: 12_551 });
  expect(average.tap?.({ x: 20, y: 58 }, usual)).toEqual({});
  expect(heights.map(rowAt)).toEqual(model.rows.map((_, row) => row));
});

test("the bet is right in the column of the 9 alone", () => {
  const truth = known(average.bet.truth(usual.model), "an answer");
  const right = Array.from({ length: 9 }, (_, column) =>
    average.bet.isRight({ x: middleOf(column), y: 0 }, truth, usual.model),
  );
  expect(right).toEqual([false, false, false, false, false, true, false, false, false]);
});

test("rows are in their order, and a row that is there already comes once", () => {
  expect(rowsWith(13_001)).toEqual([0, 1, 2, 12_551, 12_690, 12_900, 13_001]);
  expect(rowsWith(5000)).toEqual([0, 1, 2, 5000, 12_551, 12_690, 12_900, 13_001]);
});

test("the direction settles: six observations say little, and all of them everything", () => {
  const { settling: sizes } = settled.model.averages;
  const at = (size: number) =>
    known(
      sizes.find((each) => each.size === size),
      "a size",
    ).cosine;
  expect(at(6)).toBeLessThan(0.5);
  expect(at(64)).toBeGreaterThan(0.7);
  expect(sizes.at(-1)?.size).toBe(digits.count);
  expect(sizes.at(-1)?.cosine).toBeCloseTo(1, 6);
  const { needed } = settled.model;
  expect(needed).toBeGreaterThan(50);
  expect(needed).toBeLessThan(300);
  expect(sizeAt(sizes, 2)).toBe(digits.count);
});

test("the error follows σ²/B, and bends to 0 at B = N", () => {
  const { settling: sizes, variance, count } = settled.model.averages;
  for (const { size, distance } of sizes.filter((each) => each.size < count)) {
    const ratio = distance / (variance * shareLeft(size, count));
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2);
  }
  expect(shareLeft(count, count)).toBe(0);
  expect(shareLeft(1, count)).toBe(1);
  expect(sizes.at(-1)?.distance).toBeLessThan(1e-9);
});

test("the formula's σ² is the mean square distance of single gradients from their mean", () => {
  const { averages } = settled.model;
  const { parameters } = lab.at(0);
  const all = lab.gradient(parameters, { first: 0, count: digits.count }).gradientSum;
  let sum = 0;
  for (let digit = 0; digit < digits.count; digit++) {
    const gradient = gradientOf(digit, 0);
    for (let i = 0; i < all.length; i++) {
      sum += ((gradient[i] ?? NaN) - (all[i] ?? NaN) / digits.count) ** 2;
    }
  }
  expect(averages.variance / (sum / digits.count)).toBeCloseTo(1, 5);
});

test("a parameter's band holds about two thirds of its means", () => {
  const { averages, lines, spread, full } = settled.model;
  expect(spread).toBe(deviationOf(known(averages.columns[0], "a column")));
  expect(full).toBeCloseTo(meanOf(known(averages.columns[0], "a column")), 6);
  const sizes = [4, 8, 16, 32, 64, 128, 256];
  const inside = sizes.flatMap((size) =>
    lines.map((line) => {
      const error = spread * Math.sqrt(shareLeft(size, averages.count));
      return Math.abs((line[size - 1] ?? NaN) - full) <= error ? 1 : 0;
    }),
  );
  expect(meanOf(inside)).toBeGreaterThan(0.45);
  expect(meanOf(inside)).toBeLessThan(0.9);
});

test("running means end at the mean, and a mean of all has no error", () => {
  const column = Float32Array.from([1, 2, 3, 6]);
  expect(Array.from(runningMeans(column, Uint32Array.from([3, 0, 1, 2])))).toEqual([6, 3.5, 3, 3]);
  const averages = { ...usual.model.averages } satisfies Averages;
  const row = averageRow(averages, 6, { batch: averages.count, seed: 1 });
  expect(row.error).toBe(0);
  expect(row.meanB).toBeCloseTo(row.meanAll, 6);
});

test("both are described with the numbers of the picture", () => {
  expect(average.describe(usual)).toMatch(
    /^Gradiente medio de w₁₃₀₀₁: con las 6, −?0,\d+; con 64, −?0,\d+ \(± 0,\d+\); con las 1000, /u,
  );
  expect(settling.describe(settled)).toMatch(
    /B = 1, −?0,\d\d; B = 6, 0,\d\d; B = 64, 0,\d\d; B = /u,
  );
  const noise = settlingAt({ state: { view: "noise" }, step: 3, language: "en" });
  expect(settling.describe(noise)).toMatch(/^Mean error .*; B = 4, \d.*; the law promises \d/u);
  const weight = settlingAt({ state: { view: "weight" }, step: 3, language: "en" });
  expect(settling.describe(weight)).toMatch(/^w₁₃₀₀₁: the mean of 4 is /u);
});
