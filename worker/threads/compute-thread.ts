/**
 * @file The program inside one compute thread. If it gets a run as a message, it wraps a pool of one in messages.
 * If it gets a run in shared memory, it answers the mailbox there. Platform-free.
 */
import { copyOfBytes } from "../../shared/bytes.ts";
import { reasonOf } from "../../shared/words/sentence.ts";
import type { ComputePool } from "./compute-pool.ts";
import { type CreateKernel, SharedThread } from "./shared-thread.ts";
import type { ThreadReply, ThreadRequest } from "./thread-messages.ts";

export interface ComputeThreadOptions {
  readonly pool: ComputePool;
  readonly createKernel: CreateKernel;
  readonly now: () => number;
  /** Sends a reply and transfers the buffers in `transfer`. */
  readonly post: (reply: ThreadReply, transfer: ArrayBuffer[]) => void;
}

type RequestOf<Type extends ThreadRequest["type"]> = Extract<ThreadRequest, { type: Type }>;

/** Returns the handler of all incoming requests. */
export function createComputeThread({
  pool,
  createKernel,
  now,
  post,
}: ComputeThreadOptions): (request: ThreadRequest) => void {
  const unable = (id: number, error: unknown) => {
    const reason = reasonOf(error);
    post({ type: "unable", id, reason }, []);
  };
  const load = async ({ id, run }: RequestOf<"load">) => {
    try {
      post({ type: "loaded", id, loaded: await pool.load(run) }, []);
    } catch (error) {
      unable(id, error);
    }
  };
  const share = ({ id, run }: RequestOf<"share">) => {
    let thread: SharedThread;
    try {
      thread = new SharedThread(run, createKernel, now);
    } catch (error) {
      return unable(id, error);
    }
    post({ type: "loaded", id, loaded: thread.loaded }, []);
    thread.serve();
  };
  const compute = ({ id, job }: RequestOf<"job">) => {
    pool.start(job, {
      result(block, { lossSum, correct, values }) {
        const copy = copyOfBytes(values);
        post({ type: "result", id, block, lossSum, correct, values: copy }, [copy.buffer]);
      },
      failed: (block, reason) => post({ type: "failed", id, block, reason }, []),
      done() {},
    });
  };
  return (request) => {
    if (request.type === "share") share(request);
    else if (request.type === "load") void load(request);
    else if (request.type === "job") compute(request);
    else pool.cancel();
  };
}
