/**
 * @file From a table to a dataset, top to bottom: look at every column, decide what is predicted and from what, read
 * the values, split, compute the preprocessing from the training rows, and make features. Everything that was decided
 * is said in a line.
 */
import { basename } from "node:path";

import { type DatasetContent, datasetBytesMax } from "../../../shared/data/canonical.ts";
import type { Split, Target } from "../../../shared/data/dataset.ts";
import { targetForm } from "../../../shared/data/dataset.ts";
import { splitSamples } from "../../../shared/data/split.ts";
import {
  columnsMax,
  type TablePreprocessing,
  widthOf,
} from "../../../shared/data/table/preprocess.ts";
import { classesMax } from "../../../shared/data/target-schema.ts";
import { shown } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type DataRequest, splitDefaults } from "../../../shared/run/settings/data-settings.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { collect, type RawTable } from "./collect.ts";
import { type MissingWay, planFeatures } from "./feature-plan.ts";
import { featuresAt, fitColumn, type FittedColumn, scalingOf } from "./fit.ts";
import { type ColumnProfile, profileTable, type TableProfile } from "./profile.ts";
import type { TableSource } from "./read/source.ts";
import { type NamedColumns, namedColumns } from "./request.ts";
import { suspectsIn } from "./suspects.ts";
import { defaultTarget, planTarget, type TargetPlan } from "./target.ts";
import * as words from "./words.ts";

/** A table as a dataset, and what was decided on the way. */
export interface TableDataset {
  readonly content: DatasetContent;
  readonly profile: TableProfile;
  /** Lines for the operator. */
  readonly notes: readonly Sentence[];
}

/**
 * Makes a dataset of a table.
 *
 * @param bytesMax - Of all features.
 * @throws OperatorError if the table can't be used as it is, with what to do about it.
 */
export async function tableDataset(
  source: TableSource,
  request: DataRequest,
  bytesMax = datasetBytesMax,
): Promise<TableDataset> {
  const { path, decimal } = source;
  const { missing = "refuse" } = request.values;
  if (source.columns.length > columnsMax) {
    const columns = source.columns.length;
    throw new OperatorError(
      sentence("table-too-many-columns", { path, columns, most: columnsMax }),
    );
  }
  const named = namedColumns(source, request);
  const profile = await lookThrough(source, named, bytesMax);
  const { plan, choice } = planTarget(source, profile, named, request);
  const features = planFeatures(source, profile, plan, { named, missing });
  refuseTooLarge(path, profile.rowCount, features, bytesMax);
  const table = await collect(source, profile, features, {
    target: plan,
    drop: missing === "drop",
  });
  const rows = splitRows(path, table, plan, request);
  const { columns, constant } = fit(table, rows.train, missing);
  if (columns.length === 0) throw new OperatorError(sentence("table-no-features", { path }));
  const preprocessing: TablePreprocessing = {
    kind: "table",
    decimal,
    columns: columns.map(({ column }) => column),
    targets: plan.columns.map(({ name }) => name),
  };
  const target = targetOf(plan, table, rows.train);
  const split = (indices: Uint32Array) => splitOf(indices, { table, columns, target });
  const { validation } = rows;
  const content: DatasetContent = {
    name: nameOf(path),
    featureShape: [columns.reduce((sum, { column }) => sum + widthOf(column), 0)],
    target,
    preprocessing,
    train: split(rows.train),
    ...(validation === undefined ? {} : { validation: split(validation) }),
    test: split(rows.test),
  };
  const notes = words.notesOf({
    source,
    profile,
    plan,
    choice,
    table,
    columns,
    constant,
    named,
    missing,
    suspects: suspectsIn(table, plan),
    content,
  });
  return { content, profile, notes };
}

