/**
 * @file What two workers say about each block of a round: the first answer is kept until another worker's confirms it
 * byte for byte. Pure bookkeeping; who is right when two differ is settled elsewhere.
 *
 * 1. Opinions are disjoint: an answer becomes one only if none of its leaves is known yet. So each leaf of the sums
 *    comes from exactly one block that two have computed.
 * 2. Memory: one copy of the values a block that waits for its second opinion, of one round only. There are never more
 *    of them than blocks were handed out, 2·log2(leaves) a worker at most; usually one or two a worker. The buffers are
 *    used again.
 */
import { copyOfBytes } from "../../shared/bytes.ts";
import { sumsOf } from "../../shared/protocol/rounds.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { Answer } from "../dispatch/answer.ts";
import { keyOf } from "../dispatch/round.ts";

/** The first answer to a block, waiting for the second. */
export interface Opinion {
  readonly workerId: string;
  readonly block: Block;
  /** Little-endian float32, a copy. */
  readonly values: Uint8Array;
  readonly lossSum: number;
  readonly correct: number;
}

export class Opinions {
  /** By the block's key, in order of arrival. */
  readonly #waiting = new Map<string, Opinion>();
  /** 1 for each leaf that is in an opinion, confirmed or not. */
  #knownLeaves = new Uint8Array(0);
  readonly #spare: Uint8Array[] = [];

  /** Starts a round: what was said in the last one is forgotten. */
  begin(leafCount: number): void {
    for (const { values } of this.#waiting.values()) this.#spare.push(values);
    this.#waiting.clear();
    if (this.#knownLeaves.length === leafCount) this.#knownLeaves.fill(0);
    else this.#knownLeaves = new Uint8Array(leafCount);
  }

  /** Those that nobody has confirmed, oldest first. */
  get waiting(): Iterable<Opinion> {
    return this.#waiting.values();
  }

  get areConfirmed(): boolean {
    return this.#waiting.size === 0;
  }

  waitingFor(block: Block): Opinion | undefined {
    return this.#waiting.get(keyOf(block));
  }

  /** Whether a leaf of the block is in an opinion already. */
  overlap({ start, end }: Block): boolean {
    return this.#knownLeaves.subarray(start, end).includes(1);
  }

  /** Keeps the first answer to a block. */
  add(workerId: string, { block, message, tensor }: Answer): Opinion {
    this.#knownLeaves.fill(1, block.start, block.end);
    const { lossSum, correct } = sumsOf(message);
    const opinion = { workerId, block, values: this.#copy(tensor), lossSum, correct };
    this.#waiting.set(keyOf(block), opinion);
    return opinion;
  }

  /** Somebody else has said the same. */
  confirm({ block, values }: Opinion): void {
    this.#waiting.delete(keyOf(block));
    this.#spare.push(values);
  }

  /** Rounds of one kind follow each other: a buffer of the right length is usually there. */
  #copy(tensor: Uint8Array): Uint8Array {
    const spare = this.#spare.pop();
    if (spare?.length !== tensor.length) return copyOfBytes(tensor);
    spare.set(tensor);
    return spare;
  }
}
