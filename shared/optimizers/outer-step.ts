/**
 * @file The outer step of a run with local steps: from the replicas' mean to the next parameters. Only the coordinator
 * takes it, once for many inner steps, so it is a plain loop.
 */
import { assert } from "../assert.ts";
import type { LocalStepsConfig } from "../run/config.ts";

/** The tensors of an outer step, shape `[parameterCount]` each, float32. */
export interface OuterTensors {
  /** w, the point from which all replicas started; read only. */
  readonly parameters: Float32Array;
  /** u, the outer velocity; read only. */
  readonly velocity: Float32Array;
  /** The replicas' mean w̄; replaced by the next parameters. */
  readonly mean: Float32Array;
  /** The next u; written. */
  readonly nextVelocity: Float32Array;
}

/**
 * Nesterov's momentum on the outer gradient Δ, which is how far the replicas' mean w̄ has moved:
 *
 *     Δ = w − w̄,  u ← μ u + Δ,  w ← w − η (Δ + μ u), computed as w̄ + ((1 − η) Δ − η μ u)
 *
 * In this form the next parameters are exactly w̄ if η is 1 and μ is 0: plain averaging. Every operation is rounded to
 * float32; 1 − η and η μ are rounded once.
 *
 * @see Douillard et al., "DiLoCo: distributed low-communication training of language models", 2023, algorithm 1 and
 *   §3.1, which found η = 0.7 and μ = 0.9 best.
 */
export function outerStep(
  { parameters, velocity, mean, nextVelocity }: OuterTensors,
  { outerLearningRate, outerMomentum }: Omit<LocalStepsConfig, "steps" | "replicas">,
): void {
  const { length } = parameters;
  const lengths = [velocity.length, mean.length, nextVelocity.length];
  assert(
    lengths.every((other) => other === length),
    () => `tensors of ${length} values, got ${lengths.join()}`,
  );
  const f = Math.fround;
  const [momentum, back] = [f(outerMomentum), f(1 - outerLearningRate)];
  const ahead = f(outerLearningRate * outerMomentum);
  for (let i = 0; i < length; i++) {
    const average = mean[i] ?? 0;
    const outerGradient = f((parameters[i] ?? 0) - average);
    const u = f(f(momentum * (velocity[i] ?? 0)) + outerGradient);
    nextVelocity[i] = u;
    mean[i] = average + f(f(back * outerGradient) - f(ahead * u));
  }
}

/**
 * The mean of the replicas' tensors: `target ← sum / replicas`, element by element.
 *
 * @param sum - Shape `[parameterCount]`, float32.
 */
export function meanOf(target: Float32Array, sum: Float32Array, replicas: number): void {
  // A quotient of two float32 numbers, rounded to float64 and then to float32, is rounded as if once.
  for (let i = 0; i < target.length; i++) target[i] = (sum[i] ?? 0) / replicas;
}

/** `target ← target + other`, element by element. */
export function addTo(target: Float32Array, other: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + (other[i] ?? 0);
}
