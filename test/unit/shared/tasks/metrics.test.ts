/** Figures against their definitions, on numbers small enough to count by hand. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Target } from "../../../../shared/data/dataset.ts";
import type { ScoredSample } from "../../../../shared/model/network.ts";
import { binaryMetrics, classMetrics } from "../../../../shared/tasks/class-metrics.ts";
import { flagMetrics } from "../../../../shared/tasks/flag-metrics.ts";
import type { Figures, Metrics } from "../../../../shared/tasks/metrics.ts";
import { tokenMetrics } from "../../../../shared/tasks/token-metrics.ts";
import { valueFigures, valueMetrics } from "../../../../shared/tasks/value-metrics.ts";

const none = new Float32Array(0);

function sample(fields: Partial<Record<"outputs" | "targets", readonly number[]>>, more = {}) {
  return {
    outputs: Float32Array.from(fields.outputs ?? []),
    targets: fields.targets === undefined ? none : Float32Array.from(fields.targets),
    label: 0,
    predicted: 0,
    loss: 0,
    steps: 0,
    hits: 0,
    ...more,
  };
}

function sumsOf(metrics: Metrics, samples: readonly ScoredSample[]): Float32Array {
  const sums = new Float32Array(metrics.sumCount);
  for (const one of samples) metrics.add(sums, one);
  return sums;
}

function figuresOf(metrics: Metrics, samples: readonly ScoredSample[], target: Target): Figures {
  const sums = sumsOf(metrics, samples);
  return metrics.figures({ sums, samples: samples.length, target });
}

describe("classes", () => {
  const pairs = [
    [0, 0],
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 1],
  ] as const;
  const samples = pairs.map(([label, predicted]) => sample({}, { label, predicted }));

  test.each([3, 100])("of %i: macro averages are over the 3 that occur", (count) => {
    const figures = figuresOf(classMetrics(count), samples, { kind: "classes", count });
    // Class 0: 2 of 2 and 2 of 3; class 1: 1 of 3 and 1 of 1; class 2: none.
    expect(figures["accuracy"]).toBeCloseTo(3 / 5, 12);
    expect(figures["precision"]).toBeCloseTo((1 + 1 / 3 + 0) / 3, 12);
    expect(figures["recall"]).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
    expect(figures["f1"]).toBeCloseTo((4 / 5 + 2 / 4 + 0) / 3, 12);
  });

  test("up to 64 have a matrix, more have 3 counts each", () => {
    expect(classMetrics(64).sumCount).toBe(4096);
    expect(classMetrics(65).sumCount).toBe(195);
    const sums = [...sumsOf(classMetrics(3), samples)];
    expect(sums.slice(0, 9)).toEqual([2, 1, 0, 0, 1, 0, 0, 1, 0]);
  });
});

describe("two classes", () => {
  const target = { kind: "classes", count: 2 } as const;

  test("have precision, recall and F1 of class 1", () => {
    const samples = [
      [1, 1, 2],
      [1, 0, -1],
      [0, 1, 0.5],
      [0, 0, -3],
    ].map(([label, predicted, logit]) => sample({ outputs: [logit!] }, { label, predicted }));
    const figures = figuresOf(binaryMetrics(true), samples, target);
    expect(figures).toMatchObject({ accuracy: 0.5, precision: 0.5, recall: 0.5, f1: 0.5 });
    // Of the pairs (2, 0.5), (2, −3), (−1, 0.5), (−1, −3) three are in the right order.
    expect(figures["auc"]).toBe(0.75);
  });

  test("have no AUC without samples of both", () => {
    const samples = [sample({ outputs: [1] }, { label: 1, predicted: 1 })];
    expect(figuresOf(binaryMetrics(true), samples, target)).not.toHaveProperty("auc");
  });

  test("with scores on bins, the AUC is the share of pairs in the right order, one or two outputs", () => {
    const scored = fc.record({ label: fc.nat(1), eighths: fc.integer({ min: -128, max: 127 }) });
    fc.assert(
      fc.property(fc.array(scored, { minLength: 2, maxLength: 30 }), (all) => {
        const [ones, zeros] = [1, 0].map((label) => all.filter((one) => one.label === label));
        fc.pre(ones!.length > 0 && zeros!.length > 0);
        const won = ones!.flatMap((one) =>
          zeros!.map((zero) => (Math.sign(one.eighths - zero.eighths) + 1) / 2),
        );
        const expected = won.reduce((sum, part) => sum + part, 0) / won.length;
        for (const outputs of [(x: number) => [x], (x: number) => [1, 1 + x]]) {
          const samples = all.map(({ label, eighths }) =>
            sample({ outputs: outputs(eighths / 8) }, { label }),
          );
          const { auc } = figuresOf(binaryMetrics(true), samples, target);
          expect(auc).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  test("scores beyond the bins count in the outermost", () => {
    const metrics = binaryMetrics(false);
    const sums = sumsOf(
      metrics,
      [-Infinity, -9, 0, 0.999, 7, Infinity].map((x) => sample({ outputs: [x] })),
    );
    const bins = [...sums.subarray(4, 260)];
    expect([bins[0], bins[128], bins[255]]).toEqual([2, 1, 3]);
  });
});

test("flags: accuracy is the mean over flags, F1 that of yes", () => {
  const target = { kind: "flags", count: 2 } as const;
  const samples = [
    sample({ outputs: [3, -1], targets: [1, 0] }),
    sample({ outputs: [0, 2], targets: [1, 1] }),
    sample({ outputs: [-2, 1], targets: [0, 0] }),
  ];
  const figures = figuresOf(flagMetrics(2, 0), samples, target);
  // 0 is not above the threshold.
  expect(figures["accuracy"]).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  expect(figures["precision"]).toBeCloseTo((1 + 1 / 2) / 2, 12);
  expect(figures["recall"]).toBeCloseTo((1 / 2 + 1) / 2, 12);
  expect(figures["f1"]).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  expect(figuresOf(flagMetrics(2, -0.5), samples, target)["accuracy"]).toBeCloseTo(5 / 6, 12);
});

describe("numbers", () => {
  const scales = [
    { mean: 100, scale: 10 },
    { mean: 0, scale: 1 },
  ];
  const target = { kind: "values", count: 2, scales } as const;
  const samples = [
    sample({ outputs: [1, 2], targets: [0, 2] }),
    sample({ outputs: [-1, 3], targets: [1, 2] }),
    sample({ outputs: [0, 2], targets: [-1, 2] }),
  ];

  test("RMSE and MAE are in the units of the data, R² compares with the mean", () => {
    const sums = sumsOf(valueMetrics(2), samples);
    const [first, second] = valueFigures({ sums, samples: 3, target }, 2);
    expect(first!.rmse).toBeCloseTo(10 * Math.sqrt((1 + 4 + 1) / 3), 5);
    expect(first!.mae).toBeCloseTo((10 * (1 + 2 + 1)) / 3, 5);
    expect(first!.r2).toBeCloseTo(1 - 6 / 2, 5);
    expect(second).toMatchObject({ mae: expect.closeTo(1 / 3, 5), r2: 0 });
  });

  test("the figures of several are their means", () => {
    const figures = figuresOf(valueMetrics(2), samples, target);
    expect(figures["mae"]).toBeCloseTo((40 / 3 + 1 / 3) / 2, 5);
    expect(figures["r2"]).toBeCloseTo(-1, 5);
  });

  test("without scales are those of the values themselves", () => {
    const plain = figuresOf(valueMetrics(2), samples, { kind: "values", count: 2 });
    expect(plain["mae"]).toBeCloseTo((4 / 3 + 1 / 3) / 2, 5);
  });
});

test("tokens: perplexity and bits follow from the mean loss, accuracy from the steps", () => {
  const samples = [
    sample({}, { loss: 2, steps: 8, hits: 3 }),
    sample({}, { loss: 1, steps: 8, hits: 6 }),
  ];
  const figures = figuresOf(tokenMetrics, samples, { kind: "tokens", count: 9 });
  expect(figures["perplexity"]).toBeCloseTo(Math.exp(1.5), 5);
  expect(figures["bits"]).toBeCloseTo(1.5 / Math.log(2), 12);
  expect(figures["accuracy"]).toBe(9 / 16);
});
