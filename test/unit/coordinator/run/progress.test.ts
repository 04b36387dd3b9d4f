/** @file The numbers that a run shows about itself. */
import { describe, expect, test } from "vitest";

import { Progress } from "../../../../coordinator/run/progress.ts";

const batch = { lossSum: 128, correct: 16, samples: 64 };
const evaluation = {
  split: "test",
  step: 10,
  epoch: 1,
  loss: 0.5,
  metrics: { accuracy: 0.9 },
  sums: [9, 1, 0, 10],
} as const;
const score = { split: "test", loss: 1, metrics: { accuracy: 0.6 } } as const;

describe("Progress", () => {
  test("shows nothing before the first step", () => {
    const { trainLoss, trainAccuracy, trainCurve, averageRates } = new Progress();
    expect({ trainLoss, trainAccuracy, trainCurve }).toEqual({
      trainLoss: null,
      trainAccuracy: null,
      trainCurve: [],
    });
    expect(averageRates).toEqual({ samplesPerSecond: 0, stepsPerSecond: 0 });
  });

  test("shows 2 epochs of an earlier process as points of its curves, and the evaluation after them", () => {
    const state = { trainingMs: 3_000, epochTotals: { lossSum: 0, correct: 0, samples: 0 } };
    const progress = new Progress({
      ...state,
      evaluation: { ...evaluation, step: 30 },
      finalTest: null,
      bestLoss: 0.5,
    });
    const epoch = { trainAccuracy: 0.5, score, learningRate: 0.1 };
    progress.recall([
      { ...epoch, step: 10, seconds: 1, trainLoss: 3 },
      { ...epoch, step: 20, seconds: 2, trainLoss: 2 },
    ]);
    expect(progress.trainCurve).toEqual([
      { step: 9, loss: 3 },
      { step: 19, loss: 2 },
    ]);
    expect(progress.testCurve.map(({ step }) => step)).toEqual([10, 20, 30]);
    expect([progress.trainLoss, progress.trainAccuracy]).toEqual([2, 0.5]);
    progress.addStep(30, batch, 2);
    expect(progress.history.thinned(10)).toEqual([
      [10, 1, 3, 0.5],
      [20, 2, 2, 0.5],
      [31, 3.002, 2, 0.25],
    ]);
  });

  test("keeps at most 512 points of 5,000 epochs of an earlier process, and goes on from them", () => {
    const progress = new Progress();
    const epoch = { trainLoss: 1, trainAccuracy: 1, score, learningRate: 1 };
    progress.recall(
      Array.from({ length: 5_000 }, (_, i) => ({ ...epoch, step: i + 1, seconds: i })),
    );
    expect(progress.trainCurve.length).toBeLessThanOrEqual(512);
    expect(progress.testCurve.length).toBeLessThanOrEqual(512);
    expect(progress.testCurve.at(-1)?.step).toBe(5_000);
    progress.addEvaluation({ ...evaluation, step: 5_001 });
    expect(progress.testCurve.at(-1)?.step).toBe(5_001);
  });

  test("starts the smoothed loss at the first step's mean and moves it by a twentieth", () => {
    const progress = new Progress();
    progress.addStep(0, batch, 2);
    expect([progress.trainLoss, progress.trainAccuracy]).toEqual([2, 0.25]);
    progress.addStep(1, { lossSum: 0, correct: 64, samples: 64 }, 2);
    expect(progress.trainLoss).toBeCloseTo(1.9, 12);
    expect(progress.trainAccuracy).toBeCloseTo(0.2875, 12);
  });

  test("ends an epoch with means over its 96 samples, and starts the next from nothing", () => {
    const progress = new Progress();
    progress.addStep(0, batch, 2);
    progress.addStep(1, { lossSum: 16, correct: 32, samples: 32 }, 2);
    expect(progress.endEpoch()).toEqual({ trainLoss: 1.5, trainAccuracy: 0.5 });
    progress.addStep(2, batch, 2);
    expect(progress.endEpoch()).toEqual({ trainLoss: 2, trainAccuracy: 0.25 });
  });

  test("has no accuracy if nothing counts hits", () => {
    const progress = new Progress();
    progress.addStep(0, { ...batch, correct: null }, 2);
    expect(progress.trainAccuracy).toBeNull();
    expect(progress.endEpoch()).toEqual({ trainLoss: 2, trainAccuracy: null });
  });

  test("averages rates over this process only: 3 steps of 64 samples in 6 ms after a resume", () => {
    const progress = new Progress({ ...new Progress().state, trainingMs: 1_000 });
    for (let step = 0; step < 3; step++) progress.addStep(step, batch, 2);
    expect(progress.averageRates).toEqual({ samplesPerSecond: 32_000, stepsPerSecond: 500 });
    expect(progress.trainingMs).toBe(1_006);
  });

  test("measures current rates over windows of half a second of training, the first over 100 ms", () => {
    const progress = new Progress();
    progress.addBytes(5_000);
    for (let step = 0; step < 10; step++) progress.addStep(step, batch, 10);
    const first = { samplesPerSecond: 6_400, stepsPerSecond: 100, bytesPerSecond: 50_000 };
    expect(progress.rates).toEqual(first);
    progress.addStep(10, batch, 250);
    expect(progress.rates).toEqual(first);
    progress.addStep(11, batch, 250);
    expect(progress.rates).toEqual({ samplesPerSecond: 256, stepsPerSecond: 4, bytesPerSecond: 0 });
  });

  test("shows the average since the start until the first window is over, because a run may end before", () => {
    const progress = new Progress();
    const nothing = { samplesPerSecond: 0, stepsPerSecond: 0, bytesPerSecond: 0 };
    expect(progress.rates).toEqual(nothing);
    progress.addBytes(5_000);
    progress.addStep(0, batch, 30);
    progress.addStep(1, batch, 10);
    const average = { samplesPerSecond: 3_200, stepsPerSecond: 50, bytesPerSecond: 125_000 };
    expect(progress.rates).toEqual(average);
    progress.addStep(2, batch, 60);
    progress.addStep(3, batch, 10);
    expect(progress.rates).toEqual({
      samplesPerSecond: 1_920,
      stepsPerSecond: 30,
      bytesPerSecond: 50_000,
    });
  });

  test("keeps the training curve under 512 points over 100,000 steps, ascending, from first to last", () => {
    const progress = new Progress();
    for (let step = 0; step < 100_000; step++) progress.addStep(step, batch, 1);
    const steps = progress.trainCurve.map((point) => point.step);
    expect(steps.length).toBeLessThan(512);
    expect(steps.length).toBeGreaterThan(200);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBeGreaterThan(99_000);
  });

  test("spreads the test curve evenly over 5,000 evaluations, and always includes the newest", () => {
    const progress = new Progress();
    for (let step = 1; step <= 5_000; step++) {
      progress.addEvaluation({ ...evaluation, step });
      expect(progress.testCurve.at(-1)?.step).toBe(step);
    }
    const steps = progress.testCurve.map(({ step }) => step);
    const gaps = steps.slice(1, -1).map((step, i) => step - (steps[i] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([16]));
  });

  test("keeps the test curve under 512 points over 5,000 evaluations", () => {
    const progress = new Progress();
    for (let step = 1; step <= 5_000; step++) progress.addEvaluation({ ...evaluation, step });
    expect(progress.testCurve.length).toBeLessThan(512);
    expect(progress.testCurve.at(-1)?.step).toBeGreaterThan(4_990);
  });

  test("calls an evaluation best if its loss is below all 3 before, not if it is equal", () => {
    const losses = [0.5, 0.7, 0.5, 0.4];
    const progress = new Progress();
    const best = losses.map((loss) => progress.addEvaluation({ ...evaluation, loss }));
    expect(best).toEqual([true, false, false, true]);
    expect(progress.bestLoss).toBe(0.4);
  });

  test("continues in another process from its saved state: same epoch means, same best loss", () => {
    const first = new Progress();
    first.addStep(0, batch, 2);
    first.addEvaluation(evaluation);
    const state = structuredClone(first.state);
    first.addStep(1, batch, 2);
    const second = new Progress(state);
    second.addStep(1, batch, 2);
    expect(second.state).toEqual(first.state);
    expect(second.addEvaluation({ ...evaluation, loss: 0.6 })).toBe(false);
    expect(second.endEpoch()).toEqual(first.endEpoch());
  });

  test("returns a state that later steps do not change", () => {
    const progress = new Progress();
    progress.addStep(0, batch, 2);
    const { state } = progress;
    progress.addStep(1, batch, 2);
    expect(state.epochTotals).toEqual(batch);
  });
});
