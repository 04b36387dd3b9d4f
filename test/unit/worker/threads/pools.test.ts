import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { bytesOf } from "../../../../shared/bytes.ts";
import { createWireForm } from "../../../../shared/engine/wire-form.ts";
import { instantiateKernel, type Kernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import {
  layoutOfPoint,
  pointLength,
  type RoundKind,
  stateSizes,
} from "../../../../shared/run/kinds.ts";
import { type Block, blocksOf } from "../../../../shared/run/tree.ts";
import { wireNames } from "../../../../shared/run/wire.ts";
import { quoted, sayAtTerminal, type Sentence } from "../../../../shared/words/sentence.ts";
import { listenForBell } from "../../../../worker/node/inside.ts";
import { createStartThread } from "../../../../worker/node/threads.ts";
import type { ComputePool, Job } from "../../../../worker/threads/compute-pool.ts";
import { createComputeThread } from "../../../../worker/threads/compute-thread.ts";
import { LocalPool } from "../../../../worker/threads/local-pool.ts";
import { SharedPool, type SharedPoolOptions } from "../../../../worker/threads/shared-pool.ts";
import type { CreateKernel } from "../../../../worker/threads/shared-thread.ts";
import type {
  StartThread,
  ThreadReply,
  ThreadRequest,
} from "../../../../worker/threads/thread-messages.ts";
import { ThreadPool } from "../../../../worker/threads/thread-pool.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";

const wasm = await loadKernelWasm();
const createKernel: CreateKernel = (place) => instantiateKernel(wasm, place);
const dataset = tinyDataset({ trainCount: 150, testCount: 77 });
const config = testConfig({ layers: [12, 5, 3], batchSize: 100, shardSize: 5 });

const createLocalPool = () =>
  new LocalPool({ createKernel, clock: performance, defer: setImmediate });

/** A thread inside this one: messages are cloned and arrive later, as between real threads. */
const startThread: StartThread = (events) => {
  const handle = createComputeThread({
    pool: createLocalPool(),
    createKernel,
    now: () => performance.now(),
    post(message: ThreadReply) {
      const copy = structuredClone(message);
      setImmediate(() => events.reply(copy));
    },
  });
  return {
    post(request) {
      const copy = structuredClone(request);
      setImmediate(() => handle(copy));
    },
    terminate() {},
  };
};

const startDyingThread: StartThread = (events) => ({
  post: () => setImmediate(() => events.crashed(quoted("out of memory"))),
  terminate() {},
});

/**
 * The program of Node threads, built from the current sources: a thread that sleeps in shared memory must be a real
 * one.
 */
const threadFolder = await mkdtemp(join(tmpdir(), "promedio-test-"));
await writeFile(join(threadFolder, "kernel.wasm"), wasm);
await build({
  entryPoints: { "node-thread": "worker/node/thread.ts" },
  outdir: threadFolder,
  outExtension: { ".js": ".js" },
  bundle: true,
  platform: "node",
  format: "cjs",
});
const startRealThread = createStartThread(threadFolder);

const open: ComputePool[] = [];
afterEach(() => {
  for (const pool of open.splice(0)) pool.close();
});
afterAll(async () => await rm(threadFolder, { recursive: true }));

interface Threads {
  readonly threads: number;
  readonly startThread?: StartThread;
  readonly createKernel?: CreateKernel;
  readonly crashed?: (reason: Sentence) => void;
  /** Whether a job stops after its first shard before `start` returns. */
  readonly slow?: boolean;
}

function createThreadPool({ threads, crashed = () => {}, ...options }: Threads): ThreadPool {
  const pool = new ThreadPool({
    threads,
    startThread: options.startThread ?? startThread,
    createKernel,
    clock: performance,
    crashed,
  });
  open.push(pool);
  return pool;
}

function createSharedPool({
  threads,
  crashed = () => {},
  listen,
  ...options
}: Threads & Pick<SharedPoolOptions, "listen">): SharedPool {
  const pool = new SharedPool({
    threads,
    ...(listen === undefined ? {} : { listen }),
    startThread: options.startThread ?? startRealThread,
    createKernel: options.createKernel ?? createKernel,
    clock: options.slow === true ? leapingClock() : performance,
    defer: setImmediate,
    crashed,
  });
  open.push(pool);
  return pool;
}

/** The calling thread computes nothing. */
function createListeningPool(options: Threads): SharedPool {
  return createSharedPool({ ...options, listen: listenForBell });
}

/** A clock on which a second passes between two reads. */
function leapingClock(): { now(): number } {
  let nowMs = 0;
  return { now: () => (nowMs += 1000) };
}

/** The pools of several threads, which must fulfil the same contract. */
const pools = [
  ["messages", createThreadPool],
  ["shared memory", createSharedPool],
  ["shared memory and a free calling thread", createListeningPool],
] as const;

interface Answer {
  readonly block: Block;
  readonly bytes?: Uint8Array;
  readonly lossSum?: number;
  readonly correct?: number;
  readonly failed?: string;
}

/** Runs one job to its end. Answers are in the order of the job's blocks. */
function compute(pool: ComputePool, job: Job): Promise<Answer[]> {
  return new Promise((resolve) => {
    const answers: Answer[] = [];
    pool.start(job, {
      result(block, { lossSum, correct, values }) {
        answers.push({ block, lossSum, correct, bytes: bytesOf(values).slice() });
      },
      failed: (block, reason) => answers.push({ block, failed: sayAtTerminal(reason) }),
      done: () => resolve(answers.toSorted((a, b) => a.block.start - b.block.start)),
    });
  });
}

/** Shares as the coordinator cuts them: [0, n), and the parts of these inside n leaves. */
const ranges = [
  { start: 0, end: 1 },
  { start: 3, end: 11 },
  { start: 7, end: 8 },
  { start: 5, end: 16 },
  { start: 0, end: 13 },
  { start: 9, end: 20 },
];

/** The initial parameters as they travel; for replicas, with an optimizer's state of zeros. */
function pointOf(runConfig: RunConfig, kind: RoundKind): Uint8Array {
  const values = initialParameters(runConfig.model, 1);
  const sizes = stateSizes(runConfig);
  const layout = layoutOfPoint(kind, runConfig, sizes);
  const kernel = instantiateKernel(wasm);
  const pointer = kernel.arena.allocate(4 * pointLength(kind, sizes));
  kernel.views.f32.set(values, pointer / 4);
  return createWireForm(kernel, layout).pack(pointer).slice();
}

interface Round {
  readonly kind: RoundKind;
  readonly config: RunConfig;
  readonly shardCount: number;
  /** How many threads to try; each thread that starts tests itself for a tenth of a second. */
  readonly threads: readonly number[];
}

/** The answers of so many threads and of the pool without threads, for every share of a step's leaves. */
async function answersOf(
  createPool: (options: Threads) => ComputePool,
  { kind, config: runConfig, shardCount, threads: counts }: Round,
) {
  const parameters = pointOf(runConfig, kind);
  const run = { config: runConfig, dataset };
  const local = createLocalPool();
  await local.load(run);
  const inside = ranges.filter(({ end }) => end <= shardCount);
  const jobs = [{ start: 0, end: shardCount }, ...inside].map((range) => {
    return { kind, step: 0, parameters, blocks: blocksOf(range, shardCount) };
  });
  const found: Answer[][] = [];
  const expected: Answer[][] = [];
  for (const threads of counts) {
    const pool = createPool({ threads });
    await pool.load(run);
    for (const job of jobs) {
      found.push(await compute(pool, job));
      expected.push(await compute(local, job));
    }
    pool.close();
  }
  return { found, expected };
}

describe.each(pools)("the pool of several threads over %s", (_, createPool) => {
  test("2…4 threads give the gradients of 1 byte for byte, on odd shares of 20 shards", async () => {
    const round = { kind: "gradient", config, shardCount: 20, threads: [2, 3, 4] } as const;
    const { found, expected } = await answersOf(createPool, round);
    expect(found).toEqual(expected);
    expect(found.flat().every(({ bytes }) => bytes?.length === 4 * 83)).toBe(true);
  });

  test.each([
    ["float16", 2 * 323 + 2],
    ["int8", 323 + 2 + 3],
  ] as const)(
    "2 and 3 threads give the gradients of 1 in %s, where every node is rounded",
    async (wire, bytesOfOne) => {
      const half = testConfig({
        layers: [12, 20, 3],
        batchSize: 100,
        shardSize: 5,
        wire,
      });
      const round = { kind: "gradient", config: half, shardCount: 20, threads: [2, 3] } as const;
      const { found, expected } = await answersOf(createPool, round);
      expect(found).toEqual(expected);
      expect(found.flat().every(({ bytes }) => bytes?.length === bytesOfOne)).toBe(true);
    },
  );

  test.each(wireNames)(
    "2 and 3 threads give the 13 replicas of 1 in %s, whose point has the optimizer's state",
    async (wire) => {
      const local = testConfig({
        layers: [12, 20, 3],
        batchSize: 100,
        shardSize: 5,
        wire,
        optimizer: { name: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        localSteps: { steps: 1, replicas: 13, outerLearningRate: 1, outerMomentum: 0 },
      });
      const round = { kind: "replica", config: local, shardCount: 13, threads: [2, 3] } as const;
      const { found, expected } = await answersOf(createPool, round);
      expect(found).toEqual(expected);
      expect(found.flat().every(({ bytes }) => bytes !== undefined)).toBe(true);
    },
  );

  test("3 threads give the evaluation of 1, on odd shares of 16 shards", async () => {
    const round = { kind: "test", config, shardCount: 16, threads: [3] } as const;
    const { found, expected } = await answersOf(createPool, round);
    expect(found).toEqual(expected);
    expect(found.flat().every(({ bytes }) => bytes?.length === 4 * 9)).toBe(true);
  });

  test("4 threads give the costs of 13 candidates of 1", async () => {
    const optimizer = { name: "local-search", candidates: 12, sigma: 0.1 } as const;
    const search = testConfig({ layers: [12, 5, 3], batchSize: 100, optimizer });
    const round = { kind: "candidates", config: search, shardCount: 13, threads: [4] } as const;
    const { found, expected } = await answersOf(createPool, round);
    expect(found).toEqual(expected);
    expect(found[0]?.map(({ bytes }) => bytes?.length)).toEqual([4 * 13]);
  });

  test("3 threads report the same self-test as 1, and a speed above 0", async () => {
    const local = createLocalPool();
    const one = await local.load({ config, dataset });
    const three = await createPool({ threads: 3 }).load({ config, dataset });
    expect(three.selfTest).toBe(one.selfTest);
    expect(Math.min(one.samplesPerSecond, three.samplesPerSecond)).toBeGreaterThan(0);
  });

  test("a block with a NaN parameter fails once, whether on 1 thread or on 3", async () => {
    const parameters = bytesOf(initialParameters(config.model, 1).fill(Number.NaN));
    const job: Job = { kind: "gradient", step: 0, parameters, blocks: [{ start: 0, end: 16 }] };
    for (const pool of [createLocalPool(), createPool({ threads: 3 })]) {
      await pool.load({ config, dataset });
      expect(await compute(pool, job)).toEqual([
        { block: job.blocks[0], failed: expect.stringContaining("NaN") },
      ]);
    }
  });

  test("a cancelled job sends nothing more, and the next one has its own bits", async () => {
    const parameters = bytesOf(initialParameters(config.model, 1));
    const pool = createPool({ threads: 3, slow: true });
    await pool.load({ config, dataset });
    const blocks = [{ start: 0, end: 16 }];
    let lateEvents = 0;
    const count = () => void (lateEvents += 1);
    const silent = { result: count, failed: count, done: count };
    pool.start({ kind: "gradient", step: 2, parameters, blocks }, silent);
    pool.cancel();
    const job: Job = { kind: "gradient", step: 0, parameters, blocks };
    const answers = await compute(pool, job);
    const local = createLocalPool();
    await local.load({ config, dataset });
    expect(answers).toEqual(await compute(local, job));
    expect(lateEvents).toBe(0);
  });

  test("a thread that dies makes the load fail with its reason, and is reported once", async () => {
    const reasons: string[] = [];
    const pool = createPool({
      threads: 3,
      startThread: startDyingThread,
      crashed: (reason) => reasons.push(sayAtTerminal(reason)),
    });
    await expect(pool.load({ config, dataset })).rejects.toThrow("out of memory");
    await new Promise((resolve) => setImmediate(resolve));
    expect(reasons).toEqual(["out of memory"]);
  });

  test("a second run replaces the first, whether that was loaded or not", async () => {
    const pool = createPool({ threads: 3 });
    const local = createLocalPool();
    const other = testConfig({ layers: [12, 4, 3], batchSize: 60, shardSize: 5 });
    const [abandoned] = await Promise.allSettled([
      pool.load({ config, dataset }),
      pool.load({ config, dataset }),
    ]);
    expect(abandoned).toMatchObject({
      status: "rejected",
      reason: { message: "another run started" },
    });
    await pool.load({ config: other, dataset });
    await local.load({ config: other, dataset });
    const parameters = bytesOf(initialParameters(other.model, 2));
    const job: Job = { kind: "gradient", step: 1, parameters, blocks: [{ start: 0, end: 12 }] };
    expect(await compute(pool, job)).toEqual(await compute(local, job));
  });

  test("150 jobs, every third of them cancelled, give the bits of a pool without threads", async () => {
    const pool = createPool({ threads: 3, slow: true });
    const local = createLocalPool();
    await pool.load({ config, dataset });
    await local.load({ config, dataset });
    const silent = { result() {}, failed() {}, done() {} };
    const found: Answer[][] = [];
    const expected: Answer[][] = [];
    for (let i = 0; i < 150; i++) {
      const parameters = bytesOf(initialParameters(config.model, i));
      const job: Job = {
        kind: "gradient",
        step: 2 * i,
        parameters,
        blocks: [{ start: 0, end: 20 }],
      };
      if (i % 3 === 0) {
        pool.start(job, silent);
        pool.cancel();
        continue;
      }
      found.push(await compute(pool, job));
      expected.push(await compute(local, job));
    }
    expect(found).toHaveLength(100);
    expect(found).toEqual(expected);
  });
});

test("of 2 other threads, those that find no room in the shared memory stay idle, with the same bits", async () => {
  const run = { config, dataset };
  const local = createLocalPool();
  await local.load(run);
  const parameters = bytesOf(initialParameters(config.model, 1));
  const job: Job = { kind: "gradient", step: 0, parameters, blocks: [{ start: 0, end: 20 }] };
  const expected = await compute(local, job);
  const loadWithin = async (threads: number, end: number) => {
    let kernel: Kernel | undefined;
    let sharing = 0;
    const pool = createSharedPool({
      threads,
      createKernel: (place) => {
        kernel = createKernel(place && { region: { start: 1024, end }, ...place });
        return kernel;
      },
      startThread: (events) => {
        const thread = startRealThread(events);
        return {
          post(request: ThreadRequest) {
            if (request.type === "share") sharing += 1;
            thread.post(request);
          },
          terminate: () => thread.terminate(),
        };
      },
    });
    await pool.load(run);
    const taken = 1024 + kernel!.arena.byteLength;
    expect(await compute(pool, job)).toEqual(expected);
    return { sharing, taken };
  };
  const three = await loadWithin(3, 2 ** 30);
  const two = await loadWithin(2, 2 ** 30);
  expect([three.sharing, two.sharing]).toEqual([2, 1]);
  expect((await loadWithin(3, three.taken - 64)).sharing).toBe(1);
  expect((await loadWithin(3, two.taken - 64)).sharing).toBe(0);
});

describe("the pool without threads", () => {
  test("a long job lets other events in: with a clock of 1 ms per read, every 10 reads", async () => {
    let nowMs = 0;
    let turns = 0;
    const defer = (callback: () => void) => {
      turns += 1;
      setImmediate(callback);
    };
    const pool = new LocalPool({ createKernel, clock: { now: () => nowMs++ }, defer });
    // Shards of a whole chunk, so that each is computed by itself.
    const large = testConfig({ layers: [12, 5, 3], batchSize: 272, shardSize: 17 });
    await pool.load({ config: large, dataset: tinyDataset({ trainCount: 272, testCount: 9 }) });
    const parameters = bytesOf(initialParameters(config.model, 1));
    await compute(pool, { kind: "gradient", step: 0, parameters, blocks: [{ start: 0, end: 16 }] });
    expect(turns).toBe(1);
  });
});
