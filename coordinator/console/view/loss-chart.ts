/**
 * @file The loss against the step: the training curve as a braille line, the test loss as marks on it. The vertical
 * axis is logarithmic if the values span a wide range, so that the end of a run is not a flat line.
 */
import type { RunView } from "../../run/view.ts";
import { BrailleCanvas, cellOf } from "./braille.ts";
import { integer } from "./figures.ts";
import type { Style } from "./style.ts";
import { fit } from "./text.ts";

/** Cells for a label of the vertical axis and for the axis itself. */
const labelWidth = 7;
/** The axis is logarithmic if the largest value is at least this many times the smallest. */
const logarithmicFrom = 8;
/** Minimum distance of two test marks in cells, so that the training curve shows between them. */
const markSpacing = 3;

interface Point {
  readonly step: number;
  readonly loss: number;
}

/** Maps points to dots on the canvas. */
interface Scale {
  readonly x: (step: number) => number;
  readonly y: (loss: number) => number;
  /** The loss at a fraction of the height from the bottom. */
  readonly lossAt: (fraction: number) => number;
}

/** The legend of the chart's colours and marks, for its title. */
export function lossLegend(style: Style): string {
  return `${style.accent("⣀⡠⠔")} train  ${style.test("●")} test`;
}

/**
 * The chart in exactly `rows` lines, the last of which is the horizontal axis.
 *
 * @param size - In cells. Below 12 × 3, all lines are blank.
 */
export function lossChart(
  run: Pick<RunView, "trainCurve" | "testCurve"> | null,
  size: { readonly columns: number; readonly rows: number },
  style: Style,
): string[] {
  const train = (run?.trainCurve ?? []).filter(isFinitePoint);
  const test = (run?.testCurve ?? [])
    .map((point) => ({ step: point.step, loss: point.loss }))
    .filter(isFinitePoint);
  const plotColumns = size.columns - labelWidth;
  const plotRows = size.rows - 1;
  if (plotColumns < 5 || plotRows < 2) return Array.from({ length: size.rows }, () => "");
  if (train.length + test.length === 0) return emptyChart(size, style);

  const canvas = new BrailleCanvas(plotColumns, plotRows);
  const scale = scaleOf([...train, ...test], canvas);
  drawCurve(canvas, train, scale);
  const marks = testMarks(test, scale);
  const lines = Array.from({ length: plotRows }, (_, row) => {
    const label = axisLabel(row, plotRows, scale);
    return `${style.dim(`${label}│`)}${plotRow(canvas.row(row), marks.get(row), style)}`;
  });
  const lastStep = Math.max(...[...train, ...test].map((point) => point.step));
  return [...lines, horizontalAxis(lastStep, plotColumns, style)];
}

function isFinitePoint(point: Point): boolean {
  return Number.isFinite(point.loss) && Number.isFinite(point.step);
}

function emptyChart(size: { columns: number; rows: number }, style: Style): string[] {
  const message = style.dim("no steps yet");
  const middle = Math.floor((size.rows - 1) / 2);
  return Array.from({ length: size.rows }, (_, row) =>
    row === middle ? fit(`  ${message}`, size.columns) : "",
  );
}

/** The lowest loss is at the bottom dot, the highest at the top; step 0 is on the left, the last step on the right. */
function scaleOf(points: readonly Point[], canvas: BrailleCanvas): Scale {
  const losses = points.map((point) => point.loss);
  const low = Math.min(...losses);
  const high = Math.max(...losses);
  const logarithmic = low > 0 && high / low > logarithmicFrom;
  const bend = logarithmic ? Math.log : (value: number) => value;
  const unbend = logarithmic ? Math.exp : (value: number) => value;
  const bottom = bend(low);
  const span = bend(high) - bottom || 1;
  const lastStep = Math.max(1, ...points.map((point) => point.step));
  return {
    x: (step) => Math.round((step / lastStep) * (canvas.width - 1)),
    y: (loss) => Math.round((1 - (bend(loss) - bottom) / span) * (canvas.height - 1)),
    lossAt: (fraction) => unbend(bottom + fraction * span),
  };
}

function drawCurve(canvas: BrailleCanvas, points: readonly Point[], scale: Scale): void {
  let previous = points[0];
  for (const point of points) {
    const from = previous ?? point;
    canvas.line(scale.x(from.step), scale.y(from.loss), scale.x(point.step), scale.y(point.loss));
    previous = point;
  }
}

/** Columns of the marks per row. If two are too close, the newer one stays. */
function testMarks(points: readonly Point[], scale: Scale): Map<number, Set<number>> {
  const marks = new Map<number, Set<number>>();
  let nextColumn = Number.POSITIVE_INFINITY;
  for (const point of points.toReversed()) {
    const { column, row } = cellOf({ x: scale.x(point.step), y: scale.y(point.loss) });
    if (column > nextColumn - markSpacing) continue;
    nextColumn = column;
    marks.set(row, (marks.get(row) ?? new Set()).add(column));
  }
  return marks;
}

/** A row's cells in the colours of their curves. A mark hides the cell below it. */
function plotRow(cells: string, marks: ReadonlySet<number> | undefined, style: Style): string {
  if (marks === undefined) return style.accent(cells);
  let line = "";
  let start = 0;
  for (const column of [...marks].toSorted((a, b) => a - b)) {
    line += style.accent(cells.slice(start, column)) + style.test("●");
    start = column + 1;
  }
  return line + style.accent(cells.slice(start));
}

function axisLabel(row: number, rows: number, scale: Scale): string {
  const isLabelled = row === 0 || row === rows - 1 || (rows >= 5 && row === Math.floor(rows / 2));
  const text = isLabelled ? shortLoss(scale.lossAt(1 - row / (rows - 1))) : "";
  return fit(text, labelWidth - 1, "right");
}

function horizontalAxis(lastStep: number, columns: number, style: Style): string {
  const label = ` step ${integer(lastStep)}`;
  const line = "─".repeat(Math.max(0, columns - label.length));
  return style.dim(fit(`${" ".repeat(labelWidth - 1)}└${line}${label}`, labelWidth + columns));
}

/** At most six cells. */
function shortLoss(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 10_000)) return value.toExponential(0);
  return value.toFixed(size < 10 ? 3 : 1);
}
