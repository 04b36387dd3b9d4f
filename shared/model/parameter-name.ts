/** @file The name of one parameter, from its layer's kind and the shape of a sample. Pure. */
import { known } from "../assert.ts";
import { pictureShapeOf, pixelAt } from "../data/picture.ts";
import { type Sentence, sentence } from "../words/sentence.ts";
import { type Shape, sizeOf } from "./layer-kind.ts";
import { layoutOf, type PlacedTensor } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/** One parameter, for people. Layers, neurons, rows and columns count from 1. */
export interface ParameterName {
  /** `layer 1, pixel 15,15 → neuron 3`. */
  readonly name: Sentence;
  /** The same for a narrow column: `L1 15,15→3`. */
  readonly short: Sentence;
}

/** What the data call things; absent where they do not say. */
export interface DataNames {
  /** One for each feature. */
  readonly features?: readonly string[] | undefined;
  /** One for each target. */
  readonly targets?: readonly string[] | undefined;
}

/**
 * Names a parameter.
 *
 * @param featureShape - The shape of one sample. If it is a picture, its inputs are named by their pixels.
 * @param index - Into the flat parameter vector.
 */
export function parameterName(
  model: ModelConfig,
  featureShape: Shape,
  index: number,
  names: DataNames = {},
): ParameterName {
  // Layers without parameters, such as activations, do not count.
  const layers = layoutOf(model).layers.filter(({ tensors }) => tensors.length > 0);
  const at = layers.findIndex(({ tensors }) => index < (tensors.at(-1)?.end ?? 0));
  const layer = known(layers[at], "every parameter belongs to a layer");
  const tensor = known(
    layer.tensors.find(({ end }) => index < end),
    "every parameter belongs to a tensor",
  );
  const place = placeIn(tensor.shape, index - tensor.start);
  const input = indexOn("input", tensor, place);
  const output = indexOn("output", tensor, place);
  if (output === undefined) return nameByPlace(at + 1, tensor, place);
  const isLast = at === layers.length - 1 && names.targets?.length === sizeOf(layer.outputShape);
  const target = isLast ? names.targets?.[output] : undefined;
  if (input === undefined) return nameOfBias(at + 1, output + 1, target);
  const readsSample = at === 0 && sizeOf(layer.inputShape) === sizeOf(featureShape);
  const source = readsSample
    ? (givenName(names.features?.[input]) ?? featureName(featureShape, input))
    : neuronName(input);
  return nameOfWeight(at + 1, source, output + 1, target);
}

/** What the data call something. */
function givenName(given: string | undefined): ParameterName | undefined {
  if (given === undefined) return undefined;
  const said = sentence("named-feature", { feature: given });
  return { name: said, short: said };
}

/** @param target - The name of the target that the neuron answers, if it has one. */
function nameOfWeight(
  layer: number,
  { name, short }: ParameterName,
  neuron: number,
  target: string | undefined,
): ParameterName {
  if (target === undefined) {
    return {
      name: sentence("weight-name", { layer, neuron, input: name }),
      short: sentence("short-weight-name", { layer, neuron, input: short }),
    };
  }
  return {
    name: sentence("target-weight-name", { layer, target, input: name }),
    short: sentence("short-target-weight-name", { layer, target, input: short }),
  };
}

/** The index along the axis with this role; `undefined` if the tensor has no such axis. */
function indexOn(
  role: "input" | "output",
  { axisRoles = [] }: PlacedTensor,
  place: readonly number[],
): number | undefined {
  return place[axisRoles.indexOf(role)];
}

/** The indices of a value along each axis of a tensor. */
function placeIn(shape: Shape, index: number): number[] {
  let rest = index;
  const place = shape.toReversed().map((size) => {
    const along = rest % size;
    rest = Math.floor(rest / size);
    return along;
  });
  return place.toReversed();
}

/** One feature of a sample: a pixel of a picture, or one value of a row. */
function featureName(featureShape: Shape, feature: number): ParameterName {
  const picture = pictureShapeOf(featureShape);
  if (picture === undefined) {
    const number = feature + 1;
    return {
      name: sentence("feature-name", { number }),
      short: sentence("short-name", { number }),
    };
  }
  const { row, column, channel } = pixelAt(picture, feature);
  const values = { row: row + 1, column: column + 1 };
  if (picture.channels === 1) {
    return { name: sentence("pixel-name", values), short: sentence("short-pixel-name", values) };
  }
  const color = known((["red", "green", "blue"] as const)[channel], "a picture has three channels");
  return {
    name: sentence(`${color}-pixel-name`, values),
    short: sentence(`short-${color}-pixel-name`, values),
  };
}

function neuronName(input: number): ParameterName {
  const number = input + 1;
  return { name: sentence("neuron-name", { number }), short: sentence("short-name", { number }) };
}

function nameOfBias(layer: number, neuron: number, target: string | undefined): ParameterName {
  if (target === undefined) {
    return {
      name: sentence("bias-name", { layer, neuron }),
      short: sentence("short-bias-name", { layer, neuron }),
    };
  }
  return {
    name: sentence("target-bias-name", { layer, target }),
    short: sentence("short-target-bias-name", { layer, target }),
  };
}

/** For a tensor whose kind does not say what its axes mean. */
function nameByPlace(layer: number, tensor: PlacedTensor, place: readonly number[]): ParameterName {
  const values = { layer, tensor: tensor.name, place: place.map((each) => each + 1).join(",") };
  return {
    name: sentence("tensor-name", values),
    short: sentence("short-tensor-name", values),
  };
}
