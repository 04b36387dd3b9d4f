/**
 * @file A terminal that stores what is written to it as a grid of cells, for pictures of the console. It supports the part of ECMA-48 that the console uses.
 */
import { EventEmitter } from "node:events";

const escape = "\u001B";
/** One control sequence, or one character. */
const token = new RegExp(`${escape}\\[([?\\d;]*)([A-Za-z])|([^])`, "gu");

interface Paint {
  readonly ink: number | null;
  readonly ground: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

interface Cell extends Paint {
  readonly character: string;
}

/** Adjacent cells that look alike. */
export interface TextRun {
  /** Of its first cell, counted from 0. */
  readonly column: number;
  readonly text: string;
  /** CSS colours; `null` is the terminal's own. */
  readonly ink: string | null;
  readonly ground: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

const plain: Paint = { ink: null, ground: null, bold: false, dim: false };
const blank: Cell = { ...plain, character: " " };

/** Replaces `process.stdout` on a terminal. */
export class Terminal extends EventEmitter {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  #cells: Cell[][] = [];
  #row = 0;
  #column = 0;
  #paint: Paint = plain;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#clear();
  }

  write(text: string): boolean {
    for (const [, parameters, command, character] of text.matchAll(token)) {
      if (character !== undefined) this.#put(character);
      else this.#obey(parameters ?? "", command ?? "");
    }
    return true;
  }

  /** The text of the screen, line by line. */
  get lines(): string[] {
    return this.#cells.map((row) =>
      row
        .map(({ character }) => character)
        .join("")
        .trimEnd(),
    );
  }

  /** The screen row by row, as runs of cells that look alike. Empty cells at a row's end are left out. */
  get runs(): TextRun[][] {
    return this.#cells.map(runsOf);
  }

  /**
   * The screen as a camera sees it, as far as it is drawn with half blocks: a cell is two squares, one above the
   * other; every other character shows only its background. RGBA, row by row.
   */
  toPixels(side: number): { data: Uint8ClampedArray; width: number; height: number } {
    const [width, height] = [this.columns * side, 2 * this.rows * side];
    const data = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let y = 0; y < height; y++) {
      const cells = this.#cells[Math.floor(y / (2 * side))] ?? [];
      const inked = Math.floor(y / side) % 2 === 0 ? "▀█" : "▄█";
      for (let x = 0; x < width; x++) {
        const { character, ink, ground } = cells[Math.floor(x / side)] ?? blank;
        const color = inked.includes(character) ? (ink ?? 253) : (ground ?? 233);
        data.set(channelsOf(color), 4 * (y * width + x));
      }
    }
    return { data, width, height };
  }

  #put(character: string): void {
    if (character === "\n") this.#row = Math.min(this.#row + 1, this.rows - 1);
    if (character === "\n" || character === "\r") this.#column = 0;
    if (character < " ") return;
    const row = this.#cells[this.#row];
    if (row !== undefined && this.#column < this.columns) {
      row[this.#column] = { ...this.#paint, character };
    }
    this.#column += 1;
  }

  #obey(parameters: string, command: string): void {
    if (command === "m") this.#paint = painted(this.#paint, parameters);
    if (command === "J") this.#clear();
    if (command === "K") this.#cells[this.#row]?.fill(blank, this.#column);
    if (command !== "H") return;
    const [row, column] = parameters.split(";").map(Number);
    this.#row = Math.min(row || 1, this.rows) - 1;
    this.#column = (column || 1) - 1;
  }

  #clear(): void {
    this.#cells = Array.from({ length: this.rows }, () => {
      return Array.from({ length: this.columns }, () => blank);
    });
  }
}

/** Select Graphic Rendition: the attributes that the console uses, and colours by number. */
function painted(paint: Paint, parameters: string): Paint {
  const codes = parameters.split(";").map(Number);
  let next = paint;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) next = plain;
    if (code === 1) next = { ...next, bold: true };
    if (code === 2) next = { ...next, dim: true };
    if (code === 22) next = { ...next, bold: false, dim: false };
    if (code === 39) next = { ...next, ink: null };
    if (code === 49) next = { ...next, ground: null };
    if (code !== 38 && code !== 48) continue;
    const color = codes[at + 2] ?? 0;
    next = code === 38 ? { ...next, ink: color } : { ...next, ground: color };
    at += 2;
  }
  return next;
}

function runsOf(row: readonly Cell[]): TextRun[] {
  const runs: TextRun[] = [];
  for (const [column, { character, ink, ground, bold, dim }] of row.entries()) {
    const paint = { ink: cssOf(ink), ground: cssOf(ground), bold, dim };
    const last = runs.at(-1);
    const isLike =
      last?.ink === paint.ink &&
      last.ground === paint.ground &&
      last.bold === bold &&
      last.dim === dim;
    if (last !== undefined && isLike)
      runs[runs.length - 1] = { ...last, text: last.text + character };
    else runs.push({ ...paint, column, text: character });
  }
  return runs.filter(({ text, ground }) => ground !== null || text.trim() !== "");
}

function cssOf(color: number | null): string | null {
  return color === null ? null : colorOf(color);
}

function colorOf(index: number): string {
  return `rgb(${channelsOf(index).join(" ")})`;
}

/** The 6 × 6 × 6 colour cube and the greys of a 256-colour terminal, as red, green and blue. */
function channelsOf(index: number): readonly number[] {
  if (index >= 232) return grey(8 + 10 * (index - 232));
  if (index < 16) return grey(index === 0 ? 0 : 204);
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = index - 16;
  const steps = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return steps.map((step) => levels[step] ?? 0);
}

function grey(level: number): readonly number[] {
  return [level, level, level];
}
