/**
 * @file Adam with each of its two bias corrections, the hats, on or off. The optimizer of a run always has both. Without
 * one, the kernel's update gets a correction of 1, so everything else is the code that trains.
 */
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { updateByteLength, writeUpdate } from "../../../shared/kernels/update.ts";
import { RunningPower } from "../../../shared/optimizers/power.ts";
import { scratch } from "./scratch.ts";

export interface Hats {
  /** m̂ = m/(1 − β₁ᵗ) in place of m, and v̂ = v/(1 − β₂ᵗ) in place of v. */
  readonly m: boolean;
  readonly v: boolean;
}

export const adamBetas = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** What Adam does with a series of gradients of one weight. */
export interface HatCourse {
  /** Shape `[steps]`: how far w goes in each step, in units of η. */
  readonly moves: Float32Array;
  /** Shape `[steps]`: m and v after each step, as they are without hats. */
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** @param gradients - Shape `[steps]`; rounded to float32. */
export function adamWithHats(kernel: Kernel, gradients: ArrayLike<number>, hats: Hats): HatCourse {
  const { beta1, beta2, epsilon } = adamBetas;
  const [power1, power2] = [new RunningPower(beta1), new RunningPower(beta2)];
  const place = (name: string) => scratch(kernel, `hats ${name}`, 4);
  const record = scratch(kernel, "record", updateByteLength);
  const [w, m, v, gradient] = [place("w"), place("m"), place("v"), place("gradient")];
  const [nextW, nextM, nextV] = [place("next w"), place("next m"), place("next v")];
  const { f32 } = kernel.views;
  const steps = gradients.length;
  const course = {
    moves: new Float32Array(steps),
    m: new Float32Array(steps),
    v: new Float32Array(steps),
  };
  for (const pointer of [w, m, v]) f32[pointer / 4] = 0;
  for (let step = 0; step < steps; step++) {
    f32[gradient / 4] = gradients[step] ?? NaN;
    const update = {
      count: 1,
      parameters: w,
      first: m,
      second: v,
      gradientSum: gradient,
      nextParameters: nextW,
      nextFirst: nextM,
      nextSecond: nextV,
      divisor: 1,
      clipScale: 1,
      weightDecay: 0,
      l1: 0,
      learningRate: 1,
    };
    writeUpdate(kernel.views, record, update, {
      decay: 0,
      beta1,
      gain1: 1 - beta1,
      correction1: hats.m ? 1 - power1.at(step + 1) : 1,
      beta2,
      gain2: 1 - beta2,
      correction2: hats.v ? 1 - power2.at(step + 1) : 1,
      epsilon,
    });
    kernel.functions.adam(record);
    // w stays at 0, so that the move is not rounded to the grid of a larger w.
    course.moves[step] = f32[nextW / 4] ?? NaN;
    course.m[step] = f32[m / 4] = f32[nextM / 4] ?? NaN;
    course.v[step] = f32[v / 4] = f32[nextV / 4] ?? NaN;
  }
  return course;
}
