/** @file What a comparison says of each variant: medians and ranges over its seeds. Pure. */
import type { Figures } from "../../../shared/tasks/metrics.ts";
import type { TaskRow } from "../../../shared/tasks/tasks.ts";
import { chosenRate, lossOf, rowOf } from "./next-trial.ts";
import type { Plan, RateKey, Variant } from "./plan.ts";
import { rateAt } from "./rates.ts";
import type { Row } from "./rows.ts";
import { median, type Spread, spreadOf } from "./spread.ts";

/** The figure that says most. */
export type Headline = TaskRow["headline"];

export interface SummaryRow {
  readonly variant: string;
  /** What was searched; `null` if the rate is given. */
  readonly rateKey: RateKey | null;
  /** The best of the grid; `null` if it is given, or if all of them diverged. */
  readonly rate: number | null;
  /** Whether a better rate may be beyond the grid. */
  readonly isAtEdge: boolean;
  /** Runs at that rate. */
  readonly runs: number;
  /** The steps at which runs diverged, ascending: of those at its rate, or of all runs if it has no rate. */
  readonly divergedAt: readonly number[];
  /** Over the seeds; ∞ is a run that diverged. `null` if no run is left. */
  readonly validationLoss: Spread | null;
  /** The headline on the validation and on the test split, of the runs that finished. */
  readonly validation: Spread | null;
  readonly test: Spread | null;
  /** Of a run that finished, like the next. */
  readonly samples: number | null;
  readonly gradients: number | null;
  /** With how many seeds its validation loss is lower than that of the first variant, which had the same start. */
  readonly betterThanFirst: number;
  /**
   * Median cost, in gradients, until the validation loss is as low as at the end of the first variant's run with the same
   * seed; `null` if half of the runs or more don't get there.
   */
  readonly gradientsToFirst: number | null;
}

/** One row for each variant, in the order of the plan. The first one is what the others are measured against. */
export function summaryOf(plan: Plan, rows: readonly Row[], headline: Headline): SummaryRow[] {
  const runs = plan.variants.map((variant) => runsOf(variant, plan, rows));
  const goals = new Map(runs[0]?.map((row) => [row.seed, lossOf(row)]));
  return plan.variants.map((variant, i) => {
    const own = runs[i] ?? [];
    const finished = own.filter(({ outcome }) => outcome === "finished");
    const rate = chosenRate(variant, plan, rows);
    const failed = rate === undefined ? rows.filter((row) => row.variant === variant.label) : own;
    return {
      variant: variant.label,
      rateKey: variant.search?.key ?? null,
      rate: rate === undefined || rate.exponent === null ? null : rateAt(rate.exponent),
      isAtEdge: rate?.isAtEdge ?? false,
      runs: own.length,
      divergedAt: failed
        .flatMap(({ outcome, steps }) => (outcome === "diverged" ? [steps] : []))
        .toSorted((a, b) => a - b),
      validationLoss: own.length === 0 ? null : spreadOf(own.map(lossOf)),
      validation: figureIn(
        finished.map((row) => row.validation?.metrics),
        headline,
      ),
      test: figureIn(
        finished.map((row) => row.test?.metrics),
        headline,
      ),
      samples: medianOr(finished.map(({ samples }) => samples)),
      gradients: medianOr(finished.map(({ gradients }) => gradients)),
      betterThanFirst: own.filter((row) => lossOf(row) < (goals.get(row.seed) ?? -Infinity)).length,
      gradientsToFirst: costUntil(own, goals),
    };
  });
}

/** The finished runs of a variant at its rate, in the order of the seeds. */
export function runsOf(variant: Variant, plan: Plan, rows: readonly Row[]): Row[] {
  const rate = chosenRate(variant, plan, rows);
  if (rate === undefined) return [];
  const { exponent } = rate;
  return plan.seeds.flatMap((seed) => rowOf(rows, { variant, exponent, seed }) ?? []);
}

function figureIn(metrics: readonly (Figures | undefined)[], name: string): Spread | null {
  const values = metrics.flatMap((figures) => figures?.[name] ?? []);
  return values.length === 0 ? null : spreadOf(values);
}

function medianOr(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}

function costUntil(runs: readonly Row[], goals: ReadonlyMap<number, number>): number | null {
  const costs = runs.flatMap(({ seed, curve }) => {
    const goal = goals.get(seed) ?? Infinity;
    if (goal === Infinity) return [];
    return [curve.find(([, loss]) => loss <= goal)?.[0] ?? Infinity];
  });
  const cost = costs.length === 0 ? Infinity : median(costs);
  return cost === Infinity ? null : cost;
}
