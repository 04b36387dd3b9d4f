/** @file A table on disk, whatever its format: the names of its columns, and its rows as often as they are asked for. */
import type { Cell } from "../../../../shared/data/table/cell.ts";
import type { DecimalMark } from "../../../../shared/data/table/number-text.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { type Sentence, sentence, type Value } from "../../../../shared/words/sentence.ts";

export interface Row {
  /** Where it is: the number of its line, or of the row where a format has no lines. Counted from 1. */
  readonly place: number;
  /** One per column. */
  readonly cells: readonly Cell[];
}

export interface TableSource {
  readonly path: string;
  readonly columns: readonly string[];
  /** What separates the fraction of numbers that are written as text. */
  readonly decimal: DecimalMark;
  /** What was found out about the format, for the operator. */
  readonly format: Sentence;
  /** Further lines for the operator. */
  readonly notes: readonly Sentence[];
  /** Whether places are lines. */
  readonly hasLines: boolean;
  /** Every call reads the file again, so that a table larger than memory can be looked through. */
  readonly rows: () => AsyncIterable<readonly Row[]>;
}

/** Ends loading because of something at one place of the file. */
export function failAt(
  { path, hasLines }: Pick<TableSource, "path" | "hasLines">,
  place: number,
  reason: Sentence,
): never {
  throw new OperatorError(
    sentence("table-problem", { place: placeIn(path, hasLines, place), reason }),
  );
}

/** `titanic.csv line 7`. */
function placeIn(path: string, hasLines: boolean, place: number): Sentence {
  const values = { path, number: String(place) };
  return hasLines ? sentence("place-line", values) : sentence("place-row", values);
}

/** `line 7`, where the file is clear. */
export function placeOf({ hasLines }: Pick<TableSource, "hasLines">, place: number): Value {
  const values = { number: String(place) };
  return hasLines ? sentence("on-line", values) : sentence("in-row", values);
}

/** Names for columns: those without one get their number, and a name that is used again gets it added. */
export function uniqueNames(given: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return given.map((each, index) => {
    const trimmed = each.trim();
    const first = trimmed === "" ? `column ${index + 1}` : trimmed;
    let name = first;
    while (used.has(name)) name = name === first ? `${first} (${index + 1})` : `${name}'`;
    used.add(name);
    return name;
  });
}
