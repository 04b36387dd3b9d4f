/** @file Numbers as people and programs write them in tables: with a point or a comma, with or without groups. */
import type { Cell } from "./cell.ts";

/** What separates the fraction. The other of the two may separate groups of three digits. */
export type DecimalMark = "." | ",";

const fractionOrWhole = String.raw`(?:\d+(?:\.\d*)?|\.\d+)`;
const grouped = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d*)?`;
const plainNumber = new RegExp(`^[+-]?${fractionOrWhole}(?:[eE][+-]?\\d+)?$`, "u");
const groupedNumber = new RegExp(`^[+-]?${grouped}$`, "u");

/**
 * The number that a cell holds; `undefined` if it holds none, or one that is not finite.
 *
 * @example `numberOf("1.234,5", ",")` is 1234.5, and so is `numberOf("1,234.5", ".")`.
 */
export function numberOf(cell: Cell, mark: DecimalMark): number | undefined {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell !== "string") return undefined;
  const trimmed = cell.trim();
  const text = mark === "," ? trimmed.replaceAll(/[.,]/gu, swapped) : trimmed;
  if (plainNumber.test(text)) return finite(Number(text));
  return groupedNumber.test(text) ? finite(Number(text.replaceAll(",", ""))) : undefined;
}

function swapped(character: string): string {
  return character === "." ? "," : ".";
}

/** `+ 0` turns −0 into 0. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}
