/**
 * @file A worker inside a coordinator's process: the same loop and the same protocol, over a connection in memory. Only
 * its threads compute, so that the coordinator's thread is always free for its other peers. Wiring only.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import { sentence, SentenceError } from "../../shared/words/sentence.ts";
import type { Connect } from "../platform.ts";
import { createPool } from "../threads/create-pool.ts";
import { WorkerLoop } from "../worker.ts";
import { readKernel } from "./kernel-source.ts";
import { agentOf, clock } from "./main.ts";
import { createStartThread } from "./threads.ts";

export interface InsideWorkerOptions {
  /** The build folder, with the kernel and the thread's program. */
  readonly build: string;
  readonly name: string;
  readonly threads: number;
  readonly token: string;
  readonly connect: Connect;
  /** The coordinator's own dataset with that hash; `undefined` if it has none. */
  readonly datasetOf: (sha256: string) => Dataset | undefined;
  /** It has ended, because a thread has. */
  readonly failed: (reason: Sentence) => void;
}

/** Starts the worker. Returns a function that ends it. */
export function startInsideWorker(options: InsideWorkerOptions): () => void {
  const { build, threads, datasetOf } = options;
  const createKernel = readKernel(build);
  let isStopping = false;
  const pool = createPool({
    threads,
    startThread: createStartThread(build),
    createKernel,
    clock,
    defer: setImmediate,
    listen: listenForBell,
    crashed: (reason) => loop.fail(reason),
  });
  const loop = new WorkerLoop({
    ...options,
    kind: "node",
    agent: agentOf(process),
    kernel: createKernel().id,
    pool,
    async loadDataset(_, { sha256 }) {
      const dataset = datasetOf(sha256);
      if (dataset === undefined) throw new SentenceError(sentence("another-run-came"));
      return await Promise.resolve(dataset);
    },
    clock,
    random: Math.random,
    stopsAfterRun: true,
    changed({ phase, failed, detail }) {
      if (phase !== "stopped") return;
      pool.close();
      if (failed && !isStopping) options.failed(detail);
    },
  });
  loop.start();
  return () => {
    isStopping = true;
    loop.leave(sentence("coordinator-process-ended"));
  };
}

/** See `SharedPoolOptions.listen`. */
export function listenForBell(bell: Int32Array, rung: number, ring: () => void): boolean {
  const next = Atomics.waitAsync(bell, 0, rung);
  if (next.async) void next.value.then(ring);
  return next.async;
}
