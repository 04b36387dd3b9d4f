import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  chosenRate,
  nextTrial,
  type Trial,
  trialsLeft,
} from "../../../../../coordinator/compare/plan/next-trial.ts";
import type { Plan } from "../../../../../coordinator/compare/plan/plan.ts";
import { rateAt } from "../../../../../coordinator/compare/plan/rates.ts";
import { lineOf, type Row, rowsIn } from "../../../../../coordinator/compare/plan/rows.ts";
import { runNameOf } from "../../../../../coordinator/compare/plan/run-name.ts";
import { planOf, rowWith, valley } from "./fixture.ts";

/** Trains every run of a plan. */
function train(plan: Plan, lossOf: (trial: Trial) => number, rows: Row[] = []): Row[] {
  for (let trial = nextTrial(plan, rows); trial !== undefined; trial = nextTrial(plan, rows))
    rows.push(rowWith(trial, lossOf(trial)));
  return rows;
}

function namesOf(rows: readonly Row[]): string[] {
  return rows.map(({ run }) => run);
}

/** The lowest rate is the best for the first seed alone. */
function luckyAtFirst({ exponent, seed }: Trial): number {
  if (exponent === -2) return seed === 1 ? 0.1 : 3;
  return exponent === -1 ? 1 : 2;
}

/** High rates diverge. */
function steep(trial: Trial): number {
  const isTooHigh = rateAt(trial.exponent ?? 0) > 2;
  return isTooHigh ? Infinity : valley(0.05)(trial) + trial.seed / 100;
}

describe("the next run", () => {
  test("searches the rate with the first seed, extends the grid, and then trains the other seeds", () => {
    const plan = planOf(["optimizer=sgd"], { seeds: 3, rates: 3 });
    expect(namesOf(train(plan, valley(1)))).toEqual([
      "sgd-0_1-seed-1",
      "sgd-0_316-seed-1",
      "sgd-1-seed-1",
      "sgd-3_16-seed-1",
      "sgd-1-seed-2",
      "sgd-1-seed-3",
    ]);
  });

  test("trains every seed once where no rate is searched", () => {
    const plan = planOf(["learning-rate=0.1,1"], { given: { optimizer: "sgd" }, seeds: 2 });
    expect(namesOf(train(plan, () => 1))).toEqual([
      "learning-rate-0_1-seed-1",
      "learning-rate-0_1-seed-2",
      "learning-rate-1-seed-1",
      "learning-rate-1-seed-2",
    ]);
  });

  test("chooses by the median of the seeds of the search, not by the luckiest", () => {
    const plan = planOf(["optimizer=sgd"], { seeds: 3, searchSeeds: 3, rates: 3 });
    const rows = train(plan, luckyAtFirst);
    expect(rows).toHaveLength(9);
    expect(chosenRate(plan.variants[0]!, plan, rows)?.exponent).toBe(-1);
  });

  test("goes on after a run that diverged, and leaves a variant that does so at every rate", () => {
    const plan = planOf(["optimizer=sgd,adam"], { seeds: 2, rates: 2 });
    const rows = train(plan, (trial) =>
      trial.variant.label === "sgd" ? Infinity : valley(0.001)(trial),
    );
    expect(rows.filter(({ variant }) => variant === "sgd")).toHaveLength(6);
    expect(chosenRate(plan.variants[0]!, plan, rows)).toBeUndefined();
    expect(rows.filter(({ variant, seed }) => variant === "adam" && seed === 2)).toHaveLength(1);
  });

  test("is the same after an interruption at any run, with a torn last line in the file", () => {
    const plan = planOf(["optimizer=sgd,rmsprop,local-search"], { seeds: 2, rates: 3 });
    const whole = namesOf(train(plan, steep));
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), (count, torn) => {
        const lines = train(plan, steep).map(lineOf);
        const file = lines.slice(0, count).join("") + (lines[count] ?? "").slice(0, torn);
        expect(namesOf(train(plan, steep, rowsIn(file)))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  test("keeps the runs that are there when more seeds or variants are asked for", () => {
    const rows = train(planOf(["optimizer=sgd"], { seeds: 1 }), valley(0.3));
    const before = rows.length;
    const more = train(planOf(["optimizer=adam,sgd"], { seeds: 2 }), valley(0.3), [...rows]);
    expect(namesOf(more).slice(0, before)).toEqual(namesOf(rows));
    expect(new Set(namesOf(more)).size).toBe(more.length);
  });

  test("counts the runs that are left: at least, and exactly once no search is open", () => {
    const plan = planOf(["optimizer=sgd,adam"], { seeds: 3, rates: 3 });
    const total = train(plan, valley(0.03)).length;
    const rows: Row[] = [];
    for (let trial = nextTrial(plan, rows); trial !== undefined; trial = nextTrial(plan, rows)) {
      const left = trialsLeft(plan, rows);
      expect(rows.length + left).toBeLessThanOrEqual(total);
      expect(left).toBeGreaterThan(0);
      rows.push(rowWith(trial, valley(0.03)(trial)));
    }
    expect(trialsLeft(plan, rows)).toBe(0);
  });
});

describe("the names of runs", () => {
  test("fit into a message, and differ where the runs differ", () => {
    const plan = planOf(
      ["activation=relu,tanh,sigmoid", "layers=784,128,64,32,10;784,128,64,16,10", "beta=0.5,0.9"],
      { given: { optimizer: "momentum", seed: -1 }, seeds: 3 },
    );
    const names = plan.variants.flatMap((variant) =>
      plan.seeds.flatMap((seed) =>
        [-1, 0].map((exponent) => runNameOf({ variant, exponent, seed })),
      ),
    );
    for (const name of names) expect(name).toMatch(/^[\w-]{1,40}$/u);
    expect(new Set(names).size).toBe(names.length);
  });
});
