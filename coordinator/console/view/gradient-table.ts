/**
 * @file The promedio table: one row per parameter, one column per worker with its mean gradient and its number of
 * samples, and the average over all samples in the last column. Coloured by sign; the sign is also printed, so nothing
 * depends on colour.
 */
import type { GradientTableView } from "../../run/view.ts";
import { saidText } from "./event-line.ts";
import { gradient, integer } from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText, displayWidth, fit } from "./text.ts";

/** The longest gradient, `−3.12e-5`, plus a space. */
const columnWidthMin = 9;
/** Below it, parameters have their short names: no more than three workers would fit beside the long ones. */
const longNamesColumns = 90;
/** Wide enough for most names; wider columns would only pull the numbers apart. */
const columnWidthMax = 16;
/** The last column without its ` │`. */
const averageWidth = 9;
/** The column that counts the workers without their own column: `+49`. */
const hiddenWidth = 5;

/** Cells at the end of a name that remain when it is shortened. */
const tailWidth = 2;

/**
 * The table's header and rows, with as many workers as fit; if there is no table, one line that says so.
 *
 * @param room - `columns` in cells; `first` is the number of workers hidden on the left, at most `columnsHidden`.
 */
export function promedioTable(
  table: GradientTableView | null,
  { columns, first }: { readonly columns: number; readonly first: number },
  style: Style,
): string[] {
  if (table === null || table.rows.length === 0) {
    return [style.dim("  one column per worker, and the average")];
  }
  const { shown, hidden, width, names, nameWidth } = chooseColumns(table, columns);
  const end = first + shown;
  const gap = hidden > 0 ? hiddenWidth : 0;
  const after = table.workers.length - end;
  const header = [
    fit(first > 0 ? `‹${first}` : "", nameWidth),
    ...table.workers.slice(first, end).map((name) => cell(cleanText(name, "unnamed"), width)),
    gap > 0 ? cell(after > 0 ? `+${after}` : "", gap) : "",
    ` │${cell("average", averageWidth)}`,
  ].join("");
  const all = table.samples.reduce((sum, count) => sum + count, 0);
  const samples = [
    fit("samples", nameWidth),
    ...table.samples.slice(first, end).map((count) => cell(integer(count), width)),
    gap > 0 ? cell(after > 0 ? "…" : "", gap) : "",
    ` │${cell(integer(all), averageWidth)}`,
  ].join("");
  const rows = table.rows.map((row, index) =>
    [
      fit(names[index] ?? "", nameWidth),
      ...row.gradients.slice(first, end).map((value) => signed(value, width, style)),
      gap > 0 ? style.dim(cell(after > 0 ? "…" : "", gap)) : "",
      ` ${style.dim("│")}${style.bold(signed(row.average, averageWidth, style))}`,
    ].join(""),
  );
  return [style.dim(header), style.dim(samples), ...rows];
}

/** How many lines the table needs. */
export function promedioTableRows(table: GradientTableView | null): number {
  return table === null ? 1 : 2 + table.rows.length;
}

/** How many workers have no column. */
export function columnsHidden(table: GradientTableView | null, columns: number): number {
  return table === null ? 0 : table.workers.length - chooseColumns(table, columns).shown;
}

/** How many workers get a column, and how wide it is. The others are counted in a narrow one. */
function chooseColumns(table: GradientTableView, columns: number) {
  const workers = table.workers.length;
  const isLong = columns >= longNamesColumns;
  const names = table.rows.map(({ name, short }) => saidText(isLong ? name : short));
  const nameWidth = Math.max("samples".length, ...names.map(displayWidth));
  const room = columns - nameWidth - averageWidth - 2;
  const fitsAll = workers * columnWidthMin <= room;
  const free = fitsAll ? room : Math.max(0, room - hiddenWidth);
  const shown = fitsAll ? workers : Math.floor(free / columnWidthMin);
  const width = Math.min(columnWidthMax, Math.floor(free / Math.max(1, shown)));
  const hidden = room < hiddenWidth ? 0 : workers - shown;
  return { shown, hidden, width, names, nameWidth };
}

/** Right-aligned with a space before it, so that two names never touch. */
function cell(text: string, width: number): string {
  return ` ${fit(shorten(text, width - 1), width - 1, "right")}`;
}

/** Keeps a name's end, because machines are called lab-pc-01, lab-pc-02 … */
function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = Array.from(text);
  let tail = "";
  while (displayWidth(tail) < tailWidth) tail = (characters.pop() ?? " ") + tail;
  return fit(text, width - displayWidth(tail)).trimEnd() + tail;
}

function signed(value: number | null, width: number, style: Style): string {
  if (value === null) return style.dim(cell("–", width));
  const text = cell(gradient(value), width);
  if (value === 0) return style.dim(text);
  return value < 0 ? style.negative(text) : style.positive(text);
}
