import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { preprocessingSchema } from "../../../../../shared/data/preprocessing.ts";
import { splitSamples } from "../../../../../shared/data/split.ts";
import type { Cell } from "../../../../../shared/data/table/cell.ts";
import {
  featureNamesOf,
  featuresOf,
  type TablePreprocessing,
} from "../../../../../shared/data/table/preprocess.ts";
import { sayInEnglish } from "../../../../../shared/words/sentence.ts";
import { cases } from "../../../../support/fixtures/effort.ts";
import { load } from "./load-table.ts";

const maybe = <T>(cell: fc.Arbitrary<T>) => fc.option(cell, { freq: 8 });

/** A row of every type of column, some of it missing. */
const record = fc.record({
  number: maybe(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
  whole: maybe(fc.integer({ min: -3, max: 3 })),
  flag: maybe(fc.boolean()),
  colour: maybe(fc.constantFrom("red", "green", "blue")),
  day: maybe(
    fc
      .date({ min: new Date("1990-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
  ),
  answer: fc.constantFrom("no", "yes"),
});

const table = fc.record({
  records: fc
    .array(record, { minLength: 30, maxLength: 60 })
    // One column always says something.
    .map((records) => records.map((each, at) => ({ ...each, at }))),
  missing: fc.constantFrom("mean", "median", "mode"),
});

function preprocessingOf(dataset: { readonly preprocessing?: unknown }): TablePreprocessing {
  // As a checkpoint stores it.
  const stored: unknown = JSON.parse(JSON.stringify(dataset.preprocessing));
  const read = preprocessingSchema.parse(stored);
  if (read.kind !== "table") throw new Error(`a table's, got ${read.kind}`);
  return read;
}

describe("featuresOf", () => {
  test("gives each raw row the float32 bits that the loader gave it", async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ records, missing }) => {
        const usable = ["no", "yes"].every((word) => records.some(({ answer }) => answer === word));
        fc.pre(usable);
        const bytes = records.map((each) => JSON.stringify(each)).join("\n");
        const loading = load({
          bytes,
          kind: "jsonl",
          data: { missing, target: ["answer"] },
        });
        const { dataset } = await loading;
        const preprocessing = preprocessingOf(dataset);
        const classes = records.map(({ answer }) => (answer === "yes" ? 1 : 0));
        const rows = splitSamples({
          count: records.length,
          classes,
          test: 0.2,
          validation: 0,
          seed: 1,
        });
        for (const name of ["train", "test"] as const) {
          for (const [sample, row] of rows[name].entries()) {
            const made = featuresOf(preprocessing, records[row] ?? {});
            const start = sample * dataset.featureCount;
            const stored = dataset[name].features.subarray(start, start + dataset.featureCount);
            expect(made).toEqual({ ok: true, features: stored });
          }
        }
      }),
      { numRuns: cases(25) },
    );
  });

  test("reads texts as the loader does, with a decimal comma", async () => {
    const rows = Array.from({ length: 20 }, (_, at) => [`${at},5`, at % 2 ? "ja" : "nein"]);
    const { dataset } = await load({
      bytes: `x;y\n${rows.map((row) => row.join(";")).join("\n")}`,
    });
    const preprocessing = preprocessingOf(dataset);
    expect(featuresOf(preprocessing, { x: "3,5" })).toEqual(featuresOf(preprocessing, { x: 3.5 }));
  });
});

const described: TablePreprocessing = {
  kind: "table",
  decimal: ".",
  columns: [
    { name: "age", type: "number", fill: null, mean: 30, scale: 10 },
    { name: "sex", type: "category", categories: ["f", "m"], fill: 1 },
    { name: "alone", type: "boolean", fill: null },
    {
      name: "sold",
      type: "date",
      order: "ymd",
      fill: 0,
      parts: [{ part: "month", mean: 6, scale: 2 }],
    },
  ],
  targets: ["price"],
};
const row: Readonly<Record<string, Cell>> = { age: 50, sex: "f", alone: "yes", sold: "2024-02-01" };

describe("a row of a described table", () => {
  test("becomes one feature per number, category, yes or no, and part of a date", () => {
    expect(featureNamesOf(described)).toEqual(["age", "sex=f", "sex=m", "alone", "sold month"]);
    const made = featuresOf(described, { ...row, further: "ignored" });
    expect(made).toEqual({ ok: true, features: Float32Array.of(2, 1, 0, 1, -2) });
  });

  test("with an unknown category has zeros, and with a missing one the fill", () => {
    expect(featuresOf(described, { ...row, sex: "x" })).toMatchObject({
      features: Float32Array.of(2, 0, 0, 1, -2),
    });
    expect(featuresOf(described, { ...row, sex: null, sold: "" })).toMatchObject({
      features: Float32Array.of(2, 0, 1, 1, -2.5),
    });
  });

  test.each<readonly [Readonly<Record<string, Cell>>, string]>([
    [
      { ...row, age: "" },
      "age is missing, and the model was trained without missing values in it: fill it in, or leave the row out",
    ],
    [{ sex: "f" }, "age is missing"],
    [{ ...row, age: "old" }, "age (number) cannot be read: old"],
    [{ ...row, alone: "perhaps" }, "alone (yes or no) cannot be read: perhaps"],
    [{ ...row, sold: "2024-02-30" }, "sold (date) cannot be read: 2024-02-30"],
  ])("%j is refused with its column", (given, message) => {
    const made = featuresOf(described, given);
    expect(made.ok ? "" : sayInEnglish(made.reason)).toContain(message);
  });

  test("that is far beyond all training rows stays finite", () => {
    const [first, second] = [1e300, -1e300].map((age) => featuresOf(described, { ...row, age }));
    expect(first).toMatchObject({ features: Float32Array.of(1e6, 1, 0, 1, -2) });
    expect(second).toMatchObject({ features: Float32Array.of(-1e6, 1, 0, 1, -2) });
  });

  test("does not take what every object inherits for a column", () => {
    const odd = { ...described, columns: described.columns.slice(0, 1) };
    odd.columns = [{ name: "constructor", type: "number", fill: null, mean: 0, scale: 1 }];
    expect(featuresOf(odd, {})).toMatchObject({ ok: false });
  });
});

test.each([
  ["a scale of 0", { columns: [{ name: "a", type: "number", fill: null, mean: 0, scale: 0 }] }],
  ["no columns", { columns: [] }],
  ["an unknown type", { columns: [{ name: "a", type: "image" }] }],
  ["a further key", { columns: described.columns, further: 1 }],
  [
    "a fill that is no category",
    { columns: [{ name: "a", type: "category", categories: ["x"], fill: 1 }] },
  ],
  ["the same name twice", { columns: [described.columns[0], described.columns[0]] }],
])("the schema refuses %s", (_, change) => {
  expect(preprocessingSchema.safeParse({ ...described, ...change }).success).toBe(false);
  expect(preprocessingSchema.safeParse(described).success).toBe(true);
});
