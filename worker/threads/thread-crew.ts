/**
 * @file The compute threads of one pool: starts them, waits until all have loaded a run, and ends them. Does not
 * know what they compute.
 *
 * What holds: at most one load is under way; replies to an older one are recognised by its id and dropped.
 */
import { known } from "../../shared/assert.ts";
import { type Sentence, sentence, SentenceError } from "../../shared/words/sentence.ts";
import type { LoadedRun } from "./compute-pool.ts";
import type { StartThread, ThreadHandle, ThreadReply, ThreadRequest } from "./thread-messages.ts";

export interface ThreadCrewOptions {
  readonly count: number;
  readonly startThread: StartThread;
  /** A thread is gone and the pool can no longer be used. Called once. */
  readonly crashed: (reason: Sentence) => void;
}

/** A thread's replies that are not about loading. */
export type WorkReply = Extract<ThreadReply, { type: "result" | "failed" }>;

interface LoadInHand {
  readonly id: number;
  readonly count: number;
  readonly loaded: LoadedRun[];
  readonly resolve: (loaded: readonly LoadedRun[]) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadCrew {
  readonly handles: readonly ThreadHandle[];
  readonly #crashed: (reason: Sentence) => void;
  readonly #reply: (reply: WorkReply) => void;
  #lastId = 0;
  #load: LoadInHand | undefined;
  #isCrashed = false;

  constructor(
    { count, startThread, crashed }: ThreadCrewOptions,
    reply: (reply: WorkReply) => void = () => {},
  ) {
    this.#crashed = crashed;
    this.#reply = reply;
    this.handles = Array.from({ length: count }, () => {
      return startThread({
        reply: (message) => this.#hear(message),
        crashed: (reason) => this.#crash(reason),
      });
    });
  }

  /**
   * Sends the first threads their requests and waits for their answers.
   *
   * @param count - How many; by default all.
   * @throws If a thread cannot load; the message says why. Also if another `load` is called meanwhile.
   */
  load(
    requestFor: (thread: number, id: number) => ThreadRequest,
    count = this.handles.length,
  ): Promise<readonly LoadedRun[]> {
    this.refuse(sentence("another-run-came"));
    if (count === 0) return Promise.resolve([]);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#load = { id, count, loaded: [], resolve, reject };
      for (let thread = 0; thread < count; thread++) {
        this.handles[thread]?.post(requestFor(thread, id));
      }
    });
  }

  /** Ends the current load, if any, with that reason. */
  refuse(reason: Sentence): void {
    const load = this.#load;
    this.#load = undefined;
    load?.reject(new SentenceError(reason));
  }

  close(): void {
    this.refuse(sentence("worker-is-ending"));
    for (const handle of this.handles) handle.terminate();
  }

  #hear(reply: ThreadReply): void {
    if (reply.type === "result" || reply.type === "failed") return this.#reply(reply);
    const load = this.#load;
    if (load?.id !== reply.id) return;
    if (reply.type === "unable") return this.refuse(reply.reason);
    load.loaded.push(reply.loaded);
    if (load.loaded.length < load.count) return;
    this.#load = undefined;
    load.resolve(load.loaded);
  }

  #crash(reason: Sentence): void {
    if (this.#isCrashed) return;
    this.#isCrashed = true;
    this.refuse(reason);
    this.#crashed(reason);
  }
}

/** Combines what the threads report. Throws if their bits differ. */
export function together(threads: readonly LoadedRun[]): LoadedRun {
  const { selfTest } = known(threads[0], "a pool has a thread");
  if (threads.some((thread) => thread.selfTest !== selfTest)) {
    throw new SentenceError(sentence("threads-differ"));
  }
  const samplesPerSecond = threads.reduce((sum, thread) => sum + thread.samplesPerSecond, 0);
  return { selfTest, samplesPerSecond };
}
