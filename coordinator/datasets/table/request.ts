/** @file The columns that the operator names, as indices. Pure. */
import { shown } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { labelOf } from "../../../shared/run/settings/complete.ts";
import type { DataKey, DataRequest } from "../../../shared/run/settings/data-settings.ts";
import { nearest } from "../../../shared/run/settings/suggest.ts";
import { sentence, type Value } from "../../../shared/words/sentence.ts";
import type { TableSource } from "./read/source.ts";

export interface NamedColumns {
  /** Absent: the operator left the choice open. */
  readonly targets: readonly number[] | undefined;
  readonly ignored: ReadonlySet<number>;
}

/** @throws OperatorError for a column that does not exist, or that is to be predicted and left out. */
export function namedColumns(
  source: Pick<TableSource, "path" | "columns">,
  { values, origins }: DataRequest,
): NamedColumns {
  const setting = (key: DataKey, value: string) =>
    sentence("setting-with-value", { setting: labelOf(key, origins), value: shown(value) });
  const indices = (key: "target" | "ignore") =>
    values[key]?.map((name) => indexOf(source, name, setting(key, name)));
  const targets = indices("target");
  const ignored = new Set(indices("ignore"));
  const both = targets?.find((index) => ignored.has(index));
  if (both !== undefined) {
    const name = source.columns[both] ?? "";
    throw new OperatorError(
      sentence("target-ignored", {
        target: setting("target", name),
        ignore: setting("ignore", name),
      }),
    );
  }
  return { targets: targets && [...new Set(targets)], ignored };
}

/** A column by its name or else its number, counted from 1. */
function indexOf(
  { path, columns }: Pick<TableSource, "path" | "columns">,
  name: string,
  setting: Value,
): number {
  const index = columns.indexOf(name);
  if (index !== -1) return index;
  const number = /^\d{1,9}$/u.test(name) ? Number(name) : 0;
  if (number >= 1 && number <= columns.length) return number - 1;
  const word = nearest(name, columns);
  throw new OperatorError(
    word === undefined
      ? sentence("no-such-column", { setting, path, columns: listedColumns(columns) })
      : sentence("no-such-column-did-you-mean", { setting, path, word }),
  );
}

const listedMax = 20;

/** Names for a person, as many as fit into a line. */
export function listedColumns(names: readonly string[]): Value {
  const first = names.slice(0, listedMax).map((name) => shown(name));
  if (names.length <= listedMax) return first;
  return sentence("and-more", { names: first, count: names.length - listedMax });
}
