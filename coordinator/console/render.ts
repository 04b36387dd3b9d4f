/**
 * @file The live console's screen as a pure function: a view and what the keys have chosen in, lines out. Every line
 * is exactly as wide as the terminal, so that drawing one replaces the one before it.
 */
import type { CoordinatorView } from "../view.ts";
import { integer, stopwatch } from "./figures.ts";
import { headLines } from "./head.ts";
import { lossChart, lossLegend } from "./loss-chart.ts";
import { promedioTable } from "./promedio-table.ts";
import { qrCode } from "./qr-code.ts";
import { createStyle, type Style } from "./style.ts";
import { beside, displayWidth, fit } from "./text.ts";
import { workerTable, workerTableRows } from "./worker-table.ts";

/** What fills the screen below the head; the keys go through them in this order. */
export const panels = ["overview", "loss", "workers", "promedio", "log"] as const;
export type Panel = (typeof panels)[number];

/** An event as the log shows it. */
export interface LogEntry {
  /** Since the console opened. */
  readonly seconds: number;
  readonly text: string;
}

/** What is shown and how, apart from the view itself. */
export interface ScreenState {
  /** Cells; at least 1. */
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly panel: Panel;
  /** `auto`: beside the head where the terminal is large. `shown`: in place of the panel if it must. */
  readonly qr: "auto" | "shown" | "hidden";
  readonly help: boolean;
  /** Keys are read, so the footer may name them. */
  readonly keys: boolean;
  /** In the footer instead of the keys, such as a question to confirm. */
  readonly notice: string | null;
  /** Oldest first. */
  readonly log: readonly LogEntry[];
}

/** Size and style, handed down together. */
interface Area {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
}

/** Below this width chart and table stand one above the other. */
const sideBySideColumns = 76;
/** Of the columns: a curve needs fewer of them than a table with a column for each worker. */
const chartFraction = 0.36;
/** The promedio table with its title: six parameters and a header. */
const promedioRows = 8;
const chartRowsMax = 18;
/** What the panels need below the head and the QR code beside it, for the code to show by itself. */
const rowsBelowQr = 20;
/** The head next to the QR code stays readable with this many columns. */
const columnsBesideQr = 72;

/** The screen in exactly `rows` lines of exactly `columns` cells. */
export function render(view: CoordinatorView, state: ScreenState): string[] {
  const style = createStyle(state.color);
  const footer = state.rows >= 8 || state.notice !== null ? [footerLine(view, state, style)] : [];
  const area: Area = { columns: state.columns, rows: state.rows - footer.length, style };
  const lines = screenLines(view, state, area).slice(0, area.rows);
  while (lines.length < area.rows) lines.push("");
  return [...lines, ...footer].map((line) => fit(line, state.columns));
}

function screenLines(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  const head = headLines(view, area.columns, area.style);
  if (state.help) return [...head, ...helpLines(area)];
  if (isQrBeside(view, state)) return overviewWithQr(view, state, area);
  if (state.qr === "shown") return qrPanel(view, area);
  const body = { ...area, rows: area.rows - head.length };
  return body.rows < 3 ? head : [...head, ...panelLines(view, state, body)];
}

/** Whether the QR code is on the screen: what the key that toggles it has to know. */
export function showsQrCode(view: CoordinatorView, state: ScreenState): boolean {
  return state.qr === "shown" || isQrBeside(view, state);
}

function isQrBeside({ joinUrl }: CoordinatorView, state: ScreenState): boolean {
  if (state.qr === "hidden" || state.panel !== "overview" || joinUrl === "") return false;
  const qr = qrCode(joinUrl, createStyle(state.color));
  const columns = displayWidth(qr[0] ?? "") + 2 + columnsBesideQr;
  return state.columns >= columns && state.rows >= qr.length + rowsBelowQr;
}

function panelLines(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  switch (state.panel) {
    case "overview":
      return overview(view, state, area);
    case "loss":
      return lossPanel(view, area);
    case "workers":
      return workersPanel(view, area);
    case "promedio":
      return promedioPanel(view, area);
    case "log":
      return logPanel(state, area);
    default:
      return state.panel satisfies never;
  }
}

/** Chart and promedio side by side, workers and log below; in few lines the workers alone. */
function overview(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  if (area.rows < promedioRows + 3) return workersPanel(view, area);
  const workersRows = workerTableRows(Math.max(1, view.workers.length)) + 1;
  const logRows = clamp(area.rows - promedioRows - 6, 0, 4);
  const rows = clamp(area.rows - workersRows - logRows, promedioRows, chartRowsMax);
  if (area.columns < sideBySideColumns) {
    const below = { ...area, rows: area.rows - rows };
    return [...lossPanel(view, { ...area, rows }), ...workersAndLog(view, state, below)];
  }
  const left = Math.floor((area.columns - 2) * chartFraction);
  const right = { ...area, columns: area.columns - 2 - left, rows };
  const chart = lossPanel(view, { ...area, columns: left, rows });
  const upper = beside(chart, left, promedioPanel(view, right).slice(0, rows), right.columns);
  return [...upper, ...workersAndLog(view, state, { ...area, rows: area.rows - rows })];
}

