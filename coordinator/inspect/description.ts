/** @file What there is to know about a dataset before anything is trained on it. Pure. */
import { assert, assertNever } from "../../shared/assert.ts";
import type { Dataset, Split, SplitName } from "../../shared/data/dataset.ts";
import { splitNames } from "../../shared/data/dataset.ts";
import type { Preprocessing } from "../../shared/data/preprocessing.ts";
import { dateText } from "../../shared/data/table/date-text.ts";
import { type TokenForm, tokenizerOf } from "../../shared/data/text/preprocess.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { ColumnProfile, TableProfile } from "../datasets/table/profile.ts";

/** A dataset, as far as it could be looked at. */
export interface Description {
  /** As the operator spelled it. */
  readonly dataset: string;
  /** Absent if the data are no table. */
  readonly table?: TableDescription;
  /** What the loader said. */
  readonly notes: readonly Sentence[];
  /** Why the data can't be trained on with these settings. */
  readonly problem?: Sentence;
  /** Absent if the data can't be loaded. */
  readonly samples?: SamplesDescription;
  /** What `promedio start` would train on it without further settings. */
  readonly training?: TrainingDescription;
}

export interface TableDescription {
  readonly rows: number;
  readonly format: Sentence;
  readonly columns: readonly ColumnDescription[];
}

export interface ColumnDescription {
  /** Counted from 1, as `--target` and `--ignore` take it. */
  readonly number: number;
  readonly name: string;
  readonly type: ColumnProfile["form"]["type"];
  /** What it is for in a training; `null` if the table can't be trained on. */
  readonly use: "target" | "feature" | "left out" | null;
  readonly missing: number;
  /** Values that are not of the type. */
  readonly unreadable: number;
  /** Different values; `null`: too many to count. */
  readonly different: number | null;
  /** Of numbers, and of dates as texts. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** The most frequent values and how often each occurs; empty for numbers and dates. */
  readonly frequent: readonly Frequent[];
  /** A few of the first values. */
  readonly examples: readonly string[];
}

export interface Frequent {
  readonly value: string;
  readonly count: number;
}

export interface SamplesDescription {
  readonly sha256: string;
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
  readonly featureShape: readonly number[];
  readonly featureType: "uint8" | "uint16" | "float32";
  /** Of the stored features of the training split; of a text, of the numbers of its tokens. */
  readonly features: { readonly min: number; readonly max: number; readonly mean: number };
  readonly target: TargetDescription;
}

export type TargetDescription =
  | { readonly kind: "classes"; readonly classes: readonly ClassDescription[] }
  | {
      readonly kind: "values";
      /** In the units of the data, over the training split. */
      readonly values: readonly {
        readonly name: string;
        readonly min: number;
        readonly max: number;
        readonly mean: number;
      }[];
    }
  | {
      readonly kind: "flags";
      /** How many of the training samples are yes. */
      readonly flags: readonly { readonly name: string; readonly yes: number }[];
    }
  | {
      readonly kind: "tokens";
      readonly form: TokenForm;
      /** Tokens of each split. */
      readonly lengths: Readonly<Partial<Record<SplitName, number>>>;
      /** Those that occur in the training split, the most frequent first. */
      readonly tokens: readonly Frequent[];
    };

export interface ClassDescription {
  readonly name: string;
  /** Samples in each split. */
  readonly counts: Readonly<Partial<Record<SplitName, number>>>;
}

export interface TrainingDescription {
  readonly title: Sentence;
  readonly steps: number;
  readonly epochs: number;
  readonly parameters: number;
}

const frequentShown = 5;

/** @param dataset - What the table became; absent if it can't be trained on. */
export function describeTable(
  { rowCount, columns }: TableProfile,
  format: Sentence,
  dataset?: Pick<Dataset, "preprocessing">,
): TableDescription {
  const described = columns.map((column) => describeColumn(column, dataset?.preprocessing));
  return { rows: rowCount, format, columns: described };
}

function useOf(name: string, preprocessing: Preprocessing | undefined): ColumnDescription["use"] {
  if (preprocessing?.kind !== "table") return null;
  if (preprocessing.targets.includes(name)) return "target";
  return preprocessing.columns.some((column) => column.name === name) ? "feature" : "left out";
}

