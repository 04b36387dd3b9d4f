/** @file The charts: the curves of the current run and of the runs that it is compared with. */
import type { Target } from "../../../shared/data/dataset.ts";
import { tasks } from "../../../shared/tasks/tasks.ts";
import type { EvaluationPoint, RecordPoint, RunRecordView } from "../../run/view.ts";
import { Chart, type Curve } from "../charts/chart.ts";
import { figures } from "../charts/format.ts";
import { headlinesOf, metricLabel, metricTick } from "../charts/metric.ts";
import { column, type Points } from "../charts/points.ts";
import { saveBlob } from "../model/downloads.ts";
import { colorOf, element } from "../page.ts";
import { say } from "../texts/language.ts";

/** Long curves are averaged to this many points, so that the trend is visible and not the noise. */
const pointsShown = 300;
const otherColors = ["--series-3", "--series-4", "--series-5", "--series-6"];

/** The data to draw. */
export interface CurvesData {
  readonly points: Points;
  readonly tests: readonly EvaluationPoint[];
  /** The split that they are of. */
  readonly split: "validation" | "test";
  /** What the dataset's targets mean; `undefined` before the first run. */
  readonly target: Target | undefined;
  readonly batchSize: number;
  /** Finished runs to compare with. */
  readonly others: readonly RunRecordView[];
}

export class CurvesPanel {
  readonly #charts: Readonly<Record<"loss" | "metric" | "throughput" | "norm" | "rate", Chart>>;
  readonly #select = element("metric", HTMLSelectElement);
  #byTime = false;
  #isLog = false;
  #data: CurvesData | undefined;

  constructor() {
    const make = (id: string, format: (value: number) => string) =>
      new Chart(element(id), {
        format,
        formatX: (value) => (this.#byTime ? figures.shortest(value) : figures.compact(value)),
        labelX: () => say(this.#byTime ? "seconds" : "step"),
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
    const x = this.#byTime ? column.seconds : column.step;
    const at = (step: number) => (this.#byTime ? points.secondsAt(step) : step);
    const train = (field: number, label = say("train")): Curve => ({
      label,
      color: "--series-1",
      points: points.curve(x, field, pointsShown),
    });
    const test = (value: (point: EvaluationPoint) => number): Curve => ({
      label: say(split),
      color: "--series-2",
      points: tests.map((point) => [at(point.step), value(point)]),
    });
    this.#charts.loss.update(
      [train(column.loss), test(({ loss }) => loss), ...this.#others(data, ([, , loss]) => loss)],
      this.#isLog,
    );
    const metric = this.#chooseMetric(data);
    // Only hits are counted while training.
    const { kind = "classes" } = data.target ?? {};
    const hasHits = metric === "accuracy" && tasks[kind].countsHits;
    this.#charts.metric.update([
      ...(hasHits ? [train(column.accuracy)] : []),
      test(({ metrics }) => metrics[metric] ?? Number.NaN),
      ...(hasHits ? this.#others(data, ([, , , accuracy]) => accuracy) : []),
    ]);
    const pace = points.pace(x, pointsShown / 3);
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
      const chosen = names.includes(select.value) ? select.value : names[0];
      select.replaceChildren(...offers.map(([label, name]) => new Option(label, name)));
      select.value = chosen ?? "";
    }
    return select.value;
  }

  /** The curves of the runs to compare with. Values that a run did not record are left out. */
  #others({ others }: CurvesData, value: (point: RecordPoint) => number | null): Curve[] {
    return others.map(({ number, curve }) => ({
      label: `#${number}`,
      color: otherColors[number % otherColors.length] ?? "--series-3",
      dashed: true,
      points: curve.flatMap((point) => {
        const [step, seconds] = point;
        const y = value(point);
        return y === null ? [] : [[this.#byTime ? seconds : step, y] as const];
      }),
    }));
  }

  #listen(): void {
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=axis]")) {
      input.addEventListener("change", () => {
        this.#byTime = input.value === "time";
        if (this.#data !== undefined) this.update(this.#data);
      });
    }
    this.#select.addEventListener("change", () => {
      if (this.#data !== undefined) this.update(this.#data);
    });
    const log = element("log-scale", HTMLInputElement);
    log.addEventListener("change", () => {
      this.#isLog = log.checked;
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
