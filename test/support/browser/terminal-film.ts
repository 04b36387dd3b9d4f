/**
 * @file Turns recorded terminal screens into one animated SVG: plain text and CSS, so that it stays sharp, small and
 * readable to search. Readers that do not play animations, or whose owner asked for less motion, see the last screen.
 */
import type { TextRun } from "../processes/terminal.ts";

/** One screen and the time at which it appeared. */
export interface Frame {
  /** Milliseconds from the start of the film. */
  readonly atMs: number;
  readonly rows: readonly (readonly TextRun[])[];
}

/** One terminal window of the film. Its last frame stays until the end. */
export interface Reel {
  readonly title: string;
  readonly rows: number;
  readonly frames: readonly Frame[];
  /** An outside action, written into the title bar when it happens. */
  readonly note?: { readonly atMs: number; readonly text: string };
  /** Highlighted once the film is over, wherever it is on the last screen. */
  readonly lit: string;
}

export interface FilmOptions {
  readonly columns: number;
  readonly reels: readonly Reel[];
  /** One sentence below, shown once all reels have ended. */
  readonly caption: string;
  /** A description of the film for people who can't see it. */
  readonly description: string;
  /** How long the last picture stays before the film starts again. */
  readonly holdMs: number;
}

const cell = { width: 7.8, height: 17 };
const margin = 14;
const titleHeight = 30;
const gap = 12;
const captionHeight = 34;

/** @returns The text of an SVG file. */
export function filmOf(options: FilmOptions): string {
  const { columns, reels, caption, description, holdMs } = options;
  const width = Math.round(columns * cell.width + 2 * margin);
  const endMs = Math.max(...reels.map(({ frames }) => frames.at(-1)?.atMs ?? 0));
  const clock = new Clock(endMs + holdMs);
  let top = 0;
  const windows = reels.map((reel) => {
    const height = windowHeight(reel);
    const drawn = `<g transform="translate(0 ${top})">${windowOf(reel, { width, height, endMs, clock })}</g>`;
    top += height + gap;
    return drawn;
  });
  const total = top + captionHeight - gap;
  const captionClass = clock.shown(endMs, null);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" fill="#e6e9ee">`,
    `<title>${escaped(description)}</title>`,
    `<style>${style}${clock.style()}</style>`,
    ...windows,
    `<text class="caption ${captionClass}" x="${width / 2}" y="${total - 10}">${escaped(caption)}</text>`,
    `</svg>\n`,
  ].join("\n");
}

/** Names a CSS animation for each span of time; the film repeats them all together. */
class Clock {
  readonly #totalMs: number;
  readonly #names = new Map<string, string>();

  constructor(totalMs: number) {
    this.#totalMs = totalMs;
  }

  /** @returns The classes of an element that is visible from one time to another or, for `null`, to the film's end. */
  shown(fromMs: number, toMs: number | null): string {
    const [from, to] = [this.#percent(fromMs), toMs === null ? null : this.#percent(toMs)];
    if (from === "0" && to === null) return "";
    const on =
      from === "0" ? "0%{visibility:visible}" : `0%{visibility:hidden}${from}%{visibility:visible}`;
    const keyframes = `${on}${to === null ? "" : `${to}%{visibility:hidden}`}`;
    const name = this.#names.get(keyframes) ?? `t${this.#names.size}`;
    this.#names.set(keyframes, name);
    return to === null ? name : `${name} past`;
  }

  style(): string {
    const seconds = (this.#totalMs / 1000).toFixed(1);
    const rules = [...this.#names].map(([keyframes, name]) => {
      return `.${name}{animation-name:${name}}@keyframes ${name}{${keyframes}}`;
    });
    const moving = `[class^=t],[class*=" t"]{animation:${seconds}s step-end infinite}`;
    return `.past{visibility:hidden}@media(prefers-reduced-motion:no-preference){${moving}${rules.join("")}}`;
  }

  #percent(ms: number): string {
    return Number(((100 * ms) / this.#totalMs).toFixed(2)).toString();
  }
}

interface Stage {
  readonly width: number;
  readonly height: number;
  readonly endMs: number;
  readonly clock: Clock;
}

function windowHeight({ rows }: Reel): number {
  return titleHeight + rows * cell.height + margin;
}

function windowOf(reel: Reel, { width, height, endMs, clock }: Stage): string {
  const { title, note, lit, frames } = reel;
  const rows = Array.from({ length: reel.rows }, (_, row) => rowOf(frames, row, clock));
  return [
    `<rect class="window" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="bar" x="${margin}" y="20">${escaped(title)}</text>`,
    note === undefined
      ? ""
      : `<text class="note ${clock.shown(note.atMs, null)}" x="${width - margin}" y="20">${escaped(note.text)}</text>`,
    litOf(frames.at(-1), lit, clock.shown(endMs, null)),
    ...rows,
  ].join("");
}

/** The successive contents of one row. */
function rowOf(frames: readonly Frame[], row: number, clock: Clock): string {
  const spans: { readonly markup: string; readonly fromMs: number }[] = [];
  for (const { atMs, rows } of frames) {
    const markup = (rows[row] ?? []).map((run) => runOf(run, row)).join("");
    if (markup !== spans.at(-1)?.markup) spans.push({ markup, fromMs: atMs });
  }
  return spans
    .map(({ markup, fromMs }, i) => {
      if (markup === "") return "";
      const shown = clock.shown(fromMs, spans[i + 1]?.fromMs ?? null);
      return shown === "" ? markup : `<g class="${shown}">${markup}</g>`;
    })
    .join("");
}

function runOf({ column, text, ink, ground, bold, dim }: TextRun, row: number): string {
  const lead = text.length - text.trimStart().length;
  const kept = ground === null ? text.trim() : text;
  const first = ground === null ? column + lead : column;
  const [x, y] = place(first, row);
  const length = round(kept.length * cell.width);
  const behind =
    ground === null
      ? ""
      : `<rect x="${x}" y="${y}" width="${length}" height="${cell.height}" fill="${ground}"/>`;
  const attributes = [
    `x="${x}" y="${round(y + 13)}" textLength="${length}"`,
    ink === null ? "" : ` fill="${ink}"`,
    bold ? ` font-weight="700"` : "",
    dim ? ` opacity=".62"` : "",
  ].join("");
  return `${behind}<text ${attributes}>${escaped(kept)}</text>`;
}

/** A bright background behind a text of the last screen. */
function litOf(frame: Frame | undefined, lit: string, shown: string): string {
  const rows = (frame?.rows ?? []).map((runs) => {
    return runs.reduce((line, { column, text }) => line.padEnd(column) + text, "");
  });
  const row = rows.findIndex((line) => line.includes(lit));
  if (row === -1) throw new Error(`the last screen does not show ${lit}`);
  const [x, y] = place(rows[row]?.indexOf(lit) ?? 0, row);
  const width = round(lit.length * cell.width + 8);
  return `<rect class="lit ${shown}" x="${x - 4}" y="${y}" width="${width}" height="${cell.height}" rx="3"/>`;
}

function place(column: number, row: number): [x: number, y: number] {
  return [round(margin + column * cell.width), round(titleHeight + row * cell.height)];
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const mono = `ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace`;
const style = [
  `text{font:13px ${mono};white-space:pre}`,
  `.window{fill:#0f1115;stroke:#3a4150}`,
  `.bar{fill:#9aa4b2}`,
  `.note{fill:#ff8f85;font-weight:700;text-anchor:end}`,
  `.lit{fill:#1f5f3a}`,
  `.caption{font-weight:700;fill:#2f9e61;text-anchor:middle}`,
].join("");
