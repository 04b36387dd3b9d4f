import { describe, expect, test } from "vitest";

import { learningRateAt } from "../../../../shared/optimizers/schedule.ts";
import type { ScheduleConfig } from "../../../../shared/run/config.ts";

const plan = {
  trainCount: 640,
  validationCount: 0,
  testCount: 64,
  stepsPerEpoch: 10,
  totalSteps: 100,
};
const constant: ScheduleConfig = {
  name: "constant",
  warmupSteps: 0,
  decayEpochs: 1,
  decayFactor: 0.5,
  finalFraction: 0,
  restarts: [],
};
const rates = (changes: Partial<ScheduleConfig>, steps: readonly number[]) =>
  steps.map((step) => learningRateAt(step, { ...constant, ...changes }, 0.5, plan));
/** A cosine over so many steps. */
const alone = (totalSteps: number, step: number) =>
  learningRateAt(step, { ...constant, name: "cosine" }, 0.5, { ...plan, totalSteps });

describe("learningRateAt", () => {
  test("constant keeps the base rate 0.5 at every one of 100 steps", () => {
    const steps = Array.from({ length: 100 }, (_, step) => step);
    expect(new Set(rates({}, steps))).toEqual(new Set([0.5]));
  });

  test("warm-up over 4 steps takes 1/4, 2/4, 3/4, 4/4 of the rate, then stays", () => {
    expect(rates({ warmupSteps: 4 }, [0, 1, 2, 3, 4, 5])).toEqual([
      0.125, 0.25, 0.375, 0.5, 0.5, 0.5,
    ]);
  });

  test("step halves the rate every 2 epochs of 10 steps, at the epoch's first step", () => {
    const halving = { name: "step", decayEpochs: 2, decayFactor: 0.5 } as const;
    expect(rates(halving, [0, 19, 20, 39, 40, 99])).toEqual([0.5, 0.5, 0.25, 0.25, 0.125, 0.03125]);
  });

  test("step stops at finalFraction 0.1 and takes 3 halvings to get there", () => {
    const floored = { name: "step", decayEpochs: 1, decayFactor: 0.5, finalFraction: 0.1 } as const;
    expect(rates(floored, [0, 10, 20, 30, 40, 99])).toEqual([0.5, 0.25, 0.125, 0.0625, 0.05, 0.05]);
  });

  test("a step schedule that doubles the rate is not held at finalFraction 1", () => {
    const rising = { name: "step", decayEpochs: 1, decayFactor: 2, finalFraction: 1 } as const;
    expect(rates(rising, [0, 10, 20])).toEqual([0.5, 1, 2]);
  });

  test("cosine with restarts at 40 and 60 of 100 steps is three half cosines", () => {
    const restarted = { name: "cosine", restarts: [40, 60] } as const;
    const steps = Array.from({ length: 100 }, (_, step) => step);
    expect(rates({ ...restarted, restarts: [...restarted.restarts] }, steps)).toEqual([
      ...steps.slice(0, 40).map((step) => alone(40, step)),
      ...steps.slice(0, 20).map((step) => alone(20, step)),
      ...steps.slice(0, 40).map((step) => alone(40, step)),
    ]);
  });

  test("cosine runs through 1, (2 + √2)/4, 1/2, (2 − √2)/4 at 0, 1/4, 1/2, 3/4 of 100 steps", () => {
    const [start, quarter, half, threeQuarters] = rates({ name: "cosine" }, [0, 25, 50, 75]);
    expect(start).toBe(0.5);
    expect(quarter).toBeCloseTo(0.5 * ((2 + Math.SQRT2) / 4), 15);
    expect(half).toBeCloseTo(0.25, 15);
    expect(threeQuarters).toBeCloseTo(0.5 * ((2 - Math.SQRT2) / 4), 15);
  });

  test("cosine is within 2⁻⁵⁰ of the closed form with Math.cos at 100 steps", () => {
    const cosine = { name: "cosine", warmupSteps: 10, finalFraction: 0.1 } as const;
    for (let step = 10; step < 100; step++) {
      const closedForm = 0.1 + (0.9 * (1 + Math.cos((Math.PI * (step - 10)) / 90))) / 2;
      expect(Math.abs(rates(cosine, [step])[0]! - 0.5 * closedForm)).toBeLessThan(2 ** -50);
    }
  });

  test("cosine ends at finalFraction 0.25 where step 100 would be, and stays there", () => {
    const [last, end, beyond] = rates({ name: "cosine", finalFraction: 0.25 }, [99, 100, 500]);
    expect(last).toBeGreaterThan(0.125);
    expect(end).toBeCloseTo(0.125, 15);
    expect(beyond).toBe(end);
  });

  test("cosine starts at the full rate after a warm-up of 10 steps", () => {
    expect(rates({ name: "cosine", warmupSteps: 10 }, [0, 9, 10])).toEqual([0.05, 0.5, 0.5]);
  });

  test("a warm-up longer than the run never leaves it", () => {
    expect(rates({ name: "cosine", warmupSteps: 200 }, [0, 99])).toEqual([0.0025, 0.25]);
  });

  test("refuses step −1 and step 0.5", () => {
    expect(() => rates({}, [-1])).toThrow(/step/u);
    expect(() => rates({}, [0.5])).toThrow(/step/u);
  });
});
