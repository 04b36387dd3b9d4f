/**
 * @file The loss, the activation of the last layer and its width. Each follows from the task and from those that
 * are given; what does not fit is refused with what to change.
 */
import { known } from "../../assert.ts";
import { type OutputActivation, outputActivations } from "../../model/dense-model.ts";
import type { LayerConfig } from "../../model/layer-kinds.ts";
import type { LossName } from "../../model/loss.ts";
import { OperatorError } from "../../operator-error.ts";
import { targetsSaid } from "../../tasks/check.ts";
import type { TaskConfig } from "../../tasks/task.ts";
import { outputWidths, tasks } from "../../tasks/tasks.ts";
import { sentence } from "../../words/sentence.ts";
import { refuseContradiction, spelled } from "./complete.ts";
import { oneOfThese } from "./readers.ts";
import type { RunRequest } from "./run-settings.ts";

export interface LastLayer {
  readonly loss: LossName;
  readonly output: OutputActivation;
  readonly width: number;
}

const lossOfOutput: Readonly<Record<OutputActivation, LossName>> = {
  softmax: "cce",
  sigmoid: "bce",
  tanh: "mse",
  relu: "mse",
  linear: "mse",
};

/**
 * @param widthGiven - The last of the given widths; `undefined` if they are to be chosen. One that the task's
 *   targets can have.
 * @throws OperatorError for a loss or an activation that does not fit the task or the width.
 */
export function resolveLastLayer(
  request: RunRequest,
  task: TaskConfig,
  widthGiven: number | undefined,
): LastLayer {
  const row = tasks[task.kind];
  const { loss: lossGiven, outputActivation } = request.given;
  const width = widthGiven ?? chosenWidth(task, lossGiven, outputActivation);
  const isShared = task.kind === "classes" && task.count === 2 && width === 1;
  const losses = isShared ? row.losses.filter((name) => name !== "cce") : row.losses;
  const suited = outputActivation === undefined ? undefined : lossOfOutput[outputActivation];
  const loss =
    lossGiven ?? losses.find((name) => name === suited) ?? known(losses[0], "a task has a loss");
  if (!losses.includes(loss)) refuseLoss(request, task, losses);
  const output = outputActivation ?? known(row.outputOf[loss], "a loss that fits has an output");
  if (row.unfitOutputs.includes(output) || (isShared && output === "softmax")) {
    refuseOutput(request, task, isShared);
  }
  refuseContradiction({ loss, outputActivation: output }, request.origins);
  return { loss, output, width };
}

/** The activation with which layers end. */
export function outputOf(layers: readonly LayerConfig[]): OutputActivation {
  const last = layers.at(-1)?.kind;
  return outputActivations.find((name) => name === last) ?? "linear";
}

/** Two classes share one output unless something asks for one each. */
function chosenWidth(
  task: TaskConfig,
  loss: LossName | undefined,
  output: OutputActivation | undefined,
): number {
  const widths = outputWidths(task);
  const each = loss === "cce" || output === "softmax";
  return known(each ? widths.at(-1) : widths[0], "a task has a width");
}

function refuseLoss(request: RunRequest, task: TaskConfig, losses: readonly LossName[]): never {
  const setting = spelled("loss", request);
  throw new OperatorError(
    task.kind === "classes"
      ? sentence("loss-needs-width", { setting, width: String(task.count) })
      : sentence("loss-unfit", { setting, targets: targetsSaid(task), use: oneOfThese(losses) }),
  );
}

function refuseOutput(request: RunRequest, task: TaskConfig, isShared: boolean): never {
  const setting = spelled("outputActivation", request);
  const use = known(tasks[task.kind].outputOf.mse, "every task has mse");
  throw new OperatorError(
    isShared
      ? sentence("loss-needs-width", { setting, width: String(task.count) })
      : sentence("output-unfit", { setting, targets: targetsSaid(task), use }),
  );
}
