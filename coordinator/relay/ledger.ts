/**
 * @file What a relay remembers of a step, so that it can show how its answers came about: a digest of every node under
 * them, and who sent the leaves. For each answer it gives a commitment, and for a challenge the path to a leaf. What is
 * below the answer of another relay, only that relay knows: the challenge is passed down, and its part of the path joined.
 * Pure: the values themselves are kept by the sums.
 *
 * What holds: nothing under a block that was committed to changes until `clear`. The block may be asked for again, and then
 * other workers compute other parts of it, while the challenge for the first answer is on its way.
 */
import { pathLevelsMax } from "../../shared/protocol/limits.ts";
import type {
  CoordinatorMessage,
  MessageOf,
  WorkerMessage,
} from "../../shared/protocol/messages.ts";
import { blockOf, pairOf } from "../../shared/protocol/rounds.ts";
import { type Block, childrenOf } from "../../shared/run/tree.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import type { Challenge, Evidence } from "../../worker/threads/compute-pool.ts";
import {
  belowOf,
  digestOf,
  levelTexts,
  type NodeHashes,
  nothingBelow,
  type PathLevel,
} from "../audit/commitment.ts";
import type { EvidenceMessage } from "../audit/descent.ts";
import type { Content } from "../dispatch/answer.ts";
import { keyOf } from "../dispatch/holdings.ts";

/** A node: a sum of two, or what a worker sent. */
type Entry =
  | { readonly digest: string; readonly isSum: true }
  | (NodeHashes & { readonly workerId: string; readonly isSum: false });

/** The way from a block down, as far as it is known here. */
interface Descended {
  readonly levels: readonly PathLevel[];
  /** The nodes on it, from the block on; one more than levels. */
  readonly nodes: readonly Block[];
  /** What a worker sent: the last node. */
  readonly leaf: Entry & { readonly isSum: false };
}

/** A challenge that was passed down. */
interface Passed {
  readonly challenge: Challenge;
  readonly evidence: Evidence;
  readonly descended: Descended;
}

export interface LedgerOptions {
  /** The values of a node, if they are still known. */
  readonly valuesOf: (block: Block) => UnitResult | undefined;
  /** Passes a challenge down to a worker. */
  readonly pass: (
    workerId: string,
    challenge: Omit<MessageOf<CoordinatorMessage, "challenge">, "type" | "run">,
  ) => void;
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #entries = new Map<string, Entry>();
  /** The latest commitment of each worker that is a relay itself. */
  readonly #commitments = new Map<string, MessageOf<WorkerMessage, "commitment">>();
  readonly #committed: Block[] = [];
  /** By worker and block. */
  readonly #passed = new Map<string, Passed>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Forgets everything: another step begins, or the same one anew. */
  clear(): void {
    this.#entries.clear();
    this.#commitments.clear();
    this.#committed.length = 0;
    this.#passed.clear();
  }

  /** A worker's answer was accepted. */
  sent(workerId: string, step: number, block: Block, content: Content): void {
    const committed = this.#commitments.get(workerId);
    const isAboutThis =
      committed?.step === step && keyOf(blockOf(committed.block)) === keyOf(block);
    const below = isAboutThis ? committed.below : nothingBelow;
    this.#note(block, { digest: digestOf(content), below, workerId, isSum: false });
  }

  /** Two children were added. */
  added(block: Block, sum: Content): void {
    this.#note(block, { digest: digestOf(sum), isSum: true });
  }

  #note(block: Block, entry: Entry): void {
    if (!this.#isCommitted(block)) this.#entries.set(keyOf(block), entry);
  }

