/**
 * @file Where each panel stands below the head: arithmetic with rows and columns, nothing drawn. The screen is drawn
 * after it, and the keys that scroll learn from it how far they may go.
 */

/** What fills the screen below the head; the keys go through them in this order. */
export const panels = ["overview", "loss", "workers", "promedio", "log"] as const;
export type Panel = (typeof panels)[number];

/** One panel's place, in cells. */
export interface Place {
  readonly panel: Exclude<Panel, "overview">;
  readonly columns: number;
  readonly rows: number;
}

/** Panels side by side; bands stand one below the other. */
export type Band = readonly Place[];

/** What there is room for, and what wants it. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
  /** Rows that the table of workers takes, with its header, of at most so many. */
  readonly workersRows: (rowsMax: number) => number;
  /** Rows of the promedio table with its header. */
  readonly promedioRows: number;
  /** The loss stands beside the QR code already. */
  readonly isLossAbove: boolean;
}

/** Cells between two panels side by side. */
export const gutter = 2;
/** Below this width chart and table stand one above the other. */
const sideBySideColumns = 76;
/** Of the columns: a curve needs fewer of them than a table with a column for each worker. */
const chartFraction = 0.36;
/** The promedio table with its title: six parameters and a header. */
const promedioRowsMax = 8;
const chartRowsMax = 18;

/** The bands of a panel, from the top. */
export function layout(panel: Panel, room: Room): Band[] {
  const { columns, rows } = room;
  if (panel !== "overview") return [[{ panel, columns, rows }]];
  if (!room.isLossAbove) return overview(room);
  const promedioRows = Math.min(promedioRowsMax, room.promedioRows + 1);
  return [
    [{ panel: "promedio", columns, rows: promedioRows }],
    ...workersAndLog({ ...room, rows: rows - promedioRows }),
  ];
}

/** Chart and promedio side by side, workers and log below; in few lines the workers alone. */
function overview(room: Room): Band[] {
  const { columns } = room;
  if (room.rows < promedioRowsMax + 3) {
    return [[{ panel: "workers", columns, rows: room.rows }]];
  }
  const logRows = clamp(room.rows - promedioRowsMax - 6, 0, 4);
  const allWorkers = room.workersRows(Number.POSITIVE_INFINITY) + 1;
  const free = room.rows - allWorkers - logRows;
  const rows = clamp(free, promedioRowsMax, chartRowsMax);
  const below = workersAndLog({ ...room, rows: room.rows - rows });
  if (columns < sideBySideColumns) return [[{ panel: "loss", columns, rows }], ...below];
  const left = Math.floor((columns - gutter) * chartFraction);
  const right = columns - gutter - left;
  const upper: Band = [
    { panel: "loss", columns: left, rows },
    { panel: "promedio", columns: right, rows },
  ];
  return [upper, ...below];
}

/** The workers get what they need, but leave the log two lines if they can; the log gets the rest. */
function workersAndLog({ columns, rows, workersRows }: Room): Band[] {
  const logMin = rows >= 16 ? 4 : clamp(rows - 5, 0, 3);
  const used = 1 + workersRows(Math.max(0, rows - logMin - 1));
  const workers: Band = [{ panel: "workers", columns, rows: used }];
  return rows - used < 2 ? [workers] : [workers, [{ panel: "log", columns, rows: rows - used }]];
}

/** @returns `value`, or the nearer end of the range. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
