/** @file Plans and rows of comparisons that no run has made. */
import type { Trial } from "../../../../../coordinator/compare/plan/next-trial.ts";
import { planComparison, type Plan } from "../../../../../coordinator/compare/plan/plan.ts";
import { rateAt } from "../../../../../coordinator/compare/plan/rates.ts";
import type { Row } from "../../../../../coordinator/compare/plan/rows.ts";
import { runNameOf } from "../../../../../coordinator/compare/plan/run-name.ts";
import { variedOf } from "../../../../../coordinator/compare/plan/varied.ts";
import type { RunSettings } from "../../../../../shared/run/settings/run-settings.ts";

export function planOf(
  vary: readonly string[],
  {
    given = {},
    seeds = 3,
    searchSeeds = 1,
    rates = 3,
  }: {
    readonly given?: RunSettings;
    readonly seeds?: number;
    readonly searchSeeds?: number;
    readonly rates?: number | null;
  } = {},
): Plan {
  const varied = variedOf(vary, "--vary");
  const settings = { varied, seeds, searchSeeds, rates, validation: 0.1, to: "there" };
  return planComparison({ given, origins: {} }, settings);
}

/** The row of a run with this validation loss; ∞ is a run that diverged at step 7. */
export function rowWith(trial: Trial, loss: number): Row {
  const { variant, exponent, seed } = trial;
  const diverged = loss === Infinity;
  const score = { loss, metrics: { accuracy: 1 - loss / 10 } };
  return {
    variant: variant.label,
    exponent,
    seed,
    run: runNameOf(trial),
    outcome: diverged ? "diverged" : "finished",
    reason: diverged ? "step 7 diverged: the loss is not finite" : null,
    steps: diverged ? 7 : 40,
    validation: diverged ? null : score,
    test: diverged ? null : score,
    samples: 2_000,
    gradients: 2_000,
    seconds: 1.5,
    fingerprint: "f".repeat(64),
    curve: diverged
      ? []
      : [
          [1_000, 2 * loss],
          [2_000, loss],
        ],
    command: `promedio start --seed ${seed}`,
  };
}

/** A loss that is lowest at a rate, like a valley; the same for every seed. */
export function valley(best: number) {
  return ({ exponent }: Trial): number => 1 + Math.abs(Math.log10(rateAt(exponent ?? 0) / best));
}
