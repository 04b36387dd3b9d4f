/**
 * @file Shapes and positions: the input and output of each layer of a model, and the position of its parameters in
 * the flat float32 vector. They are laid out layer by layer, and within a layer tensor by tensor in the order of
 * its kind's row, without padding. The layout is part of the protocol and of the fingerprint.
 */
import { assert } from "../assert.ts";
import { sayAtTerminal, sentence } from "../words/sentence.ts";
import { type Misfit, type Shape, sizeOf, type TensorSpec } from "./layer-kind.ts";
import { kindOf, type LayerConfig } from "./layer-kinds.ts";
import type { ModelConfig } from "./model-config.ts";

/** A tensor and its position. */
export interface PlacedTensor extends TensorSpec {
  /** Index of its first value in the flat vector. */
  readonly start: number;
  /** Index after its last value. */
  readonly end: number;
}

/** A layer with its input, output and parameters. */
export interface PlacedLayer {
  /** Its index in the list, which is its name in PyTorch's `nn.Sequential`. */
  readonly name: string;
  readonly config: LayerConfig;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly tensors: readonly PlacedTensor[];
}

export interface ModelLayout {
  readonly layers: readonly PlacedLayer[];
  readonly outputShape: Shape;
  readonly parameterCount: number;
}

/** Computes a model's layout, or finds the first layer that does not fit. */
export function placeLayers({ inputShape, layers }: ModelConfig): ModelLayout | Misfit {
  const placed: PlacedLayer[] = [];
  let shape = inputShape;
  let end = 0;
  for (const [index, config] of layers.entries()) {
    const kind = kindOf(config);
    const outputShape = kind.outputShape(shape, config);
    if ("misfit" in outputShape) {
      const reason = outputShape.misfit;
      return {
        misfit: sentence("layer-misfit", { number: index + 1, kind: config.kind, reason }),
      };
    }
    const tensors = (kind.tensors?.(shape, config) ?? []).map((tensor) => {
      const start = end;
      end += sizeOf(tensor.shape);
      return { ...tensor, start, end };
    });
    placed.push({ name: String(index), config, inputShape: shape, outputShape, tensors });
    shape = outputShape;
  }
  if (end === 0) return { misfit: sentence("no-parameters") };
  return { layers: placed, outputShape: shape, parameterCount: end };
}

/**
 * The layout of a checked model.
 *
 * @throws If its layers do not fit together (`modelSchema` refuses such a model).
 */
export function layoutOf(model: ModelConfig): ModelLayout {
  const layout = placeLayers(model);
  assert(!("misfit" in layout), () => ("misfit" in layout ? sayAtTerminal(layout.misfit) : ""));
  return layout;
}

/** The number of parameters of a model. 784 → 16 → 16 → 10 has 13,002. */
export function parameterCount(model: ModelConfig): number {
  return layoutOf(model).parameterCount;
}

/** The number of values that a model outputs per sample. */
export function outputCount(model: ModelConfig): number {
  return sizeOf(layoutOf(model).outputShape);
}

/**
 * The first layers that a run leaves as they are.
 *
 * @param freeze - How many layers with parameters, from the first; others don't count.
 * @returns `layers`: how many layers have parameters. `firstTrained`: the index of the first that is trained, or the
 *   number of layers. `parameterCount`: how many values are frozen. They are the first in the flat vector.
 */
export function frozenPart(
  layout: ModelLayout,
  freeze: number,
): { readonly layers: number; readonly firstTrained: number; readonly parameterCount: number } {
  const { layers } = layout;
  const withParameters = layers.filter(({ tensors }) => tensors.length > 0);
  const first = withParameters[freeze];
  return {
    layers: withParameters.length,
    firstTrained: first === undefined ? layers.length : layers.indexOf(first),
    parameterCount: first?.tensors[0]?.start ?? layout.parameterCount,
  };
}
