import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { changed, csv, header, lines, refusal, repeated, rows, type Table } from "./load-table.ts";

const tooManyColours = changed((cell, row, column) => (column === 2 ? `c${row}` : cell));

/** Files that are no usable table, and the one line that says so. */
const broken: readonly (readonly [name: string, table: Table, line: string])[] = [
  [
    "an empty file",
    { bytes: "" },
    "t is empty; a table has a line with the names of its columns and one per row",
  ],
  ["only line breaks", { bytes: "\n\r\n\n" }, "t is empty; a table has"],
  ["only a header", { bytes: "a,b,c\n" }, "t has no rows, only the names of its columns"],
  [
    "one column",
    { bytes: "a\nx\ny\n" },
    "t line 1: the table has only one column, with commas between columns; if they are separated by something else, name it with --delimiter",
  ],
  [
    "bytes that are no text",
    { bytes: Uint8Array.of(0x89, 0x50, 0, 0, 1, 0, 7) },
    "t is not a text file; is it of another format?",
  ],
  [
    "UTF-16 cut within a character",
    { bytes: Buffer.from(`\uFEFF${csv()}`, "utf16le").subarray(0, 301) },
    "t is not a text file",
  ],
  [
    "gzip cut short",
    { bytes: gzipSync(csv()).subarray(0, 200) },
    "cannot read t: unexpected end of file",
  ],
  ["gzip with a flaw", { bytes: flipped(gzipSync(csv())) }, "cannot read t: "],
  [
    "a value too many",
    { bytes: csv([...rows.slice(0, 9), ["1", "2", "red", "no", "x"]]) },
    "t line 11: this row has 5 values, but the table has 4 columns; put quotes around a value that contains the delimiter",
  ],
  [
    "a value too few, after a quoted line break",
    { bytes: lines("a,b", '"1\n2",x', "3") },
    "t line 4: this row has 1 value, but the table has 2 columns",
  ],
  [
    "an open quote",
    { bytes: `${csv()}1,2,"red,no\n` },
    "t line 62: a quote is opened here and never closed",
  ],
  [
    "a quote in the wrong place",
    { bytes: lines("a,b", '"1" x,y') },
    "t line 2: a closing quote is followed by x,y instead of a delimiter; double each quote inside a quoted value",
  ],
  [
    "an unknown target",
    { bytes: csv(), data: { target: ["bougth"] } },
    "--target bougth: t has no such column; did you mean bought?",
  ],
  [
    "a target beyond the last column",
    { bytes: csv(), data: { target: ["5"] } },
    "--target 5: t has no such column; its columns are a, b, colour, bought",
  ],
  [
    "an unknown column to ignore",
    { bytes: csv(), data: { ignore: ["zzz"] } },
    "--ignore zzz: t has no such column; its columns are a, b, colour, bought",
  ],
  [
    "a target that is ignored",
    { bytes: csv(), data: { target: ["b"], ignore: ["2"] } },
    "--target b and --ignore b contradict each other; a column is predicted or left out",
  ],
  [
    "everything ignored",
    { bytes: csv(), data: { ignore: header.slice(0, 3) } },
    "t has no column left to predict from; every other column is left out, empty or the same in all rows",
  ],
  [
    "nothing left to predict",
    { bytes: csv(), data: { ignore: header } },
    "t has no column that could be predicted",
  ],
  [
    "names as the last column",
    {
      bytes: csv(
        rows.map((row, at) => [...row, `n${at}`]),
        { names: [...header, "name"] },
      ),
    },
    "t: the last column, name, holds 60 different texts in 60 rows, which can hardly be predicted; name the column to predict with --target: a, b, colour, bought",
  ],
  [
    "one class",
    { bytes: csv(changed((cell, _, column) => (column === 3 ? "no" : cell))) },
    "t: bought holds no in every row, so there is nothing to predict; choose another --target",
  ],
  [
    "dates as target",
    { bytes: lines("a,d", ...repeated(9, "1,2024-01-01", "2,2024-05-02")) },
    "t: d holds dates, which cannot be predicted; choose another --target of a, d",
  ],
  [
    "a target without values",
    {
      bytes: csv(changed((cell, _, column) => (column === 2 ? "" : cell))),
      data: { target: ["colour"] },
    },
    "t: colour holds no values; choose another --target of a, b, bought",
  ],
  [
    "texts to predict as numbers",
    { bytes: csv(), data: { target: ["colour"], task: "regression" } },
    "t: colour cannot be predicted as numbers, because there are texts in it; use --task classification, or another --target",
  ],
  [
    "texts among several targets",
    { bytes: csv(), data: { target: ["a", "colour"] } },
    "t: colour cannot be predicted as numbers",
  ],
  [
    "numbers as several flags",
    { bytes: csv(), data: { target: ["a", "b"], task: "classification" } },
    "t: a, b cannot be one of several yes-or-no answers; use --task regression, or predict one column",
  ],
  [
    "texts that name rows",
    { bytes: csv(tooManyColours) },
    "t: colour holds 60 different texts in 60 rows, so it names rows rather than describes them; use --ignore colour",
  ],
  [
    "too many categories",
    {
      bytes: lines(
        "a,b",
        ...Array.from({ length: 500 }, (_, at) => `w${at % 120},${at % 2 ? "x" : "y"}`),
      ),
    },
    "t: a holds 120 different texts, too many for categories; use --ignore a",
  ],
  [
    "long texts",
    { bytes: lines("a,b", ...repeated(9, `${"long ".repeat(50)},x`, "short,y")) },
    "t: a holds long texts, which are no categories; use --ignore a",
  ],
  [
    "missing values",
    { bytes: csv(changed((cell, row, column) => (row % 20 === 3 && column < 2 ? "NA" : cell))) },
    "t: a lacks 3 of 60 values (first on line 5), b lacks 3 of 60 values (first on line 5); fill them in with --missing mean (or median, mode), drop their rows with --missing drop, or leave columns out with --ignore a,b",
  ],
  [
    "a text among numbers",
    { bytes: csv(changed((cell, row, column) => (row === 4 && column === 1 ? "n/a?" : cell))) },
    "t: b (number) has 1 of 60 values that cannot be read (first on line 6: n/a?); fill them in",
  ],
  [
    "names and missing values at once",
    { bytes: csv(tooManyColours.map((row, at) => (at === 0 ? ["", ...row.slice(1)] : row))) },
    "use --ignore colour, and fill in missing values with --missing mean (or median, mode) or drop their rows with --missing drop",
  ],
  [
    "a target that is missing",
    { bytes: csv(changed((cell, row, column) => (row === 9 && column === 3 ? "" : cell))) },
    "t: bought lacks 1 of 60 values (first on line 11)",
  ],
  [
    "a day that does not exist",
    { bytes: lines("d,b", ...repeated(20, "2024-01-31,x", "2024-03-01,y"), "2023-02-29,x") },
    "t: d (date) has 1 of 41 values that cannot be read (first on line 42: 2023-02-29)",
  ],
  [
    "one row",
    { bytes: "a,b\n1,2\n" },
    "t: b holds 2 in every row, so there is nothing to predict; choose another --target",
  ],
  [
    "two rows of two classes",
    { bytes: "a,b\n1,x\n2,y\n" },
    "t: 2 rows are too few to split into training and test; change --test or --validation, or add rows",
  ],
  [
    "no JSON",
    { bytes: '{"a":1,"b":2}\nnope\n', kind: "jsonl" },
    "t line 2: this line is not a JSON object; write one object per line",
  ],
  ["a JSON array", { bytes: "[1,2]\n", kind: "jsonl" }, "t line 1: this line is not a JSON object"],
  [
    "a nested object",
    { bytes: '{"a":1,"b":{"c":2}}\n', kind: "jsonl" },
    "t line 1: b holds a list or an object; a table has one number, text or truth value per cell: flatten it, or leave it out of the file",
  ],
  ["JSON lines without keys", { bytes: "{}\n{}\n", kind: "jsonl" }, "t is empty"],
  ["no Parquet", { bytes: csv(), kind: "parquet" }, "t is not a Parquet file, or it is cut short"],
  [
    "Parquet with a broken end",
    { bytes: "PAR1 nothing in it PAR1", kind: "parquet" },
    "cannot read t: ",
  ],
  [
    "a delimiter for JSON",
    { bytes: "{}", kind: "jsonl", data: { delimiter: "tab" } },
    "--delimiter tab is not for dataset jsonl; leave it out, or choose csv:FILE",
  ],
];

describe("a table is refused in one line:", () => {
  test.each(broken)("%s", async (_, table, line) => {
    const said = await refusal(table);
    expect(said).toContain(line);
    expect(said).not.toMatch(/\n|\?\}|undefined|NaN/u);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === 40 ? byte ^ 0xff : byte));
}
