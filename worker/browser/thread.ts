/**
 * @file A compute thread in a browser: a dedicated worker with the host's own script, most of which it needs, so that a page
 * loads one script.
 */
import { createComputeThread } from "../threads/compute-thread.ts";
import { LocalPool } from "../threads/local-pool.ts";
import type { ThreadRequest } from "../threads/thread-messages.ts";
import { createDefer } from "./defer.ts";
import { createKernel } from "./kernel-bytes.ts";

/** The name of a worker that is a thread. The host has none. */
export const threadName = "thread";

/** Computes what the host asks for. Call this once, in a worker with that name. */
export function computeForHost(): void {
  const handle = createComputeThread({
    pool: new LocalPool({ createKernel, clock: performance, defer: createDefer() }),
    createKernel,
    now: () => performance.now(),
    post: (reply, transfer) => postMessage(reply, { transfer }),
  });
  addEventListener("message", ({ data }: MessageEvent<ThreadRequest>) => handle(data));
}
