/**
 * @file The audit of relays by descent. A relay's answer is the sum of many workers' results, so computing it again would
 * cost as much as all of them. But the relay has committed to every node under its block. Afterwards the audit draws a
 * leaf, and asks for the path to it: one worker's result, which the referee recomputes, and the two children of one
 * node on the path, which are added. The cost does not depend on how many workers the relay has.
 *
 * What holds:
 * 1. An answer that was challenged counts as settled only when its path was true, or the referee has computed all of it.
 * 2. What is drawn is said only after the relay has committed itself.
 * 3. A relay that cannot or will not reveal gains nothing: when its time is over, or it has left, the referee computes
 *    its whole block.
 */
import { known } from "../../shared/assert.ts";
import { copyOfBytes } from "../../shared/bytes.ts";
import { Reduction } from "../../shared/engine/reduction.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type {
  CoordinatorMessage,
  MessageOf,
  WorkerMessage,
} from "../../shared/protocol/messages.ts";
import { blockOf, pairOf } from "../../shared/protocol/rounds.ts";
import type { Random } from "../../shared/random.ts";
import { delayMax, type RunConfig } from "../../shared/run/config.ts";
import { layoutOfResult, modelSizes, type RoundKind } from "../../shared/run/kinds.ts";
import { type Block, childrenOf } from "../../shared/run/tree.ts";
import { tensorBytes, type TensorLayout } from "../../shared/run/wire.ts";
import type { Answer, Content } from "../dispatch/answer.ts";
import type { CrewWorker } from "../dispatch/crew.ts";
import { keyOf } from "../dispatch/holdings.ts";
import type { OpenRound } from "../dispatch/round.ts";
import { belowAlong, digestOf, levelsOf, nodesBetween } from "./commitment.ts";
import type { Referee } from "./referee.ts";

/** What a relay shows of what is under its answers. */
export type EvidenceMessage = MessageOf<WorkerMessage, "commitment" | "path" | "reveal">;
type CommitmentMessage = MessageOf<WorkerMessage, "commitment">;

/** A relay has this long to answer a challenge, besides the time that its share may take. */
const graceMs = 2_000;

/** Draws are from this many numbers: enough that every level is as likely as another. */
const drawsMax = 2 ** 30;

export interface DescentOptions {
  /** Adds the two children, in its memory. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly referee: Pick<Referee, "compute">;
  /** Draws the paths. Its seed must be unknown to the workers. */
  readonly random: Random;
  /** Sends a challenge. */
  readonly ask: (
    workerId: string,
    challenge: Omit<MessageOf<CoordinatorMessage, "challenge">, "type" | "run">,
  ) => void;
}

/** An answer whose path was asked for. */
interface Challenged {
  readonly workerId: string;
  readonly block: Block;
  readonly digest: string;
  readonly below: string;
  readonly leaf: number;
  readonly draw: number;
  readonly dueMs: number;
  /** From the path on. */
  opened: Opened | undefined;
}

/** The node whose children are asked for. */
interface Opened {
  readonly node: Block;
  readonly digest: string;
  /** The digests of the children that have not arrived yet, by block. */
  readonly missing: Map<string, string>;
  /** The first child that arrived: a copy. */
  first: (Content & { readonly block: Block }) | undefined;
}

/** An answer that is wrong. */
export interface Wrong {
  readonly workerId: string;
  readonly block: Block;
}

/** Answers whose evidence will not come: of a worker, or all that should be here by now. */
export type Which = { readonly workerId: string } | { readonly nowMs: number };

/** `undefined`: true so far, but there is more to come. */
type Verdict = boolean | undefined;

export class Descent {
  readonly #options: DescentOptions;
  /** Adds two children. One for each kind of round. */
  readonly #sums = new Map<RoundKind, Reduction>();
  /** The latest commitment of each worker, which is about the answer that follows it. */
  readonly #commitments = new Map<string, CommitmentMessage>();
  /** In each open round, recognised by who holds what; by worker and block. */
  readonly #challenged = new WeakMap<OpenRound["holdings"], Map<string, Challenged>>();

  constructor(options: DescentOptions) {
    this.#options = options;
  }

  /** A round starts or restarts. */
  begin({ holdings, step }: OpenRound): void {
    this.#challenged.set(holdings, new Map());
    for (const [workerId, about] of this.#commitments) {
      if (about.step === step || about.step < step - delayMax) this.#commitments.delete(workerId);
    }
  }

  /** Whether no answer of a round waits for its path. */
  isSettled(round: OpenRound): boolean {
    return this.#challengedIn(round).size === 0;
  }

  #challengedIn({ holdings }: OpenRound): Map<string, Challenged> {
    return known(this.#challenged.get(holdings), "the round has begun");
  }

  /** Whether a worker has committed itself to what is under its answer. */
  isCommitted(workerId: string, { step }: OpenRound, { block }: Answer): boolean {
    const message = this.#commitments.get(workerId);
    return message?.step === step && keyOf(blockOf(message.block)) === keyOf(block);
  }

