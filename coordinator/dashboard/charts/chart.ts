/** @file One line chart, drawn by uPlot in the page's own colours, at most once per frame and only while visible. */
import uPlot from "uplot";

import { colorOf, onTheme, watchVisible } from "../page.ts";

/** A curve: `[x, y]`, ascending in x. */
export interface Curve {
  readonly label: string;
  /** A custom property of the style sheet, such as `--series-1`. */
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Lengths of lines and gaps in pixels; absent: a whole line. */
  readonly dash?: readonly number[];
}

export interface ChartOptions {
  /** Formats values in the legend and on the vertical axis. */
  readonly format: (value: number) => string;
  /** Formats values on the horizontal axis. */
  readonly formatX: (value: number) => string;
  readonly labelX: () => string;
}

export class Chart {
  readonly #place: HTMLElement;
  readonly #options: ChartOptions;
  #plot: uPlot | undefined;
  /** The shape the plot was made for. Other curves, another scale or other colours need a new plot. */
  #shape = "";
  #curves: readonly Curve[] = [];
  #isLog = false;
  #isDue = false;
  readonly #isVisible: () => boolean;

  constructor(place: HTMLElement, options: ChartOptions) {
    this.#place = place;
    this.#options = options;
    this.#isVisible = watchVisible(place, () => this.#schedule());
    new ResizeObserver(() => this.#resize()).observe(place);
    onTheme(() => {
      this.#shape = "";
      this.#schedule();
    });
  }

  /** Shows these curves with the next frame. */
  update(curves: readonly Curve[], isLog = false): void {
    this.#curves = curves;
    this.#isLog = isLog;
    this.#schedule();
  }

  /** The drawn canvas, to save it; `undefined` before the first draw. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.ctx.canvas;
  }

  #schedule(): void {
    if (this.#isDue || !this.#hasWhatToDraw() || !this.#isVisible()) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /** A chart without any point would have no axes, and would shift when they appear. */
  #hasWhatToDraw(): boolean {
    return this.#plot !== undefined || this.#curves.some(({ points }) => points.length > 0);
  }

  #draw(): void {
    const labels = this.#curves.map(({ label, color }) => `${label}${color}`).join();
    const shape = `${labels} ${this.#isLog} ${this.#options.labelX()}`;
    if (this.#plot === undefined || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#plot = this.#create();
      this.#shape = shape;
    }
    this.#plot.setData(align(this.#curves, this.#isLog));
  }

  #create(): uPlot {
    const { format, formatX, labelX } = this.#options;
    const axis = {
      stroke: colorOf("--soft"),
      grid: { stroke: colorOf("--line"), width: 1 },
      ticks: { stroke: colorOf("--line"), width: 1 },
    };
    const options: uPlot.Options = {
      ...this.#size(),
      scales: { x: { time: false }, y: this.#isLog ? { distr: 3 } : {} },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map(formatX) },
        {
          ...axis,
          size: 62,
          values: (_plot, splits) => splits.map((value) => (value === null ? "" : format(value))),
        },
      ],
      cursor: { y: false, drag: { x: false, y: false } },
      legend: { live: true },
      series: [
        { label: labelX(), value: (_plot, value) => (value === null ? "–" : formatX(value)) },
        ...this.#curves.map(({ label, color, dash }) => ({
          label,
          stroke: colorOf(color),
          width: 2,
          spanGaps: true,
          points: { show: false },
          ...(dash === undefined ? {} : { dash: [...dash] }),
          value: (plot: uPlot, _value: number, series: number, at: number | null) => {
            const value = at === null ? null : newestAt(plot.data[series] ?? [], at);
            return value === null ? "–" : format(value);
          },
        })),
      ],
    };
    const empty: uPlot.AlignedData = [[], ...this.#curves.map(() => [])];
    return new uPlot(options, empty, this.#place);
  }

  #size(): { width: number; height: number } {
    const style = getComputedStyle(this.#place);
    const legendHeight = Number.parseFloat(style.getPropertyValue("--legend-height"));
    const height = Number.parseFloat(style.minHeight) - legendHeight;
    return { width: this.#place.clientWidth, height };
  }

  #resize(): void {
    this.#plot?.setSize(this.#size());
  }
}

/** A curve's value at a place or, where it has no point, at its last one before. */
function newestAt(values: ArrayLike<number | null | undefined>, at: number): number | null {
  for (let i = at; i >= 0; i--) {
    const value = values[i] ?? null;
    if (value !== null) return value;
  }
  return null;
}

/** All curves over the union of their x values. On a logarithmic scale only values above 0. */
function align(curves: readonly Curve[], isLog: boolean): uPlot.AlignedData {
  const all = [...new Set(curves.flatMap(({ points }) => points.map(([x]) => x)))];
  all.sort((a, b) => a - b);
  const columns = curves.map(({ points }) => {
    const valueAt = new Map(points);
    return all.map((x) => {
      const value = valueAt.get(x) ?? null;
      return isLog && value !== null && value <= 0 ? null : value;
    });
  });
  return [all, ...columns];
}
