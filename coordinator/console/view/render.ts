/**
 * @file The live console's screen as a pure function: from a view and the state of the keys to lines. Every line is
 * exactly as wide as the terminal, so that drawing it replaces the previous one.
 */
import type { CoordinatorView } from "../../run/view.ts";
import { saidText } from "./event-line.ts";
import { integer, stopwatch } from "./figures.ts";
import { columnsHidden, promedioTable, promedioTableRows } from "./gradient-table.ts";
import { headLines, joinText, hasEnded } from "./head.ts";
import { helpLines, keysLine } from "./help.ts";
import { type Band, clamp, gutter, layout, type Panel, type PanelSize } from "./layout.ts";
import { lossChart, lossLegend } from "./loss-chart.ts";
import { qrCode } from "./qr-code.ts";
import { createStyle, type Style } from "./style.ts";
import { beside, displayWidth, fit } from "./text.ts";
import { workersHidden, workerTable, workerTableRows } from "./worker-table.ts";

/** An entry of the log. */
export interface LogEntry {
  /** Since the console opened. */
  readonly seconds: number;
  readonly text: string;
}

/** How far the tables are scrolled. */
export interface Scroll {
  /** Workers above the first visible row of the table of workers. */
  readonly rows: number;
  /** Workers to the left of the first visible column of the promedio table. */
  readonly columns: number;
}

/** What is shown and how, in addition to the view. */
export interface ScreenState {
  /** In cells; at least 1. */
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly panel: Panel;
  /** Values beyond the limits count as the limits. */
  readonly scroll: Scroll;
  /** `auto`: beside the head if the terminal is large. `shown`: if necessary, instead of the panel. */
  readonly qr: "auto" | "shown" | "hidden";
  readonly help: boolean;
  /** Whether keys are read, so that the footer may name them. */
  readonly keys: boolean;
  /** Replaces the keys in the footer, for example with a question. */
  readonly notice: string | null;
  /** Oldest first. */
  readonly log: readonly LogEntry[];
}

/** Size and style, passed together. */
interface Area {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
}

/** Rows that the panels need below the head and the QR code; with fewer, the code is not shown by default. */
const rowsBelowQr = 20;
/** The head beside the QR code is readable with at least this many columns. */
const columnsBesideQr = 72;

/** The screen in exactly `rows` lines of exactly `columns` cells. */
export function render(view: CoordinatorView, state: ScreenState): string[] {
  const style = createStyle(state.color);
  const bands = bandsOf(view, state);
  const limits = scrollLimits(view, bands);
  const scrolled = { ...state, scroll: within(state.scroll, limits) };
  const footer = hasFooter(state) ? [footerLine(view, state, limits, style)] : [];
  const area: Area = { columns: state.columns, rows: state.rows - footer.length, style };
  const lines = screenLines(view, scrolled, area, bands).slice(0, area.rows);
  while (lines.length < area.rows) lines.push("");
  return [...lines, ...footer].map((line) => fit(line, state.columns));
}

/** The scroll position after a key, limited to what there is to see. */
export function scrollBy(view: CoordinatorView, state: ScreenState, by: Scroll): Scroll {
  const limits = scrollLimits(view, bandsOf(view, state));
  const { rows, columns } = state.scroll;
  return {
    rows: moved(rows, by.rows, limits.rows),
    columns: moved(columns, by.columns, limits.columns),
  };
}

/** A table that cannot be scrolled now, for example because it is on another panel, keeps its position until it can. */
function moved(from: number, by: number, limit: number): number {
  return limit === 0 ? from : clamp(Math.min(from, limit) + by, 0, limit);
}

function hasFooter({ rows, notice }: ScreenState): boolean {
  return rows >= 8 || notice !== null;
}

