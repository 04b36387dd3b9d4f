/** @file The estimate of a worker's speed: follows measurements, survives claims. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";

/** A worker with 2 ms overhead and 0.01 ms per sample, measured this many times with 100 samples. */
function measured(times: number): SpeedEstimate {
  const estimate = new SpeedEstimate(0);
  for (let i = 0; i < times; i++) estimate.observe({ elapsedMs: 3, computeMs: 1, samples: 100 });
  return estimate;
}

describe("SpeedEstimate", () => {
  test("starts with the worker's own claim: 250,000 samples/s are 0.004 ms each", () => {
    expect(new SpeedEstimate(250_000).sampleMs).toBeCloseTo(0.004, 12);
  });

  test("uses the first measurement alone: 3 ms for 100 samples, 1 of them computing", () => {
    const estimate = measured(1);
    expect([estimate.overheadMs, estimate.sampleMs]).toEqual([2, 0.01]);
    expect(estimate.predictMs(200)).toBeCloseTo(4, 12);
  });

  test("is within 1 % of a new speed after 25 measurements of it", () => {
    const estimate = measured(10);
    for (let i = 0; i < 25; i++) estimate.observe({ elapsedMs: 30, computeMs: 10, samples: 100 });
    expect(Math.abs(estimate.sampleMs / 0.1 - 1)).toBeLessThan(0.01);
    expect(Math.abs(estimate.overheadMs / 20 - 1)).toBeLessThan(0.01);
  });

  test("moves by a fifth of one outlier's difference, if that was on time", () => {
    const estimate = measured(10);
    estimate.observe({ elapsedMs: 23, computeMs: 1, samples: 100 });
    expect(estimate.overheadMs).toBeCloseTo(6, 9);
  });

  test("takes over a late share at once, up to its deadline: a sleep of 5 s counts as 34 ms", () => {
    const slower = measured(10);
    slower.observe({ elapsedMs: 40, computeMs: 20, samples: 100 });
    expect(slower.predictMs(100)).toBeCloseTo(34, 9);
    expect(slower.sampleMs).toBeCloseTo(0.17, 9);
    const sleeper = measured(10);
    sleeper.observe({ elapsedMs: 5_000, computeMs: 1, samples: 100 });
    expect(sleeper.predictMs(100)).toBeCloseTo(34, 9);
    expect(sleeper.sampleMs).toBeLessThan(0.001);
  });

  test("believes no compute time longer than the time that has passed, and no negative one", () => {
    const boaster = new SpeedEstimate(0);
    boaster.observe({ elapsedMs: 3, computeMs: 1e9, samples: 100 });
    expect([boaster.overheadMs, boaster.sampleMs]).toEqual([0, 0.03]);
    const denier = new SpeedEstimate(0);
    denier.observe({ elapsedMs: 3, computeMs: -5, samples: 100 });
    expect(denier.overheadMs).toBe(3);
    expect(denier.sampleMs).toBeGreaterThan(0);
  });

  test("stays finite and positive whatever a worker claims, 5e-324 and 1.8e308 samples/s included", () => {
    const claim = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(Number.MIN_VALUE));
    const measurement = fc.record({
      elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      computeMs: fc.double({ min: 0, noNaN: true }),
      samples: fc.integer({ min: 1, max: 1e6 }),
    });
    fc.assert(
      fc.property(claim, fc.array(measurement, { maxLength: 10 }), (said, measurements) => {
        const estimate = new SpeedEstimate(said);
        for (const one of measurements) {
          estimate.observe(one);
          estimate.rest(one.elapsedMs, one.samples);
        }
        expect(Number.isFinite(estimate.sampleMs) && estimate.sampleMs > 0).toBe(true);
        expect(Number.isFinite(estimate.overheadMs) && estimate.overheadMs >= 0).toBe(true);
      }),
    );
  });

  test("is patient with a worker's first 5 shares (2 s), then allows 3 times the prediction plus 25 ms", () => {
    expect(measured(4).deadlineMs(100)).toBeCloseTo(3 * 3 + 2_000, 9);
    expect(measured(5).deadlineMs(100)).toBeCloseTo(3 * 3 + 25, 9);
  });

  test("forgets a hiccup of 100 ms within 2 s without work, so that the worker is tried again", () => {
    const estimate = measured(10);
    for (let i = 0; i < 30; i++) estimate.observe({ elapsedMs: 101, computeMs: 1, samples: 100 });
    expect(estimate.overheadMs).toBeGreaterThan(99);
    let rested = 0;
    while (estimate.predictMs(32) > 3) {
      estimate.rest(1, 32);
      rested += 1;
    }
    expect(rested).toBeGreaterThan(1_900);
    expect(rested).toBeLessThan(2_100);
  });

  test("does not forget faster in many short rounds than in one long one", () => {
    const [often, once] = [measured(1), measured(1)];
    for (let i = 0; i < 100; i++) often.rest(0.2, 100);
    once.rest(20, 100);
    expect(often.predictMs(100)).toBeCloseTo(2, 9);
    expect(once.predictMs(100)).toBeCloseTo(2, 9);
  });
});
