import { describe, expect, test } from "vitest";

import {
  compact,
  duration,
  gradient,
  integer,
  loss,
  percent,
  stopwatch,
} from "../../../../../coordinator/console/view/figures.ts";
import { displayWidth } from "../../../../../coordinator/console/view/text.ts";

describe("figures", () => {
  test.each([
    [0, "0"],
    [640, "640"],
    [4.257, "4.26"],
    [999.7, "1.00 k"],
    [2140, "2.14 k"],
    [412_345, "412 k"],
    [1_240_000, "1.24 M"],
    [5e16, "50000 T"],
  ])("compact(%d) is %s", (value, text) => {
    expect(compact(value)).toBe(text);
  });

  test("compact puts the prefix on the unit: 221 MB", () => {
    expect(compact(221e6, "B")).toBe("221 MB");
  });

  test.each([
    [null, "–"],
    [0.04, "0.0 s"],
    [4.56, "4.6 s"],
    [9.96, "10 s"],
    [59.6, "1m 00s"],
    [725, "12m 05s"],
    [11_040, "3h 04m"],
    [183_600, "2d 03h"],
  ])("duration(%d) is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [0, "0"],
    [-0, "0"],
    [0.0312, "+0.0312"],
    [-0.000_312, "−3.12e-4"],
    [-3.123e-10, "−3.1e-10"],
    [1e-100, "+1e-100"],
    [-123.456, "−123.46"],
    [54_321, "+5.43e+4"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("gradient(%d) is %s", (value, text) => {
    expect(gradient(value)).toBe(text);
  });

  test("no gradient of 61 magnitudes takes more than 8 cells", () => {
    for (let exponent = -45; exponent <= 15; exponent++) {
      expect(displayWidth(gradient(-9.999_96 * 10 ** exponent))).toBeLessThanOrEqual(8);
    }
  });

  test("the others", () => {
    expect(integer(13_002)).toBe("13,002");
    expect(percent(0.951_23)).toBe("95.12 %");
    expect(percent(null)).toBe("–");
    expect(loss(0.030_89)).toBe("0.0309");
    expect(loss(0.000_03)).toBe("3.00e-5");
    expect(loss(Number.NaN)).toBe("NaN");
    expect(stopwatch(75.9)).toBe("01:15");
  });
});
