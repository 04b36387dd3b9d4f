/**
 * @file Which worker holds which blocks of one round, from the first share handed out to the last block accepted. It
 * knows nothing of values, of sockets, or of what the leaves are. Pure: the caller passes the clock.
 */
import { known } from "../../shared/assert.ts";
import { type Block, blockName } from "../../shared/run/tree.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { offence, type OutcomeOf } from "./answer.ts";

/** What one worker holds in a round. */
export interface Holding {
  /** Handed out and not answered yet. */
  readonly outstanding: Map<string, Block>;
  /**
   * How many answers to each block may still arrive. More than in `outstanding`, because a block that was taken
   * back (the worker paused) may still be answered, and even twice if it was handed out again. 0 once all have
   * arrived.
   */
  readonly owed: Map<string, number>;
  /** When the latest share was handed out. */
  sinceMs: number;
  samples: number;
  computeMs: number;
  /** When the last outstanding block was answered; `undefined` while one is missing. */
  doneMs: number | undefined;
}

/** A block's identity as a key. */
export function keyOf({ start, end }: Block): string {
  return `${start}-${end}`;
}

/** The first answer to a block. */
export interface FirstAnswer {
  readonly workerId: string;
  /** Shown to people, because the worker may have left by then. */
  readonly name: string;
  /** Digest of everything in the answer that reaches the parameters or the metrics. */
  readonly sha256: string;
}

export class Holdings {
  readonly #leafCount: number;
  readonly #byWorker = new Map<string, Holding>();
  /** The worker that was given a block last, keyed by block. */
  readonly #givenTo = new Map<string, string>();
  /** The first answer to a block, if one was noted; `undefined` for a block that was given to several workers before. */
  readonly #firsts = new Map<string, FirstAnswer | undefined>();

  /** @param leafCount - Of the whole round. */
  constructor(leafCount: number) {
    this.#leafCount = leafCount;
  }

  /** By the worker's id; also of workers that hold nothing any more. */
  get byWorker(): ReadonlyMap<string, Holding> {
    return this.#byWorker;
  }

  /** Records that a worker was given these blocks. */
  assign(workerId: string, blocks: readonly Block[], samples: number, nowMs: number): void {
    let holding = this.#byWorker.get(workerId);
    if (holding === undefined) {
      holding = {
        outstanding: new Map(),
        owed: new Map(),
        sinceMs: nowMs,
        samples: 0,
        computeMs: 0,
        doneMs: undefined,
      };
      this.#byWorker.set(workerId, holding);
    }
    if (holding.outstanding.size === 0) {
      holding.sinceMs = nowMs;
      holding.samples = 0;
      holding.computeMs = 0;
      holding.doneMs = undefined;
    }
    for (const block of blocks) {
      const key = keyOf(block);
      holding.outstanding.set(key, block);
      holding.owed.set(key, (holding.owed.get(key) ?? 0) + 1);
      const before = this.#givenTo.get(key);
      const isFirstTwice = before !== undefined && before !== workerId && !this.#firsts.has(key);
      if (isFirstTwice) this.#firsts.set(key, undefined);
      this.#givenTo.set(key, workerId);
    }
    holding.samples += samples;
  }

  /** What was handed out counts as handed out now. */
  restart(nowMs: number): void {
    for (const holding of this.#byWorker.values()) holding.sinceMs = nowMs;
  }

  /** Whether several workers were given exactly this block, so that a second answer may arrive, however late. */
  isShared(block: Block): boolean {
    return this.#firsts.has(keyOf(block));
  }

  /** Stores the first answer to a block. */
  noteFirst(block: Block, first: FirstAnswer): void {
    this.#firsts.set(keyOf(block), first);
  }

  firstAnswer(block: Block): FirstAnswer | undefined {
    return this.#firsts.get(keyOf(block));
  }

  /**
   * Records an answer.
   *
   * @returns What the worker holds; `undefined` if the block had been taken back from it (the answer is still good);
   *   or an offence: the block was never given to it, or was already answered as often as it was asked for.
   */
  answer(
    workerId: string,
    block: Block,
    computeMs: number,
  ): Holding | OutcomeOf<"offence"> | undefined {
    const holding = this.#byWorker.get(workerId);
    const key = keyOf(block);
    const owed = holding?.owed.get(key);
    if (holding === undefined || owed === undefined) {
      return offence(sentence("block-not-asked-for", { block: blockName(block) }));
    }
    if (owed === 0) {
      return offence(sentence("block-answered-before", { block: blockName(block) }));
    }
    holding.owed.set(key, owed - 1);
    if (!holding.outstanding.delete(key)) return undefined;
    holding.computeMs += computeMs;
    return holding;
  }

  /** Takes back and returns everything that a worker holds. */
  release(workerId: string): Block[] {
    const holding = this.#byWorker.get(workerId);
    if (holding === undefined) return [];
    const released = [...holding.outstanding.values()];
    holding.outstanding.clear();
    return released;
  }

  /** Takes back everything. What was computed is discarded and computed again. */
  releaseAll(): void {
    for (const { outstanding } of this.#byWorker.values()) outstanding.clear();
    for (const key of this.#firsts.keys()) this.#firsts.set(key, undefined);
  }

  /** Whether a worker holds exactly this block. */
  holds(workerId: string, block: Block): boolean {
    return this.#byWorker.get(workerId)?.outstanding.has(keyOf(block)) === true;
  }

  /** Takes one block back from a worker that could not compute it. */
  giveBack(workerId: string, block: Block): boolean {
    const holding = this.#byWorker.get(workerId);
    const key = keyOf(block);
    if (holding === undefined || !holding.outstanding.delete(key)) return false;
    holding.owed.set(key, (holding.owed.get(key) ?? 1) - 1);
    return true;
  }

  isBusy(workerId: string): boolean {
    return (this.#byWorker.get(workerId)?.outstanding.size ?? 0) > 0;
  }

  /** Marks each leaf that a worker (or one that counts) still holds with 1. Shape `[leafCount]`. */
  heldLeaves(counts: (workerId: string) => boolean = () => true): Uint8Array {
    const held = new Uint8Array(this.#leafCount);
    for (const [workerId, { outstanding }] of this.#byWorker) {
      if (!counts(workerId)) continue;
      for (const { start, end } of outstanding.values()) held.fill(1, start, end);
    }
    return held;
  }

  /** The share that has been out for longest, for the message about what the run waits for. */
  oldest(): { workerId: string; block: Block; sinceMs: number } | undefined {
    let found: { workerId: string; block: Block; sinceMs: number } | undefined;
    for (const [workerId, { outstanding, sinceMs }] of this.#byWorker) {
      if (outstanding.size === 0 || (found !== undefined && found.sinceMs <= sinceMs)) continue;
      const block = known(outstanding.values().next().value, "an outstanding block");
      found = { workerId, block, sinceMs };
    }
    return found;
  }
}
