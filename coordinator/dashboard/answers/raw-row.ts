/** @file From the features of a table's row back to its cells, and from what a reader types to features. Pure. */
import type { Cell } from "../../../shared/data/table/cell.ts";
import { type DateOrder, dateText, dayMs } from "../../../shared/data/table/date-text.ts";
import { type DecimalMark, numberOf } from "../../../shared/data/table/number-text.ts";
import {
  type Column,
  featuresOf,
  type RowFeatures,
  type TablePreprocessing,
  widthOf,
} from "../../../shared/data/table/preprocess.ts";

/** A number becomes a text of the fewest digits that give the same feature; a float32 tells no more apart. */
const digitsMax = 10;
/** What a number's text can have. */
const placesMax = 100;

/**
 * The cells of a row, in the order of the columns. A value that was filled in is shown as filled in.
 *
 * @param features - Shape `[featureCount]`.
 * @returns `null` for a category that is not among the listed ones.
 */
export function rawRowOf(
  { columns }: Pick<TablePreprocessing, "columns">,
  features: Float32Array,
): readonly Cell[] {
  let at = 0;
  return columns.map((column) => {
    const first = at;
    at += widthOf(column);
    return cellOf(column, features.subarray(first, at));
  });
}

function cellOf(column: Column, features: Float32Array): Cell {
  const [feature = 0] = features;
  switch (column.type) {
    case "number":
      return shortest(feature, column);
    case "boolean":
      return feature === 0 || feature === 1 ? feature === 1 : feature;
    case "category":
      return column.categories[features.indexOf(1)] ?? null;
    case "date":
      return dateIn(column, features);
    default:
      return column satisfies never;
  }
}

interface Scaling {
  readonly mean: number;
  readonly scale: number;
}

function shortest(feature: number, { mean, scale }: Scaling): number {
  const exact = feature * scale + mean;
  const first = Math.ceil(Math.log10(Math.max(Math.abs(exact), scale)));
  for (let power = first; power > first - digitsMax; power--) {
    const value = rounded(exact, power);
    if (Math.fround((value - mean) / scale) === feature) return value;
  }
  return rounded(exact, first - digitsMax);
}

/** The nearest multiple of a power of ten, without the dust of binary fractions. */
function rounded(value: number, power: number): number {
  const unit = 10 ** Math.max(power, 0);
  const places = Math.min(Math.max(-power, 0), placesMax);
  // `+ 0` turns −0 into 0.
  return Number((unit * Number((value / unit).toFixed(places))).toFixed(places)) + 0;
}

/** The roundest instant that gives the same feature. Without the day, only its other parts are known. */
function dateIn(column: Column & { readonly type: "date" }, features: Float32Array): string {
  const { parts, order } = column;
  const at = parts.findIndex(({ part }) => part === "days");
  const days = parts[at];
  if (days === undefined) {
    return parts
      .map((scaled, i) => `${scaled.part} ${shortest(features[i] ?? 0, scaled)}`)
      .join(", ");
  }
  const feature = features[at] ?? 0;
  const exact = (feature * days.scale + days.mean) * dayMs;
  const units = [dayMs, 3_600_000, 60_000];
  const unit = units.find((size) => {
    const ms = Math.round(exact / size) * size;
    return Math.fround((ms / dayMs - days.mean) / days.scale) === feature;
  });
  const size = unit ?? 1_000;
  return inOrder(dateText(Math.round(exact / size) * size), order);
}

/** `2024-02-29 08:00:00` with its date in another order. */
function inOrder(text: string, order: DateOrder): string {
  const [, year = "", month = "", day = "", time = ""] =
    /^(\d+)-(\d+)-(\d+)(.*)$/u.exec(text) ?? [];
  if (order === "ymd") return text;
  return `${[...(order === "dmy" ? [day, month] : [month, day]), year].join("/")}${time}`;
}

/**
 * The features of a row as a reader types it.
 *
 * @param typed - Texts by column name; an empty one is a missing value.
 * @param mark - What separates the fraction in the reader's language. Numbers with the other one are read too.
 */
export function typedFeatures(
  preprocessing: TablePreprocessing,
  typed: Readonly<Record<string, string>>,
  mark: DecimalMark,
): RowFeatures {
  const other = mark === "." ? "," : ".";
  const cells = preprocessing.columns.map(({ name, type }): [string, Cell] => {
    const text = (typed[name] ?? "").trim();
    if (text === "") return [name, null];
    if (type !== "number") return [name, text];
    return [name, numberOf(text, mark) ?? numberOf(text, other) ?? text];
  });
  return featuresOf(preprocessing, Object.fromEntries(cells));
}
