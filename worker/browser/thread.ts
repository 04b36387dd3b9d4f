/** @file Entry of a compute thread in a browser: a dedicated worker, started by the host and bundled as `thread.js`. */
import { createComputeThread } from "../threads/compute-thread.ts";
import { LocalPool } from "../threads/local-pool.ts";
import type { ThreadRequest } from "../threads/thread-messages.ts";
import { createDefer } from "./defer.ts";
import { createKernel } from "./kernel-bytes.ts";

const handle = createComputeThread({
  pool: new LocalPool({ createKernel, clock: performance, defer: createDefer() }),
  createKernel,
  now: () => performance.now(),
  post: (reply, transfer) => postMessage(reply, { transfer }),
});

addEventListener("message", ({ data }: MessageEvent<ThreadRequest>) => handle(data));
