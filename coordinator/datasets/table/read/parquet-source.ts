/** @file A Parquet file as a table, row group by row group. Its columns hold numbers, texts, truths and dates. */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";

import { datasetBytesMax } from "../../../../shared/data/canonical.ts";
import type { Cell } from "../../../../shared/data/table/cell.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";
import { systemReason } from "../../../../shared/words/system-reason.ts";
import { readSmall } from "../../../storage/disk.ts";
import type { ReadOptions } from "./file-bytes.ts";
import { checkDescription, checkPages } from "./parquet-pages.ts";
import { failAt, type Row, type TableSource, uniqueNames } from "./source.ts";

/** "PAR1" at both ends of a file. */
const magic = Buffer.from("PAR1");

/** Rows that are decoded at a time. */
const rowsAtATime = 65_536;

/** @throws OperatorError if the file can't be read, is no Parquet, or is packed in a way that is not known. */
export async function openParquet(path: string, { disk }: ReadOptions): Promise<TableSource> {
  const bytes = await readSmall(disk, path, datasetBytesMax).catch((error: unknown) => {
    throw new OperatorError(sentence("table-unreadable", { path, reason: systemReason(error) }));
  });
  const isParquet = [bytes.subarray(0, 4), bytes.subarray(-4)].every((end) => magic.equals(end));
  if (!isParquet) throw new OperatorError(sentence("no-parquet", { path }));
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (start, end) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  const { metadata, names } = await orFail(path, async () => {
    checkDescription(bytes);
    const found = await parquetMetadataAsync(file);
    checkPages(bytes, found);
    return { metadata: found, names: namesIn(found) };
  });
  return {
    path,
    columns: uniqueNames(names),
    decimal: ".",
    format: sentence("parquet-format"),
    notes: [],
    hasLines: false,
    rows: () => rowsOf({ path, file, metadata, names }),
  };
}

function namesIn(metadata: FileMetaData): readonly string[] {
  return parquetSchema(metadata).children.map(({ element }) => {
    const name: unknown = element.name;
    if (typeof name !== "string") throw new Error("a column without a name");
    return name;
  });
}

interface Opened {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
}

async function* rowsOf({ path, file, metadata, names }: Opened): AsyncGenerator<readonly Row[]> {
  const rowCount = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rowCount; rowStart += rowsAtATime) {
    const rowEnd = Math.min(rowStart + rowsAtATime, rowCount);
    let read: readonly unknown[][] = [];
    const onComplete = (rows: unknown[][]) => void (read = rows);
    await orFail(path, () =>
      parquetRead({ file, metadata, rowStart, rowEnd, compressors, onComplete }),
    );
    yield read.map((values, index) => {
      const place = rowStart + index + 1;
      return { place, cells: names.map((name, at) => cellOf(values[at], { path, place, name })) };
    });
  }
}

function cellOf(
  value: unknown,
  { path, place, name }: { readonly path: string; readonly place: number; readonly name: string },
): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
    return value;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString();
  }
  return failAt({ path, hasLines: false }, place, sentence("value-nested", { key: name }));
}

/** The decoder's errors are in its own words. */
async function orFail<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = quoted(error instanceof Error ? error.message : String(error));
    throw new OperatorError(sentence("table-unreadable", { path, reason }));
  }
}
