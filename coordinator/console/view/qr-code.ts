/** @file The join URL as a QR code of half-block characters, two rows of modules a line. */
import { encode } from "uqr";

import type { Style } from "./style.ts";

/** Light modules around the code. The standard asks for 4; phones read 2, and a terminal's lines are dear. */
const quietModules = 2;

let last: { text: string; color: boolean; lines: readonly string[] } | null = null;

/**
 * Lines of equal width, dark on light; without colour the light modules are drawn, for a dark terminal. Encoding
 * takes milliseconds and a screen is drawn ten times a second, so the last code is kept.
 */
export function qrCode(text: string, style: Style): readonly string[] {
  if (last?.text !== text || last.color !== style.color) {
    last = { text, color: style.color, lines: drawCode(text, style) };
  }
  return last.lines;
}

function drawCode(text: string, style: Style): string[] {
  const { data, size } = encode(text, { ecc: "L", border: quietModules });
  const isLight = (row: number, column: number) => data[row]?.[column] !== true;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = "";
    for (let column = 0; column < size; column++) {
      const upper = isLight(row, column);
      const lower = row + 1 < size && isLight(row + 1, column);
      // On paper the ink is drawn, without it the light.
      line += style.color ? halfBlock(!upper, !lower && row + 1 < size) : halfBlock(upper, lower);
    }
    lines.push(style.paper(line));
  }
  return lines;
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
