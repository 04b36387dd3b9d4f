/** @file What is said about a table that became a dataset: what was read, left out, filled in, and what is suspicious. */
import type { DatasetContent } from "../../../shared/data/canonical.ts";
import { shown } from "../../../shared/error-text.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { RawTable } from "./collect.ts";
import type { MissingWay } from "./feature-plan.ts";
import type { FittedColumn } from "./fit.ts";
import type { TableProfile } from "./profile.ts";
import { placeOf, type TableSource } from "./read/source.ts";
import { listedColumns, type NamedColumns } from "./request.ts";
import type { Suspect } from "./suspects.ts";
import type { Choice, TargetPlan } from "./target.ts";

export interface Decisions {
  readonly source: TableSource;
  readonly profile: TableProfile;
  readonly plan: TargetPlan;
  readonly choice: Choice;
  readonly table: RawTable;
  readonly columns: readonly FittedColumn[];
  /** Names of columns that say nothing. */
  readonly constant: readonly string[];
  readonly named: NamedColumns;
  readonly missing: MissingWay;
  readonly suspects: readonly Suspect[];
  readonly content: DatasetContent;
}

/** One line each, the task last. */
export function notesOf(decisions: Decisions): readonly Sentence[] {
  return [
    ...decisions.source.notes,
    ...formatNotes(decisions),
    ...missingNotes(decisions),
    ...leftOutNotes(decisions),
    ...suspectNotes(decisions),
    taskNote(decisions),
  ];
}

function formatNotes({ source, profile }: Decisions): readonly Sentence[] {
  const { path, format } = source;
  const rows = profile.rowCount;
  const read = sentence("table-read", { path, rows, columns: profile.columns.length, format });
  const dates = profile.columns.filter(({ form }) => form.type === "date" && form.isAmbiguous);
  if (dates.length === 0) return [read];
  return [
    read,
    sentence("dates-ambiguous", { columns: listedColumns(dates.map(({ name }) => name)) }),
  ];
}

function missingNotes({ source, table, columns, missing, plan }: Decisions): readonly Sentence[] {
  const notes: Sentence[] = [];
  const used = [...columns.map(({ raw }) => raw.profile), ...plan.columns];
  for (const { name, odd, form } of used) {
    if (odd === undefined || form.type === "empty") continue;
    const place = placeOf(source, odd.place);
    const values = { column: shown(name), count: odd.count, place, text: shown(odd.text) };
    notes.push(sentence("odd-as-missing", { ...values, type: sentence(`column-${form.type}`) }));
  }
  const filled = columns.filter((column) => column.filled > 0);
  if (filled.length > 0) {
    const counts = filled.map(({ raw, filled: count }) =>
      sentence("column-count", { column: shown(raw.profile.name), count }),
    );
    notes.push(sentence("values-filled", { columns: counts, way: sentence(`way-${missing}`) }));
  }
  const { features, targets } = table.dropped;
  const rows = table.rowCount + features + targets;
  if (features > 0) notes.push(sentence("rows-dropped", { count: features, rows }));
  if (targets > 0) notes.push(sentence("rows-without-target", { count: targets, rows }));
  return notes;
}

function leftOutNotes({ profile, constant }: Decisions): readonly Sentence[] {
  const empty = profile.columns.filter(({ form }) => form.type === "empty");
  return [
    ...(empty.length === 0
      ? []
      : [sentence("columns-empty", { columns: listedColumns(empty.map(({ name }) => name)) })]),
    ...(constant.length === 0
      ? []
      : [sentence("columns-constant", { columns: listedColumns(constant) })]),
  ];
}

function suspectNotes({ suspects }: Decisions): readonly Sentence[] {
  return suspects.map(({ name, targets }) => {
    const column = shown(name);
    return targets.length === 0
      ? sentence("column-counts-rows", { column })
      : sentence("column-suspicious", { column, target: listedColumns(targets) });
  });
}

/** "classification of survived (2 classes), as named: 891 rows (…), 13 of 14 columns used as 31 features". */
function taskNote({ plan, choice, profile, table, columns, content }: Decisions): Sentence {
  const targets = listedColumns(plan.columns.map(({ name }) => name));
  const what =
    plan.kind === "classes"
      ? sentence("task-classes", { target: targets, classes: plan.names.length })
      : sentence(plan.kind === "values" ? "task-values" : "task-flags", { targets });
  const validation = content.validation?.count;
  const splits =
    validation === undefined
      ? sentence("splits-two", { train: content.train.count, test: content.test.count })
      : sentence("splits-three", {
          train: content.train.count,
          validation,
          test: content.test.count,
        });
  return sentence("table-task", {
    what,
    choice: sentence(`choice-${choice}`),
    rows: table.rowCount,
    splits,
    used: columns.length,
    of: profile.columns.length - plan.columns.length,
    features: content.featureShape[0] ?? 0,
  });
}