function screenLines(
  view: CoordinatorView,
  state: ScreenState,
  area: Area,
  bands: readonly Band[],
): string[] {
  if (state.help) return [...headLines(view, area.columns, area.style), ...helpPanel(view, area)];
  if (isQrAlone(view, state)) return qrPanel(view, area);
  return [...topLines(view, state, area), ...bands.flatMap((band) => bandLines(view, state, band))];
}

/** The bands below the head; none if the help or the QR code takes their place, or there is no room. */
function bandsOf(view: CoordinatorView, state: ScreenState): Band[] {
  if (state.help || isQrAlone(view, state)) return [];
  const isLossAbove = isQrBeside(view, state);
  const style = createStyle(state.color);
  const area = { ...state, rows: state.rows - Number(hasFooter(state)), style };
  const { columns } = area;
  const rows = area.rows - topLines(view, state, area).length;
  if (rows < 3) return [];
  return layout(state.panel, {
    columns,
    rows,
    workersRows: (rowsMax) => workerTableRows(view.workers, { columns, rows: rowsMax }),
    promedioRows: promedioTableRows(view.run?.promedio ?? null),
    isLossAbove,
  });
}

/** How far the tables on the screen can be scrolled: 0 if everything is visible. */
function scrollLimits({ workers, run }: CoordinatorView, bands: readonly Band[]): Scroll {
  const places = bands.flat();
  const list = places.find(({ panel }) => panel === "workers");
  const table = places.find(({ panel }) => panel === "promedio");
  return {
    rows: list === undefined ? 0 : workersHidden(workers, belowTitle(list)),
    columns: table === undefined ? 0 : columnsHidden(run?.promedio ?? null, table.columns),
  };
}

function within({ rows, columns }: Scroll, limits: Scroll): Scroll {
  return { rows: clamp(rows, 0, limits.rows), columns: clamp(columns, 0, limits.columns) };
}

function belowTitle({ columns, rows }: Pick<Area, "columns" | "rows">) {
  return { columns, rows: rows - 1 };
}

/** The head and, if the QR code is beside it, also the loss. */
function topLines(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  if (!isQrBeside(view, state)) return headLines(view, area.columns, area.style);
  const qr = qrCode(view.joinUrl, area.style);
  const qrColumns = displayWidth(qr[0] ?? "");
  const columns = area.columns - qrColumns - gutter;
  const head = headLines(view, columns, area.style);
  const chart = lossPanel(view, { ...area, columns, rows: qr.length - head.length });
  return beside([...head, ...chart], columns, qr, qrColumns);
}

/** Whether the QR code is visible. The key that toggles it must know. */
export function showsQrCode(view: CoordinatorView, state: ScreenState): boolean {
  return state.qr === "shown" || isQrBeside(view, state);
}

/** Whether the code replaces the panel. */
function isQrAlone(view: CoordinatorView, state: ScreenState): boolean {
  return state.qr === "shown" && !isQrBeside(view, state);
}

function isQrBeside({ joinUrl }: CoordinatorView, state: ScreenState): boolean {
  if (state.qr === "hidden" || state.panel !== "overview" || joinUrl === "") return false;
  const qr = qrCode(joinUrl, createStyle(state.color));
  const columns = displayWidth(qr[0] ?? "") + gutter + columnsBesideQr;
  return state.columns >= columns && state.rows >= qr.length + rowsBelowQr;
}

/** One panel, or two side by side, in exactly the band's rows. */
function bandLines(view: CoordinatorView, state: ScreenState, [left, right]: Band): string[] {
  if (left === undefined) return [];
  const lines = panelLines(view, state, left);
  const band =
    right === undefined
      ? lines
      : beside(lines, left.columns, panelLines(view, state, right), right.columns);
  return Array.from({ length: left.rows }, (_, row) => band[row] ?? "");
}

