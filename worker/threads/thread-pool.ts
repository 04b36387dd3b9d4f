/**
 * @file The pool of several threads for machines whose threads cannot share memory: jobs and sums travel as
 * messages. A job's blocks are split into parts, one run of leaves per thread. The parts' sums are added along the
 * fixed tree before the result is sent, so more threads cost no more bytes. `SharedPool` is the faster variant.
 *
 * What holds: at most one job is under way; replies to an older one are recognised by its id and dropped.
 */
import { known } from "../../shared/assert.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { Clock } from "../platform.ts";
import type { ComputePool, Job, JobEvents, LoadedRun, RunToLoad } from "./compute-pool.ts";
import { JobInParts, PartSums } from "./job-in-parts.ts";
import { splitBlocks } from "./split-blocks.ts";
import { ThreadCrew, together, type WorkReply } from "./thread-crew.ts";
import type { StartThread } from "./thread-messages.ts";

export interface ThreadPoolOptions {
  readonly threads: number;
  readonly startThread: StartThread;
  /** A kernel with its own memory, for the sums. */
  readonly createKernel: () => Kernel;
  readonly clock: Pick<Clock, "now">;
  /** A thread is gone and the pool can no longer be used. Called once. */
  readonly crashed: (reason: Sentence) => void;
}

export class ThreadPool implements ComputePool {
  readonly threads: number;
  readonly #options: ThreadPoolOptions;
  readonly #crew: ThreadCrew;
  #lastId = 0;
  #job: { readonly id: number; readonly inParts: JobInParts } | undefined;
  #sums: PartSums | undefined;

  constructor(options: ThreadPoolOptions) {
    const { threads, startThread, crashed } = options;
    this.#options = options;
    this.threads = threads;
    this.#crew = new ThreadCrew({ count: threads, startThread, crashed }, (reply) => {
      this.#hear(reply);
    });
  }

  async load(run: RunToLoad): Promise<LoadedRun> {
    this.cancel();
    this.#sums = new PartSums(this.#options.createKernel(), run.config);
    return together(await this.#crew.load((_, id) => ({ type: "load", id, run })));
  }

  start(job: Job, events: JobEvents): void {
    const id = ++this.#lastId;
    const parts = splitBlocks(job.blocks, this.threads);
    const inParts = new JobInParts({
      job,
      events,
      parts: parts.flat(),
      sums: known(this.#sums, "a run is loaded before its first job"),
      now: () => this.#options.clock.now(),
      over: () => (this.#job = undefined),
    });
    this.#job = { id, inParts };
    for (const [thread, handle] of this.#crew.handles.entries()) {
      const blocks = (parts[thread] ?? []).map((part) => part.block);
      if (blocks.length > 0) handle.post({ type: "job", id, job: { ...job, blocks } });
    }
  }

  cancel(): void {
    if (this.#job === undefined) return;
    this.#drop();
    for (const handle of this.#crew.handles) handle.post({ type: "cancel" });
  }

  close(): void {
    this.#drop();
    this.#crew.close();
  }

  #drop(): void {
    this.#job?.inParts.drop();
    this.#job = undefined;
  }

  #hear(reply: WorkReply): void {
    if (this.#job?.id !== reply.id) return;
    const { inParts } = this.#job;
    if (reply.type === "result") inParts.partDone(reply.block, reply);
    else inParts.partFailed(reply.block, reply.reason);
  }
}
