import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  modelSizes,
  roundKindNames,
  roundKinds,
  trainingKind,
} from "../../../../shared/run/kinds.ts";
import { batchSizeOf, planRun } from "../../../../shared/run/plan.ts";
import { blocksOf } from "../../../../shared/run/tree.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const layers = [12, 6, 3];
const sizes = modelSizes(testConfig({ layers }));
const localSearch = { name: "local-search", candidates: 6, sigma: 0.1 } as const;

/** Runs with batches, shards and splits of many different sizes. */
const runs = fc
  .record({
    batchSize: fc.integer({ min: 1, max: 40 }),
    shardSize: fc.integer({ min: 1, max: 9 }),
    trainCount: fc.integer({ min: 1, max: 100 }),
    validationCount: fc.integer({ min: 1, max: 60 }),
    testCount: fc.integer({ min: 1, max: 60 }),
    step: fc.nat(20),
  })
  .map(({ batchSize, shardSize, step, ...counts }) => {
    // A whole batch is in each step, so every replica has samples.
    const replicas = Math.min(batchSize, counts.trainCount);
    const localSteps = { steps: 2, replicas, outerLearningRate: 1, outerMomentum: 0 };
    const given = { layers, batchSize, shardSize, optimizer: localSearch, localSteps };
    const config = testConfig(given);
    return { config, plan: planRun(config, counts), step };
  });

describe.each(roundKindNames)("a round of kind %s", (kind) => {
  const { leafCount, samplesOf, valueCount, join } = roundKinds[kind];

  test("has as many samples as its leaves together, and no leaf without samples", () => {
    fc.assert(
      fc.property(runs, ({ config, plan, step }) => {
        const count = leafCount(step, config, plan);
        const leaves = Array.from({ length: count }, (_, start) => {
          return samplesOf({ start, end: start + 1 }, step, config, plan);
        });
        expect(Math.min(...leaves)).toBeGreaterThan(0);
        const sum = leaves.reduce((total, samples) => total + samples, 0);
        expect(samplesOf({ start: 0, end: count }, step, config, plan)).toBe(sum);
      }),
    );
  });

  test("has results of one length if they are added, and otherwise of lengths that add up", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.integer({ min: 1, max: 9 }), (start, length) => {
        const parts = blocksOf({ start, end: start + length }, 32);
        const lengths = parts.map((block) => valueCount(block, sizes));
        const whole = valueCount({ start, end: start + length }, sizes);
        const sum = lengths.reduce((total, values) => total + values, 0);
        expect(join === "sum" ? Math.max(...lengths) : sum).toBe(whole);
        expect(join === "sum" ? Math.min(...lengths) : sum).toBe(whole);
      }),
    );
  });
});

describe("the rows", () => {
  const config = testConfig({ layers, batchSize: 32, shardSize: 5, optimizer: localSearch });
  const plan = planRun(config, { trainCount: 50, testCount: 11 });

  const samples = (kind: "gradient" | "candidates", step: number) => {
    const end = roundKinds[kind].leafCount(step, config, plan);
    return roundKinds[kind].samplesOf({ start: 0, end }, step, config, plan);
  };

  test("say that a step goes over its batch once for a gradient, and once for each of 7 candidates", () => {
    for (const step of [0, 1]) {
      const batchSize = batchSizeOf(step, config, plan);
      expect([samples("gradient", step), samples("candidates", step)]).toEqual([
        batchSize,
        7 * batchSize,
      ]);
    }
  });

  test("say that an evaluation goes over the 11 test samples in 3 shards, whatever the step", () => {
    const { leafCount, samplesOf } = roundKinds.test;
    for (const step of [0, 7]) {
      expect(leafCount(step, config, plan)).toBe(3);
      expect(samplesOf({ start: 0, end: 3 }, step, config, plan)).toBe(11);
      expect(samplesOf({ start: 2, end: 3 }, step, config, plan)).toBe(1);
    }
  });

  test("give lengths of 99 parameters, of one cost per candidate and of 9 confusion counts per evaluated split", () => {
    const block = { start: 2, end: 4 };
    expect(roundKindNames.map((kind) => [kind, roundKinds[kind].valueCount(block, sizes)])).toEqual(
      [
        ["gradient", 99],
        ["candidates", 2],
        ["replica", 99],
        ["validation", 9],
        ["test", 9],
      ],
    );
  });

  test("use candidates for local search, replicas for local steps, and gradients for everything else", () => {
    expect(trainingKind(config)).toBe("candidates");
    expect(trainingKind(testConfig({ layers }))).toBe("gradient");
    const localSteps = { steps: 2, replicas: 3, outerLearningRate: 1, outerMomentum: 0 };
    expect(trainingKind(testConfig({ layers, localSteps }))).toBe("replica");
    for (const kind of ["candidates", "gradient", "replica"] as const) {
      expect(roundKinds[kind].trains).toBe(true);
    }
  });
});
