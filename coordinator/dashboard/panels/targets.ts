/** @file The figures of each class, flag or value in the last evaluation, as a table. */
import type { SplitName, Target } from "../../../shared/data/dataset.ts";
import type { EvaluationView } from "../../run/view.ts";
import { metricLabel, metricText } from "../charts/metric.ts";
import { nameIn } from "../model/answer.ts";
import { figureNames, targetFigures } from "../model/target-figures.ts";
import { element, fillBody, fillHead, hideCard } from "../page.ts";
import { say } from "../texts/language.ts";

/** More rows than anybody reads, and a table that a browser still draws at once. */
const rowsMax = 1_000;

/** @param counts - Samples per split. */
export function showTargets(
  evaluation: EvaluationView | null,
  target: Target,
  counts: Readonly<Record<SplitName, number>>,
): void {
  const names = figureNames[target.kind];
  // Of a single value, the run's own figures say the same; and very long sums are not sent.
  const isKnown = names.length > 0 && (evaluation === null || evaluation.sums.length > 0);
  hideCard("targets", target.count === 1 || !isKnown);
  if (!isKnown) return;
  const table = element("targets", HTMLTableElement);
  fillHead(table, [say(`by${target.kind}`), ...names.map((name) => metricLabel(name))]);
  const rows =
    evaluation === null ? [] : targetFigures(evaluation.sums, target, counts[evaluation.split]);
  fillBody(
    table,
    Array.from({ length: Math.min(target.count, rowsMax) }, (_, index) => [
      { text: nameIn(target, index) },
      ...names.map((name: string) => ({ text: metricText(name, rows[index]?.[name]) })),
    ]),
  );
}
