/** @file Everything that follows from a run config before any computing. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { firstInnerStep, innerRun, samplesOfReplicas } from "../../../../shared/run/local-steps.ts";
import {
  batchesOf,
  batchSizeOf,
  defaultShardSize,
  epochOf,
  epochOrder,
  planRun,
  samplesOf,
  shardCountOf,
} from "../../../../shared/run/plan.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const sizes = fc.record({
  trainCount: fc.integer({ min: 1, max: 3_000 }),
  batchSize: fc.integer({ min: 1, max: 3_000 }),
  shardSize: fc.integer({ min: 1, max: 200 }),
  epochs: fc.integer({ min: 1, max: 4 }),
});

describe("defaultShardSize", () => {
  test("is 32 up to a batch of 2,048, then the smallest multiple of 32 that makes at most 64 shards", () => {
    expect([1, 32, 33, 2_048].map((size) => defaultShardSize(size))).toEqual([32, 32, 32, 32]);
    expect([2_049, 4_096, 4_097, 60_000].map((size) => defaultShardSize(size))).toEqual([
      64, 64, 96, 960,
    ]);
    for (let batchSize = 1; batchSize <= 20_000; batchSize += 7) {
      const size = defaultShardSize(batchSize);
      expect(Math.ceil(batchSize / size)).toBeLessThanOrEqual(64);
      const smallerDoes = size > 32 && Math.ceil(batchSize / (size - 32)) <= 64;
      expect(smallerDoes).toBe(false);
    }
  });
});

describe("planRun", () => {
  test("makes 938 steps per epoch of 60,000 samples in batches of 64; the last has 32", () => {
    const config = testConfig({ batchSize: 64, epochs: 2 });
    const plan = planRun(config, { trainCount: 60_000, testCount: 10_000 });
    expect(plan).toMatchObject({ stepsPerEpoch: 938, totalSteps: 1_876 });
    expect([0, 936, 937, 938].map((step) => batchSizeOf(step, config, plan))).toEqual([
      64, 64, 32, 64,
    ]);
  });

  test("makes 1 step per epoch of a full batch, and as many steps as samples with batches of 1", () => {
    const counts = { trainCount: 100, testCount: 1 };
    expect(planRun(testConfig({ batchSize: 100, epochs: 3 }), counts).totalSteps).toBe(3);
    expect(planRun(testConfig({ batchSize: 1, epochs: 3 }), counts).totalSteps).toBe(300);
  });

  test("divides the batches of an epoch among exchanges of at least `localSteps.steps` batches, evenly", () => {
    const local = { steps: 50, replicas: 8, outerLearningRate: 1, outerMomentum: 0 };
    const config = testConfig({ batchSize: 64, epochs: 2, localSteps: local });
    const plan = planRun(config, { trainCount: 60_000, testCount: 10_000 });
    expect(plan).toMatchObject({ stepsPerEpoch: 18, totalSteps: 36 });
    const batches = Array.from({ length: 36 }, (_, step) => {
      const { first, end } = batchesOf(step, config, plan);
      return end - first;
    });
    expect(new Set(batches)).toEqual(new Set([52, 53]));
    expect(batches.reduce((sum, count) => sum + count)).toBe(2 * 938);
    const samples = batches.map((_, step) => batchSizeOf(step, config, plan));
    expect(samples.reduce((sum, count) => sum + count)).toBe(120_000);
    expect([0, 1, 17, 18, 36].map((step) => firstInnerStep(step, config, plan))).toEqual([
      0, 52, 885, 938, 1_876,
    ]);
    expect(innerRun(config, plan).plan).toMatchObject({ stepsPerEpoch: 938, totalSteps: 1_876 });
  });

  test("lets `steps` end the run earlier than the epochs would, never later", () => {
    const counts = { trainCount: 100, testCount: 1 };
    const total = (steps: number | null) =>
      planRun(testConfig({ batchSize: 10, epochs: 2, steps }), counts).totalSteps;
    expect([total(7), total(20), total(21), total(null)]).toEqual([7, 20, 20, 20]);
  });

  test("treats a batch larger than the training split as the whole split", () => {
    const config = testConfig({ batchSize: 500 });
    const plan = planRun(config, { trainCount: 100, testCount: 1 });
    expect([plan.stepsPerEpoch, batchSizeOf(0, config, plan)]).toEqual([1, 100]);
  });

  test("refuses a split of 0 samples", () => {
    expect(() => planRun(testConfig({}), { trainCount: 0, testCount: 1 })).toThrow(/samples/u);
    expect(() => planRun(testConfig({}), { trainCount: 1, testCount: 0 })).toThrow(/samples/u);
  });
});

describe("steps, batches and shards", () => {
  test("the batches of every epoch add up to the training split, and each has at least 1 sample", () => {
    fc.assert(
      fc.property(sizes, ({ trainCount, ...rest }) => {
        const config = testConfig(rest);
        const plan = planRun(config, { trainCount, testCount: 1 });
        expect(plan.totalSteps).toBe(plan.stepsPerEpoch * config.epochs);
        const samples = Array.from({ length: config.epochs }, () => 0);
        for (let step = 0; step < plan.totalSteps; step++) {
          const size = batchSizeOf(step, config, plan);
          expect(size).toBeGreaterThanOrEqual(1);
          samples[epochOf(step, plan).epoch]! += size;
        }
        expect(samples).toEqual(samples.map(() => trainCount));
      }),
      { numRuns: 30 },
    );
  });

  test("the shards of a batch add up to it: all full but the last, which has at least 1 sample", () => {
    fc.assert(
      fc.property(sizes, ({ batchSize, shardSize }) => {
        const config = testConfig({ batchSize, shardSize });
        const count = shardCountOf(batchSize, config);
        expect(samplesOf({ start: 0, end: count }, batchSize, config)).toBe(batchSize);
        expect(samplesOf({ start: 0, end: count - 1 }, batchSize, config)).toBe(
          (count - 1) * shardSize,
        );
        const last = samplesOf({ start: count - 1, end: count }, batchSize, config);
        expect(last >= 1 && last <= shardSize).toBe(true);
      }),
    );
  });

  test("step 938 with 938 steps per epoch is batch 0 of epoch 1", () => {
    const plan = {
      trainCount: 60_000,
      validationCount: 0,
      testCount: 1,
      stepsPerEpoch: 938,
      totalSteps: 9_380,
    };
    expect(epochOf(937, plan)).toEqual({ epoch: 0, batch: 937 });
    expect(epochOf(938, plan)).toEqual({ epoch: 1, batch: 0 });
  });
});

describe("epochOrder", () => {
  const plan = {
    trainCount: 50,
    validationCount: 0,
    testCount: 1,
    stepsPerEpoch: 1,
    totalSteps: 9,
  };

  test("differs from epoch to epoch and from seed to seed, and depends on nothing else", () => {
    const order = epochOrder(3, testConfig({ seed: 9 }), plan);
    expect(epochOrder(3, testConfig({ seed: 9, batchSize: 7, epochs: 40 }), plan)).toEqual(order);
    expect(epochOrder(4, testConfig({ seed: 9 }), plan)).not.toEqual(order);
    expect(epochOrder(3, testConfig({ seed: 10 }), plan)).not.toEqual(order);
  });
});

test("the replicas' samples of a step add up to those of its batches, for 500 sizes", () => {
  const localSteps = fc.record({
    steps: fc.integer({ min: 1, max: 40 }),
    replicas: fc.integer({ min: 1, max: 40 }),
    outerLearningRate: fc.constant(1),
    outerMomentum: fc.constant(0),
  });
  fc.assert(
    fc.property(sizes, localSteps, fc.nat(1_000), ({ trainCount, ...drawn }, local, n) => {
      const config = testConfig({ ...drawn, localSteps: local });
      const plan = planRun(config, { trainCount, testCount: 1 });
      const step = n % plan.totalSteps;
      const of = (start: number, end: number) =>
        samplesOfReplicas({ start, end }, step, config, plan);
      const { replicas } = local;
      const each = Array.from({ length: replicas }, (_, replica) => of(replica, replica + 1));
      expect(of(0, replicas)).toBe(batchSizeOf(step, config, plan));
      expect(each.reduce((sum, count) => sum + count, 0)).toBe(of(0, replicas));
    }),
    { numRuns: 500 },
  );
});