  /** Asks for the path to a leaf under an answer that is in the sums. */
  challenge(
    round: OpenRound,
    { id, speed }: Pick<CrewWorker, "id" | "speed">,
    answer: Answer,
    nowMs: number,
  ): void {
    const { block, samples } = answer;
    const { random, ask } = this.#options;
    const { below } = known(this.#commitments.get(id), "it has committed itself");
    const challenged: Challenged = {
      workerId: id,
      block,
      digest: digestOf(answer),
      below,
      leaf: block.start + random.below(block.end - block.start),
      draw: random.below(drawsMax),
      dueMs: nowMs + speed.deadlineMs(samples) + graceMs,
      opened: undefined,
    };
    this.#challengedIn(round).set(`${id} ${keyOf(block)}`, challenged);
    const { leaf, draw } = challenged;
    ask(id, { step: round.step, block: pairOf(block), leaf, draw, above: 0 });
  }

  /** Judges what a relay shows. @returns The answer, if it is wrong. */
  take(
    round: OpenRound,
    workerId: string,
    message: EvidenceMessage,
    tensor: Uint8Array,
  ): readonly Wrong[] {
    if (message.type === "commitment") {
      this.#commitments.set(workerId, message);
      return [];
    }
    const key = `${workerId} ${keyOf(blockOf(message.block))}`;
    const all = this.#challengedIn(round);
    const challenged = all.get(key);
    if (challenged === undefined || message.step !== round.step) return [];
    const verdict =
      message.type === "path"
        ? this.#follow(round, challenged, message)
        : this.#add(round, challenged, message, tensor);
    if (verdict !== undefined) all.delete(key);
    return verdict === false ? [challenged] : [];
  }

  /** The path must be what the relay committed itself to, end at the drawn leaf, and at a result that is right. */
  #follow(
    round: OpenRound,
    challenged: Challenged,
    message: MessageOf<WorkerMessage, "path">,
  ): Verdict {
    if (challenged.opened !== undefined) return false;
    const { block, leaf, digest, below, draw } = challenged;
    const end = blockOf(message.leaf);
    const levels = levelsOf(message.digests);
    const nodes = nodesBetween(block, end, round.leafCount);
    if (nodes === undefined || levels?.length !== nodes.length - 1) return false;
    if (leaf < end.start || leaf >= end.end || belowAlong(nodes, levels) !== below) return false;
    const digests = [digest, ...levels.map((level) => level.digest)];
    const truth = this.#options.referee.compute(
      { kind: round.kind, step: round.step, block: end },
      round.tensor,
    );
    if (truth === undefined || digestOf(truth) !== digests.at(-1)) return false;
    const depth = draw % levels.length;
    const [node, child] = [known(nodes[depth], "a node"), known(nodes[depth + 1], "its child")];
    const { sibling } = known(levels[depth], "a level");
    const [left, right] = childrenOf(node);
    const other = child.start === left.start ? right : left;
    challenged.opened = {
      node,
      digest: known(digests[depth], "of the node"),
      missing: new Map([
        [keyOf(child), known(digests[depth + 1], "of the child")],
        [keyOf(other), sibling.digest],
      ]),
      first: undefined,
    };
    return undefined;
  }

  /** One of the two children. After the second one, their sum must be the node. */
  #add(
    round: OpenRound,
    { opened }: Challenged,
    { part, lossSum, correct }: MessageOf<WorkerMessage, "reveal">,
    values: Uint8Array,
  ): Verdict {
    const block = blockOf(part);
    const digest = opened?.missing.get(keyOf(block));
    if (opened === undefined || digest === undefined) return false;
    const content = { values, lossSum, correct };
    if (values.length !== tensorBytes(this.#layoutOf(round.kind)) || digestOf(content) !== digest)
      return false;
    opened.missing.delete(keyOf(block));
    const { first, node } = opened;
    if (first === undefined) {
      opened.first = { ...content, block, values: copyOfBytes(values) };
      return undefined;
    }
    const sum = this.#sumFor(round.kind);
    sum.begin(round.leafCount, [node], round.step);
    const areValues = [first, { ...content, block }].every(
      (child) => sum.accept(child.block, child) === "accepted",
    );
    if (!areValues) return false;
    const added = sum.packedRoot();
    return added !== undefined && digestOf(added) === opened.digest;
  }

  /**
   * Settles the answers of a worker that has left, or of all that are overdue: the referee computes the whole block.
   *
   * @returns Those whose answer was wrong.
   */
  settle(round: OpenRound, which: Which): Wrong[] {
    const wrong: Wrong[] = [];
    const all = this.#challengedIn(round);
    for (const [key, challenged] of all) {
      const { workerId, block, digest, dueMs } = challenged;
      if ("nowMs" in which ? dueMs > which.nowMs : workerId !== which.workerId) continue;
      all.delete(key);
      const truth: Content | undefined = this.#options.referee.compute(
        { kind: round.kind, step: round.step, block },
        round.tensor,
      );
      if (truth === undefined || digestOf(truth) !== digest) wrong.push(challenged);
    }
    return wrong;
  }

  // ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #layoutOf(kind: RoundKind): TensorLayout {
    const { config } = this.#options;
    return layoutOfResult(kind, { start: 0, end: 1 }, config, modelSizes(config));
  }

  #sumFor(kind: RoundKind): Reduction {
    const { kernel, config } = this.#options;
    const sum = this.#sums.get(kind) ?? new Reduction(kernel, this.#layoutOf(kind), config.seed);
    this.#sums.set(kind, sum);
    return sum;
  }
}
