/**
 * @file The workers, one row each, the largest share first, and below a relay the relays that are connected to it. Those
 * that don't fit are counted and summed up in a last row, so that sixty workers can be read in ten lines.
 */
import type { CrewBranch, WorkerView } from "../../run/view.ts";
import { smallBar } from "./bars.ts";
import { compact, integer, percent, unknownFigure } from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText, displayWidth, fit } from "./text.ts";

/** Each of two tables side by side needs this much room. */
const tableWidthMin = 74;
const nameWidthMax = 24;
const agentWidthMax = 30;

/** A worker, or a relay below one. */
type Row = WorkerView | CrewBranch;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: "left" | "right";
  readonly cell: (worker: WorkerView) => string;
  /** Of a relay below a relay; by default empty. */
  readonly branch?: (branch: CrewBranch) => string;
}

/** Size of a table in cells. */
interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The table in at most `rows` lines. If one table is too short for all workers and there is room, it is split into
 * two halves side by side.
 *
 * @param size - In cells; `first` is the number of workers hidden above, at most `workersHidden`.
 */
export function workerTable(
  workers: readonly WorkerView[],
  size: Size & { readonly first: number },
  style: Style,
): string[] {
  if (size.rows < 1) return [];
  if (workers.length === 0)
    return [style.dim("  no workers yet: open the join URL on any machine")];
  const sorted = workers
    .toSorted(byShare)
    .flatMap((worker): Row[] => [worker, ...(worker.crew?.branches ?? [])]);
  const { tables, shown } = pageOf(sorted.length, size);
  const width = Math.floor((size.columns - (tables - 1) * 3) / tables);
  const columns = columnsOf(workers, width, style);
  const header = style.dim(columns.map((column) => cellOf(column, column.title)).join(" "));
  const rows = bodyRows(sorted, columns, { first: size.first, shown, style });
  if (tables === 1) return [header, ...rows].slice(0, size.rows);
  const half = Math.ceil(rows.length / 2);
  return [header, ...rows.slice(0, half)].map((line, row) => {
    const right = row === 0 ? header : (rows[half + row - 1] ?? "");
    return `${fit(line, width)} ${style.dim("│")} ${right}`;
  });
}

/** How many rows all workers take, with the relays below relays. */
function rowCount(workers: readonly WorkerView[]): number {
  return workers.reduce((sum, { crew }) => sum + 1 + (crew?.branches.length ?? 0), 0);
}

/** How many of the available lines the table needs. Without workers it still keeps one row. */
export function workerTableRows(workers: readonly WorkerView[], size: Size): number {
  const rows = rowCount(workers);
  const { tables, shown } = pageOf(rows, size);
  const body = shown < rows ? shown + 1 : Math.max(1, rows);
  return Math.min(size.rows, 1 + Math.ceil(body / tables));
}

/** How many rows are not shown. */
export function workersHidden(workers: readonly WorkerView[], size: Size): number {
  const rows = rowCount(workers);
  return rows - pageOf(rows, size).shown;
}

/** How many tables there are side by side, and how many workers they show. The hidden ones need a row too. */
function pageOf(wanted: number, { columns, rows }: Size): { tables: 1 | 2; shown: number } {
  const tables = wanted > rows - 1 && columns >= 2 * tableWidthMin + 3 ? 2 : 1;
  const places = (rows - 1) * tables;
  return { tables, shown: wanted <= places ? wanted : Math.max(0, places - 1) };
}

/**
 * By share. Workers within a tenth of each other are ordered by name, so that equally fast ones don't change places
 * ten times per second. Those that left come last.
 */
