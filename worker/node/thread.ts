/**
 * @file Entry of a compute thread in Node (`worker_threads`), bundled as `node-thread.js`. Its `workerData` is the
 * build folder.
 */
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";

import { known } from "../../shared/assert.ts";
import { createComputeThread } from "../threads/compute-thread.ts";
import { LocalPool } from "../threads/local-pool.ts";
import type { ThreadRequest } from "../threads/thread-messages.ts";
import { readKernel } from "./kernel-source.ts";

const port = known(parentPort ?? undefined, "a compute thread has a parent");
const createKernel = readKernel(String(workerData));
const handle = createComputeThread({
  pool: new LocalPool({ createKernel, clock: performance, defer: setImmediate }),
  createKernel,
  now: () => performance.now(),
  post: (reply, transfer) => port.postMessage(reply, transfer),
});
port.on("message", (request: ThreadRequest) => handle(request));