function overviewWithQr(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  const qr = qrCode(view.joinUrl, area.style);
  const qrColumns = displayWidth(qr[0] ?? "");
  const columns = area.columns - qrColumns - 2;
  const head = headLines(view, columns, area.style);
  const chart = lossPanel(view, { ...area, columns, rows: qr.length - head.length });
  const band = beside([...head, ...chart], columns, qr, qrColumns);
  const promedio = promedioPanel(view, area).slice(0, promedioRows);
  const rows = area.rows - band.length - promedio.length;
  return [...band, ...promedio, ...workersAndLog(view, state, { ...area, rows })];
}

/** The workers get what they need, but leave the log two lines if they can; the log gets the rest. */
function workersAndLog(view: CoordinatorView, state: ScreenState, area: Area): string[] {
  const wanted = workerTableRows(Math.max(1, view.workers.length)) + 1;
  const logMin = area.rows >= 16 ? 4 : clamp(area.rows - 5, 0, 3);
  const workers = workersPanel(view, { ...area, rows: Math.min(wanted, area.rows - logMin) });
  const rows = area.rows - workers.length;
  return rows < 2 ? workers : [...workers, ...logPanel(state, { ...area, rows })];
}

function lossPanel({ run }: CoordinatorView, { columns, rows, style }: Area): string[] {
  const title = rule("loss", columns, style, lossLegend(style));
  return [title, ...lossChart(run, { columns, rows: rows - 1 }, style)];
}

function promedioPanel({ run }: CoordinatorView, { columns, style }: Area): string[] {
  const table = run?.promedio ?? null;
  const step = table === null ? "" : ` of step ${integer(table.step)}`;
  const title = rule("promedio", columns, style, style.dim(`mean gradients${step}`));
  return [title, ...promedioTable(table, columns, style)];
}

function workersPanel({ workers }: CoordinatorView, { columns, rows, style }: Area): string[] {
  const present = workers.filter((worker) => worker.state !== "gone").length;
  const title = rule(`workers ${present}`, columns, style);
  return [title, ...workerTable(workers, { columns, rows: rows - 1 }, style)];
}

function logPanel({ log }: ScreenState, { columns, rows, style }: Area): string[] {
  const entries = log.slice(-Math.max(1, rows - 1));
  const lines = entries.map((entry) => `${style.dim(stopwatch(entry.seconds))} ${entry.text}`);
  return [rule("log", columns, style), ...lines];
}

/** The code in place of everything else, with the URL for those without a camera. */
function qrPanel({ joinUrl }: CoordinatorView, { columns, rows, style }: Area): string[] {
  const url = ` ${style.dim("join")} ${style.accent(joinUrl)}`;
  if (joinUrl === "") return [style.dim(" there is no join URL yet")];
  const qr = qrCode(joinUrl, style);
  const width = displayWidth(qr[0] ?? "");
  if (width > columns || qr.length + 1 > rows) {
    const needed = `${width} × ${qr.length + 2}`;
    return [url, "", style.warn(` the QR code needs a terminal of at least ${needed}`)];
  }
  const margin = " ".repeat(Math.floor((columns - width) / 2));
  return [url, ...qr.map((line) => margin + line)];
}

const helpText: readonly (readonly [key: string, meaning: string])[] = [
  ["p", "pause the run, and go on"],
  ["s s", "stop the run: it is saved and can be resumed"],
  ["tab c", "next panel: overview, loss, workers, promedio, log"],
  ["q", "show or hide the QR code of the join URL"],
  ["?", "this help"],
  ["Ctrl-C", "end the coordinator"],
];

function helpLines({ columns, style }: Area): string[] {
  const lines = helpText.map(([key, meaning]) => `  ${style.bold(fit(key, 8))} ${meaning}`);
  const notes = [
    "  promedio: each worker's mean gradient for six of the parameters, and the",
    "  average of them all, which moves the parameters",
  ];
  return [rule("help", columns, style), ...lines, "", ...notes.map(style.dim)];
}

function footerLine({ run }: CoordinatorView, state: ScreenState, style: Style): string {
  if (state.notice !== null) return style.warn(state.notice);
  if (!state.keys) return style.dim("Ctrl-C ends the coordinator");
  const key = (name: string, meaning: string) => `${style.bold(name)} ${style.dim(meaning)}`;
  return [
    key("p", run?.phase === "paused" ? "go on" : "pause"),
    key("s", "stop"),
    key("tab", "panels"),
    key("q", "QR code"),
    key("?", "help"),
    key("Ctrl-C", "end"),
  ].join("   ");
}

/** A thin line with a title on its left and, where it fits, a note on its right. */
function rule(title: string, columns: number, style: Style, note = ""): string {
  const start = `${style.dim("──")} ${style.bold(title)} `;
  const end = note === "" ? "" : ` ${note} ${style.dim("──")}`;
  const line = columns - displayWidth(start) - displayWidth(end);
  if (line >= 1) return start + style.dim("─".repeat(line)) + end;
  return start + style.dim("─".repeat(Math.max(0, columns - displayWidth(start))));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