/** The first pass. Ends early if the table can't fit into a dataset anyway. */
async function lookThrough(
  source: TableSource,
  { targets, ignored }: NamedColumns,
  bytesMax: number,
): Promise<TableProfile> {
  const { path, columns } = source;
  const open = columns
    .map((name, index) => ({ name, index }))
    .filter(({ index }) => !ignored.has(index));
  const likely = targets ?? [defaultTarget(open)?.column.index ?? 0];
  const used = Math.max(1, open.length - likely.length);
  const rowsMax = Math.floor(bytesMax / (4 * used));
  const profile = await profileTable(source, {
    targets: { columns: likely, valuesMax: classesMax },
    onRows: (rows) => {
      if (rows <= rowsMax) return;
      throw new OperatorError(sentence("table-too-many-rows", { path, rowsMax, used, bytesMax }));
    },
  });
  if (profile.rowCount > 0) return profile;
  throw new OperatorError(sentence("table-no-rows", { path }));
}

/** Before anything is allocated. */
function refuseTooLarge(
  path: string,
  rows: number,
  columns: readonly ColumnProfile[],
  bytesMax: number,
): void {
  const features = columns.reduce((sum, { form, values }) => {
    if (form.type === "category") return sum + (values?.size ?? 0);
    return sum + (form.type === "date" ? 3 : 1);
  }, 0);
  const bytes = 4 * rows * features;
  if (bytes <= bytesMax) return;
  throw new OperatorError(sentence("table-too-large", { path, rows, features, bytes, bytesMax }));
}

function splitRows(
  path: string,
  { rowCount, targets }: RawTable,
  plan: TargetPlan,
  { values }: DataRequest,
): ReturnType<typeof splitSamples> {
  const { test, validation, dataSeed: seed } = { ...splitDefaults, ...values };
  const classes = plan.kind === "classes" ? targets[0] : undefined;
  const rows = splitSamples({ count: rowCount, classes, test, validation, seed });
  const isEmpty = [rows.train, rows.validation, rows.test].some((part) => part?.length === 0);
  if (isEmpty) throw new OperatorError(sentence("table-too-few-rows", { path, rows: rowCount }));
  return rows;
}

function fit(
  table: RawTable,
  train: Uint32Array,
  missing: MissingWay,
): { readonly columns: readonly FittedColumn[]; readonly constant: readonly string[] } {
  const fitted = table.columns.map((raw) => fitColumn(raw, train, missing));
  return {
    columns: fitted.filter((column) => column !== undefined),
    constant: table.columns.flatMap(({ profile }, at) => {
      return fitted[at] === undefined ? [profile.name] : [];
    }),
  };
}

function targetOf(plan: TargetPlan, { targets }: RawTable, train: Uint32Array): Target {
  if (plan.kind === "classes") {
    return { kind: "classes", count: plan.names.length, names: plan.names };
  }
  const names = plan.columns.map(({ name }) => name);
  if (plan.kind === "flags") return { kind: "flags", count: names.length, names };
  const scales = targets.map((values) => {
    const seen = Float64Array.from(train, (row) => values[row] ?? 0);
    return scalingOf(seen) ?? { mean: seen[0] ?? 0, scale: 1 };
  });
  return { kind: "values", count: names.length, names, scales };
}

function splitOf(
  rows: Uint32Array,
  {
    table: { targets },
    columns,
    target,
  }: {
    readonly table: RawTable;
    readonly columns: readonly FittedColumn[];
    readonly target: Target;
  },
): Split {
  const { type } = targetForm(target);
  const stored = new type(rows.length * targets.length);
  targets.forEach((values, at) => {
    const scale = target.kind === "values" ? target.scales?.[at] : undefined;
    rows.forEach((row, sample) => {
      const value = values[row] ?? 0;
      stored[sample * targets.length + at] =
        scale === undefined ? value : (value - scale.mean) / scale.scale;
    });
  });
  return { count: rows.length, features: featuresAt(rows, columns), targets: stored };
}

/** `data/titanic.csv.gz` → `titanic`. */
function nameOf(path: string): string {
  const name = basename(path)
    .replace(/\.gz$/iu, "")
    .replace(/\.\w{1,8}$/u, "");
  return name === "" ? shown(basename(path)) : name;
}
