/**
 * @file The pool of several threads that share one memory: it holds the dataset once, sums are added in place, and
 * a number that rises wakes a thread. The thread with the socket computes its part like the others, so that two
 * threads are two and not three. It reads its socket between slices, as `LocalPool` does. In a coordinator's process it
 * computes nothing and waits for the bell in its event loop.
 *
 * What holds: at most one job is under way; answers to an older one are not read.
 */
import { known } from "../../shared/assert.ts";
import { type Engine, layOutData } from "../../shared/engine/engine.ts";
import { type Arena, OutOfMemoryError, type Region } from "../../shared/kernels/memory.ts";
import { createSharedMemory } from "../../shared/kernels/shared-memory.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import { reasonOf, type Sentence, sentence, SentenceError } from "../../shared/words/sentence.ts";
import { measureSpeed } from "../measure-speed.ts";
import type { Clock } from "../platform.ts";
import type { ComputePool, Job, JobEvents, LoadedRun, RunToLoad } from "./compute-pool.ts";
import { JobInParts, PartSums } from "./job-in-parts.ts";
import { Mailbox, mailboxBytes } from "./mailbox.ts";
import { type CreateKernel, layOutEngine } from "./shared-thread.ts";
import { splitBlocks } from "./split-blocks.ts";
import { ThreadCrew, together } from "./thread-crew.ts";
import type { StartThread } from "./thread-messages.ts";

/** As in `LocalPool`: yields to the event loop after this long. */
const sliceMs = 10;

export interface SharedPoolOptions {
  /** Those that compute; ≥ 2. The calling thread is one of them, unless it listens. */
  readonly threads: number;
  /**
   * Keeps the calling thread free for others: it computes nothing, and what it adds begins when the bell has rung. Calls
   * back at the next ring after the one that is counted as `rung`; returns false if that has been already.
   */
  readonly listen?: (bell: Int32Array, rung: number, ring: () => void) => boolean;
  readonly startThread: StartThread;
  readonly createKernel: CreateKernel;
  readonly clock: Pick<Clock, "now">;
  /** Calls back after all waiting events have been handled, without a timer's minimum delay. */
  readonly defer: (callback: () => void) => void;
  /** A thread is gone and the pool can no longer be used. Called once. */
  readonly crashed: (reason: Sentence) => void;
}

/** A run in shared memory. */
interface RunInMemory {
  readonly engine: Engine;
  readonly sums: PartSums;
  readonly bell: Int32Array;
  /** Whether the calling thread computes. */
  readonly computesHere: boolean;
}

/** One of the other threads and its parts of the job. */
interface Helper {
  readonly mailbox: Mailbox;
  /** The part that it was asked for and has not answered. */
  asked: Block | undefined;
  /** The parts after that. */
  waiting: Block[];
}

/** A job and this thread's own parts. */
interface JobInHand {
  readonly job: Job;
  readonly inParts: JobInParts;
  /** Own parts still to do, and whether the engine has begun the first. */
  readonly own: Block[];
  begun: boolean;
}

export class SharedPool implements ComputePool {
  readonly threads: number;
  readonly #options: SharedPoolOptions;
  readonly #crew: ThreadCrew;
  /** Set from the moment they are given a run. */
  #helpers: readonly Helper[] = [];
  #run: RunInMemory | undefined;
  #job: JobInHand | undefined;

  constructor(options: SharedPoolOptions) {
    const { threads, startThread, crashed, listen } = options;
    this.#options = options;
    this.threads = threads;
    const count = listen === undefined ? threads - 1 : threads;
    this.#crew = new ThreadCrew({ count, startThread, crashed });
  }

