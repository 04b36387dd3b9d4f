import { describe, expect, test } from "vitest";

import { Contribution } from "../../../worker/contribution.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";

const dataset = tinyDataset({ trainCount: 80, testCount: 40 });
const config = testConfig({ layers: [12, 3], batchSize: 20, shardSize: 5 });
/** A result that nobody reads. */
const none = new Uint8Array(4 * 39);
const create = () => new Contribution({ config, dataset }, 1234, 0);

describe("Contribution", () => {
  test("a worker that computed half of 3 steps has a share of 50 %, 30 samples and 3 blocks", () => {
    const contribution = create();
    for (const step of [4, 5, 6]) contribution.add("gradient", step, { start: 0, end: 2 }, none);
    expect(contribution.share).toBeCloseTo(0.5);
    expect(contribution).toMatchObject({ samplesDone: 30, blocksDone: 3, step: 6 });
  });

  test("evaluated samples count as done, but not for the share", () => {
    const contribution = create();
    contribution.add("test", 1, { start: 0, end: 8 }, none);
    expect(contribution).toMatchObject({ samplesDone: 40, share: 0, step: null });
  });

  test("shows the measured speed before the first block, then samples per second over the last window", () => {
    const contribution = create();
    expect(contribution.samplesPerSecond(500)).toBe(1234);
    contribution.add("gradient", 0, { start: 0, end: 4 }, none);
    expect(contribution.samplesPerSecond(2_000)).toBe(10);
    expect(contribution.samplesPerSecond(4_000)).toBe(0);
  });

  test("knows its speed 200 ms after the start, then over whole seconds", () => {
    const contribution = create();
    contribution.add("gradient", 0, { start: 0, end: 4 }, none);
    expect(contribution.samplesPerSecond(100)).toBe(0);
    expect(contribution.samplesPerSecond(200)).toBe(100);
    expect(contribution.samplesPerSecond(900)).toBe(100);
    expect(contribution.samplesPerSecond(1_200)).toBe(0);
  });

  test("a candidate costs the whole batch", () => {
    const search = {
      ...config,
      optimizer: { name: "local-search", candidates: 3, sigma: 1 } as const,
    };
    const contribution = new Contribution({ config: search, dataset }, 1, 0);
    contribution.add("candidates", 0, { start: 0, end: 2 }, none);
    expect(contribution).toMatchObject({ samplesDone: 40, share: 0.5 });
  });
});
