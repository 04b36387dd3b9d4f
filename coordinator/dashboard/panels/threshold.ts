/**
 * @file How well the network tells two classes apart, or says yes or no: the ROC curve, and what a threshold that the
 * reader chooses makes of the answers.
 */
import type { Target } from "../../../shared/data/dataset.ts";
import { f1Of, ratio } from "../../../shared/tasks/metrics.ts";
import type { Answers, AnswerSource } from "../answers/answers.ts";
import { columnOf } from "../answers/mistakes.ts";
import { countsAt, rocOf, type Scored } from "../answers/roc.ts";
import { figures } from "../charts/format.ts";
import { Plot } from "../charts/plot.ts";
import { TargetPicker } from "../charts/target-picker.ts";
import { nameIn } from "../model/answer.ts";
import { create, element, fillBody, fillHead, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import { matrixRow } from "./confusion.ts";

/** Where the answer changes, unless the reader moves it. */
const thresholdDefault = 0.5;

export class ThresholdPanel {
  readonly #plot = new Plot(element("roc"));
  readonly #slider = element("threshold", HTMLInputElement);
  readonly #table = element("threshold-table", HTMLTableElement);
  readonly #picker = new TargetPicker("threshold-target", () => this.#read());
  #target: Target = { kind: "classes", count: 2 };
  #answers: Answers | undefined;
  #samples: readonly Scored[] = [];

  constructor(source: AnswerSource) {
    this.#slider.addEventListener("input", () => this.#draw());
    source.listen(watchVisible(element("threshold-card")), (answers) => {
      this.#answers = answers;
      if (answers === undefined) setText(element("threshold-how"), say("noPredictor"));
      this.#read();
    });
  }

  /** Another run began. @param target - What its targets mean. */
  begin(target: Target): void {
    const isBinary = target.kind === "flags" || (target.kind === "classes" && target.count === 2);
    element("threshold-card").hidden = !isBinary;
    element("threshold-parts").hidden = true;
    this.#target = target;
    this.#answers = undefined;
    this.#slider.value = String(thresholdDefault);
    this.#picker.begin(target);
    setText(element("threshold-how"), say("answersSoon"));
  }

  /** The scores of the chosen output. */
  #read(): void {
    if (this.#answers === undefined) return;
    const { judged, classes, outputs, model } = this.#answers;
    const { kind, count } = this.#target;
    const isClass = kind === "classes";
    const scores = isClass
      ? classes.map(({ score }) => score)
      : columnOf(outputs, this.#picker.index, count);
    const labels = isClass ? judged.targets : columnOf(judged.targets, this.#picker.index, count);
    this.#samples = scores
      .map((score, i) => ({ score, isSecond: labels[i] === 1 }))
      .filter(({ score }) => Number.isFinite(score));
    setText(
      element("threshold-how"),
      say("thresholdHow", {
        split: say(`${judged.split}split`),
        count: figures.whole(this.#samples.length),
        step: figures.whole(model.step),
      }),
    );
    element("threshold-parts").hidden = false;
    this.#draw();
  }

  #draw(): void {
    const threshold = Number(this.#slider.value);
    const [first, second] = this.#names();
    const [[rightFirst, falseAlarms], [missed, hits]] = countsAt(this.#samples, threshold);
    const text = figures.fixed(threshold, 2);
    setText(element("threshold-value"), say("thresholdIs", { class: second, threshold: text }));
    this.#slider.setAttribute("aria-valuetext", text);
    this.#drawCurve({
      x: ratio(falseAlarms, falseAlarms + rightFirst),
      y: ratio(hits, hits + missed),
    });
    const rows: readonly (readonly [string, number])[] = [
      [say("accuracy"), ratio(rightFirst + hits, this.#samples.length)],
      [say("precision"), ratio(hits, hits + falseAlarms)],
      [say("recall"), ratio(hits, hits + missed)],
      [say("f1"), f1Of(hits, hits + missed, hits + falseAlarms)],
    ];
    element("threshold-figures").replaceChildren(
      ...rows.map(([label, value]) => {
        const box = create("div");
        box.append(create("dt", "", label), create("dd", "", figures.percent(value)));
        return box;
      }),
    );
    fillHead(this.#table, [say("actual"), first, second]);
    fillBody(this.#table, [
      matrixRow(first, 0, [rightFirst, falseAlarms]),
      matrixRow(second, 1, [missed, hits]),
    ]);
  }

  #drawCurve(here: { readonly x: number; readonly y: number }): void {
    const { points, area } = rocOf(this.#samples);
    const axis = { from: 0, to: 1, text: (value: number) => figures.shortestPercent(value) };
    const auc = area === undefined ? "" : `AUC ${figures.short(area)}`;
    setText(element("auc"), auc);
    this.#plot.show({
      title: say("rocLabel", { auc }),
      x: { ...axis, label: say("falseAlarms") },
      y: { ...axis, label: say("recall") },
      layers: [
        {
          kind: "line",
          look: "ideal",
          points: [
            [0, 0],
            [1, 1],
          ],
        },
        { kind: "line", look: "curve", points },
        { kind: "dots", look: "here", points: [[here.x, here.y]] },
      ],
    });
  }

  /** What the two answers are called. */
  #names(): readonly [string, string] {
    const target = this.#target;
    if (target.kind === "classes") return [nameIn(target, 0), nameIn(target, 1)];
    const name = nameIn(target, this.#picker.index);
    return [say("notFlag", { name }), name];
  }
}
