/** @file The event that says what the data are and what is learned from them. */
import type { Dataset, Target } from "../../../shared/data/dataset.ts";
import { countsOf } from "../../../shared/run/plan.ts";
import { taskOf } from "../../../shared/tasks/task.ts";
import { type Sentence, sentence, type Value } from "../../../shared/words/sentence.ts";
import type { CoordinatorEvent } from "../view.ts";

/** At most this many names of targets are listed. */
const namesShown = 8;

export function dataEvent({ name, target, featureCount, ...splits }: Dataset): CoordinatorEvent {
  const counts = countsOf(splits);
  const { trainCount, validationCount, testCount } = counts;
  const samples = trainCount + validationCount + testCount;
  const values = {
    targets: targetsIn(target),
    samples,
    split:
      validationCount === 0
        ? sentence("data-two-splits", { trainCount, testCount })
        : sentence("data-three-splits", counts),
    features: featureCount,
  };
  return {
    event: "data",
    message: sentence(target.kind === "tokens" ? "text-used" : "data-used", values),
    dataset: name,
    task: taskOf(target).name,
    targets: target.kind,
    count: target.count,
    features: featureCount,
    ...counts,
  };
}

function targetsIn({ kind, count, names }: Target): Sentence {
  if (kind === "tokens" || names === undefined) return sentence(`data-${kind}`, { count });
  return sentence(`data-${kind}-named`, { count, names: listed(names) });
}

function listed(names: readonly string[]): Value {
  if (names.length <= namesShown) return names;
  const shown = names.slice(0, namesShown);
  return sentence("and-more", { names: shown, count: names.length - namesShown });
}
