import { describe, expect, test } from "vitest";

import { mistake } from "../../cli/support.ts";
import { planOf } from "./fixture.ts";

function searches({ variants }: ReturnType<typeof planOf>) {
  return variants.map(({ search }) => search);
}

describe("the plan of a comparison", () => {
  test("has every combination of the varied values, in the order in which they were given", () => {
    const { variants } = planOf(["optimizer=sgd,adam", "batch-size=16,64"], {
      given: { epochs: 3 },
    });
    expect(variants.map(({ label }) => label)).toEqual([
      "sgd, batch-size 16",
      "sgd, batch-size 64",
      "adam, batch-size 16",
      "adam, batch-size 64",
    ]);
    expect(variants[2]?.given).toEqual({ epochs: 3, optimizer: "adam", batchSize: 16 });
  });

  test("searches the rate around each optimizer's own default, and σ for local search", () => {
    const { variants } = planOf(["optimizer=sgd,adam,local-search"], { rates: 3 });
    expect(variants.map(({ search }) => search)).toEqual([
      { key: "learningRate", first: [-2, -1, 0] },
      { key: "learningRate", first: [-7, -6, -5] },
      { key: "sigma", first: [-4, -3, -2] },
    ]);
  });

  test("searches no rate that is given, varied, or not wanted", () => {
    expect(
      searches(planOf(["beta=0.5,0.9"], { given: { optimizer: "nag", learningRate: 1 } })),
    ).toEqual([null, null]);
    expect(searches(planOf(["learning-rate=0.1,1"], { given: { optimizer: "sgd" } }))).toEqual([
      null,
      null,
    ]);
    expect(searches(planOf(["optimizer=sgd"], { rates: null }))).toEqual([null]);
  });

  test("counts its seeds from the first one", () => {
    const { seeds, searchSeeds } = planOf(["optimizer=sgd"], {
      given: { seed: 7 },
      seeds: 3,
      searchSeeds: 2,
    });
    expect(seeds).toEqual([7, 8, 9]);
    expect(searchSeeds).toEqual([7, 8]);
  });

  test("refuses nothing to vary, a setting that is given too, and one that a variant doesn't have", () => {
    expect(mistake(() => planOf([]))).toBe(
      "say what the variants differ in: --vary optimizer=sgd,adam",
    );
    expect(mistake(() => planOf(["optimizer=sgd"], { given: { optimizer: "adam" } }))).toBe(
      "--optimizer adam gives one value for all variants, but --vary optimizer gives several; leave one of the two out",
    );
    expect(mistake(() => planOf(["optimizer=adam,sgd", "beta1=0.9,0.8"]))).toContain(
      "--vary beta1 0.9 is not for optimizer sgd",
    );
    const many = Array.from({ length: 201 }, (_, i) => i + 1).join(",");
    expect(mistake(() => planOf([`batch-size=${many}`]))).toContain("201 variants");
  });
});
