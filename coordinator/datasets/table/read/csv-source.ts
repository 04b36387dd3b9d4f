/** @file Comma-separated values as a table. */
import type { Cell } from "../../../../shared/data/table/cell.ts";
import { CsvParser, type CsvRecord } from "../../../../shared/data/table/csv-parser.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { declaredDelimiter, type Delimiter, delimiters, dialectOf, type Given } from "./dialect.ts";
import { encodingNames } from "./encoding.ts";
import type { ReadOptions } from "./file-bytes.ts";
import { failAt, type Row, type TableSource, uniqueNames } from "./source.ts";
import { openText, type TextFile } from "./text-file.ts";

/**
 * Opens a file.
 *
 * @param given - What the operator says about it; the rest is guessed from its beginning.
 * @throws OperatorError if it can't be read, is no text, or has no rows.
 */
export async function openCsv(
  path: string,
  options: ReadOptions,
  given: Given = {},
): Promise<TableSource> {
  const file = await openText(path, options);
  const declared = declaredDelimiter(file.beginning);
  const skipped = declared?.length ?? 0;
  const wanted = given.delimiter ?? declared?.delimiter ?? "auto";
  const beginning = file.beginning.slice(skipped);
  const dialect = dialectOf(beginning, file.isWhole, { ...given, delimiter: wanted });
  const place = { path, hasLines: true };
  const read = { file, skipped, delimiter: dialect.delimiter };
  const first = await firstRecord(read);
  if (first === undefined) throw new OperatorError(sentence("table-empty", { path }));
  const { fields } = first;
  if (fields.length === 1) {
    const delimiter = sentence(`delimiter-${dialect.delimiter}`);
    failAt(place, first.line, sentence("table-one-column", { delimiter }));
  }
  const columns = uniqueNames(dialect.hasHeader ? fields : fields.map(() => ""));
  return {
    ...place,
    columns,
    decimal: dialect.decimal,
    format: sentence("csv-format", {
      encoding: encodingNames[file.encoding],
      delimiter: sentence(`delimiter-${dialect.delimiter}`),
      decimal: sentence(dialect.decimal === "," ? "decimal-comma" : "decimal-point"),
      header: sentence(dialect.hasHeader ? "header-first-line" : "header-none"),
    }),
    notes:
      file.oddLine === undefined
        ? []
        : [sentence("table-not-utf8", { path, line: String(file.oddLine) })],
    hasLines: true,
    rows: () => rowsOf(read, { columns, header: dialect.hasHeader ? first.line : undefined }),
  };
}

interface Read {
  readonly file: TextFile;
  /** Characters before the first record. */
  readonly skipped: number;
  readonly delimiter: Delimiter;
}

async function firstRecord(read: Read): Promise<CsvRecord | undefined> {
  for await (const records of recordsOf(read)) if (records.length > 0) return records[0];
  return undefined;
}

async function* rowsOf(
  read: Read,
  { columns, header }: { readonly columns: readonly string[]; readonly header: number | undefined },
): AsyncGenerator<readonly Row[]> {
  const place = { path: read.file.path, hasLines: true };
  for await (const records of recordsOf(read)) {
    const rows: Row[] = [];
    for (const { line, fields } of records) {
      if (fields.length !== columns.length) {
        const expected = columns.length;
        failAt(place, line, sentence("table-ragged", { found: fields.length, expected }));
      }
      if (line !== header) rows.push({ place: line, cells: fields satisfies readonly Cell[] });
    }
    yield rows;
  }
}

async function* recordsOf({
  file,
  skipped,
  delimiter,
}: Read): AsyncGenerator<readonly CsvRecord[]> {
  const place = { path: file.path, hasLines: true };
  const lineOffset = skipped > 0 ? 1 : 0;
  const parser = new CsvParser(delimiters[delimiter], (line, reason) =>
    failAt(place, line + lineOffset, reason),
  );
  const placed = (records: readonly CsvRecord[]) =>
    lineOffset === 0
      ? records
      : records.map(({ line, fields }) => ({ line: line + lineOffset, fields }));
  let left = skipped;
  for await (const piece of file.pieces()) {
    const text = piece.slice(left);
    left = Math.max(0, left - piece.length);
    yield placed(parser.push(text));
  }
  yield placed(parser.end());
}
