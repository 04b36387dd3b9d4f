/** @file A model in one line. */
import { shorthandOf } from "./dense-model.ts";
import type { LayerConfig } from "./layer-kinds.ts";
import type { ModelConfig } from "./model-config.ts";

/** `784-16-16-10 sigmoid/softmax`, or for models without such a shorthand `784 → dense 16 → relu → …`. */
export function modelTitle(model: ModelConfig): string {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) {
    return [model.inputShape.join("×"), ...model.layers.map(layerTitle)].join(" → ");
  }
  const { widths, activation, output } = shorthand;
  return `${widths.join("-")} ${widths.length > 2 ? `${activation}/` : ""}${output}`;
}

/** The kind and its settings: `dense 16`; with the layers in it, `residual (conv2d 16 3 1 same → relu)`. */
export function layerTitle(layer: LayerConfig): string {
  if ("layers" in layer) return `${layer.kind} (${layer.layers.map(layerTitle).join(" → ")})`;
  return Object.values(layer).join(" ");
}
