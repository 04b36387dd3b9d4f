/** @file What a delay gains behind a long way, on a clock that only the test moves: half of the time, and the same bits. */
import { expect, test } from "vitest";

import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";
import { type Shape, Tree } from "./tree.ts";

const dataset = tinyDataset({ trainCount: 1_000 });
const prompt = testConfig({ layers: [12, 5, 3], batchSize: 50, shardSize: 25, epochs: 2 });
const late = { ...prompt, delay: 1 };

test.each<readonly [string, readonly Shape[], number]>([
  ["1 worker", [1], 1.9],
  ["2 workers", [2], 1.9],
  // The way below the relay is not hidden, but it is now at the same time as the way above it.
  ["2 workers behind a relay", [[2]], 1.8],
])(
  "with 40 ms to everybody and back, %s take half as long for the steps with a delay of 1",
  async (_, shapes, times) => {
    const [without = 0, withDelay = 0] = await Promise.all(
      [prompt, late].map(async (config) => {
        const tree = new Tree(config, dataset, { lagMs: () => 20 });
        tree.grow(shapes);
        const { parameters } = trainSequentially(config, dataset);
        expect(await tree.finish()).toBe(fingerprintOf(parameters));
        return tree.run.progress.trainingMs;
      }),
    );
    expect(without / withDelay).toBeGreaterThan(times);
  },
);