  async load({ config, dataset }: RunToLoad): Promise<LoadedRun> {
    this.cancel();
    for (const { mailbox } of this.#helpers) mailbox.dismiss();
    this.#run = undefined;
    const { createKernel, clock, listen } = this.#options;
    // A new memory for every run, because it is never freed.
    const memory = createSharedMemory();
    if (memory === undefined) throw new SentenceError(sentence("no-shared-memory"));
    const kernel = createKernel({ memory });
    const { arena } = kernel;
    const data = layOutData({ kernel, config, dataset });
    const bell = arena.allocate(4);
    const before = arena.byteLength;
    const { engine, selfTest } = layOutEngine(kernel, { config, data });
    const regionBytes = arena.byteLength - before + mailboxBytes;
    const regions = regionsFor(arena, {
      most: this.#crew.handles.length,
      regionBytes,
      sumBytes: 4 * engine.parameterCount,
    });
    const computesHere = listen === undefined || regions.length === 0;
    const measure = () => measureSpeed(engine, { config, dataset }, () => clock.now());
    const here = computesHere ? [{ selfTest, samplesPerSecond: measure() }] : [];
    this.#helpers = regions.map(({ start }) => {
      return { mailbox: new Mailbox(memory.buffer, start, bell), asked: undefined, waiting: [] };
    });
    const others = await this.#crew.load((thread, id) => {
      const region = known(regions[thread], "a thread has a region");
      return { type: "share", id, run: { config, data, memory, region, bell } };
    }, regions.length);
    const loaded = together([...here, ...others]);
    const sums = new PartSums(kernel, config);
    this.#run = { engine, sums, bell: new Int32Array(memory.buffer, bell, 1), computesHere };
    return loaded;
  }

  start(job: Job, events: JobEvents): void {
    const run = known(this.#run, "a run is loaded before its first job");
    this.cancel();
    const others = splitBlocks(job.blocks, this.#helpers.length + (run.computesHere ? 1 : 0));
    const own = run.computesHere ? (others.shift() ?? []) : [];
    const inParts = new JobInParts({
      job,
      events,
      parts: [own, ...others].flat(),
      sums: run.sums,
      now: () => this.#options.clock.now(),
      over: () => (this.#job = undefined),
    });
    const inHand = { job, inParts, own: own.map(({ block }) => block), begun: false };
    this.#job = inHand;
    try {
      run.engine.setParameters(job.parameters);
    } catch (error) {
      return inParts.fail(reasonOf(error));
    }
    for (const [i, helper] of this.#helpers.entries()) {
      helper.waiting = (others[i] ?? []).map(({ block }) => block);
      askNext(helper, job);
    }
    this.#slice(inHand, run);
  }

  cancel(): void {
    if (this.#job === undefined) return;
    this.#job.inParts.drop();
    this.#job = undefined;
    for (const helper of this.#helpers) {
      helper.waiting = [];
      helper.asked = undefined;
      helper.mailbox.cancel();
    }
  }

  close(): void {
    this.cancel();
    this.#run = undefined;
    this.#crew.close();
  }

  /** Computes, and collects the others' answers, until the job or the slice is over; then the rest is deferred. */
  #slice(inHand: JobInHand, run: RunInMemory): void {
    const { clock, defer, listen } = this.#options;
    const endMs = clock.now() + sliceMs;
    for (;;) {
      const rung = Atomics.load(run.bell, 0);
      this.#collect(inHand);
      if (this.#job !== inHand) return;
      if (inHand.own.length > 0) this.#advance(inHand, run);
      else if (listen === undefined) Atomics.wait(run.bell, 0, rung, endMs - clock.now());
      else if (listen(run.bell, rung, () => this.#continue(inHand, run))) return;
      if (this.#job !== inHand) return;
      if (clock.now() >= endMs) return defer(() => this.#continue(inHand, run));
    }
  }

  #continue(inHand: JobInHand, run: RunInMemory): void {
    if (this.#job === inHand) this.#slice(inHand, run);
  }

  #collect(inHand: JobInHand): void {
    for (const helper of this.#helpers) {
      const { asked, mailbox } = helper;
      if (asked === undefined) continue;
      const answer = mailbox.answer();
      if (answer === undefined) continue;
      helper.asked = undefined;
      if ("reason" in answer) inHand.inParts.partFailed(asked, answer.reason);
      else inHand.inParts.partDone(asked, answer);
      if (this.#job !== inHand) return;
      // Only now, because the answer was in memory that the thread reuses.
      askNext(helper, inHand.job);
    }
  }

  /** Computes the next shard of this thread's own parts. */
  #advance(inHand: JobInHand, { engine }: RunInMemory): void {
    const { job, inParts, own } = inHand;
    const block = known(own[0], "something is left");
    let result: UnitResult | undefined;
    try {
      if (!inHand.begun) engine.begin({ kind: job.kind, step: job.step, block });
      inHand.begun = true;
      result = engine.advance();
      if (result === undefined) return;
    } catch (error) {
      nextOwn(inHand);
      return inParts.partFailed(block, reasonOf(error));
    }
    nextOwn(inHand);
    inParts.partDone(block, result);
  }
}

/**
 * The memory of the other threads. One that finds no room for what it needs stays idle, because fewer threads are better
 * than none.
 *
 * @param of - `most`: how many there are. `sumBytes`: of one sum of their parts.
 */
function regionsFor(
  arena: Arena,
  of: { readonly most: number; readonly regionBytes: number; readonly sumBytes: number },
): readonly Region[] {
  const regions: Region[] = [];
  try {
    while (regions.length < of.most) {
      // A thread's parts wait for their siblings in two places.
      arena.reserve(of.regionBytes + 2 * (regions.length + 2) * of.sumBytes);
      const start = arena.allocate(of.regionBytes);
      regions.push({ start, end: start + of.regionBytes });
    }
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
  }
  return regions;
}

function nextOwn(inHand: JobInHand): void {
  inHand.own.shift();
  inHand.begun = false;
}

function askNext(helper: Helper, { kind, step }: Job): void {
  const block = helper.waiting.shift();
  helper.asked = block;
  if (block !== undefined) helper.mailbox.ask({ kind, step, block });
}
