/**
 * @file The audit of relays by descent: honest relays of any depth show their paths and stay, and each way of lying is found
 * by the one check that is against it. A relay that is expelled leaves no trace in the result.
 */
import { afterEach, describe, expect, test, vi } from "vitest";

import { Descent } from "../../../../coordinator/audit/descent.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import type { ComputePool } from "../../../../worker/threads/compute-pool.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import {
  changesSums,
  commitsToOthers,
  createWrongKernel,
  isSilent,
  revealsOthers,
  withOneMore,
} from "../../../support/relays/planted.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { type RelayInTree, type Shape, Tree } from "./tree.ts";

const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, epochs: 2 });
const half = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, wire: "float16" });
const eighth = testConfig({ layers: [12, 5, 3], batchSize: 48, shardSize: 3, wire: "int8" });
const late = { ...config, delay: 1 };
const local = testConfig({
  layers: [12, 5, 3],
  batchSize: 24,
  shardSize: 3,
  epochs: 1,
  localSteps: { steps: 1, replicas: 12, outerLearningRate: 0.7, outerMomentum: 0.9 },
});

function expected(of: RunConfig): string {
  return fingerprintOf(trainSequentially(of, dataset).parameters);
}

afterEach(() => vi.restoreAllMocks());

function countWrong(results: readonly { readonly value: unknown }[]): number {
  return results.reduce((sum, { value }) => sum + (value as readonly unknown[]).length, 0);
}

/** How many answers were challenged, how many messages of evidence came, and how many showed a lie. */
function watch() {
  const challenge = vi.spyOn(Descent.prototype, "challenge");
  const take = vi.spyOn(Descent.prototype, "take");
  const settle = vi.spyOn(Descent.prototype, "settle");
  return () => ({
    challenged: challenge.mock.calls.length,
    shown: take.mock.calls.filter(([, , { type }]) => type !== "commitment").length,
    lies: countWrong(take.mock.results),
    liesOfTheSilent: countWrong(settle.mock.results),
  });
}

describe("honest relays show what they have committed to, and nobody is refused", () => {
  const nested = [
    [[4], [4]],
    [[4], [4]],
  ];
  test.each<readonly [string, readonly Shape[], RunConfig]>([
    ["one relay of 16", [[16]], config],
    ["4 × 4", [[4], [4], [4], [4]], config],
    ["2 × 2 × 4", nested, config],
    ["2 × 2 × 4 in float16", nested, half],
    ["2 × 2 × 4 in int8", nested, eighth],
    ["2 × 2 × 4 with local steps", nested, local],
    ["4 × 4 with a delay", [[4], [4], [4], [4]], late],
    ["2 × 2 × 4 with a delay", nested, late],
    ["a ragged tree", [2, [1], [[3, [1]], 2], [[[2]]]], config],
  ])("%s", async (_, shapes, of) => {
    const count = watch();
    const tree = new Tree(of, dataset, { audit: "sample" });
    tree.grow(shapes);
    expect(await tree.finish()).toBe(expected(of));
    expect(tree.expelled).toEqual([]);
    const { challenged, ...found } = count();
    expect(challenged).toBeGreaterThan(1);
    // A path and two children each.
    expect(found).toEqual({ shown: 3 * challenged, lies: 0, liesOfTheSilent: 0 });
  });
});

/** A relay of two workers that lies, and an honest one beside it. */
async function train(
  wrap?: (pool: ComputePool) => ComputePool,
  { createKernel = createPlainKernel, wrapWorkers = (pool: ComputePool) => pool } = {},
) {
  const count = watch();
  const tree = new Tree(config, dataset, { audit: "sample", relayAudit: "none" });
  const liar = tree.relay(tree.root, wrap, createKernel);
  for (let i = 0; i < 2; i++) tree.worker(liar.door, wrapWorkers);
  tree.grow([[2]]);
  return { fingerprint: await tree.finish(), expelled: tree.expelled, found: count() };
}

