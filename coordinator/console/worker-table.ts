/**
 * @file The workers, one row each, the largest share first. What doesn't fit is counted and summed up in a last row,
 * so that sixty workers can be read in ten lines.
 */
import type { WorkerView } from "../view.ts";
import { smallBar } from "./bars.ts";
import { compact, integer, percent, unknownFigure } from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText, fit } from "./text.ts";

/** Two tables side by side need this much room for each. */
const tableWidthMin = 74;
const nameWidthMax = 24;
const agentWidthMax = 30;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: "left" | "right";
  readonly cell: (worker: WorkerView) => string;
}

/**
 * The table in at most `rows` lines, in two halves side by side when one is too short and there is room.
 *
 * @param size - In cells.
 */
export function workerTable(
  workers: readonly WorkerView[],
  size: { readonly columns: number; readonly rows: number },
  style: Style,
): string[] {
  if (size.rows < 1) return [];
  if (workers.length === 0)
    return [style.dim("  no workers yet: open the join URL on any machine")];
  const sorted = workers.toSorted(byShare);
  const tables = sorted.length > size.rows - 1 && size.columns >= 2 * tableWidthMin + 3 ? 2 : 1;
  const width = Math.floor((size.columns - (tables - 1) * 3) / tables);
  const columns = columnsOf(workers, width, style);
  const header = style.dim(columns.map((column) => cellOf(column, column.title)).join(" "));
  const rows = bodyRows(sorted, columns, { rows: (size.rows - 1) * tables, style });
  if (tables === 1) return [header, ...rows];
  const half = Math.ceil(rows.length / 2);
  return [header, ...rows.slice(0, half)].map((line, row) => {
    const right = row === 0 ? header : (rows[half + row - 1] ?? "");
    return `${fit(line, width)} ${style.dim("│")} ${right}`;
  });
}

/** How many lines all workers take in one table. */
export function workerTableRows(workers: number): number {
  return workers + 1;
}

/**
 * By share, those within a tenth of each other by name, so that equally fast workers don't change places ten times a
 * second. Those that left come last.
 */
function byShare(a: WorkerView, b: WorkerView): number {
  const gone = Number(a.state === "gone") - Number(b.state === "gone");
  if (gone !== 0) return gone;
  const share = shareClass(b.share) - shareClass(a.share);
  return share || compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** Eight classes to a doubling. Workers without a share have one below all others. */
function shareClass(share: number): number {
  return share > 1e-9 ? Math.round(8 * Math.log2(share)) : -1000;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function bodyRows(
  sorted: readonly WorkerView[],
  columns: readonly Column[],
  { rows, style }: { readonly rows: number; readonly style: Style },
): string[] {
  const shown = sorted.length <= rows ? sorted.length : Math.max(0, rows - 1);
  const lines = sorted.slice(0, shown).map((worker) => {
    const line = columns.map((column) => cellOf(column, column.cell(worker))).join(" ");
    return worker.state === "gone" ? style.dim(line) : line;
  });
  const hidden = sorted.slice(shown);
  return hidden.length === 0 ? lines : [...lines, hiddenRow(hidden, style)];
}

function hiddenRow(hidden: readonly WorkerView[], style: Style): string {
  const share = hidden.reduce((sum, worker) => sum + worker.share, 0);
  const speed = hidden.reduce((sum, worker) => sum + worker.samplesPerSecond, 0);
  return style.dim(
    `… and ${integer(hidden.length)} more: ${percent(share, 1)} of the samples, ${compact(speed)} samples/s`,
  );
}

/** The columns that fit, by what they are worth to a reader. */
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

/** Titles in the order in which a narrow terminal gives them up. */
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
  return { title: "worker", width, align: "left", cell: ({ name }) => cleanText(name, "unnamed") };
}

function agentColumn(width: number): Column {
  return { title: "agent", width, align: "left", cell: (worker) => cleanText(worker.agent) };
}

function fixedColumns(largestShare: number, style: Style): Column[] {
  const share = (worker: WorkerView) => {
    const bar = smallBar(largestShare > 0 ? worker.share / largestShare : 0, 5, style);
    return bar + fit(percent(worker.share, 1), 7, "right");
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
    loading: style.dim("◌"),
    ready: "○",
    working: style.good("●"),
    paused: style.warn("‖"),
    gone: "×",
  } as const;
  return `${marks[state]} ${state}`;
}
