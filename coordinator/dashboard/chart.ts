/** @file One line chart over steps, drawn by uPlot in the page's own colours. */
import uPlot from "uplot";

/** A curve: `[step, value]` in ascending order of steps. */
export interface Curve {
  readonly label: string;
  /** A custom property of the style sheet, such as `--accent`. */
  readonly color: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

const chartHeight = 220;

export class Chart {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#resize()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#plot?.destroy();
      this.#plot = undefined;
    });
  }

  update(curves: readonly Curve[]): void {
    this.#plot ??= this.#create(curves);
    this.#plot.setData(align(curves));
  }

  #create(curves: readonly Curve[]): uPlot {
    const color = (name: string) => getComputedStyle(this.#place).getPropertyValue(name);
    const axis = {
      stroke: color("--soft"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { stroke: color("--line"), width: 1 },
    };
    const options: uPlot.Options = {
      width: this.#place.clientWidth,
      height: chartHeight,
      scales: { x: { time: false } },
      axes: [axis, { ...axis, size: 56 }],
      cursor: { y: false },
      legend: { live: true },
      series: [
        { label: "step" },
        ...curves.map(({ label, color: name }) => ({
          label,
          stroke: color(name),
          width: 2,
          spanGaps: true,
          points: { show: false },
        })),
      ],
    };
    return new uPlot(options, [[], ...curves.map(() => [])] as uPlot.AlignedData, this.#place);
  }

  #resize(): void {
    this.#plot?.setSize({ width: this.#place.clientWidth, height: chartHeight });
  }
}

/** All curves over the union of their steps. */
function align(curves: readonly Curve[]): uPlot.AlignedData {
  const steps = [...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))];
  steps.sort((a, b) => a - b);
  const columns = curves.map(({ points }) => {
    const valueAt = new Map(points);
    return steps.map((step) => valueAt.get(step) ?? null);
  });
  return [steps, ...columns];
}
