/**
 * @file A worker on a slower machine, which can become even slower on request, like one that is hot or busy. Its
 * process speaks the protocol and computes with the product's code; every result is held back until a machine so
 * many times slower would have finished. Meanwhile it uses no core.
 *
 * Arguments: the coordinator's URL without a token, the worker's name, and the initial slowness. A message from the
 * parent sets a new slowness.
 */
import { join } from "node:path";

import { createFetchDataset } from "../../../worker/fetch-dataset.ts";
import { parseJoinUrl } from "../../../worker/join-url.ts";
import { readKernel } from "../../../worker/node/kernel-source.ts";
import { createConnect } from "../../../worker/node/socket.ts";
import type {
  ComputePool,
  Job,
  JobEvents,
  RunToLoad,
} from "../../../worker/threads/compute-pool.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import { WorkerLoop } from "../../../worker/worker.ts";

class SlowPool implements ComputePool {
  readonly threads = 1;
  slowness: number;
  readonly #pool: LocalPool;
  /** Results of the current job that are held back, in order. */
  #kept: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the slow machine would be done with its work. */
  #doneMs = 0;

  constructor(pool: LocalPool, slowness: number) {
    this.#pool = pool;
    this.slowness = slowness;
  }

  load(run: RunToLoad) {
    return this.#pool.load(run);
  }

  start(job: Job, events: JobEvents): void {
    this.#doneMs = performance.now();
    let before = process.cpuUsage();
    this.#pool.start(job, {
      result: (block, result) => {
        // By processor time, because on a busy machine the same work takes more wall time.
        const { user, system } = process.cpuUsage(before);
        before = process.cpuUsage();
        const slowMs = (this.slowness * (user + system)) / 1000;
        const copy = { ...result, values: result.values.slice() };
        this.#keep(slowMs, () => events.result(block, copy, slowMs));
      },
      failed: (block, reason) => this.#keep(0, () => events.failed(block, reason)),
      done: () => this.#keep(0, () => events.done()),
    });
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#kept = [];
    this.#pool.cancel();
  }

  close(): void {
    this.cancel();
    this.#pool.close();
  }

  #keep(slowMs: number, tell: () => void): void {
    this.#doneMs += slowMs;
    if (this.#kept.length === 0 && this.#doneMs <= performance.now()) return tell();
    const doneMs = this.#doneMs;
    this.#kept.push(() => {
      if (performance.now() < doneMs) return this.#wait(doneMs);
      this.#kept.shift();
      tell();
      this.#kept[0]?.();
    });
    if (this.#kept.length === 1) this.#wait(doneMs);
  }

  #wait(untilMs: number): void {
    this.#timer = setTimeout(() => this.#kept[0]?.(), Math.max(0, untilMs - performance.now()));
  }
}

const [url = "", name = "", slowness] = process.argv.slice(2);
const { httpUrl, socketUrl } = parseJoinUrl(url);
const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const createKernel = readKernel(join(import.meta.dirname, "../../../build"));
const pool = new SlowPool(
  new LocalPool({ createKernel, clock, defer: setImmediate }),
  Number(slowness),
);
process.on("message", (message) => (pool.slowness = Number(message)));
process.on("disconnect", () => process.exit());
new WorkerLoop({
  token: "",
  name,
  kind: "node",
  agent: "bench",
  kernel: createKernel().id,
  pool,
  connect: createConnect(socketUrl),
  loadDataset: createFetchDataset({ httpUrl, token: "" }),
  clock,
  random: Math.random,
  stopsAfterRun: true,
  changed: () => {},
}).start();
