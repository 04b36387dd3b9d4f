/** @file A model in one line. */
import { shorthandOf } from "./dense-model.ts";
import type { LayerConfig } from "./layer-kinds.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * `784-16-16-10 sigmoid/softmax`, or for models without such a shorthand `784 → dense 16 → relu → …`. What repeats is
 * written once: `4 × (dense 16 → relu)`.
 */
export function modelTitle(model: ModelConfig): string {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) {
    return [model.inputShape.join("×"), ...withoutRepeats(model.layers.map(layerTitle))].join(
      " → ",
    );
  }
  const { widths, activation, output } = shorthand;
  return `${widths.join("-")} ${widths.length > 2 ? `${activation}/` : ""}${output}`;
}

/** The kind and its settings: `dense 16`; with the layers in it, `residual (conv2d 16 3 1 same → relu)`. */
export function layerTitle(layer: LayerConfig): string {
  if ("layers" in layer) return `${layer.kind} (${layer.layers.map(layerTitle).join(" → ")})`;
  return Object.values(layer).join(" ");
}

/** Groups of titles that follow one another become one, with their number: the longest stretch first. */
function withoutRepeats(titles: readonly string[]): string[] {
  const [first] = titles;
  if (first === undefined) return [];
  const { size, times } = longestRepeat(titles);
  const group = titles.slice(0, size);
  const rest = withoutRepeats(titles.slice(size * times));
  if (times === 1) return [...group, ...rest];
  const text = group.join(" → ");
  return [`${times} × ${size === 1 ? text : `(${text})`}`, ...rest];
}

/** The group at the beginning whose repetitions are the most titles; 1 title, once, if nothing repeats. */
function longestRepeat(titles: readonly string[]): {
  readonly size: number;
  readonly times: number;
} {
  let longest = { size: 1, times: 1 };
  for (let size = 1; 2 * size <= titles.length; size++) {
    let times = 1;
    while (titles.slice(0, size).every((title, i) => titles[size * times + i] === title))
      times += 1;
    if (times > 1 && size * times > longest.size * longest.times) longest = { size, times };
  }
  return longest;
}
