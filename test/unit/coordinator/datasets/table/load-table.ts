/** @file Loads small tables from memory, and makes the one that the others are compared with. */
import type { LoadedDataset } from "../../../../../coordinator/datasets/loader.ts";
import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import type { Dataset } from "../../../../../shared/data/dataset.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { Random } from "../../../../../shared/random.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { sayAtTerminal } from "../../../../../shared/words/sentence.ts";
import { memoryDisk } from "../../../../support/sim/memory-disk.ts";

export interface Table {
  readonly bytes: string | Uint8Array;
  readonly kind?: "csv" | "tsv" | "jsonl" | "parquet";
  readonly data?: DataSettings;
}

export interface LoadedTable {
  readonly loaded: LoadedDataset;
  readonly dataset: Dataset;
  readonly notes: readonly string[];
}

/** Loads a table as the file `t`. */
export async function load({ bytes, kind = "csv", data = {} }: Table): Promise<LoadedTable> {
  const notes: string[] = [];
  const loaded = await loadDataset(`${kind}:t`, {
    disk: memoryDisk(new Map([["t", Buffer.from(bytes)]])),
    cache: "/cache",
    mnistMirror: undefined,
    data,
    progress: (said) => void notes.push(sayAtTerminal(said)),
  });
  return { loaded, dataset: loaded.dataset, notes };
}

/** The one line with which a table is refused. */
export async function refusal(table: Table): Promise<string> {
  try {
    await load(table);
  } catch (error) {
    if (error instanceof OperatorError) return sayAtTerminal(error.said);
    throw error;
  }
  throw new Error("the table was not refused");
}

export type Row = readonly string[];

/** Two numbers, one category, and an answer that follows from them: 60 rows. */
export const header: Row = ["a", "b", "colour", "bought"];
export const rows: readonly Row[] = makeRows();

function makeRows(): readonly Row[] {
  const random = new Random(7);
  return Array.from({ length: 60 }, () => {
    const [a, b] = [random.uniform() * 4 - 2, random.uniform() * 4 - 2];
    const colour = ["red", "green", "blue"][random.below(3)] ?? "";
    return [a.toFixed(4), b.toFixed(4), colour, a + b > 0 ? "yes" : "no"];
  });
}

/** Rows as text, with a header unless it is `undefined`. */
export function csv(
  body: readonly Row[] = rows,
  {
    names = header,
    delimiter = ",",
    lineBreak = "\n",
  }: {
    readonly names?: Row | null;
    readonly delimiter?: string;
    readonly lineBreak?: string;
  } = {},
): string {
  const all = names === null ? body : [names, ...body];
  return all.map((row) => `${row.join(delimiter)}${lineBreak}`).join("");
}

/** The rows with one cell changed by a function. */
export function changed(change: (cell: string, row: number, column: number) => string): Row[] {
  return rows.map((row, at) => row.map((cell, column) => change(cell, at, column)));
}

/** Lines of a table with a header. */
export function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

/** Rows that repeat, so that a small table is long enough. */
export function repeated(times: number, ...texts: readonly string[]): readonly string[] {
  return Array.from({ length: times }, () => texts).flat();
}
