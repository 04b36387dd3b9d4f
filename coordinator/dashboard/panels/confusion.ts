/** @file The confusion matrix of the last evaluation: a row per true class, a column per predicted class. */
import type { EvaluationView } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import { type Cell, element, fillBody, fillHead, setText } from "../page.ts";
import { say } from "../texts/language.ts";

/** More classes would not fit on a card. */
const classesMax = 20;

export class ConfusionPanel {
  readonly #table = element("confusion", HTMLTableElement);

  show(evaluation: EvaluationView | null): void {
    const counts = evaluation?.confusion ?? [];
    const classes = Math.sqrt(counts.length);
    const isShown = classes > 0 && classes <= classesMax;
    this.#table.hidden = !isShown;
    setText(element("confusion-how"), say(isShown ? "confusionHow" : "confusionNone"));
    if (!isShown) return;
    const indices = Array.from({ length: classes }, (_, i) => i);
    fillHead(this.#table, [say("actual"), ...indices.map(String)]);
    fillBody(
      this.#table,
      indices.map((label) => {
        const row = counts.slice(label * classes, (label + 1) * classes);
        return rowOf(label, row);
      }),
    );
  }
}

/** Correct predictions are blue, mistakes orange, with full strength from a tenth of the row on. */
function rowOf(label: number, row: readonly number[]): Cell[] {
  const total = row.reduce((sum, count) => sum + count, 0) || 1;
  return [
    { text: String(label) },
    ...row.map((count, predicted) => ({
      text: count === 0 ? "" : figures.whole(count),
      className: label === predicted ? "right" : "",
      tint: label === predicted ? count / total : -Math.min(1, (10 * count) / total),
    })),
  ];
}
