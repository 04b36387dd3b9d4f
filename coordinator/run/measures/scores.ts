/** @file The figures of evaluations in the form in which events, records and files show them. */
import type { Progress } from "../progress.ts";
import type { CoordinatorEvent, EvaluationView, Score, ScoreFields } from "../view.ts";

/** @param scores - At most one per split. */
export function scoreFields(...scores: readonly (Score | null)[]): ScoreFields {
  const of = (split: Score["split"]) => scores.find((score) => score?.split === split) ?? null;
  const [test, validation] = [of("test"), of("validation")];
  return {
    testLoss: test?.loss ?? null,
    testAccuracy: test?.metrics["accuracy"] ?? null,
    testMetrics: test?.metrics ?? null,
    validationLoss: validation?.loss ?? null,
    validationMetrics: validation?.metrics ?? null,
  };
}

/**
 * What is reported of an epoch that was evaluated.
 *
 * @param totals - Of its training steps.
 */
export function epochEvent(
  evaluation: EvaluationView,
  totals: ReturnType<Progress["endEpoch"]>,
  progress: Pick<Progress, "rates" | "trainingMs">,
  now: { readonly learningRate: number; readonly workers: number },
): CoordinatorEvent {
  const { samplesPerSecond, stepsPerSecond } = progress.rates;
  return {
    event: "epoch",
    epoch: evaluation.epoch,
    step: evaluation.step,
    ...totals,
    ...scoreFields(evaluation),
    samplesPerSecond,
    stepsPerSecond,
    seconds: progress.trainingMs / 1000,
    ...now,
  };
}

/** The score that training is watched with: of the validation split if it was evaluated, else of the test split. */
export function scoreIn(fields: ScoreFields): Score | null {
  const { validationLoss, validationMetrics } = fields;
  if (validationMetrics === null) return testScoreIn(fields);
  return { split: "validation", loss: validationLoss ?? Number.NaN, metrics: validationMetrics };
}

/** The score of the test split. */
export function testScoreIn({ testLoss, testMetrics }: ScoreFields): Score | null {
  if (testMetrics === null) return null;
  return { split: "test", loss: testLoss ?? Number.NaN, metrics: testMetrics };
}

/** An evaluation without its sums. */
export function scoreOf(evaluation: EvaluationView | null): Score | null {
  if (evaluation === null) return null;
  const { split, loss, metrics } = evaluation;
  return { split, loss, metrics };
}
