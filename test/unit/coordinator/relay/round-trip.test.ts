/** @file What a delay gains behind a long way, on a clock that only the test moves: half of the time, and the same bits. */
import { expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { type Shape, Tree } from "./tree.ts";

const dataset = tinyDataset({ trainCount: 1_000 });
const prompt = testConfig({ layers: [12, 5, 3], batchSize: 50, shardSize: 25, epochs: 2 });
/** A leaf takes 1 ms. */
const long = testConfig({ layers: [12, 5, 3], batchSize: 240, shardSize: 3, epochs: 4 });

test.each<readonly [string, readonly Shape[], number, RunConfig]>([
  ["1 worker", [1], 1.9, prompt],
  ["2 workers", [2], 1.9, prompt],
  // Of the 5 steps of an epoch, the first hides nothing.
  ["2 workers that compute for as long", [2], 1.6, long],
  // The way below the relay is not hidden, but it is now at the same time as the way above it.
  ["2 workers behind a relay", [[2]], 1.8, prompt],
])(
  "with 40 ms to everybody and back, %s take half as long for the steps with a delay of 1",
  async (_, shapes, times, plain) => {
    const [without = 0, withDelay = 0] = await Promise.all(
      [plain, { ...plain, delay: 1 }].map(async (config) => {
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