function panelLines(view: CoordinatorView, state: ScreenState, place: PanelSize): string[] {
  const area = { ...place, style: createStyle(state.color) };
  switch (place.panel) {
    case "loss":
      return lossPanel(view, area);
    case "workers":
      return workersPanel(view, state.scroll, area);
    case "promedio":
      return promedioPanel(view, state.scroll, area);
    case "log":
      return logPanel(state, area);
    default:
      return place.panel satisfies never;
  }
}

function lossPanel({ run }: CoordinatorView, { columns, rows, style }: Area): string[] {
  const title = rule("loss", columns, style, lossLegend(style));
  return [title, ...lossChart(run, { columns, rows: rows - 1 }, style)];
}

function promedioPanel({ run }: CoordinatorView, scroll: Scroll, { columns, style }: Area) {
  const table = run?.promedio ?? null;
  const step = table === null ? "" : ` of step ${integer(table.step)}`;
  const notes = [`mean gradients${step}, averaged over all samples`, `mean gradients${step}`];
  const room = columns - displayWidth("── promedio  ─  ──");
  const note = notes.find((text) => displayWidth(text) <= room) ?? "";
  const title = rule("promedio", columns, style, style.dim(note));
  const idle = run === null || run.idle === null ? [] : [style.warn(saidText(run.idle))];
  return [title, ...promedioTable(table, { columns, first: scroll.columns }, style), ...idle];
}

function workersPanel({ workers }: CoordinatorView, scroll: Scroll, area: Area): string[] {
  const { columns, style } = area;
  const present = workers.filter((worker) => worker.state !== "gone").length;
  const title = rule(`workers ${present}`, columns, style);
  const size = { ...belowTitle(area), first: scroll.rows };
  return [title, ...workerTable(workers, size, style)];
}

function logPanel({ log }: ScreenState, { columns, rows, style }: Area): string[] {
  const entries = log.slice(-Math.max(1, rows - 1));
  const lines = entries.map((entry) => `${style.dim(stopwatch(entry.seconds))} ${entry.text}`);
  return [rule("log", columns, style), ...lines];
}

/** The code alone, with the URL for people without a camera. */
function qrPanel(view: CoordinatorView, { columns, rows, style }: Area): string[] {
  const { joinUrl } = view;
  if (joinUrl === "") return [style.dim(" there is no join URL yet")];
  const join = ` ${joinText(view, style)}`;
  const qr = qrCode(joinUrl, style);
  const width = displayWidth(qr[0] ?? "");
  if (width > columns || qr.length + 1 > rows) {
    const needed = `${width} × ${qr.length + 2}`;
    const warning = style.warn(` the QR code needs a terminal of at least ${needed}`);
    return [join, "", warning];
  }
  const margin = " ".repeat(Math.floor((columns - width) / 2));
  return [join, ...qr.map((line) => margin + line)];
}

function helpPanel(view: CoordinatorView, { columns, style }: Area): string[] {
  return [rule("help", columns, style), ...helpLines(view, columns, style)];
}

function footerLine(
  { run }: CoordinatorView,
  state: ScreenState,
  limits: Scroll,
  style: Style,
): string {
  if (state.notice !== null) return style.warn(state.notice);
  if (!state.keys) return style.dim("Ctrl-C ends the coordinator");
  const resume = run?.phase === "paused" || run?.phase === "stopped";
  const stop = run !== null && !hasEnded(run.phase);
  return keysLine(
    {
      pause: resume || stop,
      resume,
      stop,
      scrollRows: limits.rows > 0,
      scrollColumns: limits.columns > 0,
    },
    style,
  );
}

/** A thin line with a title on the left and, if it fits, a note on the right. */
function rule(title: string, columns: number, style: Style, note = ""): string {
  const start = `${style.dim("──")} ${style.bold(title)} `;
  const end = note === "" ? "" : ` ${note} ${style.dim("──")}`;
  const line = columns - displayWidth(start) - displayWidth(end);
  if (line >= 1) return start + style.dim("─".repeat(line)) + end;
  return start + style.dim("─".repeat(Math.max(0, columns - displayWidth(start))));
}
