/**
 * @file Which run of a comparison comes next, given the rows of those that are finished. Nothing else is remembered, so
 * an interrupted comparison continues where it was. Pure.
 *
 * One variant after the other: first its rates with the seeds of the search, then the other seeds at its best rate.
 */
import type { Plan, Variant } from "./plan.ts";
import { bestRate, type BestRate, nextExponent, type Scores } from "./rates.ts";
import type { Row } from "./rows.ts";
import { median } from "./spread.ts";

/** A run that is to be trained. */
export interface Trial {
  readonly variant: Variant;
  /** Of its rate on the grid; `null` if the variant's rate is given. */
  readonly exponent: number | null;
  readonly seed: number;
}

/** @returns `undefined` if the comparison is complete. */
export function nextTrial(plan: Plan, rows: readonly Row[]): Trial | undefined {
  for (const variant of plan.variants) {
    const trial = nextOf(variant, plan, rows);
    if (trial !== undefined) return trial;
  }
  return undefined;
}

function nextOf(variant: Variant, plan: Plan, rows: readonly Row[]): Trial | undefined {
  const missing = (exponent: number | null, seeds: readonly number[]) => {
    const seed = seeds.find((each) => rowOf(rows, { variant, exponent, seed: each }) === undefined);
    return seed === undefined ? undefined : { variant, exponent, seed };
  };
  if (variant.search === null) return missing(null, plan.seeds);
  const scores = scoresOf(variant, plan, rows);
  const exponent = nextExponent(variant.search.first, scores);
  if (exponent !== undefined) return missing(exponent, plan.searchSeeds);
  const best = bestRate(scores);
  // At every rate that was tried it diverges. There is nothing to measure with other seeds.
  return best === undefined ? undefined : missing(best.exponent, plan.seeds);
}

/** How many runs are left at least: a search that has to be extended adds some. */
export function trialsLeft(plan: Plan, rows: readonly Row[]): number {
  return plan.variants.reduce((sum, variant) => sum + leftOf(variant, plan, rows), 0);
}

function leftOf(variant: Variant, plan: Plan, rows: readonly Row[]): number {
  const count = (exponent: number | null, seeds: readonly number[]) =>
    seeds.filter((seed) => rowOf(rows, { variant, exponent, seed }) === undefined).length;
  if (variant.search === null) return count(null, plan.seeds);
  const scores = scoresOf(variant, plan, rows);
  const { first } = variant.search;
  const next = nextExponent(first, scores);
  const open = new Set(first.filter((exponent) => !scores.has(exponent)));
  if (next !== undefined) open.add(next);
  const searching = [...open].reduce((sum, exponent) => sum + count(exponent, plan.searchSeeds), 0);
  if (open.size > 0) return searching + plan.seeds.length - plan.searchSeeds.length;
  const best = bestRate(scores);
  return best === undefined ? 0 : count(best.exponent, plan.seeds);
}

/** The rate at which a variant is compared; `undefined` if it diverged at every rate. */
export function chosenRate(
  variant: Variant,
  plan: Plan,
  rows: readonly Row[],
): BestRate | { readonly exponent: null; readonly isAtEdge: false } | undefined {
  if (variant.search === null) return { exponent: null, isAtEdge: false };
  return bestRate(scoresOf(variant, plan, rows));
}

/** The median validation loss of each rate of which all seeds of the search are finished. */
export function scoresOf(variant: Variant, plan: Plan, rows: readonly Row[]): Scores {
  const tried = rows.flatMap(({ variant: label, exponent }) =>
    label === variant.label && exponent !== null ? [exponent] : [],
  );
  const scores = new Map<number, number>();
  for (const exponent of new Set(tried)) {
    const found = plan.searchSeeds.map((seed) => rowOf(rows, { variant, exponent, seed }));
    const finished = found.filter((row) => row !== undefined);
    if (finished.length === found.length) scores.set(exponent, median(finished.map(lossOf)));
  }
  return scores;
}

/** The row of a trial, if it is finished. */
export function rowOf(rows: readonly Row[], { variant, exponent, seed }: Trial): Row | undefined {
  return rows.find(
    (row) => row.variant === variant.label && row.exponent === exponent && row.seed === seed,
  );
}

/** The loss by which rates are judged: ∞ for a run that diverged. */
export function lossOf({ outcome, validation }: Row): number {
  const loss = outcome === "finished" ? (validation?.loss ?? Infinity) : Infinity;
  return Number.isNaN(loss) ? Infinity : loss;
}
