/**
 * @file The pool of several threads behind one socket: a job's blocks are cut into parts, one run of leaves a thread,
 * and the parts' sums are added along the fixed tree before they are sent, so more threads cost no more bytes.
 *
 * What holds:
 * 1. At most one job is under way; replies to an older one, by its id, are dropped.
 * 2. Every block of the job under way gets one `result` or one `failed`.
 */
import { known } from "../shared/assert.ts";
import type { Kernel } from "../shared/kernels/kernel.ts";
import { Reduction } from "../shared/run/reduction.ts";
import type { Block } from "../shared/run/tree.ts";
import type { UnitResult } from "../shared/run/unit.ts";
import type { ComputePool, Job, JobEvents, LoadedRun, RunToLoad } from "./compute-pool.ts";
import type { Clock } from "./platform.ts";
import { shareBytes, shareDataset } from "./share-bytes.ts";
import { splitBlocks } from "./split-blocks.ts";
import type { StartThread, ThreadHandle, ThreadReply } from "./thread-messages.ts";

export interface ThreadPoolOptions {
  readonly threads: number;
  readonly startThread: StartThread;
  /** A kernel with a memory of its own, for the sums. */
  readonly createKernel: () => Kernel;
  readonly clock: Pick<Clock, "now">;
  /** A thread is gone: the pool is of no more use. Called once. */
  readonly crashed: (reason: string) => void;
}

type ResultReply = Extract<ThreadReply, { type: "result" }>;

/** A job with what is still missing. */
interface JobInHand {
  readonly id: number;
  readonly job: Job;
  readonly events: JobEvents;
  /** By the job's order of blocks; `undefined` once a block is complete or has failed. */
  readonly sums: (BlockSum | undefined)[];
  open: number;
  /** When the last block was complete. */
  lastMs: number;
}

/** Puts the parts of one block together. Returns the block's result with the last part. */
type BlockSum = (part: ResultReply) => UnitResult | "not finite" | undefined;

