/**
 * @file The promedio table: one row per parameter, one column per worker or observation, and the average of all,
 * which is the step taken.
 */
import type { GradientTableView } from "../../run/view.ts";
import { parameterName } from "../charts/figures.ts";
import { figures } from "../charts/format.ts";
import type { ModelSource } from "../model/model-source.ts";
import { type Observations, observe } from "../model/observations.ts";
import { drawGrey } from "../model/picture.ts";
import { type Cell, create, element, fillBody, fillHead, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** Between two tables by observation: long enough to read one. */
const restMs = 2_500;

export class PromedioPanel {
  readonly #table = element("promedio", HTMLTableElement);
  #byObservation = false;
  #parameters: readonly number[] = [];
  #latest: GradientTableView | null = null;
  #isBusy = false;
  #observedMs = -Infinity;

  constructor(source: ModelSource) {
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=columns]")) {
      input.addEventListener("change", () => {
        this.#byObservation = input.value === "observation";
        this.#table.replaceChildren();
        this.#observedMs = -Infinity;
        if (!this.#byObservation) this.#showWorkers();
      });
    }
    const isVisible = watchVisible(this.#table);
    source.listen(
      () => this.#byObservation && isVisible() && performance.now() - this.#observedMs > restMs,
      () => void this.#observe(source),
    );
  }

  show(table: GradientTableView | null): void {
    this.#latest = table;
    this.#parameters = table?.rows.map(({ parameter }) => parameter) ?? [];
    if (!this.#byObservation) this.#showWorkers();
  }

  #showWorkers(): void {
    const table = this.#latest;
    if (table === null) return setText(element("promedio-step"), "");
    setText(element("promedio-step"), say("promedioStep", { step: figures.whole(table.step) }));
    fillHead(this.#table, [say("parameter"), ...table.workers, say("average")]);
    fillBody(
      this.#table,
      table.rows.map(({ parameter, gradients, average }) => rowOf(parameter, gradients, average)),
    );
  }

  async #observe(source: ModelSource): Promise<void> {
    if (this.#isBusy || this.#parameters.length === 0) return;
    this.#isBusy = true;
    try {
      const observations = await observe(source, this.#parameters);
      if (observations !== undefined && this.#byObservation) this.#showObservations(observations);
    } catch {
      // The coordinator is away; the next call tries again.
    } finally {
      this.#isBusy = false;
      this.#observedMs = performance.now();
    }
  }

  #showObservations({ step, samples, side }: Observations): void {
    setText(element("promedio-step"), say("observationStep", { step: figures.whole(step) }));
    fillHead(this.#table, [
      say("parameter"),
      ...samples.map(({ label }) => String(label)),
      say("average"),
    ]);
    const heads = this.#table.tHead?.rows[0]?.cells;
    for (const [i, { features, label }] of samples.entries()) {
      const canvas = create("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", String(label));
      if (side !== undefined) drawGrey(canvas, features, side);
      heads?.[i + 1]?.replaceChildren(...(side === undefined ? [String(label)] : [canvas]));
    }
    fillBody(
      this.#table,
      this.#parameters.map((parameter, row) => {
        const gradients = samples.map((sample) => sample.gradients[row] ?? NaN);
        const average = gradients.reduce((sum, value) => sum + value, 0) / gradients.length;
        return rowOf(parameter, gradients, average);
      }),
    );
  }
}

/** The larger a number is compared with the largest of its row, the stronger its background. */
function rowOf(parameter: number, gradients: readonly (number | null)[], average: number): Cell[] {
  const largest =
    Math.max(...gradients.map((value) => Math.abs(value ?? 0)), Math.abs(average)) || 1;
  const cell = (value: number, className = "") => ({
    text: figures.gradient(value),
    className,
    tint: value / largest,
  });
  return [
    { text: parameterName(parameter) },
    ...gradients.map((value) => (value === null ? { text: "–" } : cell(value))),
    cell(average, "average"),
  ];
}
