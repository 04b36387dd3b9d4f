/**
 * @file Shapes and positions: the input and output of each layer of a model, and the position of its parameters in
 * the flat float32 vector. They are laid out layer by layer, and within a layer tensor by tensor in the order of
 * its kind's row, without padding. The layout is part of the protocol and of the fingerprint.
 */
import { assert } from "../assert.ts";
import { sayAtTerminal, sentence } from "../words/sentence.ts";
import { type Misfit, type Place, type Shape, sizeOf, type TensorSpec } from "./layer-kind.ts";
import { kindOf, type LayerConfig } from "./layer-kinds.ts";
import type { ModelConfig } from "./model-config.ts";

/** A tensor and its position. */
export interface PlacedTensor extends TensorSpec {
  /** Index of its first value in the flat vector. */
  readonly start: number;
  /** Index after its last value. */
  readonly end: number;
  readonly isRectified: boolean;
}

/** A layer with its input, output and parameters. */
export interface PlacedLayer {
  /** Its index in the list, which is its name in PyTorch's `nn.Sequential`. */
  readonly name: string;
  readonly config: LayerConfig;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly tensors: readonly PlacedTensor[];
  /** Multiply-adds per sample in the forward pass. */
  readonly multiplyAdds: number;
  /** Memory that it needs while it computes. */
  readonly scratchBytes: number;
}

export interface ModelLayout {
  readonly layers: readonly PlacedLayer[];
  readonly outputShape: Shape;
  readonly parameterCount: number;
}

/** Computes a model's layout, or finds the first layer that does not fit. */
export function placeLayers({ inputShape, layers }: ModelConfig): ModelLayout | Misfit {
  const placed = placeList(layers, { inputShape, start: 0, path: "" });
  if ("misfit" in placed) return placed;
  const { outputShape, end } = placed;
  if (end === 0) return { misfit: sentence("no-parameters") };
  return { layers: placed.layers, outputShape, parameterCount: end };
}

interface Beginning {
  readonly inputShape: Shape;
  /** Index of the first parameter in the flat vector. */
  readonly start: number;
  /** What comes before the number of a layer, for errors: `3.` in layer 3. */
  readonly path: string;
}

/** Places a list of layers: a model's, or those that a layer contains. */
export function placeList(
  layers: readonly LayerConfig[],
  { inputShape, start, path }: Beginning,
): (Omit<ModelLayout, "parameterCount"> & { readonly end: number }) | Misfit {
  const placed: PlacedLayer[] = [];
  let shape = inputShape;
  let end = start;
  for (const [index, config] of layers.entries()) {
    const number = `${path}${index + 1}`;
    const layer = placeOne(
      config,
      { inputShape: shape, start: end, path: number },
      layers[index + 1],
    );
    if ("misfit" in layer) return layer;
    placed.push({ ...layer, name: String(index) });
    shape = layer.outputShape;
    end = layer.tensors.at(-1)?.end ?? end;
  }
  return { layers: placed, outputShape: shape, end };
}

function placeOne(
  config: LayerConfig,
  { inputShape, start, path }: Beginning,
  next: LayerConfig | undefined,
): Omit<PlacedLayer, "name"> | Misfit {
  const kind = kindOf(config);
  const place: Place = (input, inner) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the layer's schema has checked them
    return placeList(inner as readonly LayerConfig[], {
      inputShape: input,
      start,
      path: `${path}.`,
    });
  };
  const outputShape = kind.outputShape(inputShape, config, place);
  if ("misfit" in outputShape) {
    const { misfit } = outputShape;
    // A layer inside has already said which one it is.
    if (misfit.code === "layer-misfit") return { misfit };
    const values = { number: path, kind: config.kind, reason: misfit };
    return { misfit: sentence("layer-misfit", values) };
  }
  let end = start;
  const follows = next !== undefined && kindOf(next).rectifies === true;
  const tensors = (kind.tensors?.(inputShape, config, place) ?? []).map((tensor) => {
    const first = end;
    end += sizeOf(tensor.shape);
    return { ...tensor, isRectified: tensor.isRectified ?? follows, start: first, end };
  });
  return {
    config,
    inputShape,
    outputShape,
    tensors,
    multiplyAdds: kind.multiplyAdds?.(inputShape, config, place) ?? 0,
    scratchBytes: kind.scratchBytes?.(inputShape, outputShape, config, place) ?? 0,
  };
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
