/**
 * @file Raw records of a file as a model's features: rows of a table through the model's own preprocessing, or rows of
 * plain numbers for a model that has none. Streaming: the file may be larger than memory.
 */
import type { Target } from "../../shared/data/dataset.ts";
import type { DataDescription } from "../../shared/data/description.ts";
import { booleanOf, type Cell, isMissing, textOf } from "../../shared/data/table/cell.ts";
import { type DecimalMark, numberOf } from "../../shared/data/table/number-text.ts";
import { featuresOf, type TablePreprocessing } from "../../shared/data/table/preprocess.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { openCsv } from "../datasets/table/read/csv-source.ts";
import type { ReadOptions } from "../datasets/table/read/file-bytes.ts";
import { openJsonl } from "../datasets/table/read/jsonl-source.ts";
import { openParquet } from "../datasets/table/read/parquet-source.ts";
import { failAt, type Row, type TableSource } from "../datasets/table/read/source.ts";

/** One record as the network sees it. */
export interface RawSample {
  /** Shape `[featureCount]`. */
  readonly features: Float32Array;
  /** The cells of its target columns, where the file has them. */
  readonly targets: readonly (Cell | undefined)[];
  readonly place: number;
}

export interface RawSamples {
  readonly source: TableSource;
  /** In the order of the file, some at a time. Fails at the first record that can't be used. */
  readonly batches: () => AsyncIterable<readonly RawSample[]>;
}

/**
 * Opens a file of records for a model.
 *
 * @param data - `undefined` for models of older versions, which see numbers as they are.
 * @param featureCount - Of the model.
 * @throws OperatorError if the file can't be read, or lacks columns that the model needs.
 */
export async function openSamples(
  path: string,
  { data, featureCount }: { data: DataDescription | undefined; featureCount: number },
  options: ReadOptions,
): Promise<RawSamples> {
  const preprocessing = data?.preprocessing;
  if (preprocessing !== undefined && preprocessing.kind !== "table") {
    throw new OperatorError(sentence("no-records-for-pictures", { path }));
  }
  const source = await openTable(path, options, preprocessing === undefined);
  const read =
    preprocessing === undefined
      ? numbersReader(source, featureCount, data?.features.type === "bytes" ? 255 : 1)
      : recordReader(source, preprocessing);
  return {
    source,
    async *batches() {
      for await (const rows of source.rows()) yield rows.map(read);
    },
  };
}

/** @param isPlain - Whether the file has numbers alone, and so no names of columns. */
async function openTable(
  path: string,
  options: ReadOptions,
  isPlain: boolean,
): Promise<TableSource> {
  if (/\.parquet$/iu.test(path)) return await openParquet(path, options);
  if (/\.(jsonl|ndjson)(\.gz)?$/iu.test(path)) return await openJsonl(path, options);
  const header = isPlain ? "no" : "auto";
  const delimiter = /\.tsv(\.gz)?$/iu.test(path) ? "tab" : "auto";
  return await openCsv(path, options, { header, delimiter });
}

function recordReader(source: TableSource, trained: TablePreprocessing): (row: Row) => RawSample {
  const { columns } = source;
  // How this file writes its numbers, not the one of the training.
  const preprocessing = { ...trained, decimal: source.decimal };
  const missing = preprocessing.columns.filter(
    ({ name, fill }) => fill === null && !columns.includes(name),
  );
  if (missing.length > 0) {
    const values = { path: source.path, columns: missing.map(({ name }) => name), found: columns };
    throw new OperatorError(sentence("file-lacks-columns", values));
  }
  const targets = preprocessing.targets.map((name) => columns.indexOf(name));
  return ({ place, cells }) => {
    const record = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? null]));
    const found = featuresOf(preprocessing, record);
    if (!found.ok) failAt(source, place, found.reason);
    return { features: found.features, place, targets: targets.map((at) => cells[at]) };
  };
}

/** @param divisor - Makes a byte what the network sees. */
function numbersReader(
  source: TableSource,
  featureCount: number,
  divisor: number,
): (row: Row) => RawSample {
  return ({ place, cells }) => {
    if (cells.length !== featureCount) {
      failAt(source, place, sentence("wrong-number-count", { found: cells.length, featureCount }));
    }
    const features = Float32Array.from(cells, (cell, at) => {
      const value = numberOf(cell, source.decimal);
      if (value !== undefined) return value / divisor;
      const given = cell === null ? "" : textOf(cell);
      return failAt(source, place, sentence("not-a-number", { column: at + 1, given }));
    });
    return { features, place, targets: [] };
  };
}

/**
 * What a sample's target cells mean to the network: a class, or numbers.
 *
 * @returns Shape `[1]` for classes, else `[target.count]`; `undefined` if a cell is missing or means nothing.
 */
export function targetsOf(
  cells: RawSample["targets"],
  target: Target,
  decimal: DecimalMark,
): readonly number[] | undefined {
  const values = cells.map((cell, at) => {
    if (cell === undefined || isMissing(cell)) return undefined;
    if (target.kind === "classes") return classOf(cell, target.names ?? [], decimal);
    const number = numberOf(cell, decimal) ?? booleanNumber(cell);
    const scaling = target.kind === "values" ? target.scales?.[at] : undefined;
    if (scaling === undefined || number === undefined) return number;
    return (number - scaling.mean) / scaling.scale;
  });
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length && known.length > 0 ? known : undefined;
}

/** A class by its name; a number also in another spelling. */
function classOf(cell: Cell, names: readonly string[], decimal: DecimalMark): number | undefined {
  const byText = names.indexOf(textOf(cell));
  if (byText !== -1) return byText;
  const number = numberOf(cell, decimal);
  const byNumber = number === undefined ? -1 : names.indexOf(String(number));
  return byNumber === -1 ? undefined : byNumber;
}

function booleanNumber(cell: Cell): number | undefined {
  const found = booleanOf(cell);
  return found === undefined ? undefined : Number(found.value);
}
