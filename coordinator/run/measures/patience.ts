/**
 * @file Early stopping: a run ends when its validation loss has not improved for `patience` evaluations, and keeps the
 * parameters of the best one. The losses are sums along the fixed tree, so every run with this config ends at the
 * same step.
 */
import type { RunConfig } from "../../../shared/run/config.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { ParameterStore } from "../parameter-store.ts";
import type { Progress } from "../progress.ts";
import type { EvaluationView } from "../view.ts";

/** Whether the run has ended early, or ends now. */
export function isOutOfPatience({ patience }: RunConfig, { best }: Progress): boolean {
  return patience !== null && best !== undefined && best.since >= patience;
}

/**
 * Takes note of an evaluation. If the patience has run out with it, the best parameters and their evaluation become
 * the run's.
 *
 * @param isBest - Whether its loss is the lowest so far.
 * @returns Why the run ends; `undefined` if it goes on.
 */
export function spendPatience(
  evaluation: EvaluationView,
  isBest: boolean,
  {
    config,
    store,
    progress,
  }: { readonly config: RunConfig; readonly store: ParameterStore; readonly progress: Progress },
): Sentence | undefined {
  if (config.patience === null) return undefined;
  if (isBest) store.keepBest();
  const { best } = progress;
  progress.best =
    isBest || best === undefined ? { evaluation, since: 0 } : { ...best, since: best.since + 1 };
  if (!isOutOfPatience(config, progress)) return undefined;
  store.takeBest();
  progress.evaluation = progress.best.evaluation;
  const { step, loss } = progress.best.evaluation;
  return sentence("stopped-early", {
    evaluations: config.patience,
    step,
    loss: loss.toPrecision(4),
  });
}
