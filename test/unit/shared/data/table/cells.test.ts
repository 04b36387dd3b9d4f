import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { booleanOf, isMissing } from "../../../../../shared/data/table/cell.ts";
import { dateOf, dateText, partsOf } from "../../../../../shared/data/table/date-text.ts";
import { numberOf } from "../../../../../shared/data/table/number-text.ts";
import { cases } from "../../../../support/fixtures/effort.ts";

describe("numberOf", () => {
  test.each([
    ["12", 12],
    [" -0.5 ", -0.5],
    ["+.5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1.5E-2", 0.015],
    ["1,234", 1234],
    ["-1,234,567.5", -1_234_567.5],
    ["007", 7],
    ["-0", 0],
  ])("reads %j as %d", (text, value) => {
    expect(numberOf(text, ".")).toBe(value);
  });

  test.each([
    ["0,5", 0.5],
    ["-1.234,5", -1234.5],
    ["1.234.567", 1_234_567],
    ["3", 3],
  ])("reads %j with a decimal comma as %d", (text, value) => {
    expect(numberOf(text, ",")).toBe(value);
  });

  test.each([
    "",
    "a",
    "1 2",
    "0x10",
    "1,23",
    "12,34,567",
    "1e999",
    "Infinity",
    "1.2.3",
    "--1",
    "5%",
  ])("reads no number in %j", (text) => {
    expect(numberOf(text, ".")).toBeUndefined();
  });

  test("reads back any number that was written as text", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(String(value), ".")).toBe(value + 0);
        expect(numberOf(String(value).replace(".", ","), ",")).toBe(value + 0);
      }),
      { numRuns: cases(300) },
    );
  });
});

describe("dateOf", () => {
  test.each([
    ["2024-02-29", "ymd", "2024-02-29"],
    ["2024/2/29", "ymd", "2024-02-29"],
    ["29.02.2024", "dmy", "2024-02-29"],
    ["2/29/2024", "mdy", "2024-02-29"],
    ["1900-12-31 23:59:58", "ymd", "1900-12-31 23:59:58"],
    ["2024-01-01T00:30:00+01:00", "ymd", "2023-12-31 23:30:00"],
    ["2024-01-01T00:00:00.000Z", "ymd", "2024-01-01"],
  ] as const)("reads %s (%s) as %s", (text, order, expected) => {
    expect(dateText(dateOf(text, order) ?? Number.NaN)).toBe(expected);
  });

  test.each([
    ["2023-02-29", "ymd"],
    ["2024-13-01", "ymd"],
    ["2024-01/01", "ymd"],
    ["31/12/2024", "mdy"],
    ["12.31.2024", "mdy"],
    ["2024-01-01 24:00", "ymd"],
    ["20240101", "ymd"],
  ] as const)("reads no date in %s (%s)", (text, order) => {
    expect(dateOf(text, order)).toBeUndefined();
  });

  test("counts days, months and weekdays as the calendar of JavaScript does, from year 1 to 9999", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          expect(dateOf(text, "ymd")).toBe(date.getTime());
          const { days, month, weekday, hour } = partsOf(date.getTime());
          expect(days).toBe(date.getTime() / 86_400_000);
          expect(month).toBe(date.getUTCMonth() + 1);
          expect(weekday).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
          expect(Math.floor(hour)).toBe(date.getUTCHours());
          expect(dateText(date.getTime()).slice(0, 10)).toBe(text.slice(0, 10));
        },
      ),
      { numRuns: cases(500) },
    );
  });
});

test("a missing value is null, NaN, empty or one of the usual words", () => {
  for (const cell of [null, Number.NaN, "", "  ", "NA", "n/a", "?", "null"]) {
    expect(isMissing(cell)).toBe(true);
  }
  for (const cell of [0, false, "0", "none of them", "-", "na!"])
    expect(isMissing(cell)).toBe(false);
});

test("booleans are pairs of words in any case", () => {
  expect(booleanOf("Yes")).toEqual({ pairs: [1], value: true });
  expect(booleanOf(" FALSE ")).toEqual({ pairs: [0], value: false });
  expect(booleanOf(true)).toEqual({ pairs: [0], value: true });
  expect(booleanOf("maybe")).toBeUndefined();
  expect(booleanOf(1)).toBeUndefined();
});

test("booleans may be Spanish, with and without the accent; no is of two pairs", () => {
  for (const word of ["sí", "SÍ", "si\u0301", "Si"]) {
    expect(booleanOf(word)).toEqual({ pairs: [5], value: true });
  }
  expect(booleanOf("No")).toEqual({ pairs: [1, 5], value: false });
  expect(booleanOf("verdadero")).toEqual({ pairs: [6], value: true });
  expect(booleanOf("Falso")).toEqual({ pairs: [6], value: false });
});
