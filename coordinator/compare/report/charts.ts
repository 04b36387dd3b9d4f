/** @file The two pictures of a comparison: validation loss against cost, and against the rate. Pure. */
import { chosenRate, lossOf, scoresOf } from "../plan/next-trial.ts";
import type { Variant } from "../plan/plan.ts";
import { rateAt } from "../plan/rates.ts";
import { spreadOf } from "../plan/spread.ts";
import { runsOf } from "../plan/summary.ts";
import { chartSvg, type Point, type Series } from "./chart-svg.ts";
import type { Comparison } from "./comparison.ts";

/** The validation loss of each variant at its rate, against what it has cost: median and range over the seeds. */
export function curvesSvg(comparison: Comparison): string {
  const { plan, dataset } = comparison;
  const series = plan.variants.map((variant) => curveOf(variant, comparison));
  return chartSvg({
    title: `${dataset}: validation loss against cost`,
    description: `Median and range over ${plan.seeds.length} seeds, each variant at its rate.`,
    xLabel: "gradients of one sample (three forward passes count as one)",
    yLabel: "validation loss",
    series,
  });
}

function curveOf(variant: Variant, { plan, rows }: Comparison): Series {
  const runs = runsOf(variant, plan, rows);
  const costs = [...new Set(runs.flatMap(({ curve }) => curve.map(([cost]) => cost)))];
  const points = costs
    .toSorted((a, b) => a - b)
    .flatMap((x): Point[] => {
      const losses = runs.flatMap(
        ({ curve }) => curve.find(([cost, loss]) => cost === x && Number.isFinite(loss))?.[1] ?? [],
      );
      if (losses.length === 0) return [];
      const { median: y, low, high } = spreadOf(losses);
      return [{ x, y, low, high }];
    });
  return { name: variant.label, points };
}

/** The median validation loss of each rate that was tried; the best is ringed. `undefined` if none was searched. */
export function ratesSvg(comparison: Comparison): string | undefined {
  const { plan, dataset } = comparison;
  const searched = plan.variants.filter(({ search }) => search !== null);
  if (searched.length === 0) return undefined;
  return chartSvg({
    title: `${dataset}: validation loss at the end, by rate`,
    description: `Median of ${plan.searchSeeds.length} seeds. A cross at the top is a rate at which it diverges; the best rate is ringed.`,
    xLabel: "rate: η, or σ for local search",
    yLabel: "validation loss",
    series: searched.map((variant) => rateCurveOf(variant, comparison)),
  });
}

function rateCurveOf(variant: Variant, { plan, rows }: Comparison): Series {
  const best = chosenRate(variant, plan, rows)?.exponent;
  const points = [...scoresOf(variant, plan, rows)]
    .toSorted(([a], [b]) => a - b)
    .map(([exponent, y]): Point => {
      const found = rows.filter(
        (row) =>
          row.variant === variant.label &&
          row.exponent === exponent &&
          plan.searchSeeds.includes(row.seed),
      );
      const { low, high } = spreadOf(found.map(lossOf));
      const x = rateAt(exponent);
      if (y === Infinity) return { x, y, isLost: true };
      const top = high === Infinity ? y : high;
      return { x, y, low, high: top, isChosen: exponent === best };
    });
  return { name: variant.label, points };
}
