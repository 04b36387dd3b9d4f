import { describe, expect, test } from "vitest";

import { RateMeter } from "../../../../coordinator/workers/rate-meter.ts";

describe("RateMeter", () => {
  test("measures 64 every 10 ms as 6,400 per second within 2 %, also before its first second is full", () => {
    const meter = new RateMeter();
    for (let ms = 0; ms <= 500; ms += 10) meter.add(64, ms);
    expect(meter.perSecond(500) / 6_400).toBeCloseTo(1.02, 2);
    for (let ms = 510; ms <= 3_000; ms += 10) meter.add(64, ms);
    expect(Math.abs(meter.perSecond(3_000) / 6_400 - 1)).toBeLessThan(0.02);
  });

  test("is 0 before the first count, and again 3 seconds after the last", () => {
    const meter = new RateMeter();
    expect(meter.perSecond(5)).toBe(0);
    meter.add(10, 100);
    meter.add(10, 1_100);
    expect(meter.perSecond(1_200)).toBeCloseTo(20, 9);
    expect(meter.perSecond(4_200)).toBe(0);
  });
});
