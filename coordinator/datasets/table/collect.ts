/** @file The second pass over a table: the cells of the columns that are used, as numbers. */
import { type Cell, isMissing, textOf } from "../../../shared/data/table/cell.ts";
import type { DecimalMark } from "../../../shared/data/table/number-text.ts";
import { quantityOf } from "../../../shared/data/table/preprocess.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import type { ColumnProfile, TableProfile } from "./profile.ts";
import type { TableSource } from "./read/source.ts";
import { type TargetPlan, targetOf } from "./target.ts";

/** A column that becomes features. */
export interface RawColumn {
  readonly profile: ColumnProfile;
  /** Numbers, 0 and 1, milliseconds, or indices into `texts`; NaN for a missing value. Shape `[rowCount]`. */
  readonly values: Float64Array;
  /** The categories, in the order in which they occur. */
  readonly texts: readonly string[];
}

export interface RawTable {
  readonly rowCount: number;
  readonly columns: readonly RawColumn[];
  /** Classes, numbers or flags: per target column, shape `[rowCount]`. */
  readonly targets: readonly Float64Array[];
  /** Rows that were left out. */
  readonly dropped: {
    /** A feature was missing. */
    readonly features: number;
    /** A target was missing. */
    readonly targets: number;
  };
}

/**
 * Reads the columns.
 *
 * @param drop - Whether to leave out rows that lack a feature. Rows that lack a target are always left out.
 */
export async function collect(
  source: TableSource,
  { rowCount }: TableProfile,
  features: readonly ColumnProfile[],
  { target, drop }: { readonly target: TargetPlan; readonly drop: boolean },
): Promise<RawTable> {
  const readers = features.map((profile) => new ColumnReader(profile, source.decimal, rowCount));
  const targets = target.columns.map(() => new Float64Array(rowCount));
  const readTarget = targetOf(target, source.decimal);
  const dropped = { features: 0, targets: 0 };
  let count = 0;
  for await (const rows of source.rows()) {
    for (const { cells } of rows) {
      if (count === rowCount) throw changed(source.path);
      let isWhole = true;
      for (const [at, column] of target.columns.entries()) {
        const cell = cells[column.index] ?? null;
        const value = isMissing(cell) ? undefined : readTarget(cell, column);
        if (value === undefined) isWhole = false;
        else (targets[at] ?? new Float64Array())[count] = value;
      }
      if (!isWhole) {
        dropped.targets += 1;
        continue;
      }
      for (const reader of readers) isWhole = reader.read(cells, count) && isWhole;
      if (isWhole || !drop) count += 1;
      else dropped.features += 1;
    }
  }
  if (count + dropped.features + dropped.targets !== rowCount) throw changed(source.path);
  return {
    rowCount: count,
    columns: readers.map((reader) => reader.column(count)),
    targets: targets.map((values) => values.subarray(0, count)),
    dropped,
  };
}

function changed(path: string): OperatorError {
  return new OperatorError(sentence("table-changed", { path }));
}

class ColumnReader {
  readonly #profile: ColumnProfile;
  readonly #decimal: DecimalMark;
  readonly #values: Float64Array;
  readonly #texts = new Map<string, number>();

  constructor(profile: ColumnProfile, decimal: DecimalMark, rowCount: number) {
    this.#profile = profile;
    this.#decimal = decimal;
    this.#values = new Float64Array(rowCount);
  }

  /** @returns Whether the row has a value. */
  read(cells: readonly Cell[], row: number): boolean {
    const cell = cells[this.#profile.index] ?? null;
    const value = isMissing(cell) ? undefined : this.#valueOf(cell);
    this.#values[row] = value ?? Number.NaN;
    return value !== undefined;
  }

  column(rowCount: number): RawColumn {
    const values = this.#values.subarray(0, rowCount);
    return { profile: this.#profile, values, texts: [...this.#texts.keys()] };
  }

  #valueOf(cell: Cell): number | undefined {
    const { form } = this.#profile;
    if (form.type === "category") return this.#indexOf(textOf(cell));
    return form.type === "empty" ? undefined : quantityOf(cell, form, this.#decimal);
  }

  #indexOf(text: string): number {
    const index = this.#texts.get(text);
    if (index !== undefined) return index;
    this.#texts.set(text, this.#texts.size);
    return this.#texts.size - 1;
  }
}
