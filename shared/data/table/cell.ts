/** @file A value in a table as it was read, before anybody knows what its column holds: a text, or a typed value. */

/** A cell. `null` is a missing value; a text may also mean one. */
export type Cell = string | number | boolean | null;

/** What others write for a missing value: the words of pandas' `read_csv`, and UCI's question mark. */
const missingWords = new Set([
  "",
  "?",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-NaN",
  "-nan",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
]);

export function isMissing(cell: Cell): boolean {
  if (cell === null) return true;
  if (typeof cell === "number") return Number.isNaN(cell);
  return typeof cell === "string" && missingWords.has(cell.trim());
}

/** Pairs of words for no and yes. */
const booleanPairs = [
  ["false", "true"],
  ["no", "yes"],
  ["f", "t"],
  ["n", "y"],
  ["off", "on"],
] as const;

/** The pair that a cell belongs to, and which of the two it is; `undefined` if it is neither of any pair. */
export function booleanOf(
  cell: Cell,
): { readonly pair: number; readonly value: boolean } | undefined {
  if (typeof cell === "boolean") return { pair: 0, value: cell };
  if (typeof cell !== "string" || cell.length > 16) return undefined;
  const word = cell.trim().toLowerCase();
  const pair = booleanPairs.findIndex(([no, yes]) => word === no || word === yes);
  return pair === -1 ? undefined : { pair, value: word === booleanPairs[pair]?.[1] };
}

/** The text of a cell that is not missing: a category's or a class's name. */
export function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell.trim() : String(cell);
}
