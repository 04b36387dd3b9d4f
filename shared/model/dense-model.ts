/**
 * @file The shorthand for the most common models: dense layers given by their widths, with one activation after
 * each hidden layer and another after the last. `784,16,16,10` is the reference network.
 */
import type { LayerConfig } from "./layer-kinds.ts";
import type { ModelConfig } from "./model-config.ts";

/** `linear` means no activation. */
export const hiddenActivations = ["sigmoid", "tanh", "relu", "linear"] as const;
export const outputActivations = ["softmax", ...hiddenActivations] as const;
export type HiddenActivation = (typeof hiddenActivations)[number];
export type OutputActivation = (typeof outputActivations)[number];

export interface DenseModel {
  /** Widths: inputs, hidden …, outputs. At least two. */
  readonly widths: readonly number[];
  /** Follows every layer except the last. */
  readonly activation: HiddenActivation;
  /** Follows the last layer. */
  readonly output: OutputActivation;
}

/** The list of layers for a shorthand. */
export function denseModel({ widths, activation, output }: DenseModel): ModelConfig {
  const [inputs = 0, ...outputs] = widths;
  const layers = outputs.flatMap((units, index): LayerConfig[] => {
    const kind = index === outputs.length - 1 ? output : activation;
    const layer = { kind: "dense", units } as const;
    return kind === "linear" ? [layer] : [layer, { kind }];
  });
  return { inputShape: [inputs], layers };
}

/**
 * The shorthand of a model. Without hidden layers, `activation` is `linear`.
 *
 * @returns `undefined` if the model has no shorthand.
 */
export function shorthandOf({ inputShape, layers }: ModelConfig): DenseModel | undefined {
  const units = layers.flatMap((layer) => (layer.kind === "dense" ? [layer.units] : []));
  // If there is a shorthand at all, it must be these two.
  const first = units.length > 1 ? activationAt(layers, 1) : "linear";
  const output = activationAt(layers, layers.length - 1);
  if (inputShape.length !== 1 || first === "softmax") return undefined;
  const shorthand = { widths: [...inputShape, ...units], activation: first, output };
  const meant = denseModel(shorthand).layers;
  const isMeant =
    meant.length === layers.length && meant.every((layer, i) => layer.kind === layers[i]?.kind);
  return isMeant ? shorthand : undefined;
}

function activationAt(layers: readonly LayerConfig[], index: number): OutputActivation {
  return outputActivations.find((name) => name === layers[index]?.kind) ?? "linear";
}