interface LoadInHand {
  readonly id: number;
  readonly loaded: LoadedRun[];
  readonly resolve: (loaded: LoadedRun) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadPool implements ComputePool {
  readonly threads: number;
  readonly #options: ThreadPoolOptions;
  readonly #handles: readonly ThreadHandle[];
  #lastId = 0;
  #load: LoadInHand | undefined;
  #job: JobInHand | undefined;
  #kernel: Kernel | undefined;
  /** By the block's place in its job and the number of values. */
  #reductions = new Map<string, Reduction>();
  #parameters: Uint8Array | undefined;
  #crashed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    this.threads = options.threads;
    this.#handles = Array.from({ length: options.threads }, () => {
      return options.startThread({
        reply: (reply) => this.#reply(reply),
        crashed: (reason) => this.#crash(reason),
      });
    });
  }

  load({ config, dataset }: RunToLoad): Promise<LoadedRun> {
    this.cancel();
    this.#load?.reject(new Error("another run came"));
    this.#kernel = this.#options.createKernel();
    this.#reductions = new Map();
    const id = ++this.#lastId;
    const run = { config, dataset: shareDataset(dataset) };
    return new Promise((resolve, reject) => {
      this.#load = { id, loaded: [], resolve, reject };
      for (const handle of this.#handles) handle.post({ type: "load", id, run });
    });
  }

  start(job: Job, events: JobEvents): void {
    const id = ++this.#lastId;
    const parts = splitBlocks(job.blocks, this.threads);
    const partCounts = job.blocks.map(() => 0);
    for (const { blockIndex } of parts.flat()) {
      partCounts[blockIndex] = (partCounts[blockIndex] ?? 0) + 1;
    }
    this.#job = {
      id,
      job,
      events,
      sums: partCounts.map((partCount, index) => this.#sumOf(job, index, partCount)),
      open: job.blocks.length,
      lastMs: this.#options.clock.now(),
    };
    this.#parameters = shareBytes(job.parameters, this.#parameters);
    for (const [thread, handle] of this.#handles.entries()) {
      const blocks = (parts[thread] ?? []).map((part) => part.block);
      if (blocks.length === 0) continue;
      handle.post({ type: "job", id, job: { ...job, parameters: this.#parameters, blocks } });
    }
  }

  cancel(): void {
    if (this.#job === undefined) return;
    this.#job = undefined;
    for (const handle of this.#handles) handle.post({ type: "cancel" });
  }

  close(): void {
    this.#job = undefined;
    this.#load?.reject(new Error("the worker is ending"));
    this.#load = undefined;
    for (const handle of this.#handles) handle.terminate();
  }

  #reply(reply: ThreadReply): void {
    switch (reply.type) {
      case "loaded":
        return this.#threadLoaded(reply);
      case "unable":
        return this.#load?.id === reply.id ? this.#refuse(reply.reason) : undefined;
      case "result":
        return this.#partDone(reply);
      case "failed":
        return this.#partFailed(reply);
    }
  }

  #threadLoaded({ id, loaded }: Extract<ThreadReply, { type: "loaded" }>): void {
    const load = this.#load;
    if (load?.id !== id) return;
    const [first = loaded] = load.loaded;
    if (loaded.selfTest !== first.selfTest) {
      return this.#refuse("two threads of this machine compute different bits");
    }
    load.loaded.push(loaded);
    if (load.loaded.length < this.threads) return;
    this.#load = undefined;
    const samplesPerSecond = load.loaded.reduce((sum, thread) => sum + thread.samplesPerSecond, 0);
    load.resolve({ selfTest: loaded.selfTest, samplesPerSecond });
  }

  #refuse(reason: string): void {
    const load = this.#load;
    this.#load = undefined;
    load?.reject(new Error(reason));
  }

  #partDone(reply: ResultReply): void {
    const inHand = this.#job;
    if (inHand?.id !== reply.id) return;
    const index = blockIndexOf(inHand.job, reply.block);
    const result = inHand.sums[index]?.(reply);
    if (result === undefined) return;
    if (result === "not finite") {
      return this.#endBlock(inHand, index, (block) => {
        inHand.events.failed(block, "the sum over a block is NaN or infinite");
      });
    }
    this.#endBlock(inHand, index, (block, computeMs) => {
      inHand.events.result(block, result, computeMs);
    });
  }

  #partFailed({ id, block, reason }: Extract<ThreadReply, { type: "failed" }>): void {
    const inHand = this.#job;
    if (inHand?.id !== id) return;
    const index = blockIndexOf(inHand.job, block);
    if (inHand.sums[index] === undefined) return;
    this.#endBlock(inHand, index, (whole) => inHand.events.failed(whole, reason));
  }

  #endBlock(
    inHand: JobInHand,
    index: number,
    tell: (block: Block, computeMs: number) => void,
  ): void {
    const nowMs = this.#options.clock.now();
    const computeMs = nowMs - inHand.lastMs;
    inHand.lastMs = nowMs;
    inHand.sums[index] = undefined;
    inHand.open -= 1;
    tell(known(inHand.job.blocks[index], "a block of the job"), computeMs);
    if (inHand.open > 0 || this.#job !== inHand) return;
    this.#job = undefined;
    inHand.events.done();
  }

  #sumOf(job: Job, index: number, partCount: number): BlockSum {
    if (partCount === 1) return (part) => part;
    const block = known(job.blocks[index], "a block of the job");
    return job.kind === "candidates" ? joinCosts(block) : this.#addAlongTree(block, index);
  }

  /** Adds parts of one block, whose first leaf becomes leaf 0 of a tree of its own. */
  #addAlongTree({ start, end }: Block, index: number): BlockSum {
    let reduction: Reduction | undefined;
    return ({ block, ...part }) => {
      if (reduction === undefined) {
        reduction = this.#reductionFor(index, part.values.length);
        reduction.begin(end - start);
      }
      const node = { start: block.start - start, end: block.end - start };
      if (reduction.accept(node, part) === "not finite") return "not finite";
      return reduction.done ? this.#finiteRoot(reduction) : undefined;
    };
  }

  /** One a block of a job, kept for the next job: what a job that was cancelled left in it is forgotten. */
  #reductionFor(index: number, valueCount: number): Reduction {
    const kernel = known(this.#kernel, "a run is loaded before its first job");
    const key = `${index}/${valueCount}`;
    const reduction = this.#reductions.get(key) ?? new Reduction(kernel, valueCount);
    this.#reductions.set(key, reduction);
    return reduction;
  }

  /** Finite parts may have a sum that is not. */
  #finiteRoot(reduction: Reduction): UnitResult | "not finite" {
    const { pointer, ...result } = reduction.root();
    const { functions } = known(this.#kernel, "a run is loaded before its first job");
    const isFinite = functions.allFinite(pointer, result.values.length) === 1;
    return isFinite && Number.isFinite(result.lossSum) ? result : "not finite";
  }

  #crash(reason: string): void {
    if (this.#crashed) return;
    this.#crashed = true;
    this.#refuse(reason);
    this.#options.crashed(reason);
  }
}

/** Which of the job's blocks a part lies in. */
function blockIndexOf({ blocks }: Job, part: Block): number {
  return blocks.findIndex(({ start, end }) => start <= part.start && part.end <= end);
}

/** Candidates' costs are not added: they stand side by side. */
function joinCosts({ start, end }: Block): BlockSum {
  const values = new Float32Array(end - start);
  let lossSum = 0;
  let missing = end - start;
  return (part) => {
    values.set(part.values, part.block.start - start);
    if (part.block.start === start) lossSum = part.lossSum;
    missing -= part.block.end - part.block.start;
    return missing === 0 ? { lossSum, correct: 0, values } : undefined;
  };
}
