/** @file What a table's columns hold, found out by looking at every cell once, in memory that has a limit. */
import { booleanOf, type Cell, isMissing, textOf } from "../../../shared/data/table/cell.ts";
import { dateOf, type DateOrder, dateOrders } from "../../../shared/data/table/date-text.ts";
import { type DecimalMark, numberOf } from "../../../shared/data/table/number-text.ts";
import type { TableSource } from "./read/source.ts";

/** What a column holds: `empty` has no value at all. */
export type ColumnType =
  | { readonly type: "number" | "boolean" }
  | { readonly type: "category" }
  | { readonly type: "empty" }
  /** `isAmbiguous`: day and month could be swapped everywhere. */
  | { readonly type: "date"; readonly order: DateOrder; readonly isAmbiguous: boolean };

/** A value that is not of its column's type, and how many there are. */
export interface OddValues {
  readonly count: number;
  readonly place: number;
  readonly text: string;
}

export interface ColumnProfile {
  readonly name: string;
  /** Counted from 0. */
  readonly index: number;
  readonly form: ColumnType;
  /** Cells that hold a value. */
  readonly present: number;
  readonly missing: number;
  /** Place of the first missing value. */
  readonly missingPlace: number | undefined;
  /** Values that are not of the type. */
  readonly odd: OddValues | undefined;
  /** How often each value occurs, by its text; `undefined` if there are more than were counted. */
  readonly values: ReadonlyMap<string, number> | undefined;
  /** Of the numbers or, in milliseconds, of the dates. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  readonly isInteger: boolean;
  /** Whether each number is the one before it plus 1, as in a column of row numbers. */
  readonly isSequence: boolean;
  /** A few of the first values. */
  readonly examples: readonly string[];
}

export interface TableProfile {
  readonly rowCount: number;
  readonly columns: readonly ColumnProfile[];
}

/** A column is of a type if all but a few of its values are. The others are mistakes, and are named. */
const typicalShareMin = 0.9;
/** Different values counted per column: more than a categorical column may have. */
const valuesMax = 1024;
const examplesMax = 5;

export interface ProfileOptions {
  /** Columns (by index) of which this many different values are counted, because they may be classes. */
  readonly targets?: { readonly columns: readonly number[]; readonly valuesMax: number };
  /** Called after each piece with the number of rows so far. */
  readonly onRows?: (count: number) => void;
}

/** Reads the table once. */
export async function profileTable(
  source: TableSource,
  { targets, onRows }: ProfileOptions = {},
): Promise<TableProfile> {
  const profilers = source.columns.map((_, index) => {
    const most = targets?.columns.includes(index) === true ? targets.valuesMax : valuesMax;
    return new ColumnProfiler(source.decimal, most);
  });
  let rowCount = 0;
  for await (const rows of source.rows()) {
    for (const { place, cells } of rows) {
      profilers.forEach((profiler, index) => profiler.add(cells[index] ?? null, place));
    }
    rowCount += rows.length;
    onRows?.(rowCount);
  }
  const columns = profilers.map((profiler, index) => ({
    name: source.columns[index] ?? "",
    index,
    ...profiler.result(),
  }));
  return { rowCount, columns };
}

/** Counts the cells that could be of one type, and remembers the first that could not. */
class Tally {
  count = 0;
  #firstOdd: { readonly place: number; readonly text: string } | undefined;

  add(fits: boolean, cell: Cell, place: number): void {
    if (fits) this.count += 1;
    else this.#firstOdd ??= { place, text: textOf(cell) };
  }

  /** @param first - The column's first value, which is the first odd one if none was added. */
  odd(present: number, first: Omit<OddValues, "count"> | undefined): OddValues | undefined {
    const count = present - this.count;
    const odd = this.#firstOdd ?? first;
    return odd === undefined || count === 0 ? undefined : { count, ...odd };
  }
}

class ColumnProfiler {
  readonly #decimal: DecimalMark;
  readonly #valuesMax: number;
  #present = 0;
  #missing = 0;
  #missingPlace: number | undefined;
  readonly #numbers = new Tally();
  readonly #dates = { ymd: new Tally(), dmy: new Tally(), mdy: new Tally() };
  /** One per pair of words. */
  readonly #booleans = new Map<number, Tally>();
  #values: Map<string, number> | undefined = new Map();
  readonly #numberRange = new Range();
  readonly #dateRanges = { ymd: new Range(), dmy: new Range(), mdy: new Range() };
  #isInteger = true;
  #isSequence = true;
  #previous: number | undefined;
  readonly #examples: string[] = [];
  #first: Omit<OddValues, "count"> | undefined;

