/** @file What a table's run predicts: which columns, and whether as classes, as numbers or as several flags. Pure. */
import { booleanOf, type Cell, textOf } from "../../../shared/data/table/cell.ts";
import { type DecimalMark, numberOf } from "../../../shared/data/table/number-text.ts";
import { classesMax } from "../../../shared/data/target-schema.ts";
import { shown } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import type { DataRequest } from "../../../shared/run/settings/data-settings.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { ColumnProfile, TableProfile } from "./profile.ts";
import type { TableSource } from "./read/source.ts";
import { listedColumns, type NamedColumns } from "./request.ts";

export type TargetPlan =
  | {
      readonly kind: "classes";
      readonly columns: readonly [ColumnProfile];
      /** In the order of the classes. */
      readonly names: readonly string[];
    }
  | { readonly kind: "values" | "flags"; readonly columns: readonly ColumnProfile[] };

/** How the column was chosen, for the operator. */
export type Choice = "named" | "by-name" | "last";

/** Names that people give to what is to be predicted, the likeliest first. */
const usualNames = ["target", "label", "labels", "class", "outcome", "y"];

/** Whole numbers with more different values than this are numbers, not names of classes. */
const numberClassesMax = 20;
/** Rows per class, on average, below which whole numbers are hardly names of classes. */
const rowsPerClassMin = 10;

/** The column that is predicted if the operator names none; `undefined` if there is no column left. */
export function defaultTarget<C extends Pick<ColumnProfile, "name">>(
  columns: readonly C[],
): { readonly column: C; readonly choice: Choice } | undefined {
  for (const name of usualNames) {
    const column = columns.find((each) => each.name.toLowerCase() === name);
    if (column !== undefined) return { column, choice: "by-name" };
  }
  const column = columns.at(-1);
  return column && { column, choice: "last" };
}

/** @throws OperatorError if nothing can be predicted, or not as the operator wants it. */
export function planTarget(
  { path, decimal }: Pick<TableSource, "path" | "decimal">,
  { rowCount, columns }: TableProfile,
  named: NamedColumns,
  { values: { task } }: Pick<DataRequest, "values">,
): { readonly plan: TargetPlan; readonly choice: Choice } {
  const usable = columns.filter(({ index, form }) => {
    return !named.ignored.has(index) && form.type !== "empty";
  });
  const given = named.targets?.flatMap((index) => columns[index] ?? []);
  const found = given === undefined ? defaultTarget(usable) : undefined;
  const choice = found?.choice ?? "named";
  const targets = given ?? (found === undefined ? [] : [found.column]);
  const [first, ...others] = targets;
  if (first === undefined) throw new OperatorError(sentence("table-no-columns-left", { path }));
  for (const { name, form } of targets) {
    if (form.type === "empty" || form.type === "date") {
      const values = { path, column: shown(name), columns: listedColumns(namesOf(usable)) };
      throw new OperatorError(
        sentence(form.type === "date" ? "target-is-date" : "target-is-empty", values),
      );
    }
  }
  if (others.length > 0) return { plan: planSeveral(path, targets, task), choice };
  const kind = task ?? likelyTask(first, rowCount);
  if (kind === "regression") {
    refuseTexts(path, [first]);
    return { plan: { kind: "values", columns: [first] }, choice };
  }
  if (choice === "last") refuseNames(path, first, usable);
  return {
    plan: { kind: "classes", columns: [first], names: classNames(path, first, decimal) },
    choice,
  };
}

/** Several flags if all are yes or no, else several numbers. */
function planSeveral(
  path: string,
  columns: readonly ColumnProfile[],
  task: "classification" | "regression" | undefined,
): TargetPlan {
  if (task !== "regression" && columns.every(isFlag)) return { kind: "flags", columns };
  if (task === "classification") {
    const names = listedColumns(namesOf(columns.filter((column) => !isFlag(column))));
    throw new OperatorError(sentence("targets-not-flags", { path, columns: names }));
  }
  refuseTexts(path, columns);
  return { kind: "values", columns };
}