function byShare(a: WorkerView, b: WorkerView): number {
  const gone = Number(a.state === "gone") - Number(b.state === "gone");
  if (gone !== 0) return gone;
  const share = shareClass(b.share) - shareClass(a.share);
  return share || compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** Eight classes per doubling. Workers without a share have a class below all others. */
function shareClass(share: number): number {
  return share > 1e-9 ? Math.round(8 * Math.log2(share)) : -1000;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function bodyRows(
  sorted: readonly Row[],
  columns: readonly Column[],
  { first, shown, style }: { first: number; shown: number; style: Style },
): string[] {
  const lines = sorted.slice(first, first + shown).map((worker) => {
    if ("depth" in worker) {
      const cells = columns.map((column) => cellOf(column, column.branch?.(worker) ?? ""));
      return style.dim(cells.join(" "));
    }
    const line = columns.map((column) => cellOf(column, column.cell(worker))).join(" ");
    return worker.state === "gone" ? style.dim(line) : line;
  });
  const above = sorted.slice(0, first);
  const below = sorted.slice(first + shown);
  return above.length + below.length === 0 ? lines : [...lines, hiddenRow(above, below, style)];
}

/** Always the last row, however far the table is scrolled, so that nothing jumps. */
function hiddenRow(above: readonly Row[], below: readonly Row[], style: Style): string {
  const hidden = [...above, ...below].flatMap((row) => ("depth" in row ? [] : [row]));
  const share = hidden.reduce((sum, worker) => sum + worker.share, 0);
  const speed = hidden.reduce((sum, worker) => sum + worker.samplesPerSecond, 0);
  const places = [
    ...(above.length > 0 ? [`${integer(above.length)} above`] : []),
    ...(below.length > 0 ? [`${integer(below.length)} more`] : []),
  ].join(" and ");
  const start = above.length > 0 ? "…" : "… and";
  return style.dim(
    `${start} ${places}: ${percent(share, 1)} of the samples, ${compact(speed)} samples/s`,
  );
}

/** The columns that fit, chosen by their value to a reader. */
function columnsOf(workers: readonly WorkerView[], width: number, style: Style): Column[] {
  const largest = Math.max(...workers.map((worker) => worker.share));
  const fixed = fixedColumns(largest, style);
  const nameMin = 12;
  while (fixed.length > 1 && rowWidth(fixed) + nameMin > width) fixed.splice(leastWanted(fixed), 1);
  const room = width - rowWidth(fixed);
  const nameWidth = Math.max(1, Math.min(nameWidthMax, room));
  const agentWidth = Math.min(agentWidthMax, room - nameWidth - 1);
  return [nameColumn(nameWidth), ...fixed, ...(agentWidth >= 12 ? [agentColumn(agentWidth)] : [])];
}

/** Titles in the order in which a narrow terminal drops them. */
const dispensable = ["ping", "blocks", "threads", "runs in", "state", "samples/s"];

function leastWanted(columns: readonly Column[]): number {
  const title = dispensable.find((candidate) => columns.some(({ title: t }) => t === candidate));
  return Math.max(
    0,
    columns.findIndex((column) => column.title === title),
  );
}

function rowWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + column.width + 1, 0);
}

function nameColumn(width: number): Column {
  return {
    title: "worker",
    width,
    align: "left",
    cell: ({ name, crew }) =>
      crew === undefined ? shownName(name) : counted({ name, ...crew }, width),
    branch: (branch) => {
      const indent = `${"  ".repeat(branch.depth - 1)}└ `;
      return indent + counted(branch, Math.max(1, width - indent.length));
    },
  };
}

function shownName(name: string): string {
  return cleanText(name, "unnamed");
}

/** A relay with how many workers are behind it, for which a long name makes room. */
function counted({ name, workers }: Omit<CrewBranch, "depth">, width: number): string {
  const shown = shownName(name);
  const count = ` › ${integer(workers)}`;
  return fit(shown, Math.min(displayWidth(shown), Math.max(1, width - count.length))) + count;
}

function agentColumn(width: number): Column {
  return { title: "agent", width, align: "left", cell: (worker) => cleanText(worker.agent) };
}

function fixedColumns(largestShare: number, style: Style): Column[] {
  const share = (worker: WorkerView) => {
    const bar = smallBar(largestShare > 0 ? worker.share / largestShare : 0, 5, style);
    // 100 % has no decimal, so that it does not touch the bar.
    return bar + fit(percent(worker.share, worker.share < 0.9995 ? 1 : 0), 7, "right");
  };
  return [
    { title: "runs in", width: 7, align: "left", cell: (worker) => worker.kind },
    { title: "threads", width: 7, align: "right", cell: (worker) => integer(worker.threads) },
    { title: "share", width: 12, align: "left", cell: share },
    { title: "samples/s", width: 9, align: "right", cell: (w) => compact(w.samplesPerSecond) },
    { title: "ping", width: 7, align: "right", cell: (w) => roundTrip(w.roundTripMs) },
    { title: "blocks", width: 8, align: "right", cell: (worker) => integer(worker.blocksDone) },
    { title: "state", width: 9, align: "left", cell: (worker) => stateCell(worker.state, style) },
  ];
}

function cellOf(column: Column, text: string): string {
  return fit(text, column.width, column.align);
}

function roundTrip(milliseconds: number | null): string {
  if (milliseconds === null) return unknownFigure;
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : integer(milliseconds)} ms`;
}

function stateCell(state: WorkerView["state"], style: Style): string {
  const marks = {
    waiting: style.dim("○"),
    loading: style.dim("◌"),
    ready: "○",
    working: style.good("●"),
    paused: style.warn("‖"),
    gone: "×",
  } as const;
  return `${marks[state]} ${state}`;
}
