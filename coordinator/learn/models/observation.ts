/**
 * @file Backpropagation on one observation, taken apart: what each neuron says, what each neuron is asked to become, and
 * how the wishes of a layer add up to those of the layer before. The δ are the kernel's own: the gradient of a neuron's
 * bias, for one observation, is its δ. Pure.
 */
import { known } from "../../../shared/assert.ts";
import { activationsOf, parameterAt, slopeByTrying, stageOf, stages } from "./lecture-network.ts";
import { type ParameterPlace, placeOf } from "./parameter-place.ts";
import type { AnswerBody } from "./questions.ts";

/** The network with one digit in it. */
export interface Observation {
  readonly answer: AnswerBody<"observation">;
  /** The pixels, then what each layer says, in float64. */
  readonly activations: readonly Float64Array[];
  /** ∂C/∂z of each layer's neurons, from the kernel; the first is of the first hidden layer. */
  readonly deltas: readonly Float32Array[];
  /** The parameter that is looked at. */
  readonly parameter: number;
  readonly place: ParameterPlace;
  readonly value: number;
  /** Its gradient, by the kernel and by trying. */
  readonly gradient: number;
  readonly tried: number;
  /** Of its neuron: what it gets from the next layer (from the cost, in the last one), and what it makes of it. */
  readonly received: Received;
  /** What the parameter multiplies: 1 for a bias. */
  readonly input: number;
}

/** How the wishes of a layer reach one neuron of the layer before. */
export interface Received {
  /** From each neuron of the next layer: its δ, the weight between, and their product. Empty for the last layer. */
  readonly parts: readonly { readonly delta: number; readonly weight: number }[];
  /** The sum of the products; for an output p − y. */
  readonly sum: number;
  /** a(1 − a); 1 for an output, whose softmax and cost are one step. */
  readonly slope: number;
  /** The neuron's δ, from the kernel. */
  readonly delta: number;
}

/** Takes an answer apart, at one parameter. */
export function observationOf(answer: AnswerBody<"observation">, parameter: number): Observation {
  const { parameters, pixels, gradient } = answer;
  const activations = activationsOf(parameters, pixels);
  const deltas = stages.map(({ biases, end }) => gradient.subarray(biases, end));
  const place = placeOf(parameter);
  const { layer, to, from } = place;
  return {
    answer,
    activations,
    deltas,
    parameter,
    place,
    value: known(parameters[parameter], "a parameter"),
    gradient: known(gradient[parameter], "a gradient"),
    tried: slopeByTrying(parameters, answer, parameter),
    received: receivedBy({ answer, activations, deltas }, layer, to),
    input: from === undefined ? 1 : known(activations[layer - 1]?.[from], "an input"),
  };
}

/** What a neuron gets from the next layer. @param layer - From 1. */
export function receivedBy(
  { answer, activations, deltas }: Pick<Observation, "answer" | "activations" | "deltas">,
  layer: number,
  neuron: number,
): Received {
  const said = known(activations[layer]?.[neuron], "what it says");
  const delta = known(deltas[layer - 1]?.[neuron], "its delta");
  if (layer === stages.length) {
    return { parts: [], sum: said - (neuron === answer.label ? 1 : 0), slope: 1, delta };
  }
  const { units } = stageOf(layer + 1);
  const parts = Array.from({ length: units }, (_, to) => ({
    delta: known(deltas[layer]?.[to], "a delta"),
    weight: known(
      answer.parameters[parameterAt({ layer: asLayer(layer + 1), to, from: neuron })],
      "w",
    ),
  }));
  const sum = parts.reduce((all, part) => all + part.delta * part.weight, 0);
  return { parts, sum, slope: said * (1 - said), delta };
}

/** What somebody can point at. */
export type Target =
  | { readonly kind: "pixel"; readonly pixel: number }
  | { readonly kind: "neuron"; readonly layer: 1 | 2 | 3; readonly neuron: number };

/**
 * The parameter after pointing at something. A pixel is what the parameter multiplies. A neuron of the layer before is,
 * too, at first; pointed at again, it becomes the neuron that the parameter belongs to, and once more, its bias. So
 * each of the 13,002 is at most three taps away.
 */
export function pointedAt(
  { activations, parameter, deltas }: Pick<Observation, "activations" | "parameter" | "deltas">,
  target: Target,
): number {
  const { layer, to, from } = placeOf(parameter);
  if (target.kind === "pixel") {
    const neuron = layer === 1 ? to : shownNeuron({ parameter, deltas });
    return parameterAt({ layer: 1, to: neuron, from: target.pixel });
  }
  const isOwn = target.layer === layer && target.neuron === to;
  if (isOwn) return parameterAt({ layer, to, from: undefined });
  const isInput = target.layer === layer - 1 && target.neuron === from;
  if (target.layer === layer - 1 && !isInput) {
    return parameterAt({ layer, to, from: target.neuron });
  }
  const before = known(activations[target.layer - 1], "a layer");
  const kept = target.layer === layer && from !== undefined ? from : strongest(before);
  return parameterAt({ layer: target.layer, to: target.neuron, from: kept });
}

/** The neuron of the first hidden layer whose picture of weights is shown: the parameter's own, else the most moved. */
export function shownNeuron({
  parameter,
  deltas,
}: Pick<Observation, "parameter" | "deltas">): number {
  const { layer, to } = placeOf(parameter);
  return layer === 1 ? to : strongest(known(deltas[0], "a layer"));
}

/** Where the largest value is, by size. */
export function strongest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] ?? 0) > Math.abs(values[best] ?? 0)) best = i;
  }
  return best;
}

/** Mean |δ| of a layer. */
export function meanSize(deltas: ArrayLike<number>): number {
  return Array.from(deltas).reduce((sum, each) => sum + Math.abs(each), 0) / deltas.length;
}

function asLayer(layer: number): 1 | 2 | 3 {
  return layer === 1 ? 1 : layer === 2 ? 2 : 3;
}
