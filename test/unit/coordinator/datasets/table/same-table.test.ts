import { gzipSync } from "node:zlib";

import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";

import { changed, csv, header, load, rows, type Table } from "./load-table.ts";

const plain = await load({ bytes: csv() });

function jsonLines(): string {
  return rows
    .map(([a = "", b = "", colour = "", bought = ""]) => {
      return JSON.stringify({ a: Number(a), b: Number(b), colour, bought });
    })
    .join("\r\n");
}

function columnOf(at: number): string[] {
  return rows.map((row) => row[at] ?? "");
}

function parquet(codec: "SNAPPY" | "UNCOMPRESSED"): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "a", data: columnOf(0).map(Number), type: "DOUBLE" },
      { name: "b", data: columnOf(1).map(Number), type: "DOUBLE" },
      { name: "colour", data: columnOf(2), type: "STRING" },
      { name: "bought", data: columnOf(3), type: "STRING" },
    ],
    codec,
    rowGroupSize: 17,
  });
  return new Uint8Array(buffer);
}

const withComma = changed((cell) => cell.replace(".", ","));
const quoted = changed((cell) => `"${cell}"`);

/** Files that hold the same table in another way. */
const forms: readonly (readonly [name: string, table: Table])[] = [
  ["a byte order mark and CRLF", { bytes: `\uFEFF${csv(rows, { lineBreak: "\r\n" })}` }],
  ["line breaks of old Macs", { bytes: csv(rows, { lineBreak: "\r" }) }],
  ["no line break at the end", { bytes: csv().trimEnd() }],
  ["empty lines between rows", { bytes: csv().replaceAll("\n", "\n\n") }],
  ["semicolons and decimal commas", { bytes: csv(withComma, { delimiter: ";" }) }],
  ["decimal commas in quotes", { bytes: csv(changed((cell) => `"${cell.replace(".", ",")}"`)) }],
  ["tabs", { bytes: csv(rows, { delimiter: "\t" }) }],
  ["tabs, as tsv:", { bytes: csv(rows, { delimiter: "\t" }), kind: "tsv" }],
  ["vertical bars", { bytes: csv(rows, { delimiter: "|" }) }],
  ["Excel's line sep=;", { bytes: `sep=;\r\n${csv(withComma, { delimiter: ";" })}` }],
  ["everything in quotes", { bytes: csv(quoted, { names: header.map((name) => `"${name}"`) }) }],
  ["spaces around values", { bytes: csv(changed((cell) => ` ${cell} `)) }],
  ["UTF-16 LE as PowerShell writes it", { bytes: Buffer.from(`\uFEFF${csv()}`, "utf16le") }],
  ["UTF-16 LE without a mark", { bytes: Buffer.from(csv(), "utf16le") }],
  ["UTF-16 BE", { bytes: Buffer.from(`\uFEFF${csv()}`, "utf16le").swap16() }],
  ["gzip", { bytes: gzipSync(csv()) }],
  [
    "gzip in two members",
    { bytes: Buffer.concat([gzipSync(csv().slice(0, 300)), gzipSync(csv().slice(300))]) },
  ],
  [
    "numbers with exponents",
    { bytes: csv(changed((cell, _, column) => (column < 2 ? `${cell}e0` : cell))) },
  ],
  ["JSON lines", { bytes: jsonLines(), kind: "jsonl" }],
  ["Parquet", { bytes: parquet("UNCOMPRESSED"), kind: "parquet" }],
  ["Parquet, packed", { bytes: parquet("SNAPPY"), kind: "parquet" }],
];

describe("the same table is the same features and targets, bit for bit, in", () => {
  test.each(forms)("%s", async (_, table) => {
    const { dataset } = await load(table);
    expect(dataset.train).toEqual(plain.dataset.train);
    expect(dataset.test).toEqual(plain.dataset.test);
    expect(dataset.target).toEqual(plain.dataset.target);
  });

  test.each<readonly [string, Table]>([
    ["a column that is left out", { bytes: wider((_, at) => `C${at}`), data: { ignore: ["id"] } }],
    ["the same by its number", { bytes: wider((_, at) => `C${at}`), data: { ignore: ["1"] } }],
    ["a column that is the same in each row", { bytes: wider(() => '"a ""b"",\nc"') }],
    ["a column without values", { bytes: wider(() => "") }],
    ["the target elsewhere, by name", { bytes: moved(), data: { target: ["bought"] } }],
    ["the target elsewhere, by number", { bytes: moved(), data: { target: ["1"] } }],
    ["the target elsewhere, under a usual name", { bytes: moved().replace("bought", "Label") }],
  ])("with %s", async (_, table) => {
    const { dataset } = await load(table);
    expect(dataset.train).toEqual(plain.dataset.train);
    expect(dataset.test).toEqual(plain.dataset.test);
  });

  test("without a header, where columns are numbered", async () => {
    const { dataset, notes } = await load({ bytes: csv(rows, { names: null }) });
    expect(dataset.train).toEqual(plain.dataset.train);
    expect(notes.join("\n")).toContain("classification of column 4 (2 classes), the last column");
  });
});

test("the dataset's hash is that of its content, whatever the file is called", async () => {
  const packed = await load({ bytes: gzipSync(csv()) });
  expect(packed.dataset.sha256).toBe(plain.dataset.sha256);
  expect(plain.notes).toEqual([
    "read t: 60 rows, 4 columns (UTF-8, commas between columns, decimal point, names on the first line)",
    "classification of bought (2 classes), the last column: 60 rows (48 for training and 12 for the test), 3 of 3 columns used as 5 features",
  ]);
});

test("another seed, another share and a validation split give other rows", async () => {
  const other = await load({
    bytes: csv(),
    data: { test: 0.5, validation: 0.1, dataSeed: 9 },
  });
  expect(other.dataset.test.count).toBe(30);
  expect(other.dataset.validation?.count).toBe(3);
  expect(other.dataset.train.count).toBe(27);
});

test("Windows-1252 is read as such, and said", async () => {
  const text = csv(changed((cell) => cell.replace("red", "r\u00f6d\u0080"))).replace(
    "colour",
    "f\u00e4rg",
  );
  const { dataset, notes } = await load({ bytes: Buffer.from(text, "latin1") });
  expect(notes[0]).toBe("t is not UTF-8 (first on line 1), so it is read as Windows-1252");
  expect(dataset.preprocessing).toMatchObject({
    columns: [{}, {}, { name: "färg", categories: ["blue", "green", "röd€"] }],
  });
});

/** The table with one more column, in front. */
function wider(cell: (row: readonly string[], at: number) => string): string {
  return csv(
    rows.map((row, at) => [cell(row, at), ...row]),
    { names: ["id", ...header] },
  );
}

/** The table with its target in front. */
function moved(): string {
  return csv(
    rows.map(([a = "", b = "", colour = "", bought = ""]) => [bought, a, b, colour]),
    { names: ["bought", "a", "b", "colour"] },
  );
}
