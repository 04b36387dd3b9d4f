/**
 * @file The preprocessing of a table, computed from its training rows only, and the features that it gives. Pure.
 * Sums are taken row by row in float64, so the same rows give the same bits on every machine.
 */
import { dayMs, partsOf } from "../../../shared/data/table/date-text.ts";
import {
  type Column,
  type DatePart,
  widthOf,
  writeFeatures,
} from "../../../shared/data/table/preprocess.ts";
import type { RawColumn } from "./collect.ts";
import type { MissingWay } from "./feature-plan.ts";

/** A column with its preprocessing. */
export interface FittedColumn {
  readonly raw: RawColumn;
  readonly column: Column;
  /** How many of all rows get the fill. */
  readonly filled: number;
}

/**
 * Fits one column.
 *
 * @param train - Indices of the training rows.
 * @returns `undefined` if the column is the same in all training rows, and so says nothing.
 */
export function fitColumn(
  raw: RawColumn,
  train: Uint32Array,
  missing: MissingWay,
): FittedColumn | undefined {
  const present = valuesAt(raw.values, train).filter((value) => !Number.isNaN(value));
  if (present.length === 0) return undefined;
  const column = describe(raw, present, train, missing);
  if (column === undefined) return undefined;
  const filled = raw.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  return { raw, column, filled };
}

function describe(
  { profile, texts, values }: RawColumn,
  present: Float64Array,
  train: Uint32Array,
  missing: MissingWay,
): Column | undefined {
  const { name, form } = profile;
  const isFilled = missing !== "refuse" && missing !== "drop";
  const isQuantity = form.type === "number" || form.type === "date";
  const fill = isFilled ? fillOf(present, isQuantity ? missing : "mode") : null;
  if (form.type === "category") return categoryColumn(name, texts, present, fill);
  const all = valuesAt(values, train).map((value) => (Number.isNaN(value) ? (fill ?? 0) : value));
  if (form.type === "date") {
    const parts = dateParts(all);
    return parts.length === 0 ? undefined : { name, type: "date", order: form.order, parts, fill };
  }
  const scaling = scalingOf(all);
  if (scaling === undefined) return undefined;
  return form.type === "boolean"
    ? { name, type: "boolean", fill }
    : { name, type: "number", fill, ...scaling };
}

/** @param fill - An index into `texts`. */
function categoryColumn(
  name: string,
  texts: readonly string[],
  present: Float64Array,
  fill: number | null,
): Column | undefined {
  const used = [...new Set(present)].map((index) => texts[index] ?? "");
  if (used.length < 2) return undefined;
  const categories = used.toSorted((a, b) => (a < b ? -1 : 1));
  const index = fill === null ? null : categories.indexOf(texts[fill] ?? "");
  return { name, type: "category", categories, fill: index };
}

/** The parts of a date that differ between rows. */
function dateParts(values: Float64Array): Extract<Column, { type: "date" }>["parts"] {
  const hasTimes = values.some((ms) => ms % dayMs !== 0);
  const names: readonly DatePart[] = hasTimes
    ? ["days", "month", "weekday", "hour"]
    : ["days", "month", "weekday"];
  return names.flatMap((part) => {
    const scaling = scalingOf(values.map((ms) => partsOf(ms)[part]));
    return scaling === undefined ? [] : [{ part, ...scaling }];
  });
}

/**
 * Mean and standard deviation (of the whole, not of a sample): what standardises the values.
 *
 * @returns `undefined` if all values are the same.
 */
export function scalingOf(
  values: Float64Array,
): { readonly mean: number; readonly scale: number } | undefined {
  const first = values[0];
  if (values.every((value) => value === first)) return undefined;
  const mean = sum(values) / values.length;
  const scale = Math.sqrt(
    sum(values.map((value) => (value - mean) * (value - mean))) / values.length,
  );
  return scale > 0 && Number.isFinite(scale) ? { mean, scale } : undefined;
}

function fillOf(present: Float64Array, way: "mean" | "median" | "mode"): number {
  if (way === "mean") return sum(present) / present.length;
  const sorted = present.toSorted();
  if (way === "median") {
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? 0;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  }
  return modeOf(present);
}

/** The most frequent value; of several, the one that occurs first. */
function modeOf(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let mode = 0;
  let most = 0;
  for (const [value, count] of counts) if (count > most) [mode, most] = [value, count];
  return mode;
}

/** Plain float64 additions in order. */
function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function valuesAt(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? 0);
}

/**
 * The features of some rows.
 *
 * @returns Shape `[rows.length, featureCount]`.
 */
export function featuresAt(rows: Uint32Array, columns: readonly FittedColumn[]): Float32Array {
  const width = columns.reduce((total, { column }) => total + widthOf(column), 0);
  const features = new Float32Array(rows.length * width);
  let offset = 0;
  for (const { raw, column } of columns) {
    const categories =
      column.type === "category" ? indicesIn(column.categories, raw.texts) : undefined;
    rows.forEach((row, sample) => {
      const value = raw.values[row] ?? 0;
      const known = categories === undefined ? value : (categories[value] ?? -1);
      const filled = Number.isNaN(value) ? (column.fill ?? 0) : known;
      writeFeatures(column, filled, features, sample * width + offset);
    });
    offset += widthOf(column);
  }
  return features;
}

/** Where each text is among the categories; −1: nowhere. */
function indicesIn(categories: readonly string[], texts: readonly string[]): readonly number[] {
  return texts.map((text) => categories.indexOf(text));
}