describe("a relay that lies is expelled, its round is computed elsewhere, and the result is right", () => {
  test.each([
    ["changes the sum after it has committed itself", changesSums],
    ["commits itself to other nodes", commitsToOthers],
    ["reveals other children than those it added", revealsOthers],
  ])("that %s", async (_, wrap) => {
    const { fingerprint, expelled, found } = await train(wrap);
    expect(fingerprint).toBe(expected(config));
    expect(expelled).toEqual([expect.stringContaining("ERR_MISMATCH")]);
    expect(found.lies).toBe(1);
  });

  test("that adds wrongly, and commits itself to that", async () => {
    const { fingerprint, expelled, found } = await train(undefined, {
      createKernel: createWrongKernel,
    });
    expect(fingerprint).toBe(expected(config));
    expect(expelled).toEqual([expect.stringContaining("ERR_MISMATCH")]);
    expect(found.lies).toBe(1);
  });

  test("that adds what its workers made up", async () => {
    const { fingerprint, expelled, found } = await train(undefined, { wrapWorkers: makesUp });
    expect(fingerprint).toBe(expected(config));
    expect(expelled[0]).toContain("ERR_MISMATCH");
    expect(found.lies).toBe(1);
  });

  test("that changes sums and reveals nothing: the referee computes its block", async () => {
    const { fingerprint, expelled, found } = await train((pool) => isSilent(changesSums(pool)));
    expect(fingerprint).toBe(expected(config));
    expect(expelled).toEqual([expect.stringContaining("ERR_MISMATCH")]);
    expect([found.lies, found.liesOfTheSilent]).toEqual([0, 1]);
  });

  test("that changes sums and leaves when it is challenged", async () => {
    const tree = new Tree(config, dataset, { audit: "sample" });
    const liar: { kill?: () => void } = {};
    const relay = tree.relay(tree.root, (pool) => ({
      ...changesSums(pool),
      challenge: () => liar.kill?.(),
    }));
    liar.kill = () => relay.kill();
    tree.grow([[2]], relay.door);
    tree.grow([[2]]);
    expect(await tree.finish()).toBe(expected(config));
    expect(tree.expelled).toEqual([expect.stringContaining("ERR_MISMATCH")]);
  });
});

test("a relay that reveals nothing but is right costs time and no bit, and stays", async () => {
  const tree = new Tree(config, dataset, { audit: "sample" });
  for (let i = 0; i < 2; i++) tree.grow([2], tree.relay(tree.root, isSilent).door);
  expect(await tree.finish()).toBe(expected(config));
  expect(tree.expelled).toEqual([]);
});

test("a relay whose own relay has paused when it is challenged reveals nothing, and stays", async () => {
  const tree = new Tree(config, dataset, { audit: "sample" });
  const waiting: { turns: number; readonly challenge: () => void }[] = [];
  const lower: { relay?: RelayInTree } = {};
  const upper = tree.relay(tree.root, (pool) => ({
    threads: 1,
    load: async (run) => await pool.load(run),
    start: (...of) => pool.start(...of),
    challenge: (...of) => {
      lower.relay?.loop.pause(sentence("stopped-by-user"));
      waiting.push({ turns: 0, challenge: () => pool.challenge?.(...of) });
    },
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  }));
  lower.relay = tree.relay(upper.door);
  tree.grow([4], lower.relay.door);
  tree.grow([1], upper.door);
  tree.grow([[2]]);
  let asked = 0;
  const fingerprint = await tree.finish(() => {
    for (const each of waiting) each.turns += 1;
    // After the turn in which the pause arrived.
    if ((waiting[0]?.turns ?? 0) < 2) return;
    asked += 1;
    waiting.shift()?.challenge();
    lower.relay?.loop.resume();
  });
  expect(asked).toBeGreaterThan(0);
  expect(fingerprint).toBe(expected(config));
  expect(tree.expelled).toEqual([]);
});

/** A worker whose results are too large by 1. */
function makesUp(pool: ComputePool): ComputePool {
  return {
    threads: 1,
    load: async (run) => await pool.load(run),
    start: (job, events) =>
      pool.start(job, {
        result: (block, result, computeMs) => events.result(block, withOneMore(result), computeMs),
        failed: (block, reason) => events.failed(block, reason),
        done: () => events.done(),
      }),
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}
