/** @file Relays: the same bits in every tree, whatever happens to its nodes, and a root whose traffic stays. */
import { describe, expect, test, vi } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import type { ComputePool } from "../../../../worker/threads/compute-pool.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { type Shape, type Traffic, Tree } from "./tree.ts";

const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, epochs: 2 });
const search = testConfig({
  layers: [12, 5, 3],
  batchSize: 48,
  shardSize: 3,
  epochs: 1,
  optimizer: { name: "local-search", sigma: 0.1, candidates: 15 },
});

function expected(of: RunConfig): string {
  return fingerprintOf(trainSequentially(of, dataset).parameters);
}

function treeOf(shapes: readonly Shape[], of = config): Tree {
  const tree = new Tree(of, dataset);
  tree.grow(shapes);
  return tree;
}

describe("the fingerprint is the sequential trainer's", () => {
  const four = [[4], [4], [4], [4]] as const;
  test.each<readonly [string, readonly Shape[]]>([
    ["a star of 16", [16]],
    ["one relay of 16", [[16]]],
    ["4 × 4", four],
    [
      "2 × 2 × 4",
      [
        [[4], [4]],
        [[4], [4]],
      ],
    ],
    ["a ragged tree", [2, [1], [[3, [1]], 2], [[[1]]]]],
  ])("in %s", async (_, shapes) => {
    expect(await treeOf(shapes).finish()).toBe(expected(config));
  });

  test.each(["float16", "int8"] as const)(
    "of a run in %s in a ragged tree, with a relay that is killed",
    async (wire) => {
      const rounded = { ...config, wire };
      const tree = treeOf([2, [1], [[3, [1]], 2], [[[1]]]], rounded);
      const fingerprint = await tree.finish(() => {
        if (tree.run.step === 3) tree.relays[1]!.kill();
      });
      expect(fingerprint).toBe(expected(rounded));
      expect(fingerprint).not.toBe(expected(config));
    },
  );

  test("of a run with a delay in a ragged tree, with a relay that is killed", async () => {
    const late = { ...config, delay: 1 };
    const tree = treeOf([2, [1], [[3, [1]], 2], [[[1]]]], late);
    const fingerprint = await tree.finish(() => {
      if (tree.run.step === 3) tree.relays[1]!.kill();
    });
    expect(fingerprint).toBe(expected(late));
    expect(fingerprint).not.toBe(expected(config));
  });

  test("of a local search in 4 × 4, and with a relay that has no workers", async () => {
    const tree = treeOf([...four, []], search);
    expect(await tree.finish()).toBe(expected(search));
    expect(tree.relays.at(-1)?.loop.status.phase).toBe("paused");
  });

  test("of local steps, as a star and behind relays, one of which is killed", async () => {
    const replicas = { steps: 1, replicas: 12, outerLearningRate: 0.7, outerMomentum: 0.9 };
    const local = testConfig({
      layers: [12, 5, 3],
      batchSize: 24,
      shardSize: 3,
      epochs: 1,
      optimizer: { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      localSteps: replicas,
    });
    for (const shapes of [[1], [3], [8], [[3], [[2], 1], 2]]) {
      const tree = treeOf(shapes, local);
      const fingerprint = await tree.finish(() => {
        if (tree.run.step === 1) tree.relays[0]?.kill();
      });
      expect(fingerprint).toBe(expected(local));
    }
  });

  test("when two of three relays are killed, and their workers come back elsewhere", async () => {
    const tree = treeOf([[3], [3], [3]]);
    const fingerprint = await tree.finish(() => {
      if (tree.run.step === 2) tree.relays[0]!.kill();
      if (tree.run.step === 4) tree.relays[1]!.kill();
    });
    expect(fingerprint).toBe(expected(config));
  });

  test("when all workers of a relay leave, and one joins later", async () => {
    const tree = new Tree(config, dataset);
    const relays = [tree.relay(tree.root), tree.relay(tree.root)];
    const workers = relays.map(({ door }) => tree.worker(door));
    let hasLeft = false;
    const fingerprint = await tree.finish(() => {
      if (tree.run.step < 2 || hasLeft) return;
      hasLeft = true;
      for (const worker of workers) worker.leave({ code: "stopped-by-user", values: {} });
      tree.worker(relays[1]!.door);
    });
    expect([hasLeft, fingerprint]).toEqual([true, expected(config)]);
  });

  test("when a worker behind a relay lies: the relay expels it and no other", async () => {
    const tree = new Tree(config, dataset);
    const relay = tree.relay(tree.root);
    tree.worker(relay.door);
    tree.worker(relay.door, lying);
    expect(await tree.finish()).toBe(expected(config));
    expect(tree.expelled).toEqual([expect.stringMatching(/^peer\d+: ERR_MISMATCH$/u)]);
    expect(relay.loop.status.phase).toBe("training");
  });
});

test("the root's view has a relay's branches: 4 workers, a relay with 2 and one below that with 1", async () => {
  const tree = treeOf([[4, [2, [1]]], 1]);
  const urls = { joinUrl: "", otherJoinUrls: [], dashboardUrl: "" };
  const seen: unknown[] = [];
  await tree.finish(() => {
    // Each tells the one above it, as its process does once a second.
    for (const { loop, door } of tree.relays) loop.tellCrew(door.sessions.crewBelow);
    const { workers } = tree.root.sessions.view(urls, null);
    seen.push(workers.map(({ kind, crew }) => [kind, crew]));
  });
  expect(seen).toContainEqual([
    [
      "relay",
      {
        workers: 7,
        relays: 2,
        branches: [
          { depth: 1, name: expect.stringMatching(/^peer/u), workers: 3 },
          { depth: 2, name: expect.stringMatching(/^peer/u), workers: 1 },
        ],
      },
    ],
    ["node", undefined],
  ]);
});

test("the work of the root per step is that of its relays, for 16 and 128 workers behind 4 relays", async () => {
  const small = testConfig({ layers: [12, 5, 3], batchSize: 16, shardSize: 1, epochs: 3 });
  const parameterBytes = 4 * (13 * 5 + 6 * 3);
  const traffic = async (workers: number) => {
    const tree = treeOf(
      Array.from({ length: 4 }, () => [workers / 4]),
      small,
    );
    const at: Traffic[] = [];
    await tree.finish(() => (at[tree.run.step] ??= { ...tree.root.traffic }));
    // Steps of the last epoch: speeds are known by then. Without its first, in which the epoch before is evaluated.
    const { stepsPerEpoch, totalSteps } = tree.run.plan;
    const steps = stepsPerEpoch - 2;
    const [first, last] = [at[totalSteps - 1 - steps]!, at[totalSteps - 1]!];
    const perStep = (of: keyof Traffic) => (last[of] - first[of]) / steps;
    return {
      up: perStep("up"),
      down: perStep("down"),
      counts: { received: perStep("received"), sent: perStep("sent"), lines: perStep("lines") },
    };
  };
  // A share is sent with the parameters once, and answered with one sum.
  const oneEach = 1.02 * 4 * (parameterBytes + 200);
  for (const workers of [16, 128]) {
    const { up, down, counts } = await traffic(workers);
    // A share for each; a commitment and a sum from each; nothing to tell the operator.
    expect({ workers, ...counts }).toEqual({ workers, received: 8, sent: 4, lines: 0 });
    expect(down).toBeGreaterThan(parameterBytes);
    expect(down).toBeLessThan(oneEach);
    expect(up).toBeGreaterThan(parameterBytes);
    expect(up).toBeLessThan(oneEach);
  }
});

test("4 relays of 4 equal workers have a quarter of the leaves each, also if one had a round alone at first", async () => {
  const wide = testConfig({ layers: [12, 5, 3], batchSize: 64, shardSize: 1, epochs: 2 });
  const tree = new Tree(wide, tinyDataset({ trainCount: 256 }));
  tree.grow([[4], [4], [4], [4]]);
  const send = vi.spyOn(tree.root.sessions, "send");
  await tree.finish();
  const last = tree.run.plan.totalSteps - 1;
  const shares = send.mock.calls.flatMap(([, header]) =>
    header.type === "work" && header.step === last ? header.blocks : [],
  );
  const quarters = [0, 16, 32, 48].map((start) => [start, start + 16]);
  expect(shares.toSorted(([a], [b]) => a - b)).toEqual(quarters);
});

test("relays pass updates on: below them too, a step in int8 takes 0.3 of the bytes of float32", async () => {
  const wide = testConfig({ layers: [12, 200, 3], batchSize: 8, shardSize: 1, epochs: 3 });
  const traffic = async (wire: RunConfig["wire"]) => {
    const tree = treeOf([[[2], 2], [4]], { ...wide, wire });
    const doors = [tree.root, ...tree.relays.map(({ door }) => door)];
    const at: number[][] = [];
    const fingerprint = await tree.finish(() => {
      at[tree.run.step] ??= doors.flatMap((door) => [door.traffic.up, door.traffic.down]);
    });
    // Of the last epoch, without its first step, in which the epoch before is evaluated at a whole point.
    const { stepsPerEpoch, totalSteps } = tree.run.plan;
    const [first, last] = [at[totalSteps + 1 - stepsPerEpoch]!, at[totalSteps - 1]!];
    return { fingerprint, bytes: last.map((bytes, i) => bytes - first[i]!) };
  };
  const [whole, inBytes] = [await traffic("float32"), await traffic("int8")];
  expect(inBytes.fingerprint).toBe(expected({ ...wide, wire: "int8" }));
  const ratios = inBytes.bytes.map((bytes, i) => bytes / whole.bytes[i]!);
  expect(Math.max(...ratios)).toBeLessThan(0.3);
});

/** Adds 1 to the first value of every result. */
function lying(pool: ComputePool): ComputePool {
  return {
    threads: 1,
    load: (run) => pool.load(run),
    start: (job, events) =>
      pool.start(job, {
        ...events,
        result(block, result, computeMs) {
          const values = result.values.slice();
          values[0] = (values[0] ?? 0) + 1;
          events.result(block, { ...result, values }, computeMs);
        },
        failed: (block, reason) => events.failed(block, reason),
        done: () => events.done(),
      }),
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}
