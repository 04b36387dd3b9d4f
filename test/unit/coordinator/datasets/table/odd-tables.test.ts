import { describe, expect, test } from "vitest";

import { changed, csv, header, lines, load, repeated, rows, type Table } from "./load-table.ts";

/** Odd tables that can be used, and what is said about them or becomes of them. */
const odd: readonly (readonly [
  name: string,
  table: Table,
  found: Readonly<Record<string, unknown>>,
])[] = [
  [
    "missing values, dropped",
    { bytes: csv(changed((cell, row) => (row === 3 ? "" : cell))), data: { missing: "drop" } },
    { note: "1 of 60 rows dropped, because it lacks what is predicted" },
  ],
  [
    "missing values, filled in",
    {
      bytes: csv(changed((cell, row, column) => (row === 3 && column < 3 ? "?" : cell))),
      data: { missing: "median" },
    },
    {
      note: "missing values filled in with the median of the training rows (of categories, the most frequent one): a (1), b (1), colour (1)",
    },
  ],
  [
    "a text among numbers, told how",
    {
      bytes: csv(changed((cell, row, column) => (row === 4 && column === 1 ? "n/a?" : cell))),
      data: { missing: "mean" },
    },
    { note: "b (number): 1 value that cannot be read is taken as missing (first on line 6: n/a?)" },
  ],
  [
    "names that occur twice or not at all",
    { bytes: csv(rows, { names: ["a", "a", "", "a"] }) },
    { columns: ["a", "a (2)", "column 3"] },
  ],
  [
    "a header of numbers, told so",
    { bytes: csv(rows, { names: ["2019", "2020", "2021", "2022"] }), data: { header: "yes" } },
    { columns: ["2019", "2020", "2021"] },
  ],
  [
    "words as a first row, told so",
    { bytes: lines("p,q", ...repeated(9, "x,y", "u,v")), data: { header: "no" } },
    { columns: ["column 1"] },
  ],
  [
    "a first row that comes back below",
    { bytes: lines(...repeated(9, "x,y", "u,v")) },
    { columns: ["column 1"] },
  ],
  [
    "text that contains the other delimiters",
    { bytes: lines("a,b", ...repeated(9, '"x;y|z",no', '"u;v|w",yes')) },
    { columns: ["a"], width: 2 },
  ],
  [
    "thousands with commas in quotes",
    { bytes: lines("a,b", ...repeated(9, '"1,500",no', '"12,000",yes')) },
    { column: { type: "number", scale: 5250 } },
  ],
  [
    "whole numbers that come back, as classes",
    { bytes: lines("a,b", ...repeated(30, "1,3", "2,4", "3,5")) },
    { target: { kind: "classes", count: 3, names: ["3", "4", "5"] } },
  ],
  [
    "whole numbers as numbers, told so",
    { bytes: lines("a,b", ...repeated(30, "1,3", "2,4", "3,5")), data: { task: "regression" } },
    { target: { kind: "values", count: 1, names: ["b"] } },
  ],
  [
    "numbers as classes, told so",
    { bytes: lines("a,b", ...repeated(30, "1,0.5", "2,1.5")), data: { task: "classification" } },
    { target: { kind: "classes", count: 2, names: ["0.5", "1.5"] } },
  ],
  [
    "several numbers to predict",
    { bytes: csv(), data: { target: ["a", "b"] } },
    { target: { kind: "values", count: 2, names: ["a", "b"] } },
  ],
  [
    "several answers of yes or no",
    {
      bytes: lines("a,p,q", ...repeated(9, "1,yes,0", "2,no,1", "3,no,0")),
      data: { target: ["p", "q"] },
    },
    { target: { kind: "flags", count: 2, names: ["p", "q"] } },
  ],
  [
    "truth values",
    { bytes: lines("t,b", ...repeated(9, "TRUE,x", "False,y", "true,y")) },
    { column: { name: "t", type: "boolean" }, width: 1 },
  ],
  [
    "dates with the day first",
    { bytes: lines("d,b", ...repeated(9, "31.01.2024,x", "01.02.2024,y")) },
    { column: { type: "date", order: "dmy" }, width: 3 },
  ],
  [
    "dates that could be either",
    { bytes: lines("d,b", ...repeated(9, "03/01/2024,x", "01/02/2024,y")) },
    {
      column: { type: "date", order: "mdy" },
      note: "the dates in d are read as month/day/year, but could be day/month/year as well",
    },
  ],
  [
    "dates with times",
    { bytes: lines("d,b", ...repeated(9, "2024-01-01 10:00,x", "2024-01-01 16:30,y")) },
    { column: { type: "date", parts: [{ part: "days" }, { part: "hour" }] }, width: 2 },
  ],
  [
    "a column that gives the answer away",
    {
      bytes: csv(
        rows.map((row) => [row[3] === "yes" ? "1" : "0", ...row]),
        { names: ["paid", ...header] },
      ),
    },
    {
      note: "suspicious: paid alone gives bought away; if it is not known beforehand, use --ignore paid",
    },
  ],
  [
    "a number that gives the answer away",
    {
      bytes: csv(
        rows.map((row) => [String(Number(row[0]) + Number(row[1])), ...row]),
        { names: ["sum", ...header] },
      ),
    },
    { note: "suspicious: sum alone gives bought away" },
  ],
  [
    "a number in another unit",
    {
      bytes: csv(
        rows.map(([a = ""]) => [String(Number(a) * 2.54), a]),
        { names: ["cm", "inch"] },
      ),
    },
    { note: "suspicious: cm alone gives inch away" },
  ],
  [
    "a column that gives one of two answers away",
    {
      bytes: lines(
        "w,p,q",
        ...repeated(9, "man,yes,yes", "man,yes,no", "boy,no,yes", "girl,no,no"),
      ),
      data: { target: ["p", "q"] },
    },
    { note: "suspicious: w alone gives p away;" },
  ],
  [
    "row numbers",
    {
      bytes: csv(
        rows.map((row, at) => [String(at), ...row]),
        { names: ["", ...header] },
      ),
    },
    { note: "suspicious: column 1 only counts the rows" },
  ],
  [
    "keys that come and go",
    {
      bytes: '{"b":1,"y":"p"}\n{"y":"q","a":true,"b":2}\n'.repeat(9),
      kind: "jsonl",
      data: { target: ["y"], missing: "mode" },
    },
    { columns: ["b"] },
  ],
  [
    "sí and no, with and without the accent",
    { bytes: lines("a,b", ...repeated(9, "sí,x", "no,y", "Si,x", "NO,y")) },
    { column: { type: "boolean" }, width: 1 },
  ],
  [
    "verdadero and falso",
    { bytes: lines("a,b", ...repeated(9, "Verdadero,x", "falso,y")) },
    { column: { type: "boolean" }, width: 1 },
  ],
  [
    "words of two pairs, which are categories",
    { bytes: lines("a,b", ...repeated(9, "yes,x", "no,y", "sí,x")) },
    { column: { type: "category" }, width: 3 },
  ],
  ["a category that only the test knows", { bytes: rare() }, { width: 2 }],
];

describe("an odd table can be used:", () => {
  test.each(odd)("%s", async (_, table, found) => {
    const { dataset, notes } = await load(table);
    const { preprocessing, target, featureCount: width } = dataset;
    if (preprocessing?.kind !== "table") throw new Error("a table has a table's preprocessing");
    const [column] = preprocessing.columns;
    const columns = preprocessing.columns.map(({ name }) => name);
    const note = notes.find((each) => each.startsWith(String(found["note"])));
    const actual = { column, columns, target, width, note: note && found["note"] };
    expect(actual).toMatchObject(found);
  });
});

test("an unknown category is all zeros, and the features of known ones stay as they are", async () => {
  const { dataset } = await load({ bytes: rare() });
  const zeros = [...dataset.test.features].filter((_, at, all) => {
    return at % 2 === 0 && all[at] === 0 && all[at + 1] === 0;
  });
  expect(zeros).toHaveLength(1);
});

/** 50 rows of two categories, and one of a third in a row that the default seed puts into the test split. */
function rare(): string {
  const row = 11;
  return lines(
    "a,b",
    ...Array.from(
      { length: 50 },
      (_, at) => `${at === row ? "z" : at % 2 ? "x" : "w"},${at % 3 ? "p" : "q"}`,
    ),
  );
}
