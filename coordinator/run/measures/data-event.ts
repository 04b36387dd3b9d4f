/** @file The event that says what the data are and what is learned from them. */
import type { Dataset, Target } from "../../../shared/data/dataset.ts";
import { countsOf } from "../../../shared/run/plan.ts";
import { taskOf } from "../../../shared/tasks/task.ts";
import { type Sentence, sentence, type Value } from "../../../shared/words/sentence.ts";
import type { CoordinatorEvent } from "../view.ts";

/** At most this many names of targets are listed. */
const namesShown = 8;

export function dataEvent(dataset: Dataset): CoordinatorEvent {
  const { name, target, featureCount, preprocessing } = dataset;
  const counts = countsOf(dataset);
  const { trainCount, validationCount, testCount } = counts;
  const samples = trainCount + validationCount + testCount;
  const table = preprocessing?.kind === "table" ? preprocessing : undefined;
  const values = {
    targets: targetsIn(target, table?.targets[0]),
    samples,
    split:
      validationCount === 0
        ? sentence("data-two-splits", { trainCount, testCount })
        : sentence("data-three-splits", counts),
    features: featureCount,
  };
  return {
    event: "data",
    message:
      table === undefined
        ? sentence(target.kind === "tokens" ? "text-used" : "data-used", values)
        : sentence("table-used", { ...values, columns: table.columns.length }),
    dataset: name,
    task: taskOf(target).name,
    targets: target.kind,
    count: target.count,
    features: featureCount,
    ...counts,
  };
}

/** @param column - What a table calls its classes. */
function targetsIn({ kind, count, names }: Target, column: string | undefined): Sentence {
  if (kind === "tokens" || names === undefined) return sentence(`data-${kind}`, { count });
  if (kind === "classes" && column !== undefined) {
    return sentence("data-classes-of", { column, count, names: listed(names) });
  }
  return sentence(`data-${kind}-named`, { count, names: listed(names) });
}

function listed(names: readonly string[]): Value {
  if (names.length <= namesShown) return names;
  const shown = names.slice(0, namesShown);
  return sentence("and-more", { names: shown, count: names.length - namesShown });
}
