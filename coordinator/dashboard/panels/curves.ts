/** @file The charts: the curves of the current run and of the runs that it is compared with. */
import type { Target } from "../../../shared/data/dataset.ts";
import { tasks } from "../../../shared/tasks/tasks.ts";
import type { EvaluationPoint, RunRecordView } from "../../run/view.ts";
import { Chart, type Curve } from "../charts/chart.ts";
import { figures } from "../charts/format.ts";
import { headlinesOf, metricLabel, metricTick } from "../charts/metric.ts";
import { column, type Points } from "../charts/points.ts";
import { lookOf } from "../charts/run-names.ts";
import { type EpochSize, placeOn, type XAxis, xAxes } from "../charts/x-axis.ts";
import { chosenBefore, keepChoice } from "../choices.ts";
import { saveBlob } from "../model/downloads.ts";
import { colorOf, element } from "../page.ts";
import { say } from "../texts/language.ts";

/** Long curves are averaged to this many points, so that the trend is visible and not the noise. */
const pointsShown = 300;

/** The data to draw. */
export interface CurvesData {
  readonly points: Points;
  readonly tests: readonly EvaluationPoint[];
  /** The split that they are of. */
  readonly split: "validation" | "test";
  /** What the dataset's targets mean; `undefined` before the first run. */
  readonly target: Target | undefined;
  readonly batchSize: number;
  /** Of the current run. */
  readonly epoch: EpochSize;
  /** What the runs are called, by number. */
  readonly names: ReadonlyMap<number, string>;
  /** Finished runs to compare with. */
  readonly others: readonly RunRecordView[];
}

export class CurvesPanel {
  readonly #charts: Readonly<Record<"loss" | "metric" | "throughput" | "norm" | "rate", Chart>>;
  readonly #select = element("metric", HTMLSelectElement);
  #axis: XAxis = xAxes.find((each) => each === chosenBefore("axis")) ?? "step";
  #isLog = chosenBefore("log") === "yes";
  #data: CurvesData | undefined;

