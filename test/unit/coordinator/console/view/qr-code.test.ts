import { stripVTControlCharacters } from "node:util";

import { encode } from "uqr";
import { expect, test } from "vitest";

import { qrCode } from "../../../../../coordinator/console/view/qr-code.ts";
import { render, type ScreenState } from "../../../../../coordinator/console/view/render.ts";
import { createStyle } from "../../../../../coordinator/console/view/style.ts";
import { displayWidth } from "../../../../../coordinator/console/view/text.ts";
import { readQrCode } from "../../../../support/browser/qr-reader.ts";
import { Terminal } from "../../../../support/processes/terminal.ts";
import { fakeView } from "./fake-view.ts";

const url = "http://192.168.1.20:8080/join#token=abcdefghijkmnpqrstuvwxyz";

/** Two rows of modules from a line of half blocks; `true` where the block is drawn. */
function modulesOf(line: string): boolean[][] {
  const cells = Array.from(stripVTControlCharacters(line));
  return [cells.map((cell) => "▀█".includes(cell)), cells.map((cell) => "▄█".includes(cell))];
}

test.each([true, false])("holds every module of a join URL, with colour: %s", (color) => {
  const { data, size } = encode(url, { ecc: "L", border: 2 });
  const drawn = qrCode(url, createStyle(color)).flatMap(modulesOf).slice(0, size);
  // In colour, the dark modules are drawn on white; without, the light ones on the terminal's dark background.
  expect(drawn).toEqual(data.map((row) => row.map((isDark) => isDark === color)));
});

test("of a 60 character join URL fits in a terminal of 80 × 24", () => {
  const lines = qrCode(url, createStyle(true));
  expect(lines.length).toBe(19);
  expect(displayWidth(lines[0] ?? "")).toBe(37);
});

test("changes with its text", () => {
  const style = createStyle(false);
  expect(qrCode("http://a", style)).not.toEqual(qrCode("http://b", style));
});

const state: ScreenState = {
  columns: 80,
  rows: 24,
  color: true,
  panel: "overview",
  scroll: { rows: 0, columns: 0 },
  qr: "shown",
  help: false,
  keys: true,
  notice: null,
  log: [],
};

test.each<[string, Partial<ScreenState>]>([
  ["80 × 24, after q", {}],
  ["80 × 24 without colours, after q", { color: false }],
  ["160 × 50, by itself", { columns: 160, rows: 50, qr: "auto" }],
  ["160 × 50 without colours, by itself", { columns: 160, rows: 50, qr: "auto", color: false }],
])("can be scanned from the screen of a dark terminal of %s", (_, different) => {
  const view = fakeView({ workers: 3, progress: 0.4 });
  const screen = { ...state, ...different };
  const terminal = new Terminal(screen.columns, screen.rows);
  for (const [row, line] of render(view, screen).entries()) {
    terminal.write(`\u001B[${row + 1};1H${line}`);
  }
  expect(readQrCode(terminal.toPixels(4))).toBe(view.joinUrl);
});