function describeColumn(
  column: ColumnProfile,
  preprocessing: Preprocessing | undefined,
): ColumnDescription {
  const { name, index, form, missing, odd, values, range, examples } = column;
  const bound = (value: number | undefined) =>
    value === undefined ? null : form.type === "date" ? dateText(value) : value;
  const isRange = form.type === "number" || form.type === "date";
  return {
    number: index + 1,
    name,
    type: form.type,
    use: useOf(name, preprocessing),
    missing,
    unreadable: odd?.count ?? 0,
    different: values?.size ?? null,
    min: isRange ? bound(range?.min) : null,
    max: isRange ? bound(range?.max) : null,
    frequent: isRange ? [] : mostFrequent(values ?? new Map()),
    examples,
  };
}

function mostFrequent(values: ReadonlyMap<string, number>): readonly Frequent[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, frequentShown);
}

export function describeSamples(dataset: Dataset): SamplesDescription {
  const { sha256, featureShape, train } = dataset;
  const bits = 8 * train.features.BYTES_PER_ELEMENT;
  return {
    sha256,
    splits: countsOf(dataset, ({ count }) => count),
    featureShape,
    featureType: bits === 32 ? "float32" : bits === 16 ? "uint16" : "uint8",
    features: rangeOf(train.features),
    target: describeTarget(dataset),
  };
}

function describeTarget(dataset: Dataset): TargetDescription {
  const { target, train } = dataset;
  const nameOf = (index: number) => target.names?.[index] ?? String(index);
  const indices = Array.from({ length: target.count }, (_, index) => index);
  switch (target.kind) {
    case "classes": {
      const tallies = countsOf(dataset, (split) => tally(split, target.count));
      const classes = indices.map((index) => ({
        name: nameOf(index),
        counts: Object.fromEntries(
          Object.entries(tallies).map(([split, counts]) => [split, counts[index] ?? 0]),
        ),
      }));
      return { kind: "classes", classes };
    }
    case "flags": {
      const flags = indices.map((index) => ({
        name: nameOf(index),
        yes: columnOf(train, index, target.count).reduce((sum, flag) => sum + flag, 0),
      }));
      return { kind: "flags", flags };
    }
    case "values": {
      const values = indices.map((index) => {
        const { mean = 0, scale = 1 } = target.scales?.[index] ?? {};
        const raw = columnOf(train, index, target.count).map((value) => value * scale + mean);
        return { name: nameOf(index), ...rangeOf(raw) };
      });
      return { kind: "values", values };
    }
    case "tokens":
      return describeTokens(dataset);
    default:
      return assertNever(target);
  }
}

function describeTokens(dataset: Dataset): TargetDescription {
  const { preprocessing, train, target } = dataset;
  assert(preprocessing?.kind === "text", "tokens are those of a text");
  const { nameOf } = tokenizerOf(preprocessing);
  const counts = tally({ ...train, targets: train.features }, target.count);
  const tokens = [...counts]
    .map((count, token) => ({ value: nameOf(token), count }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  const lengths = countsOf(dataset, ({ features }) => features.length);
  return { kind: "tokens", form: preprocessing.tokens, lengths, tokens };
}

/** Something of each split that the dataset has. */
function countsOf<T>(
  dataset: Dataset,
  of: (split: Split) => T,
): Readonly<Partial<Record<SplitName, T>>> {
  return Object.fromEntries(
    splitNames.flatMap((name) => {
      const split = dataset[name];
      return split === undefined ? [] : [[name, of(split)]];
    }),
  );
}

function tally({ targets }: Split, count: number): Uint32Array {
  const counts = new Uint32Array(count);
  for (const target of targets) counts[target] = (counts[target] ?? 0) + 1;
  return counts;
}

function columnOf({ count, targets }: Split, index: number, perSample: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => targets[i * perSample + index] ?? 0);
}

function rangeOf(values: Split["features"] | Float64Array): {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
} {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, mean: sum / values.length };
}
