import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../coordinator/datasets/digits.ts";
import { loadDataset, profileDataset } from "../../../../coordinator/datasets/loaders.ts";
import { descriptionLines } from "../../../../coordinator/inspect/description-text.ts";
import { describeSamples, describeTable } from "../../../../coordinator/inspect/description.ts";
import type { DataSettings } from "../../../../shared/run/settings/data-settings.ts";
import { sayInEnglish, sentence } from "../../../../shared/words/sentence.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";
import { load } from "../datasets/table/load-table.ts";

/** 30 houses: a number with gaps, a date, a category, a constant and a price. */
const houses = [
  "size,sold,town,country,price",
  ...Array.from({ length: 30 }, (_, at) => {
    const size = at === 4 ? "" : String(60 + at * 2);
    return `${size},2024-0${(at % 9) + 1}-15,${["Rom", "Ulm"][at % 2]},DE,${(100.5 + at).toFixed(1)}`;
  }),
].join("\n");

async function profiled(bytes: string, data: DataSettings) {
  const found = await profileDataset("csv:t", {
    disk: memoryDisk(new Map([["t", Buffer.from(bytes)]])),
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: () => undefined,
  });
  if (found === undefined) throw new Error("a table has a profile");
  return found;
}

describe("the description of a table", () => {
  const data = { missing: "mean" } as const;

  test("has types, gaps, ranges, frequent values and what each column is for", async () => {
    const { profile, source } = await profiled(houses, data);
    const { dataset } = await load({ bytes: houses, data });
    const table = describeTable(profile, source.format, dataset);
    expect(table.rows).toBe(30);
    expect(table.columns).toMatchObject([
      {
        number: 1,
        name: "size",
        type: "number",
        use: "feature",
        missing: 1,
        different: 29,
        min: 60,
        max: 118,
      },
      { name: "sold", type: "date", use: "feature", min: "2024-01-15", max: "2024-09-15" },
      {
        name: "town",
        type: "category",
        frequent: [
          { value: "Rom", count: 15 },
          { value: "Ulm", count: 15 },
        ],
      },
      { name: "country", use: "left out", different: 1 },
      { name: "price", use: "target", min: 100.5, max: 129.5 },
    ]);
    const samples = describeSamples(dataset);
    expect(samples.splits).toEqual({ train: 24, test: 6 });
    if (samples.target.kind !== "values") throw new Error("a price is a number");
    const [price] = samples.target.values;
    // Back in the units of the data.
    expect(price?.min).toBeGreaterThanOrEqual(100.499);
    expect(price?.max).toBeLessThanOrEqual(129.501);
  });

  test("is a line per column, and says why it can't be trained on", async () => {
    const { profile, source } = await profiled(houses, {});
    const table = describeTable(profile, source.format);
    const problem = sentence("table-no-rows", { path: "t" });
    const lines = descriptionLines({ dataset: "csv:t", table, notes: [], problem });
    expect(lines[0]).toBe(
      "csv:t: 30 rows, 5 columns (UTF-8, commas between columns, decimal point, names on the first line)",
    );
    expect(lines[2]).toMatch(/^# +column +type +use +missing +different +values +first rows$/u);
    expect(lines[3]).toMatch(/^1 +size +number +1 +29 +60 … 118 +60, 62, 64, 66, 70$/u);
    expect(lines[5]).toMatch(/^3 +town +category +2 +Rom 15, Ulm 15 +Rom, Ulm, Rom, Ulm, Rom$/u);
    expect(lines.at(-1)).toBe(`not yet: ${sayInEnglish(problem)}`);
  });

  test("shows nothing of a file that a terminal would obey", async () => {
    const { profile, source } = await profiled("a\u001b[31m,b\n\u202ex,1\ny,2\n", {});
    const lines = descriptionLines({
      dataset: "csv:t",
      table: describeTable(profile, source.format),
      notes: [],
    });
    expect(lines.join("\n")).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });
});

describe("the description of pictures", () => {
  const { dataset } = drawDigits(20, 10);

  test("has the counts of each class in each split, and the first pictures as blocks", () => {
    const samples = describeSamples(dataset);
    expect(samples).toMatchObject({
      splits: { train: 20, test: 10 },
      featureShape: [28, 28],
      featureType: "uint8",
      features: { min: 0, max: 255 },
    });
    const { target } = samples;
    if (target.kind !== "classes") throw new Error("digits are classes");
    const total = target.classes.reduce((sum, { counts }) => sum + (counts.train ?? 0), 0);
    expect([target.classes.length, total]).toEqual([10, 20]);
    const lines = descriptionLines({ dataset: "digits", notes: [], samples }, dataset);
    expect(lines).toContain("features: 28 × 28 uint8, 0 … 255, mean 33.4825");
    expect(lines).toContain("target: 10 classes");
    const picture = lines.slice(-14);
    expect(picture.join("")).toMatch(/█/u);
    for (const line of picture) expect(line.length).toBeLessThanOrEqual(100);
  });
});

test("the description of a text has its parts, its characters by frequency, and its first lines", async () => {
  const text = "To be, or not\tto be.\n".repeat(20);
  const { dataset } = await loadDataset("text:t", {
    disk: memoryDisk(new Map([["t", Buffer.from(text)]])),
    cache: undefined,
    mnistMirror: undefined,
    data: { context: 8 },
    progress: () => undefined,
  });
  const samples = describeSamples(dataset);
  expect(samples).toMatchObject({
    featureType: "uint8",
    featureShape: [8],
    target: {
      kind: "tokens",
      form: "char",
      lengths: { train: 378, test: 42 },
    },
  });
  const lines = descriptionLines({ dataset: "text:t", notes: [], samples }, dataset);
  expect(lines).toContain("samples: 46 train, 5 test; each 8 tokens long");
  expect(lines).toContain("text: 378 train, 42 test tokens, which are characters");
  expect(lines.find((line) => line.includes("space 72"))).toMatch(/\\t 18 +\\n 18/u);
  expect(lines.filter((line) => line.startsWith("| "))).toEqual(
    Array.from({ length: 6 }, () => "| To be, or not to be."),
  );
});
