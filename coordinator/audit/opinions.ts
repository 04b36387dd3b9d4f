/**
 * @file Two workers' opinions on each block of a round: the first answer is kept until another worker confirms it
 * byte for byte. Pure bookkeeping; who is right if two differ is decided elsewhere.
 *
 * 1. Opinions are disjoint: an answer becomes one only if none of its leaves is known yet. So each leaf of the sums
 *    comes from exactly one block that two workers computed.
 * 2. Memory: one copy of the values per block that waits for its second opinion, of one round only. There are never
 *    more of them than blocks handed out, which is at most 2·log2(leaves) per worker and usually one or two.
 *    Buffers are reused.
 */
import { copyOfBytes } from "../../shared/bytes.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { Answer, Content } from "../dispatch/answer.ts";
import { keyOf } from "../dispatch/holdings.ts";

/** The first answer to a block, which waits for the second. Its values are a copy. */
export interface Opinion extends Content {
  readonly workerId: string;
  readonly block: Block;
}

export class Opinions {
  /** Keyed by block, in order of arrival. */
  readonly #waiting = new Map<string, Opinion>();
  /** 1 for each leaf that is in an opinion, confirmed or not. */
  #knownLeaves = new Uint8Array(0);
  readonly #spare: Uint8Array[];

  /** @param spare - Buffers to use again. The opinions on other rounds may share them. */
  constructor(spare: Uint8Array[] = []) {
    this.#spare = spare;
  }

  /** Starts a round and forgets the previous one. */
  begin(leafCount: number): void {
    for (const { values } of this.#waiting.values()) this.#spare.push(values);
    this.#waiting.clear();
    if (this.#knownLeaves.length === leafCount) this.#knownLeaves.fill(0);
    else this.#knownLeaves = new Uint8Array(leafCount);
  }

  /** Opinions without confirmation, oldest first. */
  get waiting(): Iterable<Opinion> {
    return this.#waiting.values();
  }

  get areConfirmed(): boolean {
    return this.#waiting.size === 0;
  }

  waitingFor(block: Block): Opinion | undefined {
    return this.#waiting.get(keyOf(block));
  }

  /** Whether a leaf of the block is already in an opinion. */
  overlap({ start, end }: Block): boolean {
    return this.#knownLeaves.subarray(start, end).includes(1);
  }

  /** Keeps the first answer to a block. */
  add(workerId: string, { block, values, lossSum, correct }: Answer): Opinion {
    this.#knownLeaves.fill(1, block.start, block.end);
    const opinion = { workerId, block, values: this.#copy(values), lossSum, correct };
    this.#waiting.set(keyOf(block), opinion);
    return opinion;
  }

  /** Another worker returned the same. */
  confirm({ block, values }: Opinion): void {
    this.#waiting.delete(keyOf(block));
    this.#spare.push(values);
  }

  /** Successive rounds are often of one kind, so a buffer of the right length usually exists. */
  #copy(values: Uint8Array): Uint8Array {
    const spare = this.#spare.pop();
    if (spare?.length !== values.length) return copyOfBytes(values);
    spare.set(values);
    return spare;
  }
}
