/** @file The join URL as a QR code of half-block characters, with two rows of modules per line. */
import { encode } from "uqr";

import type { Style } from "./style.ts";

/** Light modules around the code. The standard asks for 4, but phones accept 2, and lines are scarce in a terminal. */
const quietModules = 2;

let last: { text: string; color: boolean; lines: readonly string[] } | null = null;

/**
 * Lines of equal width, dark on light. Without colour, the light modules are drawn, for a dark terminal. The last
 * code is cached, because encoding takes milliseconds and the screen is drawn ten times per second.
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
      // With colour, draw the dark modules on white; without, draw the light ones.
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
