/** @file When a run is evaluated, on which split, and the figures that are read from the root. Pure. */
import type { Target } from "../../../shared/data/dataset.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { epochOf, type RunPlan } from "../../../shared/run/plan.ts";
import { metricsOf } from "../../../shared/tasks/tasks.ts";
import type { Progress } from "../progress.ts";
import type { EvaluationView, Score } from "../view.ts";

/** Longer sums of an evaluation are not kept, because they are in every checkpoint and go to every dashboard. */
const sumsKeptMax = 4096;

/**
 * The split to evaluate now. After each epoch and after the last step it is the one that training is watched with: the
 * validation split if there is one, else the test split. With a validation split, the test split follows at the end.
 *
 * @param step - Committed steps.
 * @param isOut - Whether the run has ended early, after its evaluation.
 */
export function splitDue(
  step: number,
  { totalSteps, stepsPerEpoch, validationCount }: RunPlan,
  { evaluation, test }: Progress,
  isOut: boolean,
): Score["split"] | undefined {
  if (isOut) return test?.step === step ? undefined : "test";
  const isLast = step === totalSteps;
  if (step === 0 || (step % stepsPerEpoch !== 0 && !isLast)) return undefined;
  if (evaluation?.step !== step) return validationCount > 0 ? "validation" : "test";
  return isLast && test?.step !== step ? "test" : undefined;
}

export interface EvaluationRoot {
  readonly split: Score["split"];
  /** Committed steps, ≥ 1. */
  readonly step: number;
  readonly lossSum: number;
  /** Of the task's metrics. */
  readonly sums: readonly number[];
}

/** Reads the figures of an evaluation from its root. */
export function evaluationFrom(
  { split, step, lossSum, sums }: EvaluationRoot,
  {
    config,
    plan,
    target,
  }: { readonly config: RunConfig; readonly plan: RunPlan; readonly target: Target },
): EvaluationView {
  const samples = split === "test" ? plan.testCount : plan.validationCount;
  return {
    split,
    step,
    epoch: epochOf(step - 1, plan).epoch + 1,
    loss: lossSum / samples,
    metrics: metricsOf(config).figures({ sums, samples, target }),
    sums: sums.length <= sumsKeptMax ? sums : [],
  };
}