function isFlag({ form, isInteger, range }: ColumnProfile): boolean {
  if (form.type === "boolean") return true;
  return form.type === "number" && isInteger && range?.min === 0 && range.max === 1;
}

/** Texts are classes. So are a few whole numbers that come back often. */
function likelyTask(column: ColumnProfile, rowCount: number): "classification" | "regression" {
  if (column.form.type !== "number") return "classification";
  const distinct = column.values?.size ?? Infinity;
  const isFew = distinct <= numberClassesMax && distinct * rowsPerClassMin <= rowCount;
  return column.isInteger && (distinct <= 2 || isFew) ? "classification" : "regression";
}

function refuseTexts(path: string, columns: readonly ColumnProfile[]): void {
  const texts = columns.filter((column) => column.form.type !== "number" && !isFlag(column));
  if (texts.length === 0) return;
  throw new OperatorError(
    sentence("targets-not-numbers", { path, columns: listedColumns(namesOf(texts)) }),
  );
}

/** The last column is only a guess. If almost every row has another text there, it is not what anybody predicts. */
function refuseNames(path: string, column: ColumnProfile, usable: readonly ColumnProfile[]): void {
  if (!isIdentifier(column)) return;
  throw new OperatorError(
    sentence("target-is-identifier", {
      path,
      column: shown(column.name),
      distinct: distinctText(column),
      rows: column.present,
      columns: listedColumns(namesOf(usable.filter((each) => each !== column))),
    }),
  );
}

/** More different texts than this may identify rows. */
const identifiersMin = 20;

/** Whether almost every row has a text of its own. */
export function isIdentifier({ form, values, present }: ColumnProfile): boolean {
  if (form.type !== "category") return false;
  return values === undefined || (values.size > identifiersMin && 2 * values.size > present);
}

/** How many different values a column has, as far as they were counted. */
export function distinctText({ values }: ColumnProfile): Sentence | number {
  return values?.size ?? sentence("very-many");
}

/** The classes in order: numbers by their value, texts by their characters' codes. */
function classNames(path: string, column: ColumnProfile, decimal: DecimalMark): readonly string[] {
  const { values, name, form } = column;
  if (values === undefined) {
    const limits = { path, column: shown(name), most: classesMax };
    throw new OperatorError(sentence("too-many-different", limits));
  }
  const texts = [...values.keys()];
  const names =
    form.type === "number"
      ? [...new Set(texts.flatMap((text) => numberOf(text, decimal) ?? []))]
          .toSorted((a, b) => a - b)
          .map(String)
      : texts.toSorted((a, b) => (a < b ? -1 : 1));
  if (names.length > 1) return names;
  const values1 = { path, column: shown(name), value: shown(names[0] ?? "") };
  throw new OperatorError(sentence("target-is-constant", values1));
}

/** A cell's class by name, number or flag; `undefined` if it has none. */
export function targetOf(
  plan: TargetPlan,
  decimal: DecimalMark,
): (cell: Cell, column: ColumnProfile) => number | undefined {
  if (plan.kind === "classes") return classOf(plan, decimal);
  if (plan.kind === "values") return (cell) => numberOf(cell, decimal) ?? flagOf(cell);
  return (cell) => flagOf(cell) ?? numberOf(cell, decimal);
}

function classOf(
  { names }: Extract<TargetPlan, { kind: "classes" }>,
  decimal: DecimalMark,
): (cell: Cell, column: ColumnProfile) => number | undefined {
  const classes = new Map(names.map((name, index) => [name, index]));
  return (cell, { form }) => {
    if (form.type !== "number") return classes.get(textOf(cell));
    const number = numberOf(cell, decimal);
    return number === undefined ? undefined : classes.get(String(number));
  };
}

function flagOf(cell: Cell): number | undefined {
  const found = booleanOf(cell);
  return found === undefined ? undefined : Number(found.value);
}

function namesOf(columns: readonly ColumnProfile[]): readonly string[] {
  return columns.map(({ name }) => name);
}
