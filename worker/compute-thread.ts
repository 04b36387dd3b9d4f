/**
 * @file What runs inside one compute thread: a pool of one behind messages. Platform-free.
 */
import type { ComputePool } from "./compute-pool.ts";
import type { ThreadReply, ThreadRequest } from "./thread-messages.ts";

/** Sends a reply, and hands over the buffers in `transfer`. */
export type PostReply = (reply: ThreadReply, transfer: ArrayBuffer[]) => void;

/** Returns what handles every request that comes in. */
export function createComputeThread(
  pool: ComputePool,
  post: PostReply,
): (request: ThreadRequest) => void {
  const load = async ({ id, run }: Extract<ThreadRequest, { type: "load" }>) => {
    try {
      post({ type: "loaded", id, loaded: await pool.load(run) }, []);
    } catch (error) {
      post(
        { type: "unable", id, reason: error instanceof Error ? error.message : String(error) },
        [],
      );
    }
  };
  const compute = ({ id, job }: Extract<ThreadRequest, { type: "job" }>) => {
    pool.start(job, {
      result(block, { lossSum, correct, values }) {
        const copy = new Float32Array(values);
        post({ type: "result", id, block, lossSum, correct, values: copy }, [copy.buffer]);
      },
      failed: (block, reason) => post({ type: "failed", id, block, reason }, []),
      done() {},
    });
  };
  return (request) => {
    if (request.type === "load") void load(request);
    else if (request.type === "job") compute(request);
    else pool.cancel();
  };
}
