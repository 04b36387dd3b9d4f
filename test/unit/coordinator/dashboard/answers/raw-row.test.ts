/** @file From features back to a row of the table, and from what a reader types to features. */
import { describe, expect, test } from "vitest";

import { rawRowOf, typedFeatures } from "../../../../../coordinator/dashboard/answers/raw-row.ts";
import {
  featuresOf,
  type TablePreprocessing,
} from "../../../../../shared/data/table/preprocess.ts";

const table: TablePreprocessing = {
  kind: "table",
  decimal: ".",
  columns: [
    { name: "age", type: "number", fill: 28, mean: 29.361_829, scale: 13.019_697 },
    { name: "children", type: "number", fill: null, mean: 0.381_594, scale: 0.806_057 },
    { name: "alone", type: "boolean", fill: 0.6 },
    { name: "town", type: "category", categories: ["Cherbourg", "Queenstown"], fill: 1 },
    {
      name: "day",
      type: "date",
      order: "dmy",
      parts: [
        { part: "days", mean: 19_782.4, scale: 101.7 },
        { part: "weekday", mean: 3.9, scale: 2 },
      ],
      fill: null,
    },
  ],
  targets: ["survived"],
};

function featuresFor(record: Parameters<typeof featuresOf>[1]): Float32Array {
  const read = featuresOf(table, record);
  if (!read.ok) throw new Error(JSON.stringify(read.reason));
  return read.features;
}

describe("a row of the table", () => {
  test.each([
    [{ age: 0.42, children: 0, alone: true, town: "Queenstown", day: "29/02/2024" }],
    [{ age: 71.5, children: 9, alone: false, town: "Cherbourg", day: "01/12/1999 08:30:00" }],
    [{ age: -40, children: 100_000, alone: true, town: "Cherbourg", day: "31/01/2031 23:00:00" }],
  ])("comes back from its features: %o", (record) => {
    expect(rawRowOf(table, featuresFor(record))).toEqual(Object.values(record));
  });

  test("shows what was filled in, and no category for one that is not listed", () => {
    const features = featuresFor({ children: 1, town: "Belfast", day: "1/1/2024" });
    expect(rawRowOf(table, features).slice(0, 4)).toEqual([28, 1, 0.600_000_023_841_857_9, null]);
  });

  test("of 2,000 random numbers with two decimals, each comes back exactly", () => {
    const numbers = Array.from({ length: 2_000 }, (_, i) => Math.round(Math.sin(i) * 5e4) / 100);
    const back = numbers.map((age) => {
      const record = { age, children: 0, day: "1/1/2024" };
      return rawRowOf(table, featuresFor(record))[0];
    });
    expect(back).toEqual(numbers.map((value) => value + 0));
  });
});

/** A row that a reader types. */
const typed = { age: "30.5", children: "2", alone: "true", town: "Cherbourg", day: "1/2/2024" };

function ageOf(age: string, mark: "." | ","): unknown {
  const read = typedFeatures(table, { ...typed, age }, mark);
  return read.ok ? rawRowOf(table, read.features)[0] : undefined;
}

describe("a typed row", () => {
  test("has the features of the same row in the data, with a point or a comma", () => {
    const expected = featuresFor({ ...typed, age: 30.5, children: 2 });
    for (const [age, mark] of [
      ["30.5", "."],
      ["30,5", "."],
      ["30,5", ","],
      [" 30.5 ", ","],
    ] as const) {
      expect(typedFeatures(table, { ...typed, age }, mark)).toEqual({
        ok: true,
        features: expected,
      });
    }
  });

  test("groups thousands as the reader's language does", () => {
    expect([ageOf("1,234", "."), ageOf("1.234", ",")]).toEqual([1234, 1234]);
    expect([ageOf("1.234", "."), ageOf("1,234", ",")]).toEqual([1.234, 1.234]);
  });

  test("may leave out what the data fill in, and nothing else", () => {
    const { age, children, ...rest } = typed;
    expect(typedFeatures(table, { ...rest, children }, ".")).toEqual({
      ok: true,
      features: featuresFor({ ...rest, children: 2 }),
    });
    const lacks = typedFeatures(table, { ...rest, age }, ".");
    expect(lacks).toMatchObject({ ok: false, reason: { code: "row-lacks-value" } });
    const wrong = typedFeatures(table, { ...typed, age: "old" }, ".");
    expect(wrong).toMatchObject({ ok: false, reason: { code: "row-value-unreadable" } });
  });
});
