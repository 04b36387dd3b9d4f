/**
 * @file What follows from an evaluation. The one that ends an epoch becomes the newest point of the run's curve and is
 * reported, may end the run early, and may be worth a checkpoint. No sockets, no clock.
 */
import type { Target } from "../../../shared/data/dataset.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import type { RunPlan } from "../../../shared/run/plan.ts";
import type { ParameterStore } from "../parameter-store.ts";
import type { Progress } from "../progress.ts";
import type { RunOutput } from "../world.ts";
import { evaluationFrom, type EvaluationRoot } from "./evaluations.ts";
import { spendPatience } from "./patience.ts";
import { epochEvent } from "./scores.ts";

/** The parts of a run that an evaluation reads and changes. */
interface RunParts {
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** The dataset's, for figures in the units of the data. */
  readonly target: Target;
  readonly progress: Progress;
  readonly store: ParameterStore;
  readonly output: Pick<RunOutput, "report" | "wantsSnapshot">;
}

export class Epochs {
  readonly #parts: RunParts;
  /** Whether the evaluation after the last step has the lowest loss. Its checkpoint is written at the end of the run. */
  lastIsBest = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /**
   * An evaluation is complete. If the patience has run out with it, the store has the best parameters now.
   *
   * @param workers - How many are ready; it goes into the report.
   * @returns The checkpoint that is due, if one is: whether its evaluation has the lowest loss so far.
   */
  evaluated(root: EvaluationRoot, workers: number): { readonly isBest: boolean } | undefined {
    const { config, plan, progress, store, output } = this.#parts;
    const evaluation = evaluationFrom(root, this.#parts);
    const { step, epoch, split } = evaluation;
    if (split === "test" && plan.validationCount > 0) {
      // The epoch has ended with the validation split.
      progress.finalTest = evaluation;
      return undefined;
    }
    const isBest = progress.addEvaluation(evaluation);
    const now = { learningRate: store.learningRate, workers };
    output.report(epochEvent(evaluation, progress.endEpoch(), progress, now));
    const endsEarly = spendPatience(evaluation, isBest, { config, progress, store });
    if (endsEarly !== undefined) output.report({ event: "warning", message: endsEarly });
    const isLast = endsEarly !== undefined || step === plan.totalSteps;
    if (isLast) this.lastIsBest = isBest || endsEarly !== undefined;
    if (isLast) return undefined;
    // The best one is kept whatever the interval.
    return output.wantsSnapshot(step, epoch) || isBest ? { isBest } : undefined;
  }
}
