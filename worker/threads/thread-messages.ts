/**
 * @file The messages between a worker's main thread and its compute threads. They are one program, so nothing is
 * checked. Every answer names its load or job.
 */
import type { Block } from "../../shared/run/tree.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { Job, LoadedRun, RunToLoad } from "./compute-pool.ts";
import type { SharedRun } from "./shared-thread.ts";

/** To a compute thread. */
export type ThreadRequest =
  /** From now on the thread only answers its mailbox in shared memory, until it is dismissed. */
  | { readonly type: "share"; readonly id: number; readonly run: SharedRun }
  | { readonly type: "load"; readonly id: number; readonly run: RunToLoad }
  | { readonly type: "job"; readonly id: number; readonly job: Job }
  | { readonly type: "cancel" };

/** From a compute thread. */
export type ThreadReply =
  | { readonly type: "loaded"; readonly id: number; readonly loaded: LoadedRun }
  | { readonly type: "unable"; readonly id: number; readonly reason: Sentence }
  | {
      readonly type: "result";
      readonly id: number;
      readonly block: Block;
      readonly lossSum: number;
      readonly correct: number;
      /** Transferred, not copied. */
      readonly values: Uint8Array;
    }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly block: Block;
      readonly reason: Sentence;
    };

/** A compute thread, seen from the main one. */
export interface ThreadHandle {
  post(request: ThreadRequest): void;
  terminate(): void;
}

/** What happens on a thread. */
export interface ThreadEvents {
  reply(reply: ThreadReply): void;
  /** The thread is gone or could not be started. */
  crashed(reason: Sentence): void;
}

/** Starts a thread. Its events fire after this function has returned. */
export type StartThread = (events: ThreadEvents) => ThreadHandle;
