/**
 * @file Relays that pass a point on while it arrives: the same bits in every topology and form, whoever is killed in the
 * middle of a tensor, and more steps per second on slow links.
 */
import { describe, expect, test, vi } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { wireNames } from "../../../../shared/run/wire.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { mixesVersions, storesFirst } from "../../../support/relays/planted.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { type Shape, Tree, type TreeOptions } from "./tree.ts";

const dataset = tinyDataset();
const small = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, epochs: 8 });
/** A tensor of 83 values takes 1 to 6 slices, each 3 ms. */
const slow: TreeOptions = { bytesPerMs: 20, sliceBytes: 60, audit: "sample" };

const pair = [[4], [4]];
const topologies: readonly (readonly [string, readonly Shape[]])[] = [
  ["1 × 16", [[16]]],
  ["4 × 4", [[4], [4], [4], [4]]],
  ["2 × 2 × 4", [pair, pair]],
  ["a ragged tree", [2, [1], [[3, [1]], 2], [[[1]]]]],
];

describe.each(wireNames)("in %s", (wire) => {
  const config = { ...small, wire };
  const expected = fingerprintOf(trainSequentially(config, dataset).parameters);

  test.each(topologies)(
    "%s has the right fingerprint, with relays cut and killed in the middle of a tensor",
    async (_, shapes) => {
      const tree = new Tree(config, dataset, slow);
      tree.grow(shapes);
      // Somebody stays, and the killed relay's workers come to the root.
      tree.worker(tree.root);
      const hits = new Map<number, "cut" | "kill">();
      const fingerprint = await tree.finish(() => {
        const { step } = tree.run;
        const relay = tree.relays.find(({ door }) => door.isOpen && door.unfinished.size > 0);
        if (relay === undefined || hits.has(step) || hits.size > 2 || step === 0) return;
        hits.set(step, hits.size === 1 ? "kill" : "cut");
        if (hits.size === 2) relay.kill();
        else relay.cut();
      });
      expect(fingerprint).toBe(expected);
      expect(tree.expelled).toEqual([]);
      expect([...hits.values()].slice(0, 2)).toEqual(["cut", "kill"]);
      // The workers of a relay that was cut off are told that the rest will not come.
      expect(tree.abandoned).toBeGreaterThan(0);
    },
  );
});

describe("a relay that mixes the points of two steps", () => {
  const expected = fingerprintOf(trainSequentially(small, dataset).parameters);

  test("changes the fingerprint where nobody audits", async () => {
    const tree = new Tree(small, dataset, { ...slow, audit: undefined, relayAudit: "none" });
    tree.worker(tree.relay(tree.root, mixesVersions).door);
    expect(await tree.finish()).not.toBe(expected);
  });

  test("is disconnected where the root does, and the fingerprint is right", async () => {
    const tree = new Tree(small, dataset, slow);
    tree.worker(tree.relay(tree.root, mixesVersions).door);
    tree.worker(tree.root);
    expect(await tree.finish()).toBe(expected);
    expect(tree.expelled).toEqual([expect.stringContaining("ERR_MISMATCH")]);
  });

  test("is found by the digest in a run in int8, and the fingerprint is right", async () => {
    const config = { ...small, wire: "int8" as const };
    const tree = new Tree(config, dataset, { ...slow, audit: undefined, relayAudit: "none" });
    tree.worker(tree.relay(tree.root, mixesVersions).door);
    tree.worker(tree.root);
    const send = vi.spyOn(tree.root.sessions, "send");
    const right = fingerprintOf(trainSequentially(config, dataset).parameters);
    expect(await tree.finish()).toBe(right);
    // Whoever finds that an update leads elsewhere is sent the next point whole.
    const whole = send.mock.calls.filter(([, { type }]) => type === "work");
    expect(whole.length).toBeGreaterThan(tree.workers.length);
  });
});

test("messages for a worker arrive between the slices of a tensor", async () => {
  const tree = new Tree(small, dataset, slow);
  const relay = tree.relay(tree.root);
  tree.worker(relay.door);
  let told = 0;
  const fingerprint = await tree.finish(() => {
    if (!tree.isMidTensor || told > 3) return;
    told += 1;
    relay.door.sessions.setDoors(0, ["http://10.0.0.1:1"]);
  });
  expect([told, fingerprint]).toEqual([
    4,
    fingerprintOf(trainSequentially(small, dataset).parameters),
  ]);
  expect(tree.expelled).toEqual([]);
});

describe("670,003 parameters behind relays and links of 10 Mbit/s", () => {
  const wide = testConfig({
    layers: [12, 41_875, 3],
    batchSize: 2,
    shardSize: 1,
    epochs: 1,
    steps: 3,
  });
  const few = tinyDataset({ trainCount: 12, testCount: 2 });
  const expected = fingerprintOf(trainSequentially(wide, few).parameters);

  /** Virtual time, without the first step: a relay has workers after it is ready, and is given the point twice. */
  async function stepsPerSecond(shape: Shape, wrap?: TreeOptions["wrap"]): Promise<number> {
    const tree = new Tree(wide, few, { bytesPerMs: 1_250, wrap });
    tree.grow([shape]);
    const committedMs: number[] = [];
    expect(await tree.finish(() => (committedMs[tree.run.step] ??= tree.nowMs))).toBe(expected);
    const [first = 0, ...others] = committedMs.slice(1);
    return (1_000 * others.length) / ((others.at(-1) ?? 0) - first);
  }

  // A level of relays costs two copies and two sums without, and one sum and a slice with: 2(d + 1) and d + 2 times.
  test.each<readonly [number, Shape, number]>([
    [1, [1], 4 / 3],
    [2, [[1]], 6 / 4],
    [3, [[[1]]], 8 / 5],
  ])("at depth %i there are more steps/s than if each stored the point first", async (...of) => {
    const [, shape, ideal] = of;
    const gain = (await stepsPerSecond(shape)) / (await stepsPerSecond(shape, storesFirst));
    expect(gain).toBeGreaterThan(0.96 * ideal);
    expect(gain).toBeLessThan(1.01 * ideal);
  });
});
