/**
 * @file The oracle for the network's mathematics: the same model written from the formulas alone, in float64 with
 * JavaScript's own functions, and its gradient by central differences. Shares no code with what it checks.
 */
import { assertNever } from "../../../shared/assert.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { plainLayer, type Training, type Values } from "./plain-layers.ts";

export interface Sample {
  readonly features: readonly number[];
  /** The class; or the numbers or flags that the outputs should be. */
  readonly label: number | readonly number[];
  /** Absent: as in an evaluation. */
  readonly training?: Training | undefined;
}

type Configured = Pick<RunConfig, "model" | "loss">;

/** The loss of one sample. */
export function plainLoss(
  { model, loss }: Configured,
  parameters: Float64Array,
  { features, label, training }: Sample,
): number {
  return lossOf(loss.name, plainOutputs(model, parameters, features, training), label);
}

/** The outputs for one sample. Parameters are ordered layer by layer: for a dense layer, `[inputs][units]`, then biases. */
export function plainOutputs(
  model: RunConfig["model"],
  parameters: Float64Array,
  features: readonly number[],
  training?: Training,
): number[] {
  let values: Values = { shape: model.inputShape, data: features };
  let offset = 0;
  const take = (count: number) => parameters.subarray(offset, (offset += count));
  for (const [index, layer] of model.layers.entries()) {
    values = plainLayer(values, layer, take, { path: [index], training });
  }
  return [...values.data];
}

/**
 * `∂(Σ loss)/∂parameters` by central differences.
 *
 * @param nth - Of every `nth` parameter; the others are NaN.
 */
export function plainGradient(
  config: Configured,
  parameters: Float64Array,
  samples: readonly Sample[],
  nth = 1,
): Float64Array {
  const step = 1e-6;
  const total = (at: Float64Array) =>
    samples.reduce((sum, sample) => sum + plainLoss(config, at, sample), 0);
  const moved = parameters.slice();
  return parameters.map((value, i) => {
    if (i % nth > 0) return NaN;
    const lossAt = (at: number) => {
      moved[i] = at;
      return total(moved);
    };
    const slope = (lossAt(value + step) - lossAt(value - step)) / (2 * step);
    moved[i] = value;
    return slope;
  });
}

function lossOf(
  name: RunConfig["loss"]["name"],
  predictions: number[],
  label: Sample["label"],
): number {
  const n = predictions.length;
  const target =
    typeof label === "number" ? predictions.map((_, output) => (output === label ? 1 : 0)) : label;
  const sum = (term: (y: number, p: number) => number) =>
    predictions.reduce((total, p, output) => total + term(target[output]!, p), 0);
  switch (name) {
    case "cce":
      return -sum((y, p) => (y === 0 ? 0 : y * Math.log(p)));
    case "bce":
      return -sum((y, p) => y * Math.log(p) + (1 - y) * Math.log(1 - p)) / n;
    case "mse":
      return sum((y, p) => (y - p) ** 2) / n;
    case "mae":
      return sum((y, p) => Math.abs(y - p)) / n;
    default:
      return assertNever(name);
  }
}