  #isCommitted(block: Block): boolean {
    return this.#committed.some(({ start, end }) => start <= block.start && block.end <= end);
  }

  /**
   * Commits to an answer: returns the hash of what is below it, or `undefined` if one worker computed all of it, or the path
   * may be too long.
   */
  commit(block: Block): string | undefined {
    const levels = this.#depth(block);
    if (levels === undefined || levels > pathLevelsMax) return undefined;
    const below = this.#hashesOf(block)?.below;
    if (below === undefined || below === nothingBelow) return undefined;
    if (!this.#isCommitted(block)) this.#committed.push(block);
    return below;
  }

  /** The longest way from a node to a leaf here; `undefined` if something under it is not known. */
  #depth(block: Block): number | undefined {
    const entry = this.#entries.get(keyOf(block));
    if (entry === undefined) return undefined;
    if (!entry.isSum) return 0;
    const [left, right] = childrenOf(block).map((child) => this.#depth(child));
    return left === undefined || right === undefined ? undefined : 1 + Math.max(left, right);
  }

  #hashesOf(block: Block): NodeHashes | undefined {
    const entry = this.#entries.get(keyOf(block));
    if (entry?.isSum !== true) return entry;
    const [left, right] = childrenOf(block).map((child) => this.#hashesOf(child));
    if (left === undefined || right === undefined) return undefined;
    return { digest: entry.digest, below: belowOf(left, right) };
  }

  // ── challenges ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Shows the evidence, now or when the relay below has. Not if the step is forgotten. */
  challenge(challenge: Challenge, evidence: Evidence): void {
    const block = blockOf(challenge.block);
    const descended = this.#descend(block, challenge.leaf);
    if (descended === undefined) return;
    const { leaf, nodes, levels } = descended;
    const end = nodes.at(-1) ?? block;
    if (leaf.below === nothingBelow) return this.#show(challenge, evidence, descended, [], end);
    this.#passed.set(`${leaf.workerId} ${keyOf(end)}`, { challenge, evidence, descended });
    const above = Math.min(challenge.above + levels.length, pathLevelsMax);
    this.#options.pass(leaf.workerId, { ...challenge, block: pairOf(end), above });
  }

  /** What a relay below shows becomes part of what this one shows. */
  take(workerId: string, message: EvidenceMessage, tensor: Uint8Array): void {
    if (message.type === "commitment") return void this.#commitments.set(workerId, message);
    const passed = this.#passed.get(`${workerId} ${keyOf(blockOf(message.block))}`);
    if (passed === undefined || passed.challenge.step !== message.step) return;
    const { challenge, evidence, descended } = passed;
    if (message.type === "path") {
      const leaf = blockOf(message.leaf);
      this.#show(challenge, evidence, descended, message.digests, leaf);
    } else {
      const { part, lossSum, correct } = message;
      evidence.reveal(blockOf(part), { values: tensor, lossSum, correct });
    }
  }

  /** The path, and the two children if the node that is opened is here. */
  #show(
    { above, draw }: Challenge,
    evidence: Evidence,
    { levels, nodes }: Descended,
    lower: readonly string[],
    leaf: Block,
  ): void {
    const digests = [...levels.flatMap(levelTexts), ...lower];
    if (digests.length > 3 * pathLevelsMax) return;
    evidence.path(leaf, digests);
    const opened = nodes[(draw % (above + digests.length / 3)) - above];
    if (opened === undefined || opened === nodes[levels.length]) return;
    for (const child of childrenOf(opened)) {
      const values = this.#options.valuesOf(child);
      if (values !== undefined) evidence.reveal(child, values);
    }
  }

  #descend(block: Block, shard: number): Descended | undefined {
    const levels: PathLevel[] = [];
    const nodes = [block];
    let node = block;
    for (;;) {
      const entry = this.#entries.get(keyOf(node));
      if (entry === undefined) return undefined;
      if (!entry.isSum) return { levels, nodes, leaf: entry };
      const [left, right] = childrenOf(node);
      const [child, other] = shard < right.start ? [left, right] : [right, left];
      const [hashes, sibling] = [this.#hashesOf(child), this.#hashesOf(other)];
      if (hashes === undefined || sibling === undefined) return undefined;
      levels.push({ digest: hashes.digest, sibling });
      nodes.push(child);
      node = child;
    }
  }
}
