/** @file The results of a comparison as a table for a terminal, one line for each variant. Pure. */
import { compact, integer, loss, unknownFigure } from "../../console/view/figures.ts";
import { displayWidth } from "../../console/view/text.ts";
import { extensionsMax } from "../plan/rates.ts";
import type { Spread } from "../plan/spread.ts";
import type { Headline, SummaryRow } from "../plan/summary.ts";
import type { Comparison } from "./comparison.ts";

/** The table, and below it what its columns and marks mean. */
export function tableLines(
  { plan, headline, dataset }: Comparison,
  summary: readonly SummaryRow[],
): string[] {
  const first = summary[0]?.variant ?? "";
  const heads = [
    "variant",
    "rate",
    "validation loss",
    `test ${headline}`,
    `below ${first}`,
    "gradients",
    `to ${first}'s end`,
    "",
  ];
  const rows = summary.map((row, i) => cellsOf(row, i === 0, headline));
  return [...columns([heads, ...rows]), "", ...notes(plan, summary, dataset)];
}

function cellsOf(row: SummaryRow, isFirst: boolean, headline: Headline): string[] {
  const isShare = headline === "accuracy";
  const figure = (value: number) => (isShare ? (100 * value).toFixed(1) : loss(value));
  return [
    row.variant,
    row.rate === null ? unknownFigure : `${row.rateKey === "sigma" ? "σ" : "η"} ${row.rate}`,
    spread(row.validationLoss, loss),
    spread(row.test, figure, isShare ? " %" : ""),
    isFirst || row.runs === 0 ? unknownFigure : `${row.betterThanFirst} of ${row.runs}`,
    row.gradients === null ? unknownFigure : compact(row.gradients),
    row.gradientsToFirst === null ? unknownFigure : compact(row.gradientsToFirst),
    marksOf(row).join("; "),
  ];
}

/** `0.2211 (0.2190 … 0.2304)`, `96.1 % (94.9 … 97.0)`; a run that diverged has no loss. */
function spread(values: Spread | null, text: (value: number) => string, unit = ""): string {
  if (values === null) return unknownFigure;
  const shown = (value: number) => (Number.isFinite(value) ? text(value) : "diverged");
  const { median, low, high } = values;
  const middle = shown(median) + unit;
  return low === high ? middle : `${middle} (${shown(low)} … ${shown(high)})`;
}

function marksOf({ isAtEdge, rate, rateKey, divergedAt, runs }: SummaryRow): string[] {
  const marks = isAtEdge ? ["rate at the edge of the grid"] : [];
  const isLost = rateKey !== null && rate === null;
  if (isLost) marks.push(`diverged at every rate, at step ${stepsText(divergedAt)}`);
  else if (divergedAt.length > 0) {
    const count = `${integer(divergedAt.length)} of ${integer(runs)}`;
    marks.push(`${count} diverged, at step ${stepsText(divergedAt)}`);
  }
  return marks;
}

function stepsText(steps: readonly number[]): string {
  const [first = 0] = steps;
  const last = steps.at(-1) ?? first;
  return first === last ? integer(first) : `${integer(first)} … ${integer(last)}`;
}

function notes(
  { seeds, searchSeeds, variants }: Comparison["plan"],
  summary: readonly SummaryRow[],
  dataset: string,
): string[] {
  const first = summary[0]?.variant ?? "";
  const count = `${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`;
  const lines = [
    `${dataset}; median (lowest … highest) of ${count}. Every variant of a seed has the same start and the same order of samples.`,
    `"below ${first}": with so many seeds its validation loss is lower. "to ${first}'s end": the cost until it is as low as there.`,
    "A gradient is that of one sample; three forward passes count as one.",
  ];
  if (variants.some(({ search }) => search !== null)) {
    const factor = 10 ** (extensionsMax / 2);
    lines.push(
      `The rate is the one with the lowest validation loss on a grid of factor √10 (median of ${searchSeeds.length} of the seeds). A grid is extended beyond an end that is the best, by up to a factor of ${factor}.`,
    );
  }
  return lines;
}

/** Pads the cells; all but the first and the last column are figures. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => displayWidth(row[i] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const gap = " ".repeat((widths[i] ?? 0) - displayWidth(cell));
        return i === 0 || i === row.length - 1 ? cell + gap : gap + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
