/**
 * @file The promedio table: one row per parameter, one column per worker or observation, and the average over all
 * samples, which is the step taken.
 */
import { pictureShapeOf } from "../../../shared/data/picture.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import type { GradientTableView, RunView } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import { targetsText } from "../charts/targets-text.ts";
import type { ModelSource } from "../model/model-source.ts";
import { type Observations, observe } from "../model/observations.ts";
import { drawSample } from "../model/picture.ts";
import { type Cell, create, element, fillBody, fillHead, setText, watchVisible } from "../page.ts";
import { said, say } from "../texts/language.ts";
import { hasEnded } from "./run.ts";

/** Between two tables by observation: long enough to read one. */
const restMs = 2_500;

export class PromedioPanel {
  readonly #table = element("promedio", HTMLTableElement);
  #byObservation = false;
  #hasGradients = true;
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

  /** Another run started: the numbers of the one before say nothing about it. */
  begin({ optimizer, localSteps }: Pick<RunConfig, "optimizer" | "localSteps">): void {
    this.#hasGradients = optimizer.name !== "local-search" && localSteps === null;
    this.#latest = null;
    this.#table.replaceChildren();
    this.#observedMs = -Infinity;
    const none = element("no-gradients");
    none.hidden = this.#hasGradients;
    setText(none, localSteps === null ? say("noGradients") : say("onlyReplicas"));
    this.#showWorkers();
  }

  show({ promedio, idle, phase }: Pick<RunView, "promedio" | "idle" | "phase">): void {
    // The search measures costs. What it shows was left by an earlier run.
    this.#latest = this.#hasGradients ? promedio : null;
    // Workers leave a run that is over, and what was true of it stays.
    if (!hasEnded(phase) || idle !== null) setText(element("promedio-idle"), said(idle));
    if (!this.#byObservation) this.#showWorkers();
  }

  #showWorkers(): void {
    const table = this.#latest;
    if (table === null) return setText(element("promedio-step"), "");
    setText(element("promedio-step"), say("promedioStep", { step: figures.whole(table.step) }));
    fillHead(this.#table, [say("parameter"), ...table.workers, say("average")]);
    const all = table.samples.reduce((sum, count) => sum + count, 0);
    const samples = [
      say("samples"),
      ...[...table.samples, all].map((count) => figures.whole(count)),
    ];
    fillBody(this.#table, [
      samples.map((text, i) => ({
        text,
        className: i === samples.length - 1 ? "average" : "soft",
      })),
      ...table.rows.map(({ gradients, average, ...row }) => rowOf(nameOf(row), gradients, average)),
    ]);
  }

  async #observe(source: ModelSource): Promise<void> {
    const rows = this.#latest?.rows ?? [];
    if (this.#isBusy || rows.length === 0) return;
    this.#isBusy = true;
    try {
      const observations = await observe(
        source,
        rows.map(({ parameter }) => parameter),
      );
      const names = rows.map(nameOf);
      if (observations !== undefined && this.#byObservation)
        this.#showObservations(observations, names);
    } catch {
      // The coordinator is away; the next call tries again.
    } finally {
      this.#isBusy = false;
      this.#observedMs = performance.now();
    }
  }

  #showObservations(observed: Observations, names: readonly string[]): void {
    const { step, featureShape, target } = observed;
    const samples = observed.samples.map((sample) => ({
      ...sample,
      label: sample.words ?? targetsText(target, sample.targets),
    }));
    setText(element("promedio-step"), say("observationStep", { step: figures.whole(step) }));
    fillHead(this.#table, [say("parameter"), ...samples.map(({ label }) => label), say("average")]);
    const heads = this.#table.tHead?.rows[0]?.cells;
    for (const [i, { features, label, words }] of samples.entries()) {
      if (words !== undefined) continue;
      const canvas = create("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", label);
      drawSample(canvas, features, featureShape);
      const isPicture = pictureShapeOf(featureShape) !== undefined;
      heads?.[i + 1]?.replaceChildren(...(isPicture ? [canvas] : [canvas, label]));
    }
    fillBody(
      this.#table,
      names.map((name, row) => {
        const gradients = samples.map((sample) => sample.gradients[row] ?? NaN);
        const average = gradients.reduce((sum, value) => sum + value, 0) / gradients.length;
        return rowOf(name, gradients, average);
      }),
    );
  }
}

/** A phone has room for the short name. */
function nameOf({
  name,
  short,
}: Pick<GradientTableView["rows"][number], "name" | "short">): string {
  return said(matchMedia("(max-width: 48rem)").matches ? short : name);
}

/** The larger a number is compared with the largest of its row, the stronger its background. */
function rowOf(name: string, gradients: readonly (number | null)[], average: number): Cell[] {
  const largest =
    Math.max(...gradients.map((value) => Math.abs(value ?? 0)), Math.abs(average)) || 1;
  const cell = (value: number, className = "") => ({
    text: figures.gradient(value),
    className,
    tint: value / largest,
  });
  return [
    { text: name },
    ...gradients.map((value) => (value === null ? { text: "–" } : cell(value))),
    cell(average, "average"),
  ];
}
