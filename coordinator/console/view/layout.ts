/**
 * @file The position of each panel below the head: only arithmetic with rows and columns, no drawing. `render`
 * draws by it, and the scroll keys take their limits from it.
 */

/** The panels below the head, in the order in which the keys go through them. */
export const panels = ["overview", "loss", "workers", "promedio", "log"] as const;
export type Panel = (typeof panels)[number];

/** One panel's size in cells. */
export interface PanelSize {
  readonly panel: Exclude<Panel, "overview">;
  readonly columns: number;
  readonly rows: number;
}

/** Panels side by side. Bands are stacked vertically. */
export type Band = readonly PanelSize[];

/** The available space and what each panel needs. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
  /** Rows that the table of workers needs, including its header, if it may use at most `rowsMax`. */
  readonly workersRows: (rowsMax: number) => number;
  /** Rows of the promedio table, including its two rows of heads. */
  readonly promedioRows: number;
  /** Whether the loss is already shown beside the QR code. */
  readonly isLossAbove: boolean;
}

/** Cells between two panels side by side. */
export const gutter = 2;
/** Below this width, the chart is above the table instead of beside it. */
const sideBySideColumns = 76;
/** Of the columns: a curve needs fewer than a table with a column per worker. */
const chartFraction = 0.32;
/** The least rows of the promedio table with its title: its two rows of heads and five of its six parameters. */
const promedioRowsMin = 8;
const chartRowsMax = 18;

/** The bands of a panel, top to bottom. */
export function layout(panel: Panel, room: Room): Band[] {
  const { columns, rows } = room;
  if (panel !== "overview") return [[{ panel, columns, rows }]];
  if (!room.isLossAbove) return overview(room);
  const promedioRows = room.promedioRows + 1;
  return [
    [{ panel: "promedio", columns, rows: promedioRows }],
    ...workersAndLog({ ...room, rows: rows - promedioRows }),
  ];
}

/** Chart and promedio side by side, workers and log below. With few lines, only the workers. */
function overview(room: Room): Band[] {
  const { columns } = room;
  if (room.rows < promedioRowsMin + 3) {
    return [[{ panel: "workers", columns, rows: room.rows }]];
  }
  const logRows = clamp(room.rows - promedioRowsMin - 6, 0, 4);
  const allWorkers = room.workersRows(Number.POSITIVE_INFINITY) + 1;
  const free = room.rows - allWorkers - logRows;
  const rows = clamp(free, promedioRowsMin, chartRowsMax);
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

/** The workers get the rows they need but leave the log two lines if possible; the log gets the rest. */
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
