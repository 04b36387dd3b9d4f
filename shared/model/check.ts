/** @file Checks whether a model, its loss and a dataset match, before anything is computed. */
import type { Dataset } from "../data/dataset.ts";
import { type Sentence, sentence } from "../words/sentence.ts";
import { sizeOf } from "./layer-kind.ts";
import { placeLayers } from "./layout.ts";
import { fusedKindOf, type LossName } from "./loss.ts";
import type { ModelConfig } from "./model-config.ts";

/** A predicted class is stored in 16 bits. */
const outputsMax = 65_536;

/** @returns What is wrong and what to do; `undefined` if everything is fine. */
export function checkModel(
  { model, loss }: { readonly model: ModelConfig; readonly loss: { readonly name: LossName } },
  { featureCount, target }: Pick<Dataset, "featureCount" | "target">,
): Sentence | undefined {
  const { inputShape, layers } = model;
  const inputs = sizeOf(inputShape);
  if (inputs !== featureCount) {
    return sentence("model-inputs", { inputs, features: featureCount });
  }
  const layout = placeLayers(model);
  if ("misfit" in layout) return layout.misfit;
  const outputs = sizeOf(layout.outputShape);
  if (outputs !== target.count || outputs > outputsMax) {
    return sentence("model-outputs", { outputs, classes: target.count });
  }
  const needed = fusedKindOf(loss.name);
  const last = layers.at(-1)?.kind;
  if (needed !== undefined && last !== needed) {
    return sentence("model-loss", { loss: loss.name, needed, last: last ?? sentence("none") });
  }
  return undefined;
}
