import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";

import { rowOf } from "../../../../../coordinator/compare/plan/next-trial.ts";
import { summaryOf } from "../../../../../coordinator/compare/plan/summary.ts";
import { curvesSvg, ratesSvg } from "../../../../../coordinator/compare/report/charts.ts";
import type { Comparison } from "../../../../../coordinator/compare/report/comparison.ts";
import { csvOf, jsonOf } from "../../../../../coordinator/compare/report/files.ts";
import { tableLines } from "../../../../../coordinator/compare/report/table.ts";
import { planOf, rowWith } from "../plan/fixture.ts";

/** Three seeds of sgd, of which one diverges at its best rate, and of local search, whose best rate is at the edge. */
function compared(): Comparison {
  const plan = planOf(["optimizer=sgd,local-search"], { seeds: 3, searchSeeds: 2, rates: 2 });
  const [sgd, search] = plan.variants;
  const rows = [
    ...[-2, -1, 0].flatMap((exponent) =>
      [1, 2].map((seed) =>
        rowWith({ variant: sgd!, exponent, seed }, exponent === 0 ? Infinity : 0.5 - exponent / 10),
      ),
    ),
    rowWith({ variant: sgd!, exponent: -1, seed: 3 }, Infinity),
    ...[1, 2, 3].map((seed) => rowWith({ variant: search!, exponent: -4, seed }, seed)),
    ...[-3, -5, -6, -7, -8].flatMap((exponent) =>
      [1, 2].map((seed) => rowWith({ variant: search!, exponent, seed }, seed + 1)),
    ),
  ];
  return { plan, rows, headline: "accuracy", dataset: "digits" };
}

const comparison = compared();
const summary = summaryOf(comparison.plan, comparison.rows, "accuracy");

describe("the table", () => {
  const lines = tableLines(comparison, summary);

  test("has a line for each variant, with its rate, medians, ranges and divergence", () => {
    expect(lines[0]).toMatch(
      /^variant +rate +validation loss .* test accuracy +below sgd +gradients +to sgd's end/u,
    );
    expect(lines[1]).toMatch(
      /^sgd +η 0\.316 +0\.6000 \(0\.6000 … diverged\) .* 1 of 3 diverged, at step 7$/u,
    );
    expect(lines[2]).toMatch(
      /^local-search +σ 0\.01 +2\.0000 \(1\.0000 … 3\.0000\) .*80\.0 % \(70\.0 … 90\.0\)/u,
    );
    expect(lines.join("\n")).toContain("median of 2 of the seeds");
  });

  test("says that every rate diverged, and at which steps", () => {
    const plan = planOf(["optimizer=sgd"], { seeds: 1, rates: 2 });
    const [variant] = plan.variants;
    const rows = [-2, -1, -3, -4, -5, -6].map((exponent) =>
      rowWith({ variant: variant!, exponent, seed: 1 }, Infinity),
    );
    const lost = summaryOf(plan, rows, "accuracy");
    const [, line] = tableLines({ ...comparison, plan, rows }, lost);
    expect(line).toMatch(/^sgd( +–)+ +diverged at every rate, at step 7$/u);
  });
});

describe("the CSV file", () => {
  const csv: Readonly<Record<string, string>>[] = parse(csvOf(comparison), { columns: true });

  test("has one row for each run, with its fingerprint and its command", () => {
    expect(csv).toHaveLength(comparison.rows.length);
    expect(csv[0]).toMatchObject({
      variant: "sgd",
      rate: "0.1",
      seed: "1",
      outcome: "finished",
      validation_loss: "0.7",
      fingerprint: "f".repeat(64),
      command: "promedio start --seed 1",
    });
  });

  test("leaves out what a run that diverged has not, and says which runs are compared", () => {
    const diverged = csv.filter(({ outcome }) => outcome === "diverged");
    expect(diverged).toHaveLength(3);
    for (const row of diverged) expect(row).toMatchObject({ validation_loss: "", steps: "7" });
    const chosen = csv.filter(({ chosen: mark }) => mark === "true");
    expect(chosen.map(({ variant, rate }) => `${variant} ${rate}`)).toEqual([
      ...Array.from({ length: 3 }, () => "sgd 0.316"),
      ...Array.from({ length: 3 }, () => "local-search 0.01"),
    ]);
  });

  test("quotes cells with commas and quotes", () => {
    const [row] = comparison.rows;
    const command = 'promedio start --dataset "csv:a, b.csv"';
    const rows = [{ ...row!, variant: "layers 784,16,10", command }];
    const [read] = parse(csvOf({ ...comparison, rows }), { columns: true });
    expect(read).toMatchObject({ variant: "layers 784,16,10", command });
  });
});

test("the JSON file has the plan, the summary and every run with its curve", () => {
  const json = JSON.parse(jsonOf(comparison, summary));
  expect(json).toMatchObject({
    dataset: "digits",
    seeds: [1, 2, 3],
    searchSeeds: [1, 2],
    variants: [{ variant: "sgd", settings: { optimizer: "sgd" }, rates: [0.1, 0.316] }, {}],
    summary: [{ variant: "sgd", validationLoss: { median: 0.6, high: null } }, {}],
  });
  expect(json.runs).toHaveLength(comparison.rows.length);
  expect(json.runs[0].curve).toEqual([
    [1_000, 1.4],
    [2_000, 0.7],
  ]);
});

describe("the charts", () => {
  test("are SVG with a named line of finite points for each variant", () => {
    for (const svg of [curvesSvg(comparison), ratesSvg(comparison)!]) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/u);
      expect(svg.match(/<polyline points="[\d., -]+"/gu)).toHaveLength(2);
      expect(svg).toContain(">local-search</text>");
      expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
    }
  });

  test("ring the chosen rate and cross out one at which it diverged", () => {
    const svg = ratesSvg(comparison)!;
    expect(svg.match(/r="9"/gu)).toHaveLength(2);
    const crosses = svg.match(/l10 10m0 -10l-10 10/gu) ?? [];
    const [sgd] = comparison.plan.variants;
    expect(rowOf(comparison.rows, { variant: sgd!, exponent: 0, seed: 1 })?.outcome).toBe(
      "diverged",
    );
    expect(crosses).toHaveLength(1);
  });

  test("have no picture of rates if none was searched", () => {
    const plan = planOf(["optimizer=sgd"], { rates: null, seeds: 1 });
    expect(ratesSvg({ ...comparison, plan, rows: [] })).toBeUndefined();
    expect(curvesSvg({ ...comparison, plan, rows: [] })).not.toMatch(/NaN|Infinity/u);
  });
});
