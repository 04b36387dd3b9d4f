/** @file The initial parameters of a run, drawn from its seed. Deterministic: integers, exact scaling, `sqrt`. */
import { Random } from "../random.ts";
import type { Fan, TensorSpec } from "./layer-kind.ts";
import { layoutOf } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * How the initial weights may be drawn. `auto` is `he-uniform` before a layer that rectifies, `normal` for embeddings, and
 * else `glorot-uniform`.
 */
export const weightDraws = [
  "auto",
  "glorot-uniform",
  "glorot-normal",
  "he-uniform",
  "he-normal",
  "normal",
] as const;
export type WeightDraw = (typeof weightDraws)[number];

/** Of `normal`, whatever the layer's size: as in GPT-2. */
const deviationOfNormal = 0.02;

/**
 * One row a distribution: a draw from it, for a weight that connects `fanIn` inputs with `fanOut` outputs. A uniform
 * one is on (−a, a) with a² three times the variance.
 *
 * - Glorot (Xavier): variance 2 / (fanIn + fanOut), which keeps the size of activations and gradients about the same
 *   from layer to layer where the activation is nearly linear at 0.
 * - He (Kaiming): variance 2 / fanIn, for layers that zero half of their inputs.
 *
 * @see Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10.
 */
const distributions: Readonly<
  Record<Exclude<WeightDraw, "auto">, (fan: Fan) => (random: Random) => number>
> = {
  "glorot-uniform": ({ fanIn, fanOut }) => uniform(Math.sqrt(6 / (fanIn + fanOut))),
  "glorot-normal": ({ fanIn, fanOut }) => normal(Math.sqrt(2 / (fanIn + fanOut))),
  "he-uniform": ({ fanIn }) => uniform(Math.sqrt(6 / fanIn)),
  "he-normal": ({ fanIn }) => normal(Math.sqrt(2 / fanIn)),
  normal: () => normal(deviationOfNormal),
};

/**
 * The initial parameters. Tensors with a fixed initial value get it; the others are drawn, in their order in the flat
 * vector.
 *
 * @returns The flat vector, shape `[parameterCount]`.
 */
export function initialParameters(
  model: ModelConfig,
  seed: number,
  draw: WeightDraw = "auto",
): Float32Array {
  const { layers, parameterCount } = layoutOf(model);
  const parameters = new Float32Array(parameterCount);
  const random = new Random(seed);
  for (const { initial, isRectified, start, end } of layers.flatMap(({ tensors }) => tensors)) {
    const usual = isRectified ? "he-uniform" : "glorot-uniform";
    const suited = typeof initial === "number" ? usual : (initial.suits ?? usual);
    const distribution = distributions[draw === "auto" ? suited : draw];
    fill(parameters.subarray(start, end), initial, distribution, random);
  }
  return parameters;
}

function fill(
  values: Float32Array,
  initial: TensorSpec["initial"],
  distribution: (fan: Fan) => (random: Random) => number,
  random: Random,
): void {
  if (typeof initial === "number") {
    values.fill(initial);
    return;
  }
  const draw = distribution(initial);
  for (let i = 0; i < values.length; i++) values[i] = draw(random);
}

/** Uniform on (−limit, limit). */
function uniform(limit: number): (random: Random) => number {
  return (random) => (2 * random.uniform() - 1) * limit;
}

/** Mean 0 and this standard deviation; no draw is further than 3.46 of them away. */
function normal(deviation: number): (random: Random) => number {
  return (random) => random.normal() * deviation;
}
