/** @file Checks whether a model, its loss, its task and a dataset match, before anything is computed. */
import type { Dataset } from "../data/dataset.ts";
import { sizeOf } from "../model/layer-kind.ts";
import type { LayerConfig } from "../model/layer-kinds.ts";
import { frozenPart, placeLayers } from "../model/layout.ts";
import { fusedKindOf } from "../model/loss.ts";
import type { ModelConfig } from "../model/model-config.ts";
import type { NetworkConfig } from "../model/network.ts";
import { type Sentence, sentence } from "../words/sentence.ts";
import type { TaskConfig } from "./task.ts";
import { outputWidths, tasks } from "./tasks.ts";

/** A run config, or the parts of one that must fit the data. */
export type CheckedConfig = Omit<NetworkConfig, "task"> & { readonly task: TaskConfig };

/** @returns What is wrong and what to do; `undefined` if everything is fine. */
export function checkModel(
  { model, loss, task, augment, freeze = 0 }: CheckedConfig,
  { featureCount, target }: Pick<Dataset, "featureCount" | "target">,
): Sentence | undefined {
  const { inputShape, layers } = model;
  const inputs = sizeOf(inputShape);
  if (inputs !== featureCount) {
    return sentence("model-inputs", { inputs, features: featureCount });
  }
  if (augment !== undefined && augment !== null) {
    const { height, width, channels } = augment;
    if (height * width * channels !== featureCount) {
      const size = `${height} × ${width} × ${channels}`;
      return sentence("augment-size", { size, features: featureCount });
    }
  }
  if (task.kind !== target.kind || task.count !== target.count) {
    return sentence("model-targets", { learned: targetsSaid(task), found: targetsSaid(target) });
  }
  const layout = placeLayers(model);
  if ("misfit" in layout) return layout.misfit;
  const { layers: trainable } = frozenPart(layout, freeze);
  if (freeze >= trainable) {
    return sentence("model-frozen", { freeze, layers: trainable });
  }
  const outputs = sizeOf(layout.outputShape);
  if (task.kind === "tokens") {
    const problem = checkSequence(model, layout.outputShape, task.count);
    if (problem !== undefined) return problem;
    return checkLoss({ loss: loss.name, last: layers.at(-1)?.kind, task, outputs });
  }
  if (layers.at(-1)?.kind === "softmax" && layout.outputShape.length > 1) {
    const reason = sentence("takes-a-vector", { shape: layout.outputShape.join(", ") });
    return sentence("layer-misfit", { number: String(layers.length), kind: "softmax", reason });
  }
  const widths = outputWidths(task);
  if (!widths.includes(outputs)) {
    return sentence("model-outputs", {
      outputs,
      targets: targetsSaid(task),
      width: String(widths[0]),
    });
  }
  return checkLoss({ loss: loss.name, last: layers.at(-1)?.kind, task, outputs });
}

/** A text is predicted token by token, each from those before it alone. */
function checkSequence(
  { inputShape, layers }: ModelConfig,
  outputShape: readonly number[],
  count: number,
): Sentence | undefined {
  const [steps = 0] = inputShape;
  const needed = [steps, count].join(", ");
  const found = outputShape.join(", ");
  if (found !== needed) return sentence("model-sequence", { found, needed, count: String(count) });
  return seesAhead(layers) ? sentence("model-sees-ahead") : undefined;
}

function seesAhead(layers: readonly LayerConfig[]): boolean {
  return layers.some((layer) => {
    if ("layers" in layer) return seesAhead(layer.layers);
    return layer.kind === "attention" && layer.causal === 0;
  });
}

function checkLoss({
  loss,
  last,
  task,
  outputs,
}: {
  readonly loss: CheckedConfig["loss"]["name"];
  readonly last: string | undefined;
  readonly task: TaskConfig;
  readonly outputs: number;
}): Sentence | undefined {
  const { losses } = tasks[task.kind];
  if (!losses.includes(loss)) {
    return sentence("model-loss-task", { loss, targets: targetsSaid(task), losses });
  }
  const needed = fusedKindOf(loss);
  if (needed !== undefined && last !== needed) {
    return sentence("model-loss", { loss, needed, last: last ?? sentence("none") });
  }
  return last === "softmax" && outputs === 1 && task.count === 2
    ? sentence("softmax-alone")
    : undefined;
}

/** The targets in words: `10 classes`, `1 number`. */
export function targetsSaid({ kind, count }: Pick<TaskConfig, "kind" | "count">): Sentence {
  return sentence(`targets-${kind}`, { count });
}
