/**
 * @file One run in every topology, in every wire form, with a relay that is killed and workers that join in mid-run: the
 * fingerprint is that of one machine, and nobody is refused.
 */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { known } from "../../../../shared/assert.ts";
import { wireNames } from "../../../../shared/run/wire.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { type Shape, Tree } from "./tree.ts";

const dataset = tinyDataset();

const pair = [[4], [4]];
const topologies: readonly (readonly [string, readonly Shape[]])[] = [
  ["a star of 16", [16]],
  ["1 × 16", [[16]]],
  ["4 × 4", [[4], [4], [4], [4]]],
  ["2 × 2 × 4", [pair, pair]],
  ["a ragged tree", [2, [1], [[3, [1]], 2], [[[1]]]]],
];

describe.each(wireNames)("in %s the fingerprint is that of one machine", (wire) => {
  const config = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, epochs: 2, wire });
  const expected = fingerprintOf(trainSequentially(config, dataset).parameters);

  test.each(topologies)(
    "for %s, of which a relay is killed, and into which 3 workers and a relay come in mid-run",
    async (_, shapes) => {
      const tree = new Tree(config, dataset, { audit: "sample" });
      tree.grow(shapes);
      // Somebody stays, and the killed relay's workers come to the root.
      tree.worker(tree.root);
      let hasJoined = false;
      let killed = 0;
      const fingerprint = await tree.finish(() => {
        if (tree.run.step >= 1 && !hasJoined) {
          hasJoined = true;
          tree.grow([1], tree.relays.at(-1)?.door);
          tree.grow([[2]]);
        }
        if (tree.run.step >= 3 && killed === 0) {
          killed += 1;
          known(tree.relays[0], "a relay").kill();
        }
      });
      expect([hasJoined, killed, fingerprint]).toEqual([true, 1, expected]);
      expect(tree.expelled).toEqual([]);
    },
  );
});