  constructor() {
    const make = (id: string, format: (value: number) => string) =>
      new Chart(element(id), {
        format,
        formatX: (value) =>
          isWhole(this.#axis) ? figures.compact(value) : figures.shortest(value),
        labelX: () => say(this.#axis === "time" ? "seconds" : this.#axis),
      });
    this.#charts = {
      loss: make("loss", (value) => figures.shortest(value)),
      metric: make("accuracy", (value) => metricTick(this.#select.value, value)),
      throughput: make("throughput", (value) => figures.compact(value)),
      norm: make("gradient-norm", (value) => figures.shortest(value)),
      rate: make("learning-rate", (value) => figures.shortest(value)),
    };
    this.#listen();
  }

  update(data: CurvesData): void {
    this.#data = data;
    const { points, tests, split, batchSize } = data;
    const axis = this.#axis;
    const x = axis === "time" ? column.seconds : column.step;
    const placed = (found: [number, number][]) =>
      found.map(([at, y]) => [placeOn(axis, data.epoch, at, at), y] as const);
    const at = (step: number) => placeOn(axis, data.epoch, step, points.secondsAt(step));
    const train = (field: number, label = say("train")): Curve => ({
      label,
      color: "--series-1",
      points: placed(points.curve(x, field, pointsShown)),
    });
    const test = (value: (point: EvaluationPoint) => number): Curve => ({
      label: say(split),
      color: "--series-2",
      points: tests.map((point) => [at(point.step), value(point)]),
    });
    this.#charts.loss.update(
      [train(column.loss), test(({ loss }) => loss), ...this.#others(data, "loss")],
      this.#isLog,
    );
    const metric = this.#chooseMetric(data);
    // Only hits are counted while training.
    const { kind = "classes" } = data.target ?? {};
    const hasHits = metric === "accuracy" && tasks[kind].countsHits;
    this.#charts.metric.update([
      ...(hasHits ? [train(column.accuracy)] : []),
      test(({ metrics }) => metrics[metric] ?? Number.NaN),
      ...this.#others(data, metric),
    ]);
    const pace = placed(points.pace(x, pointsShown / 3));
    this.#charts.throughput.update([
      {
        label: say("samplesPerSecond"),
        color: "--series-1",
        points: pace.map(([place, steps]) => [place, steps * batchSize]),
      },
    ]);
    this.#charts.norm.update([train(column.gradientNorm, say("gradientNorm"))]);
    this.#charts.rate.update([train(column.learningRate, say("learningRate"))]);
  }

  /** Offers the task's figures. @returns The chosen one; at first, the one that says most. */
  #chooseMetric({ tests, target }: CurvesData): string {
    const headlines = target === undefined ? ["accuracy"] : headlinesOf(target);
    const names = [...new Set([...headlines, ...Object.keys(tests.at(-1)?.metrics ?? {})])];
    const offers = names.map((name) => [metricLabel(name, target), name] as const);
    const select = this.#select;
    const isSame =
      select.length === offers.length &&
      offers.every(([label, name], i) => {
        const option = select.options[i];
        return option?.text === label && option.value === name;
      });
    if (!isSame) {
      const wished = select.value === "" ? chosenBefore("metric") : select.value;
      const chosen = names.find((name) => name === wished) ?? names[0];
      select.replaceChildren(...offers.map(([label, name]) => new Option(label, name)));
      select.value = chosen ?? "";
    }
    return select.value;
  }

  /** The runs to compare with: a figure of their evaluations or, where they are not remembered, of training. */
  #others({ others, names }: CurvesData, figure: string): Curve[] {
    return others.map((run) => ({
      label: names.get(run.number) ?? `#${run.number}`,
      ...lookOf(run.number),
      points: comparedPoints(run, figure).map(
        ([step, seconds, y]) => [this.#placeOf(run, step, seconds), y] as const,
      ),
    }));
  }

  #placeOf({ epoch }: RunRecordView, step: number, seconds: number): number {
    const { epoch: current = { steps: 1, samples: 1 } } = this.#data ?? {};
    return placeOn(this.#axis, epoch ?? current, step, seconds);
  }

  #listen(): void {
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=axis]")) {
      input.checked = input.value === this.#axis;
      input.addEventListener("change", () => {
        this.#axis = xAxes.find((each) => each === input.value) ?? "step";
        keepChoice("axis", this.#axis);
        if (this.#data !== undefined) this.update(this.#data);
      });
    }
    this.#select.addEventListener("change", () => {
      keepChoice("metric", this.#select.value);
      if (this.#data !== undefined) this.update(this.#data);
    });
    const log = element("log-scale", HTMLInputElement);
    log.checked = this.#isLog;
    log.addEventListener("change", () => {
      this.#isLog = log.checked;
      keepChoice("log", log.checked ? "yes" : "no");
      if (this.#data !== undefined) this.update(this.#data);
    });
    element("save-png").addEventListener("click", () => this.#savePng());
  }

  /** Draws the loss chart on the page's background, because a transparent one is not readable everywhere. */
  #savePng(): void {
    const source = this.#charts.loss.canvas;
    if (source === undefined) return;
    const target = document.createElement("canvas");
    [target.width, target.height] = [source.width, source.height];
    const context = target.getContext("2d");
    if (context === null) return;
    context.fillStyle = colorOf("--card");
    context.fillRect(0, 0, target.width, target.height);
    context.drawImage(source, 0, 0);
    target.toBlob((blob) => {
      if (blob !== null) saveBlob(blob, "promedio-loss.png");
    });
  }
}

/** Whether the values on the axis are counted. */
function isWhole(axis: XAxis): boolean {
  return axis === "step" || axis === "samples";
}

/** Of a run that is over: step, seconds of training, and a figure. */
function comparedPoints(
  { curve, evaluations = [] }: RunRecordView,
  figure: string,
): (readonly [step: number, seconds: number, value: number])[] {
  if (evaluations.length > 0) {
    return evaluations.flatMap(({ step, loss, metrics }) => {
      const value = figure === "loss" ? loss : metrics[figure];
      const seconds = curve.findLast((point) => point[0] <= step)?.[1] ?? 0;
      return value === undefined ? [] : [[step, seconds, value] as const];
    });
  }
  return curve.flatMap(([step, seconds, loss, accuracy]) => {
    const value = figure === "loss" ? loss : figure === "accuracy" ? accuracy : null;
    return value === null ? [] : [[step, seconds, value] as const];
  });
}
