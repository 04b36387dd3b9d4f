/** @file From the operator's request to the variants of a comparison. Pure. */
import { OperatorError } from "../../../shared/operator-error.ts";
import { completeRun, spelled } from "../../../shared/run/settings/complete.ts";
import type { Origins } from "../../../shared/run/settings/option.ts";
import { type OptionValue, valueText } from "../../../shared/run/settings/readers.ts";
import type { RunKey, RunRequest, RunSettings } from "../../../shared/run/settings/run-settings.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { exponentsAround } from "./rates.ts";
import { nameOf, type Varied } from "./varied.ts";

/** What the operator asks of a comparison, besides the settings of its runs. */
export interface CompareSettings {
  readonly varied: readonly Varied[];
  /** Runs of each variant at its rate. */
  readonly seeds: number;
  /** How many of the seeds decide which rate is best. */
  readonly searchSeeds: number;
  /** Rates tried first for each variant; `null`: none is searched. */
  readonly rates: number | null;
  /** The share of the samples for validation, where neither the data nor the operator say. */
  readonly validation: number;
  /** The comparison's folder. */
  readonly to: string;
}

/** What is searched: local search has no learning rate, but the size of its noise plays its part. */
export type RateKey = "learningRate" | "sigma";

export interface Variant {
  /** Unique: `sgd`, or `sgd, batch-size 16`. */
  readonly label: string;
  /** The settings that were given, with the variant's own. */
  readonly given: RunSettings;
  /** `null` if its rate is given. */
  readonly search: { readonly key: RateKey; readonly first: readonly number[] } | null;
}

export interface Plan {
  readonly variants: readonly Variant[];
  readonly seeds: readonly number[];
  /** The first of them. */
  readonly searchSeeds: readonly number[];
}

/** More variants are a typing error, or a table that nobody reads. */
const variantsMax = 200;

/**
 * The variants of a comparison: every combination of the varied values, in the order in which they were given.
 *
 * @throws OperatorError for a setting that is given and varied, and for settings that contradict each other.
 */
export function planComparison(request: RunRequest, settings: CompareSettings): Plan {
  const { varied, seeds: count, searchSeeds, rates } = settings;
  if (varied.length === 0) throw new OperatorError(sentence("vary-missing"));
  for (const { key } of varied) {
    if (request.given[key] === undefined) continue;
    const values = { setting: spelled(key, request), name: nameOf(key) };
    throw new OperatorError(sentence("vary-given", values));
  }
  const variants = combinations(varied).map((chosen) => variantOf(request, chosen, rates));
  if (variants.length > variantsMax) {
    const values = { count: variants.length, most: variantsMax };
    throw new OperatorError(sentence("vary-too-many", values));
  }
  const first = completeRun(request).seed;
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  return { variants, seeds, searchSeeds: seeds.slice(0, searchSeeds) };
}

type Chosen = readonly { readonly key: RunKey; readonly value: OptionValue }[];

function combinations(varied: readonly Varied[]): readonly Chosen[] {
  return varied.reduce<readonly Chosen[]>(
    (all, { key, values }) =>
      all.flatMap((chosen) => values.map((value) => [...chosen, { key, value }])),
    [[]],
  );
}

function variantOf(request: RunRequest, chosen: Chosen, rates: number | null): Variant {
  const own = Object.fromEntries(chosen.map(({ key, value }) => [key, value]));
  // Each value was made by its own setting's reader.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const given = { ...request.given, ...own } as RunSettings;
  const origins = { ...request.origins, ...originsOf(chosen) };
  const complete = completeRun({ given, origins });
  const key = complete.optimizer === "local-search" ? "sigma" : "learningRate";
  const rate = complete[key];
  const isSearched = rates !== null && given[key] === undefined && rate !== undefined;
  return {
    label: chosen.map(labelOf).join(", "),
    given,
    search: isSearched ? { key, first: exponentsAround(rate, rates) } : null,
  };
}

/** Errors about a varied value name it as it was given. */
export function originsOf(chosen: readonly { readonly key: RunKey }[]): Origins {
  return Object.fromEntries(
    chosen.map(({ key }) => [key, { from: "flag", label: `--vary ${nameOf(key)}` }]),
  );
}

/** Settings whose values are names that speak for themselves. */
const named: readonly RunKey[] = ["optimizer", "activation", "loss", "model", "schedule"];

function labelOf({ key, value }: Chosen[number]): string {
  return named.includes(key) ? valueText(value) : `${nameOf(key)} ${valueText(value)}`;
}
