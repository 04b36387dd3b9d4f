/**
 * @file How a file of comma-separated values is written, guessed from its beginning: what separates its columns,
 * whether its first line names them, and what separates the fraction of a number. Pure.
 */
import { isMissing } from "../../../../shared/data/table/cell.ts";
import { CsvParser, type CsvRecord } from "../../../../shared/data/table/csv-parser.ts";
import { type DecimalMark, numberOf } from "../../../../shared/data/table/number-text.ts";
import type { DataSettings } from "../../../../shared/run/settings/data-settings.ts";

export interface Dialect {
  readonly delimiter: Delimiter;
  readonly hasHeader: boolean;
  readonly decimal: DecimalMark;
}

/** In the order in which they are preferred: a comma also occurs in numbers and texts, a tab hardly ever. */
export const delimiters = { tab: "\t", semicolon: ";", pipe: "|", comma: "," } as const;
export type Delimiter = keyof typeof delimiters;

/** Rows of the beginning that must have the usual number of columns, so that one broken row does not matter. */
const regularShareMin = 0.8;
const rowsMax = 1000;

/** What a person or a file's first line says about the dialect. */
export type Given = Pick<DataSettings, "delimiter" | "header">;

/**
 * Guesses the dialect.
 *
 * @param beginning - Of the text, without the line `sep=;`.
 * @param isWhole - Whether it is all of the text. If not, its last line may be cut off and is not looked at.
 */
export function dialectOf(beginning: string, isWhole: boolean, given: Given = {}): Dialect {
  const { delimiter: wanted = "auto", header = "auto" } = given;
  const delimiter = wanted === "auto" ? likeliest(beginning, isWhole) : wanted;
  const rows = rowsOf(beginning, isWhole, delimiter);
  const decimal = decimalOf(rows, delimiter);
  const hasHeader = header === "auto" ? looksLikeHeader(rows, decimal) : header === "yes";
  return { delimiter, hasHeader, decimal };
}

/** Excel writes `sep=;` as a first line. */
const separatorLine = /^sep=([,;|\t])\r?\n/iu;

/** The delimiter that the first line declares, and the length of that line. */
export function declaredDelimiter(
  beginning: string,
): { readonly delimiter: Delimiter; readonly length: number } | undefined {
  const found = separatorLine.exec(beginning);
  const delimiter = names.find((name) => delimiters[name] === found?.[1]);
  if (found === null || delimiter === undefined) return undefined;
  return { delimiter, length: found[0].length };
}

const names = Object.keys(delimiters).filter(isDelimiter);

function isDelimiter(name: string): name is Delimiter {
  return Object.hasOwn(delimiters, name);
}

function likeliest(beginning: string, isWhole: boolean): Delimiter {
  const guesses = names.map((name) => ({ name, ...regularity(rowsOf(beginning, isWhole, name)) }));
  const regular = guesses.find(({ width, share }) => width > 1 && share >= regularShareMin);
  if (regular !== undefined) return regular.name;
  const best = guesses.toSorted(
    (a, b) => Number(b.width > 1) - Number(a.width > 1) || b.share - a.share,
  )[0];
  return best !== undefined && best.width > 1 ? best.name : "comma";
}

/** The number of columns of the first row, and the share of rows that have as many. */
function regularity(rows: readonly CsvRecord[]): {
  readonly width: number;
  readonly share: number;
} {
  const width = rows[0]?.fields.length ?? 0;
  const regular = rows.filter(({ fields }) => fields.length === width).length;
  return { width, share: regular / Math.max(1, rows.length) };
}

/** The rows of the beginning, up to the first mistake in it. */
function rowsOf(beginning: string, isWhole: boolean, delimiter: Delimiter): readonly CsvRecord[] {
  const rows: CsvRecord[] = [];
  const mistake = new Error("a mistake in the file");
  const parser = new CsvParser(delimiters[delimiter], () => {
    throw mistake;
  });
  try {
    // Line by line, because a mistake loses the rows of its piece.
    for (const line of beginning.split(/(?<=\n)/u)) {
      rows.push(...parser.push(line));
      if (rows.length >= rowsMax) return rows;
    }
    if (isWhole) rows.push(...parser.end());
  } catch (error) {
    if (error !== mistake) throw error;
  }
  return rows;
}

/**
 * A comma if numbers have one and none has a point. Between commas, `1,234` is more likely a thousand and some than a
 * little more than 1.
 */
function decimalOf(rows: readonly CsvRecord[], delimiter: Delimiter): DecimalMark {
  const cells = rows.flatMap(({ fields }) => fields.map((field) => field.trim()));
  if (cells.some((cell) => /^[+-]?\d*\.\d+$/u.test(cell))) return ".";
  const hasComma = cells.some((cell) => {
    const isGrouped = delimiter === "comma" && /^[+-]?\d{1,3}(?:,\d{3})+$/u.test(cell);
    return /^[+-]?\d*,\d+$/u.test(cell) && !isGrouped;
  });
  return hasComma ? "," : ".";
}

/**
 * The first row names the columns unless it holds a number, or a word that its column holds again: a name is not one
 * of its values.
 */
function looksLikeHeader(rows: readonly CsvRecord[], decimal: DecimalMark): boolean {
  const [first, ...others] = rows;
  if (first === undefined) return true;
  const cells = first.fields.map((field) => field.trim());
  if (cells.some((cell) => numberOf(cell, decimal) !== undefined)) return false;
  return cells.every((cell, column) => {
    if (isMissing(cell)) return true;
    return others.every(({ fields }) => fields[column]?.trim() !== cell);
  });
}
