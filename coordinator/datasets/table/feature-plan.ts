/** @file Chooses the columns of a table that become features, and refuses those that cannot. Pure. */
import { shown } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import type { DataSettings } from "../../../shared/run/settings/data-settings.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { ColumnProfile, TableProfile } from "./profile.ts";
import { placeOf, type TableSource } from "./read/source.ts";
import type { NamedColumns } from "./request.ts";
import { distinctText, isIdentifier, type TargetPlan } from "./target.ts";

export type MissingWay = NonNullable<DataSettings["missing"]>;

/** A category is a feature of its own, which costs memory and says little if it is rare. */
const categoriesMax = 100;
/** Of a category's name. */
const textLengthMax = 200;

/**
 * The columns that become features: all but those that are predicted, left out or empty.
 *
 * @throws OperatorError if one of them can't be used as it is.
 */
export function planFeatures(
  source: TableSource,
  { columns }: TableProfile,
  target: TargetPlan,
  { named, missing }: { readonly named: NamedColumns; readonly missing: MissingWay },
): readonly ColumnProfile[] {
  const predicted = new Set(target.columns.map(({ index }) => index));
  const features = columns.filter(({ index, form }) => {
    return form.type !== "empty" && !predicted.has(index) && !named.ignored.has(index);
  });
  if (features.length === 0) {
    throw new OperatorError(sentence("table-no-features", { path: source.path }));
  }
  refuseFlawed(source, features, missing === "refuse" ? [...features, ...target.columns] : []);
  return features;
}

/**
 * Refuses columns that can't be used as they are. All are named in one line, so that one more try is enough.
 *
 * @param complete - Columns that must have a value in every row.
 */
function refuseFlawed(
  source: TableSource,
  features: readonly ColumnProfile[],
  complete: readonly ColumnProfile[],
): void {
  const useless = features.filter((column) => column.form.type === "category" && isUseless(column));
  const lacking = complete.filter((column) => {
    return !useless.includes(column) && (column.missing > 0 || column.odd !== undefined);
  });
  if (useless.length + lacking.length === 0) return;
  const values = {
    path: source.path,
    columns: [
      ...useless.map((column) => whyUseless(column)),
      ...lacking.flatMap((column) => flawsOf(source, column)),
    ],
    names: commaList(useless),
    others: commaList(lacking.filter((column) => features.includes(column))),
  };
  if (lacking.length === 0) throw new OperatorError(sentence("columns-useless", values));
  throw new OperatorError(
    useless.length === 0
      ? sentence("values-missing", values)
      : sentence("columns-useless-and-missing", values),
  );
}

function whyUseless(column: ColumnProfile): Sentence {
  const values = { column: shown(column.name), distinct: distinctText(column) };
  if (isIdentifier(column)) {
    return sentence("column-identifies", { ...values, present: column.present });
  }
  return isLong(column) ? sentence("column-of-texts", values) : sentence("column-of-many", values);
}

function isUseless(column: ColumnProfile): boolean {
  const { values } = column;
  return (
    isIdentifier(column) || values === undefined || values.size > categoriesMax || isLong(column)
  );
}

function isLong({ values }: ColumnProfile): boolean {
  return [...(values?.keys() ?? [])].some((text) => text.length > textLengthMax);
}

/** What a column lacks, with counts and the first place. */
function flawsOf(
  source: Pick<TableSource, "hasLines">,
  { name, missing, missingPlace, odd, present, form }: ColumnProfile,
): readonly Sentence[] {
  const column = shown(name);
  const rows = present + missing;
  const flaws: Sentence[] = [];
  if (missingPlace !== undefined) {
    const place = placeOf(source, missingPlace);
    flaws.push(sentence("column-lacks", { column, missing, rows, place }));
  }
  if (odd !== undefined && form.type !== "empty") {
    const place = placeOf(source, odd.place);
    const values = { column, count: odd.count, rows, place, text: shown(odd.text) };
    flaws.push(sentence("column-odd", { ...values, type: sentence(`column-${form.type}`) }));
  }
  return flaws;
}

/** As one types it after a flag. */
function commaList(columns: readonly ColumnProfile[]): string {
  const list = columns.map(({ name }) => shown(name)).join(",");
  return /^[\w.,-]*$/u.test(list) ? list : `"${list}"`;
}