  constructor(decimal: DecimalMark, most: number) {
    this.#decimal = decimal;
    this.#valuesMax = most;
  }

  add(cell: Cell, place: number): void {
    if (isMissing(cell)) {
      this.#missing += 1;
      this.#missingPlace ??= place;
      return;
    }
    this.#present += 1;
    this.#first ??= { place, text: textOf(cell) };
    const number = numberOf(cell, this.#decimal);
    this.#numbers.add(number !== undefined, cell, place);
    if (number !== undefined) this.#addNumber(number);
    // Neither is ever a number, so a column of nothing but numbers costs nothing more.
    if (number === undefined || this.#numbers.count < this.#present) {
      this.#addBoolean(cell, place);
      this.#addDate(cell, place);
    }
    this.#addValue(textOf(cell));
  }

  result(): Omit<ColumnProfile, "name" | "index"> {
    const form = this.#form();
    return {
      form,
      present: this.#present,
      missing: this.#missing,
      missingPlace: this.#missingPlace,
      odd: this.#tallyOf(form)?.odd(this.#present, this.#first),
      values: this.#values,
      range: form.type === "date" ? this.#dateRanges[form.order].value : this.#numberRange.value,
      isInteger: this.#isInteger,
      isSequence: this.#isSequence && this.#numbers.count === this.#present,
      examples: this.#examples,
    };
  }

  #addNumber(value: number): void {
    this.#numberRange.add(value);
    this.#isInteger &&= Number.isSafeInteger(value);
    this.#isSequence &&= this.#previous === undefined || value === this.#previous + 1;
    this.#previous = value;
  }

  #addBoolean(cell: Cell, place: number): void {
    const pairs = booleanOf(cell)?.pairs ?? [];
    for (const pair of pairs) {
      if (!this.#booleans.has(pair)) this.#booleans.set(pair, new Tally());
    }
    for (const [pair, tally] of this.#booleans) tally.add(pairs.includes(pair), cell, place);
  }

  #addDate(cell: Cell, place: number): void {
    for (const order of dateOrders) {
      const date = dateOf(cell, order);
      this.#dates[order].add(date !== undefined, cell, place);
      if (date !== undefined) this.#dateRanges[order].add(date);
    }
  }

  #addValue(text: string): void {
    if (this.#examples.length < examplesMax) this.#examples.push(text);
    if (this.#values === undefined) return;
    this.#values.set(text, (this.#values.get(text) ?? 0) + 1);
    if (this.#values.size > this.#valuesMax) this.#values = undefined;
  }

  #form(): ColumnType {
    if (this.#present === 0) return { type: "empty" };
    if (this.#isTypical(this.#numbers)) return { type: "number" };
    if (this.#booleanTally() !== undefined) return { type: "boolean" };
    return this.#dateForm() ?? { type: "category" };
  }

  #tallyOf(form: ColumnType): Tally | undefined {
    if (form.type === "number") return this.#numbers;
    if (form.type === "boolean") return this.#booleanTally();
    return form.type === "date" ? this.#dates[form.order] : undefined;
  }

  /** Words that are all of one pair. A column that also holds other words is one of categories. */
  #booleanTally(): Tally | undefined {
    return [...this.#booleans.values()].find(({ count }) => count === this.#present);
  }

  /** The order in which most can be read; the month first if both are possible. */
  #dateForm(): ColumnType | undefined {
    const { ymd, dmy, mdy } = this.#dates;
    const best = Math.max(ymd.count, dmy.count, mdy.count);
    if (best < typicalShareMin * this.#present) return undefined;
    const order = ymd.count === best ? "ymd" : mdy.count === best ? "mdy" : "dmy";
    return { type: "date", order, isAmbiguous: order === "mdy" && dmy.count === best };
  }

  #isTypical({ count }: Tally): boolean {
    return count >= typicalShareMin * this.#present;
  }
}

class Range {
  #min = Infinity;
  #max = -Infinity;

  add(value: number): void {
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  get value(): { readonly min: number; readonly max: number } | undefined {
    return this.#min > this.#max ? undefined : { min: this.#min, max: this.#max };
  }
}
