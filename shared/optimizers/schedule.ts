/**
 * @file How the learning rate changes over a run: a pure function of the step. Float64 with only + − × ÷, because the
 * rate reaches the parameters and `Math.cos` or `Math.pow` may differ between engines.
 */
import { assert, assertNever } from "../assert.ts";
import type { ScheduleConfig } from "../run/config.ts";
import { epochOf, type RunPlan } from "../run/plan.ts";
import { power } from "./power.ts";

/**
 * The learning rate η of one step: `baseRate · warmUp(step) · decay(step)`.
 *
 * - Warm-up: `min(1, (step + 1) / warmupSteps)`. It rises linearly from 0 before the first step to 1 at step
 *   `warmupSteps − 1`, so no step is spent at rate 0.
 * - `constant`: decay is 1.
 * - `step`: `max(decayFactor^k, finalFraction)` in the k-th span of `decayEpochs` epochs, k from 0. It depends on the
 *   epochs done and not on those to come, so a run that is extended has the rates of one that was this long from the
 *   start.
 * - `cosine`: half a cosine from 1 at the end of the warm-up to `finalFraction` at the end of the run (Loshchilov &
 *   Hutter, "SGDR", 2017, eq. 5). Each step in `restarts` ends one half cosine and begins the next at 1; extending a
 *   run adds its former end to them.
 *
 * @param step - The step about to be taken, 0-based, in [0, plan.totalSteps).
 * @param baseRate - The optimizer's learning rate, greater than 0.
 * @returns η in float64; the optimizer rounds it to float32 once.
 */
export function learningRateAt(
  step: number,
  schedule: ScheduleConfig,
  baseRate: number,
  plan: RunPlan,
): number {
  assert(Number.isSafeInteger(step) && step >= 0, `a step is an integer ≥ 0, got ${step}`);
  return baseRate * warmUp(step, schedule) * decay(step, schedule, plan);
}

function warmUp(step: number, { warmupSteps }: ScheduleConfig): number {
  return step < warmupSteps ? (step + 1) / warmupSteps : 1;
}

function decay(step: number, schedule: ScheduleConfig, plan: RunPlan): number {
  switch (schedule.name) {
    case "constant":
      return 1;
    case "step": {
      const decays = Math.floor(epochOf(step, plan).epoch / schedule.decayEpochs);
      const { decayFactor, finalFraction } = schedule;
      const decayed = power(decayFactor, decays);
      // A factor above 1 raises the rate, which no least rate may hide.
      return decayFactor < 1 ? Math.max(decayed, finalFraction) : decayed;
    }
    case "cosine":
      return cosineDecay(progress(step, schedule, plan), schedule.finalFraction);
    default:
      return assertNever(schedule.name);
  }
}

/** How much of its half cosine is done at `step`, in [0, 1]. The first one begins after the warm-up. */
function progress(
  step: number,
  { warmupSteps, restarts }: ScheduleConfig,
  { totalSteps }: RunPlan,
): number {
  const start = restarts.findLast((restart) => restart <= step) ?? warmupSteps;
  const end = restarts.find((restart) => restart > step) ?? totalSteps;
  if (step <= start) return 0;
  return Math.min((step - start) / (end - start), 1);
}

/** `f + (1 − f) · (1 + cos(π·x)) / 2`, using `(1 + cos 2y) / 2 = cos² y`. */
function cosineDecay(x: number, finalFraction: number): number {
  const cosine = quarterCosine((x * Math.PI) / 2);
  return finalFraction + (1 - finalFraction) * (cosine * cosine);
}

/** Terms of the series for cos. The first omitted one, y²²/22!, is below 2⁻⁵⁵ on all of [0, π/2]. */
const cosineTerms = 10;

/** cos y for y in [0, π/2]: the Taylor polynomial Σ (−1)ᵏ y²ᵏ/(2k)! in Horner's form, accurate to 2⁻⁵². */
function quarterCosine(y: number): number {
  const y2 = y * y;
  let sum = 1;
  for (let k = cosineTerms; k >= 1; k--) sum = 1 - (sum * y2) / ((2 * k - 1) * (2 * k));
  return sum;
}
