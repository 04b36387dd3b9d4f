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

/** Pairs of words for no and yes, in English and Spanish; a word may be in several pairs, but never for both. */
const booleanPairs: readonly (readonly [no: string, ...yes: string[]])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["f", "t"],
  ["n", "y"],
  ["off", "on"],
  ["no", "sí", "si"],
  ["falso", "verdadero"],
];

interface BooleanWord {
  /** The pairs that the word belongs to, as indices. */
  readonly pairs: readonly number[];
  readonly value: boolean;
}

const booleanWords: ReadonlyMap<string, BooleanWord> = new Map(
  booleanPairs.flat().map((word) => [word, meaningOf(word)]),
);

function meaningOf(word: string): BooleanWord {
  const pairs = [...booleanPairs.keys()].filter((pair) => booleanPairs[pair]?.includes(word));
  return { pairs, value: booleanPairs.every(([no]) => no !== word) };
}

const truth: Readonly<Record<"true" | "false", BooleanWord>> = {
  true: meaningOf("true"),
  false: meaningOf("false"),
};

/** The pairs that a cell belongs to, and whether it is their yes; `undefined` if it is a word of none. */
export function booleanOf(cell: Cell): BooleanWord | undefined {
  if (typeof cell === "boolean") return truth[`${cell}`];
  if (typeof cell !== "string" || cell.length > 16) return undefined;
  return booleanWords.get(cell.trim().toLowerCase().normalize("NFC"));
}

/** The text of a cell that is not missing: a category's or a class's name. */
export function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell.trim() : String(cell);
}
