/**
 * @file Text that fits into terminal cells: cleans, measures, cuts and pads it. Widths are in cells; our own colour
 * sequences have width 0.
 */
import { stripVTControlCharacters } from "node:util";

import { escape, resetStyle } from "./style.ts";

/** Longer than any name or reason; limits the work below for any input. */
const textLengthMax = 1000;

/**
 * Invisible characters, or those that terminals disagree about: controls, direction marks, joiners, skin tones,
 * variation selectors, private and unassigned characters.
 */
const unwanted =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Emoji_Modifier}\p{Variation_Selector}]/gu;

/** Languages use up to two marks on a letter. More are used to draw over the lines above. */
const stackedMarks = /([\p{Mn}\p{Me}]{2})[\p{Mn}\p{Me}]+/gu;

const sequence = new RegExp(`${escape}\\[[0-9;]*m`, "gu");
const sequenceOrCharacter = new RegExp(`${escape}\\[[0-9;]*m|[^]`, "gu");
const printableAscii = /^[ -~]*$/u;
const zeroWidth = /[\p{Mn}\p{Me}\u{1160}-\u{11FF}]/u;
const wide =
  /[\p{Emoji_Presentation}\u{1100}-\u{115F}\u{2329}\u{232A}\u{2E80}-\u{303E}\u{3041}-\u{4DBF}\u{4E00}-\u{A4CF}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{16FE0}-\u{18CFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}]/u;
const flagHalf = /[\u{1F1E6}-\u{1F1FF}]/u;

/**
 * Makes untrusted text harmless on one line: no control or escape sequence, no line break, no invisible or
 * direction-changing character.
 *
 * @param fallback - Returned if nothing is left of the text.
 */
export function cleanText(text: string, fallback = ""): string {
  const cleaned = stripVTControlCharacters(text.slice(0, textLengthMax))
    .normalize("NFC")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(unwanted, "")
    .replaceAll(stackedMarks, "$1")
    .trim();
  return cleaned === "" ? fallback : cleaned;
}

/** How many cells a text needs: 2 for wide East Asian characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  const bare = text.includes(escape) ? text.replaceAll(sequence, "") : text;
  if (printableAscii.test(bare)) return bare.length;
  let width = 0;
  for (const character of bare) width += characterWidth(character);
  return width;
}

/** A text in exactly `width` cells: padded, or cut with an ellipsis. */
export function fit(text: string, width: number, align: "left" | "right" = "left"): string {
  const gap = width - displayWidth(text);
  if (gap < 0) return truncate(text, width);
  return align === "left" ? text + " ".repeat(gap) : " ".repeat(gap) + text;
}

/**
 * Left and right text, with the remaining space between them, in exactly `width` cells. The left text is cut if
 * necessary.
 */
export function spread(left: string, right: string, width: number): string {
  const leftWidth = width - displayWidth(right) - 1;
  return leftWidth < 1 ? fit(left, width) : `${fit(left, leftWidth)} ${right}`;
}

/**
 * Two blocks of lines side by side, two cells apart. Each has its own width, and both are as high as the higher
 * one.
 */
export function beside(
  left: readonly string[],
  leftWidth: number,
  right: readonly string[],
  rightWidth: number,
): string[] {
  const rows = Math.max(left.length, right.length);
  return Array.from(
    { length: rows },
    (_, row) => `${fit(left[row] ?? "", leftWidth)}  ${fit(right[row] ?? "", rightWidth)}`,
  );
}

function truncate(text: string, width: number): string {
  if (width <= 0) return "";
  let kept = "";
  let used = 0;
  for (const [token] of text.matchAll(sequenceOrCharacter)) {
    const cells = token.startsWith(escape) ? 0 : characterWidth(token);
    if (used + cells > width - 1) break;
    kept += token;
    used += cells;
  }
  const end = kept.includes(escape) ? resetStyle : "";
  return `${kept}…${end}${" ".repeat(width - 1 - used)}`;
}

function characterWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  // Most of a screen: Latin letters, boxes, blocks, braille.
  if (code < 0x300 || (code >= 0x2500 && code < 0x25fd) || (code >= 0x2800 && code < 0x2900))
    return 1;
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) && !flagHalf.test(character) ? 2 : 1;
}
