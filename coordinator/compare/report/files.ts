/** @file The results of a comparison as files for other programs: one CSV row for each run, and everything as JSON. Pure. */
import { chosenRate } from "../plan/next-trial.ts";
import type { Plan } from "../plan/plan.ts";
import { rateAt } from "../plan/rates.ts";
import type { Row } from "../plan/rows.ts";
import type { SummaryRow } from "../plan/summary.ts";
import type { Comparison } from "./comparison.ts";

/** One row for each run, those of the search too. `chosen` says whether it is at its variant's rate. */
export function csvOf({ plan, rows }: Comparison): string {
  const figures = [...new Set(rows.flatMap(({ test }) => Object.keys(test?.metrics ?? {})))];
  const head = [
    "variant",
    "rate",
    "seed",
    "chosen",
    "outcome",
    "steps",
    "validation_loss",
    ...figures.map((name) => `validation_${name}`),
    "test_loss",
    ...figures.map((name) => `test_${name}`),
    "samples",
    "gradients",
    "seconds",
    "fingerprint",
    "command",
  ];
  const lines = rows.map((row) => [
    row.variant,
    row.exponent === null ? "" : rateAt(row.exponent),
    row.seed,
    isChosen(row, plan, rows),
    row.outcome,
    row.steps,
    figure(row.validation?.loss),
    ...figures.map((name) => figure(row.validation?.metrics[name])),
    figure(row.test?.loss),
    ...figures.map((name) => figure(row.test?.metrics[name])),
    row.samples,
    row.gradients,
    row.seconds,
    row.fingerprint,
    row.command,
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cellOf).join(",")}\n`).join("");
}

function isChosen(row: Row, plan: Plan, rows: readonly Row[]): boolean {
  const variant = plan.variants.find(({ label }) => label === row.variant);
  if (variant === undefined || !plan.seeds.includes(row.seed)) return false;
  return chosenRate(variant, plan, rows)?.exponent === row.exponent;
}

function figure(value: number | undefined): number | "" {
  return value === undefined || !Number.isFinite(value) ? "" : value;
}

function cellOf(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Everything, with the settings in which the variants differ. ∞ and NaN are `null`. */
export function jsonOf(
  { plan, rows, headline, dataset }: Comparison,
  summary: readonly SummaryRow[],
): string {
  const { seeds, searchSeeds, variants } = plan;
  const described = variants.map(({ label, given, search }) => ({
    variant: label,
    settings: given,
    rates: search?.first.map(rateAt) ?? null,
  }));
  const all = { dataset, seeds, searchSeeds, headline: headline, variants: described };
  return `${JSON.stringify({ ...all, summary, runs: rows }, null, 2)}\n`;
}
