/**
 * @file The confusion of the last evaluation: a matrix with a row per true class and a column per predicted class; and,
 * where there are many classes, the pairs that are confused most often.
 */
import type { Target } from "../../../shared/data/dataset.ts";
import { confusionClassesMax } from "../../../shared/tasks/class-metrics.ts";
import type { EvaluationView } from "../../run/view.ts";
import type { Mistake } from "../answers/mistakes.ts";
import { figures } from "../charts/format.ts";
import { nameIn, namesIn } from "../model/answer.ts";
import { type Pair, worstPairs } from "../model/pairs.ts";
import { type Cell, create, element, fillBody, fillHead, hideCard, setText } from "../page.ts";
import { say } from "../texts/language.ts";

/** From here on the cells are smaller, and the worst pairs are listed too. */
const classesOfFullSizeMax = 20;
const pairsMax = 12;

export class ConfusionPanel {
  readonly #table = element("confusion", HTMLTableElement);
  #hasMatrix = false;
  #target: Target = { kind: "classes", count: 0 };

  /** @param target - What the targets of the evaluated run mean. */
  show(evaluation: EvaluationView | null, target: Target): void {
    this.#target = target;
    hideCard("confusion", target.kind !== "classes");
    const counts = evaluation?.sums ?? [];
    const classes = target.kind === "classes" && counts.length > 0 ? target.count : 0;
    const isMany = classes > classesOfFullSizeMax;
    this.#hasMatrix = classes > 0 && classes <= confusionClassesMax;
    this.#table.hidden = !this.#hasMatrix;
    this.#table.classList.toggle("many", isMany);
    this.#table.parentElement?.classList.toggle("many-classes", isMany);
    const wanted = this.#hasMatrix ? "confusionHow" : "confusionTooMany";
    const split = say(`${evaluation?.split ?? "test"}split`);
    setText(
      element("confusion-how"),
      say(evaluation === null ? "confusionNone" : wanted, { split }),
    );
    if (evaluation === null) this.#list([]);
    if (!this.#hasMatrix) return;
    const indices = Array.from({ length: classes }, (_, i) => i);
    const names = indices.map((label) => nameIn(target, label));
    fillHead(this.#table, [say("actual"), ...names]);
    const rows = indices.map((label) => counts.slice(label * classes, (label + 1) * classes));
    fillBody(
      this.#table,
      rows.map((row, label) => matrixRow(names[label] ?? "", label, row)),
    );
    const pairs = rows.flatMap((row, label) =>
      row.map((count, predicted) => ({ label, predicted, count })),
    );
    this.#list(isMany ? worstPairs(pairs, pairsMax) : []);
  }

  /** The mistakes that the page itself found: they are shown where there are too many classes for a matrix. */
  showFound(mistakes: readonly Mistake[]): void {
    if (this.#hasMatrix || this.#target.kind !== "classes") return;
    const single = mistakes.map(({ truth: [label = 0], answer: [predicted = 0] }) => {
      return { label, predicted, count: 1 };
    });
    this.#list(worstPairs(single, pairsMax));
  }

  #list(pairs: readonly Pair[]): void {
    element("pairs-title").hidden = pairs.length === 0;
    const items = pairs.map(({ count, ...pair }) =>
      create("li", "", `${say("mistake", namesIn(this.#target, pair))}: ${figures.whole(count)} ×`),
    );
    element("pairs").replaceChildren(...items);
  }
}

/**
 * A row of a confusion matrix. Correct predictions are blue, mistakes orange, with full strength from a tenth of the row
 * on.
 *
 * @param name - Of the true class. @param label - Its index. @param row - How many were predicted as each class.
 */
export function matrixRow(name: string, label: number, row: readonly number[]): Cell[] {
  const total = row.reduce((sum, count) => sum + count, 0) || 1;
  return [
    { text: name },
    ...row.map((count, predicted) => ({
      text: count === 0 ? "" : figures.whole(count),
      className: label === predicted ? "right" : "",
      tint: label === predicted ? count / total : -Math.min(1, (10 * count) / total),
    })),
  ];
}
