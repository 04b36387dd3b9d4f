/** @file How far the predicted numbers are from the true ones: one against the other, and a histogram of the difference. */
import type { Target } from "../../../shared/data/dataset.ts";
import type { Answers, AnswerSource } from "../answers/answers.ts";
import { columnOf } from "../answers/mistakes.ts";
import { histogramOf } from "../answers/residuals.ts";
import { figures } from "../charts/format.ts";
import { type Axis, Plot } from "../charts/plot.ts";
import { TargetPicker } from "../charts/target-picker.ts";
import { inUnit, nameIn } from "../model/answer.ts";
import { element, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

export class RegressionPanel {
  readonly #scatter = new Plot(element("scatter"));
  readonly #residuals = new Plot(element("residuals"));
  readonly #picker = new TargetPicker("regression-target", () => this.#draw());
  #answers: Answers | undefined;

  constructor(source: AnswerSource) {
    source.listen(watchVisible(element("regression")), (answers) => {
      this.#answers = answers;
      if (answers === undefined) setText(element("regression-how"), say("noPredictor"));
      this.#draw();
    });
  }

  /** Another run began. @param target - What its targets mean. */
  begin(target: Target): void {
    element("regression").hidden = target.kind !== "values";
    element("regression-plots").hidden = true;
    this.#answers = undefined;
    this.#picker.begin(target);
    setText(element("regression-how"), say("answersSoon"));
  }

  #draw(): void {
    if (this.#answers === undefined) return;
    const { judged, outputs, model } = this.#answers;
    const { target } = judged.dataset;
    const index = this.#picker.index;
    const numbers = (stored: ArrayLike<number>) =>
      columnOf(stored, index, target.count).map((value) => inUnit(target, index, value));
    const answered = numbers(outputs);
    const pairs = numbers(judged.targets)
      .map((truth, i) => [truth, answered[i] ?? Number.NaN] as const)
      .filter((pair) => pair.every((value) => Number.isFinite(value)));
    const name = target.names === undefined ? say("value") : nameIn(target, index);
    const split = say(`${judged.split}split`);
    element("regression-plots").hidden = false;
    setText(
      element("regression-how"),
      say("regressionHow", {
        split,
        count: figures.whole(pairs.length),
        step: figures.whole(model.step),
      }),
    );
    this.#drawScatter(name, pairs);
    this.#drawResiduals(
      name,
      pairs.map(([truth, answer]) => answer - truth),
    );
  }

  #drawScatter(name: string, pairs: readonly (readonly [number, number])[]): void {
    // Both axes are the same, so that what is right lies on the diagonal.
    const all = pairs.flat();
    const from = all.reduce((least, value) => Math.min(least, value), Infinity);
    const to = all.reduce((most, value) => Math.max(most, value), -Infinity);
    if (!(to > from)) return;
    const axis = (label: string): Axis => ({
      ...widened(from, to),
      label,
      text: (value: number) => figures.shortest(value),
    });
    this.#scatter.show({
      title: say("scatterLabel", { name, count: pairs.length }),
      x: axis(say("trueOf", { name })),
      y: axis(say("predictedOf", { name })),
      layers: [
        {
          kind: "line",
          look: "ideal",
          points: [
            [from, from],
            [to, to],
          ],
        },
        { kind: "dots", look: "answers", points: pairs },
      ],
    });
  }

  #drawResiduals(name: string, residuals: readonly number[]): void {
    const { from, width, counts } = histogramOf(residuals);
    const most = counts.reduce((largest, count) => Math.max(largest, count), 1);
    this.#residuals.show({
      title: say("residualsLabel", { name, count: residuals.length }),
      x: {
        from,
        to: -from,
        label: say("residualOf", { name }),
        text: (value: number) => figures.shortest(value),
      },
      y: {
        from: 0,
        to: 1.05 * most,
        label: say("samplesAxis"),
        text: (value) => figures.compact(value),
      },
      layers: [
        {
          kind: "bars",
          look: "answers",
          points: counts.map((count, bin) => [from + (bin + 0.5) * width, count]),
        },
        {
          kind: "line",
          look: "ideal",
          points: [
            [0, 0],
            [0, most],
          ],
        },
      ],
    });
  }
}

/** A little room around the outermost dots. */
function widened(from: number, to: number): { readonly from: number; readonly to: number } {
  const room = (to - from) / 25;
  return { from: from - room, to: to + room };
}
