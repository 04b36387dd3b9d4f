/** @file JSON lines as a table: one object per line, whose values are numbers, texts, true, false and null. */
import type { Cell } from "../../../../shared/data/table/cell.ts";
import { columnsMax } from "../../../../shared/data/table/preprocess.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { encodingNames } from "./encoding.ts";
import type { ReadOptions } from "./file-bytes.ts";
import { failAt, type Row, type TableSource } from "./source.ts";
import { openText, type TextFile } from "./text-file.ts";

/**
 * Opens a file. Its columns are the keys of all objects, in the order in which they first occur; a key that an object
 * lacks is a missing value.
 *
 * @throws OperatorError if it can't be read, or a line is no such object.
 */
export async function openJsonl(path: string, options: ReadOptions): Promise<TableSource> {
  const file = await openText(path, options);
  const keys = new Set<string>();
  for await (const records of recordsOf(file)) {
    for (const { line, record } of records) {
      for (const key of Object.keys(record)) keys.add(key);
      if (keys.size > columnsMax) {
        failAt({ path, hasLines: true }, line, sentence("too-many-keys", { most: columnsMax }));
      }
    }
  }
  if (keys.size === 0) throw new OperatorError(sentence("table-empty", { path }));
  const columns = [...keys];
  return {
    path,
    columns,
    decimal: ".",
    format: sentence("jsonl-format", { encoding: encodingNames[file.encoding] }),
    notes: [],
    hasLines: true,
    rows: () => rowsOf(file, columns),
  };
}

async function* rowsOf(file: TextFile, columns: readonly string[]): AsyncGenerator<readonly Row[]> {
  for await (const records of recordsOf(file)) {
    yield records.map(({ line, record }) => ({
      place: line,
      cells: columns.map((column) =>
        Object.hasOwn(record, column) ? (record[column] ?? null) : null,
      ),
    }));
  }
}

interface JsonRecord {
  readonly line: number;
  readonly record: Readonly<Record<string, Cell>>;
}

async function* recordsOf(file: TextFile): AsyncGenerator<readonly JsonRecord[]> {
  let rest = "";
  let line = 0;
  for await (const piece of file.pieces()) {
    const lines = (rest + piece).split(/\r?\n/u);
    rest = lines.pop() ?? "";
    yield lines.flatMap((text) => recordOf(file.path, text, ++line));
  }
  yield recordOf(file.path, rest, line + 1);
}

/** The object on a line; nothing on an empty one. */
function recordOf(path: string, text: string, line: number): readonly JsonRecord[] {
  if (text.trim() === "") return [];
  const place = { path, hasLines: true };
  const value = parsed(text);
  if (value === undefined) return failAt(place, line, sentence("line-no-object"));
  const record: Record<string, Cell> = {};
  for (const [key, cell] of Object.entries(value)) {
    if (!isCell(cell)) failAt(place, line, sentence("value-nested", { key }));
    record[key] = cell;
  }
  return [{ line, record }];
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCell(value: unknown): value is Cell {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
