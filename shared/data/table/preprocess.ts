/**
 * @file How a table's row becomes the features of a sample. The description is part of the dataset and of every
 * checkpoint. The loader and everybody who predicts from raw rows compute features with the functions below, so both
 * get the same bits.
 */
import * as z from "zod/mini";

import { type Sentence, sentence } from "../../words/sentence.ts";
import { booleanOf, type Cell, isMissing, textOf } from "./cell.ts";
import { dateOf, type DateOrder, dateOrders, partsOf } from "./date-text.ts";
import { numberOf } from "./number-text.ts";

/** More than any table that a person can describe. */
export const columnsMax = 65_536;
const textLengthMax = 200;

const name = z.string().check(z.maxLength(textLengthMax));
const finite = z.number();
/** The value in place of a missing one; `null`: a row must have one. */
const fill = z.nullable(finite);
/** Standardising: `(value − mean) / scale`, both of the training rows. */
const scaling = { mean: finite, scale: finite.check(z.positive()) };

const dateParts = ["days", "month", "weekday", "hour"] as const;

/** One row per type of column. The order of columns is that of their features. */
const columnSchema = z.discriminatedUnion("type", [
  z.strictObject({ name, type: z.literal("number"), fill, ...scaling }),
  /** One feature: 0 or 1. */
  z.strictObject({ name, type: z.literal("boolean"), fill }),
  /** One feature per category: 1 for the row's, 0 for the others, and only zeros for one that is not listed. */
  z
    .strictObject({
      name,
      type: z.literal("category"),
      categories: z.array(name).check(z.minLength(1)),
      /** Index of a category. */
      fill: z.nullable(z.int().check(z.nonnegative())),
    })
    .check(
      z.refine(({ categories, fill: index }) => index === null || index < categories.length, {
        error: "the fill is one of the categories",
      }),
    ),
  /** One feature per part. `fill` is in milliseconds since 1970. */
  z.strictObject({
    name,
    type: z.literal("date"),
    order: z.enum(dateOrders),
    parts: z
      .array(z.strictObject({ part: z.enum(dateParts), ...scaling }))
      .check(z.minLength(1), z.maxLength(dateParts.length)),
    fill,
  }),
]);

export const tableSchema = z.strictObject({
  kind: z.literal("table"),
  /** What separates the fraction of a number that is written as text. */
  decimal: z.enum([".", ","]),
  columns: z.array(columnSchema).check(
    z.minLength(1),
    z.maxLength(columnsMax),
    z.refine((columns) => new Set(columns.map((each) => each.name)).size === columns.length, {
      error: "each column has a name of its own",
    }),
  ),
  /** Names of the columns that are predicted. */
  targets: z.array(name).check(z.minLength(1)),
});

export type TablePreprocessing = z.infer<typeof tableSchema>;
export type Column = TablePreprocessing["columns"][number];
export type DatePart = (typeof dateParts)[number];

/** How many features a column becomes. */
export function widthOf(column: Column): number {
  if (column.type === "category") return column.categories.length;
  return column.type === "date" ? column.parts.length : 1;
}

/** A name for each feature: `age`, `sex=male`, `sold month`. */
export function featureNamesOf({ columns }: TablePreprocessing): readonly string[] {
  return columns.flatMap((column) => {
    if (column.type === "category") {
      return column.categories.map((category) => `${column.name}=${category}`);
    }
    if (column.type === "date") return column.parts.map(({ part }) => `${column.name} ${part}`);
    return [column.name];
  });
}

/** How each feature was standardised: `(value − mean) / scale`; 0 and 1 for what has no unit. */
export function scalingsOf({
  columns,
}: TablePreprocessing): readonly { readonly mean: number; readonly scale: number }[] {
  return columns.flatMap((column) => {
    if (column.type === "number") return [column];
    if (column.type === "date") return column.parts;
    return Array.from({ length: widthOf(column) }, () => ({ mean: 0, scale: 1 }));
  });
}

/** The features of one row, or the reason why it has none. */
export type RowFeatures =
  | { readonly ok: true; readonly features: Float32Array }
  | { readonly ok: false; readonly reason: Sentence };

/**
 * The features of one raw row.
 *
 * @param record - Cells by column name. Further columns are ignored; an absent one is missing.
 * @returns Features of shape `[featureCount]`, bit for bit those of the same row in the dataset.
 */
export function featuresOf(
  { columns, decimal }: TablePreprocessing,
  record: Readonly<Record<string, Cell | undefined>>,
): RowFeatures {
  const features = new Float32Array(columns.reduce((sum, column) => sum + widthOf(column), 0));
  let at = 0;
  for (const column of columns) {
    const cell = Object.hasOwn(record, column.name) ? (record[column.name] ?? null) : null;
    const value = isMissing(cell) ? column.fill : valueOf(cell, column, decimal);
    if (value === null) {
      return { ok: false, reason: sentence("row-lacks-value", { column: column.name }) };
    }
    if (value === undefined) {
      const values = { column: column.name, given: textOf(cell), type: typeName(column.type) };
      return { ok: false, reason: sentence("row-value-unreadable", values) };
    }
    writeFeatures(column, value, features, at);
    at += widthOf(column);
  }
  return { ok: true, features };
}

/** What a type of column is called. */
function typeName(type: Column["type"]): Sentence {
  return sentence(`column-${type}`);
}

/** How a cell that is no category is read. */
export type QuantityForm =
  | { readonly type: "number" | "boolean" }
  | { readonly type: "date"; readonly order: DateOrder };

/**
 * A cell as a number: itself, 0 or 1, or milliseconds since 1970.
 *
 * @param cell - Not a missing one.
 * @returns `undefined` if it is not of the type.
 */
export function quantityOf(
  cell: Cell,
  form: QuantityForm,
  decimal: TablePreprocessing["decimal"],
): number | undefined {
  if (form.type === "number") return numberOf(cell, decimal);
  if (form.type === "date") return dateOf(cell, form.order);
  const found = booleanOf(cell);
  return found && Number(found.value);
}

/** The same for any column. Of a category it is the index, or −1 for one that is not listed. */
function valueOf(
  cell: Cell,
  column: Column,
  decimal: TablePreprocessing["decimal"],
): number | undefined {
  if (column.type !== "category") return quantityOf(cell, column, decimal);
  return column.categories.indexOf(textOf(cell));
}

/**
 * Writes the features of one value.
 *
 * @param value - As `quantityOf` returns it; of a category its index, or −1 for none of the list.
 * @param features - Written at `at` and after; the features of a category must be 0 before.
 */
export function writeFeatures(
  column: Column,
  value: number,
  features: Float32Array,
  at: number,
): void {
  switch (column.type) {
    case "number":
      features[at] = standardised(value, column);
      return;
    case "boolean":
      features[at] = value;
      return;
    case "category":
      if (value >= 0) features[at + value] = 1;
      return;
    case "date": {
      const parts = partsOf(value);
      column.parts.forEach((scaled, i) => {
        features[at + i] = standardised(parts[scaled.part], scaled);
      });
    }
  }
}

/**
 * Standard deviations from the mean. Training rows have at most √rows of them; a later value further away than this
 * says no more, and could be infinite in float32.
 */
const deviationsMax = 1e6;

/** In float64, rounded once when it is stored. */
function standardised(
  value: number,
  { mean, scale }: { readonly mean: number; readonly scale: number },
): number {
  return Math.min(Math.max((value - mean) / scale, -deviationsMax), deviationsMax);
}
