/** @file What each seat of a class is dealt, so that a few devices already cover everything. Pure. */
import type { RunConfig } from "../../../shared/run/config.ts";
import { batchSizeOf, epochOf, epochOrder, planRun } from "../../../shared/run/plan.ts";
import type { ClassOptimizer } from "../../classroom/rates.ts";

/**
 * The rates that are dealt: 2ᵏ between these. Where the optimizer divides by the size of the gradient, a step is as long as the
 * rate, and good ones are a hundredth as large.
 */
const plain = { from: -9, to: 6 } as const;
const adaptive = { from: -15, to: 0 } as const;
const exponents: Readonly<Record<ClassOptimizer, { readonly from: number; readonly to: number }>> =
  { sgd: plain, momentum: plain, nag: plain, rmsprop: adaptive, adam: adaptive };
const digits = 2;

/** The learning rate of a seat: seats halve the largest gap that is left, on a scale of powers. @param seat - From 1. */
export function dealtRate(seat: number, optimizer: ClassOptimizer): number {
  const { from, to } = exponents[optimizer];
  return Number((2 ** (from + (to - from) * shareOf(seat))).toPrecision(digits));
}

/** The rates that may be chosen, and that the picture shows: a little more on both sides. */
export function rateRange(optimizer: ClassOptimizer): {
  readonly min: number;
  readonly max: number;
} {
  const { from, to } = exponents[optimizer];
  return { min: 2 ** (from - 1), max: 2 ** (to + 1) };
}

/** The digit that a seat draws: all ten as often. @param seat - From 1. */
export function dealtDigit(seat: number): number {
  return (seat - 1) % 10;
}

/** 1/2, 1/4, 3/4, 1/8, 5/8 …: the digits of the number in base 2, mirrored. */
function shareOf(number: number): number {
  let [share, half] = [0, 0.5];
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) {
    share += (rest % 2) * half;
    half /= 2;
  }
  return share;
}

/** The sample of a seat: one of the batch of a step, in the order of the batch. @param seat - From 1. */
export function dealtSample(seat: number, { step, config, trainCount }: BatchOf): number {
  const plan = planRun(config, { trainCount, testCount: 1 });
  const { epoch, batch } = epochOf(step, plan);
  const order = epochOrder(epoch, config, plan);
  const place = batch * config.batchSize + ((seat - 1) % batchSizeOf(step, config, plan));
  return order[place] ?? 0;
}

interface BatchOf {
  readonly step: number;
  readonly config: RunConfig;
  /** Samples of the training split. */
  readonly trainCount: number;
}
