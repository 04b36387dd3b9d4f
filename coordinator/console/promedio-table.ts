/**
 * @file The promedio table: one row a parameter, one column a worker with its mean gradient, the last column their
 * average. Coloured by sign; the sign is also written, so nothing hangs on the colour.
 */
import type { PromedioTable } from "../view.ts";
import { gradient, parameterName } from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText, displayWidth, fit } from "./text.ts";

/** The longest gradient, `−3.12e-5`, and a space. */
const columnWidthMin = 9;
/** Wide enough for most names; wider columns only pull the numbers apart. */
const columnWidthMax = 16;
/** The last column without its ` │`. */
const averageWidth = 9;
/** The column that stands for the workers without one: `+49`. */
const hiddenWidth = 5;

/** Cells at the end of a name that stay when it is cut. */
const tailWidth = 2;

/** The table's header and rows, as many workers as fit; without a table one line that says so. */
export function promedioTable(
  table: PromedioTable | null,
  columns: number,
  style: Style,
): string[] {
  if (table === null || table.rows.length === 0) {
    return [style.dim("  one column per worker, and the average")];
  }
  const names = table.rows.map((row) => parameterName(row.parameter));
  const nameWidth = Math.max(...names.map(displayWidth));
  const room = columns - nameWidth - averageWidth - 2;
  const { shown, hidden, width } = chooseColumns(table.workers.length, room);
  const header = [
    fit("", nameWidth),
    ...table.workers.slice(0, shown).map((name) => cell(cleanText(name, "unnamed"), width)),
    hidden > 0 ? cell(`+${hidden}`, hiddenWidth) : "",
    ` │${cell("average", averageWidth)}`,
  ].join("");
  const rows = table.rows.map((row, index) =>
    [
      fit(names[index] ?? "", nameWidth),
      ...row.gradients.slice(0, shown).map((value) => signed(value, width, style)),
      hidden > 0 ? style.dim(cell("…", hiddenWidth)) : "",
      ` ${style.dim("│")}${style.bold(signed(row.average, averageWidth, style))}`,
    ].join(""),
  );
  return [style.dim(header), ...rows];
}

/** How many workers get a column of their own, and how wide; the others are counted in a narrow one. */
function chooseColumns(workers: number, room: number) {
  const fitsAll = workers * columnWidthMin <= room;
  const free = fitsAll ? room : Math.max(0, room - hiddenWidth);
  const shown = fitsAll ? workers : Math.floor(free / columnWidthMin);
  const width = Math.min(columnWidthMax, Math.floor(free / Math.max(1, shown)));
  const hidden = room < hiddenWidth ? 0 : workers - shown;
  return { shown, hidden, width };
}

/** Right-aligned with a space before it, so that two names never touch. */
function cell(text: string, width: number): string {
  return ` ${fit(shorten(text, width - 1), width - 1, "right")}`;
}

/** Keeps a name's end, for machines are called lab-pc-01, lab-pc-02 … */
function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = Array.from(text);
  let tail = "";
  while (displayWidth(tail) < tailWidth) tail = (characters.pop() ?? " ") + tail;
  return fit(text, width - displayWidth(tail)).trimEnd() + tail;
}

function signed(value: number, width: number, style: Style): string {
  const text = cell(gradient(value), width);
  if (value === 0) return style.dim(text);
  return value < 0 ? style.negative(text) : style.positive(text);
}
