/**
 * @file The lecture's network as a picture needs it: where its layers' parameters are, what its neurons say in
 * float64, and how the cost depends on one parameter. The gradients in pictures are the kernel's; this is what they
 * are checked against. Pure.
 */
import { known } from "../../../shared/assert.ts";
import type { ParameterPlace } from "./parameter-place.ts";

/** Pixels, two hidden layers, outputs. */
const widths = [784, 16, 16, 10] as const;

/** One dense layer: `[inputs, units]` weights, then `[units]` biases. */
export interface Stage {
  readonly inputs: number;
  readonly units: number;
  /** Index of the first weight, of the first bias, and after the last. */
  readonly start: number;
  readonly biases: number;
  readonly end: number;
}

export const stages: readonly Stage[] = stagesOf(widths);

function stagesOf([inputs = 0, ...units]: readonly number[]): readonly Stage[] {
  const made: Stage[] = [];
  for (const [i, each] of units.entries()) {
    const before = i === 0 ? inputs : (units[i - 1] ?? 0);
    const start = made.at(-1)?.end ?? 0;
    const biases = start + before * each;
    made.push({ inputs: before, units: each, start, biases, end: biases + each });
  }
  return made;
}

/** The index of the parameter at a place: the inverse of `placeOf`. */
export function parameterAt({ layer, to, from }: ParameterPlace): number {
  const { start, biases, units } = stageOf(layer);
  return from === undefined ? biases + to : start + from * units + to;
}

/** @param layer - From 1, as in a place. */
export function stageOf(layer: number): Stage {
  return known(stages[layer - 1], "a layer");
}

/**
 * The outputs of all layers in float64: sigmoid, and softmax at the end.
 *
 * @param parameters - Shape `[parameterCount]`.
 * @param pixels - Shape `[784]`, in [0, 1].
 * @returns The pixels, then one array a layer.
 */
export function activationsOf(
  parameters: ArrayLike<number>,
  pixels: ArrayLike<number>,
): readonly Float64Array[] {
  const layers: Float64Array[] = [Float64Array.from(pixels)];
  for (const [i, stage] of stages.entries()) {
    const sums = weightedSums(stage, parameters, known(layers[i], "a layer"));
    layers.push(i === stages.length - 1 ? softmax(sums) : sums.map((z) => 1 / (1 + Math.exp(-z))));
  }
  return layers;
}

function weightedSums(
  { start, biases, units }: Stage,
  parameters: ArrayLike<number>,
  inputs: Float64Array,
): Float64Array {
  const sums = Float64Array.from({ length: units }, (_, j) => parameters[biases + j] ?? 0);
  for (const [i, input] of inputs.entries()) {
    if (input === 0) continue;
    for (let j = 0; j < units; j++) {
      sums[j] = (sums[j] ?? 0) + input * (parameters[start + i * units + j] ?? 0);
    }
  }
  return sums;
}

function softmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - largest));
  const sum = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / sum);
}

/** One observation: a picture, and what it shows. */
export interface Observed {
  /** Shape `[784]`, in [0, 1]. */
  readonly pixels: ArrayLike<number>;
  readonly label: number;
}

/** The cross-entropy of one observation. */
export function costOf(parameters: ArrayLike<number>, { pixels, label }: Observed): number {
  return -Math.log(activationsOf(parameters, pixels).at(-1)?.[label] ?? NaN);
}

/** Small enough for a parabola's error of 1e-7, large enough for 9 digits of the difference. */
const h = 1e-3;

/** How the cost changes with one parameter, by trying: `(C(w + h) − C(w − h)) / 2h`. */
export function slopeByTrying(
  parameters: ArrayLike<number>,
  observed: Observed,
  parameter: number,
): number {
  const moved = Float64Array.from(parameters);
  const value = moved[parameter] ?? NaN;
  const [high = NaN, low = NaN] = [value + h, value - h].map((each) => {
    moved[parameter] = each;
    return costOf(moved, observed);
  });
  return (high - low) / (2 * h);
}
