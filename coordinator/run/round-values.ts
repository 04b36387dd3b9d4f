/**
 * @file The values of one round: checks incoming results, sums them along the fixed tree, and turns the root into
 * the next parameters. It knows nothing of workers or time. Invariants 2 (fixed tree) and 3 (commit or nothing)
 * rest on it.
 */
import { assert } from "../../shared/assert.ts";
import { type Acceptance, Reduction } from "../../shared/engine/reduction.ts";
import { OutOfMemoryError } from "../../shared/kernels/memory.ts";
import { bestCandidate } from "../../shared/optimizers/local-search.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type ModelSizes, modelSizes, type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
import { tasks } from "../../shared/tasks/tasks.ts";
import { sentence, type Sentence } from "../../shared/words/sentence.ts";
import { type Answer, type Content, offence, type OutcomeOf } from "../dispatch/answer.ts";
import type { OpenRound } from "../dispatch/round.ts";
import type { ParameterStore } from "./parameter-store.ts";

export type CommitOutcome =
  | {
      readonly committed: true;
      readonly lossSum: number;
      /** `null` if hits are not counted: candidates have only costs. */
      readonly correct: number | null;
      /** η of the step, and the L2 norm of its mean gradient; absent for local search. */
      readonly learningRate?: number;
      readonly gradientNorm?: number;
    }
  | { readonly committed: false; readonly reason: Sentence };

export class RoundValues {
  readonly #store: ParameterStore;
  readonly #config: RunConfig;
  readonly #sizes: ModelSizes;
  /** Kept from round to round, one for each kind whose results are added. */
  readonly #reductions = new Map<RoundKind, Reduction>();
  /** Joins the values of the open round. */
  #joined: Reduction | Concatenation = new Concatenation(0, 1);

  constructor(store: ParameterStore, config: RunConfig) {
    this.#store = store;
    this.#config = config;
    this.#sizes = modelSizes(config);
  }

  /** Forgets what was known of a round: it begins, or begins again. */
  begin(round: OpenRound): void {
    const { join, valueCount } = roundKinds[round.kind];
    const leafValues = valueCount({ start: 0, end: 1 }, this.#sizes);
    this.#joined =
      join === "sum" ? this.#beginSum(round) : new Concatenation(round.leafCount, leafValues);
  }

  #beginSum({ kind, leafCount }: OpenRound): Reduction {
    const root = { start: 0, end: leafCount };
    const valueCount = roundKinds[kind].valueCount(root, this.#sizes);
    const reduction = this.#reductions.get(kind) ?? new Reduction(this.#store.kernel, valueCount);
    this.#reductions.set(kind, reduction);
    reduction.begin(leafCount);
    return reduction;
  }

  /** Whether the values of the whole block are known. */
  has(block: Block): boolean {
    return this.#joined.has(block);
  }

  /** Whether the values of every leaf are known. */
  get done(): boolean {
    return this.#joined.done;
  }

  /**
   * Adds an answer's values to the sums, unless they are not needed or have a flaw; then no sum is touched. `unplaced`:
   * there is no memory left for them, so the round can't be finished.
   */
  accept(
    { kind, step }: OpenRound,
    answer: Answer,
  ):
    | OutcomeOf<"counted" | "covered" | "offence">
    | { readonly kind: "unplaced"; readonly reason: Sentence } {
    const { block, samples, values, correct } = answer;
    const row = roundKinds[kind];
    const expected = 4 * row.valueCount(block, this.#sizes);
    if (values.length !== expected) {
      const lengths = { type: row.answer, bytes: values.length, expected };
      return offence(sentence("result-length", lengths));
    }
    if (correct > samples) return offence(sentence("too-many-correct", { correct, samples }));
    let acceptance: Acceptance;
    try {
      acceptance = this.#joined.accept(block, answer);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      const reason = sentence("no-memory-for-sums", { step, reason: error.said });
      return { kind: "unplaced", reason };
    }
    if (acceptance === "not finite") return offence(sentence("value-not-finite"));
    return acceptance === "covered" ? { kind: "covered" } : { kind: "counted", samples };
  }

  /**
   * Turns the root into the next parameters: the optimizer's step by the mean gradient, which is the sum divided by the
   * batch size. Or refuses and changes nothing (invariant 3).
   */
  commitGradient({ step }: OpenRound, batchSize: number): CommitOutcome {
    const { pointer, lossSum, correct } = this.#sum.root();
    if (!Number.isFinite(lossSum)) return { committed: false, reason: sentence("loss-not-finite") };
    const divisor = this.#config.loss.reduction === "sum" ? 1 : batchSize;
    const outcome = this.#store.applyStep({ step, gradientSum: pointer, divisor });
    const hits = tasks[this.#config.task.kind].countsHits ? correct : null;
    return outcome.committed ? { ...outcome, lossSum, correct: hits } : outcome;
  }

  /** Turns the candidate with the lowest cost into the next parameters, or refuses and changes nothing (invariant 3). */
  commitBestCandidate({ step }: OpenRound): CommitOutcome {
    assert(this.#joined instanceof Concatenation, "costs are not added");
    const { values } = this.#joined;
    const best = bestCandidate(values);
    const lossSum = values[best] ?? 0;
    const outcome = this.#store.applyCandidate(step, best);
    return outcome.committed ? { ...outcome, lossSum, correct: null } : outcome;
  }

  /** The root of an evaluation. */
  evaluation(): { lossSum: number; sums: number[] } {
    const { values, lossSum } = this.#sum.root();
    return { lossSum, sums: [...values] };
  }

  get #sum(): Reduction {
    assert(this.#joined instanceof Reduction, "the round's results are added");
    return this.#joined;
  }
}

/** Values that are not added: each leaf keeps its own. */
class Concatenation {
  /** Leaf by leaf. */
  readonly values: Float32Array;
  readonly #leafValues: number;
  readonly #known: Uint8Array;
  #missing: number;

  /** @param leafValues - How many values each leaf has. */
  constructor(leafCount: number, leafValues: number) {
    this.values = new Float32Array(leafCount * leafValues);
    this.#leafValues = leafValues;
    this.#known = new Uint8Array(leafCount);
    this.#missing = leafCount;
  }

  get done(): boolean {
    return this.#missing === 0;
  }

  has({ start, end }: Block): boolean {
    return this.#known.subarray(start, end).every((flag) => flag === 1);
  }

  /** What is known of a part of the block already is the same (invariant 1), so it may be written again. */
  accept(block: Block, { values: bytes }: Content): Acceptance {
    const { buffer, byteOffset, byteLength } = bytes;
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let offset = 0; offset < byteLength; offset += 4) {
      if (!Number.isFinite(view.getFloat32(offset, true))) return "not finite";
    }
    if (this.has(block)) return "covered";
    const first = block.start * this.#leafValues;
    for (let i = 0; 4 * i < byteLength; i++) this.values[first + i] = view.getFloat32(4 * i, true);
    for (let leaf = block.start; leaf < block.end; leaf++) {
      if (this.#known[leaf] === 0) this.#missing -= 1;
      this.#known[leaf] = 1;
    }
    return "accepted";
  }
}
