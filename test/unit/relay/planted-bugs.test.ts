/** @file Mistakes that a relay might have. Each must show: as another fingerprint, or as a relay that is refused. */
import { expect, test } from "vitest";

import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import type { ComputePool } from "../../../worker/threads/compute-pool.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";
import { addsInOrderOfArrival, mixesRounds, sendsTwice } from "./planted.ts";
import { Tree } from "./tree.ts";

const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, epochs: 2 });

/** One relay with one worker, and so many workers beside it. */
async function train(wrap: (pool: ComputePool) => ComputePool, beside = 0) {
  const tree = new Tree(config, dataset);
  tree.worker(tree.relay(tree.root, wrap).door);
  tree.grow([beside]);
  return { fingerprint: await tree.finish(), expelled: tree.expelled };
}

const expected = fingerprintOf(trainSequentially(config, dataset).parameters);

test("a relay that sends each sum twice is disconnected, and the fingerprint is right", async () => {
  const { fingerprint, expelled } = await train(sendsTwice, 1);
  expect(fingerprint).toBe(expected);
  expect(expelled).toContainEqual(expect.stringContaining("ERR_OFFENCES"));
});

test.each([
  ["mixes rounds", mixesRounds],
  ["adds in the order of arrival", addsInOrderOfArrival],
])("a relay that %s changes the fingerprint", async (_, wrap) => {
  expect((await train(wrap)).fingerprint).not.toBe(expected);
});
