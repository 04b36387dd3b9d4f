/**
 * @file The values of one round: checks incoming results, sums them along the fixed tree, and turns the root into
 * the next parameters. It knows nothing of workers or time. Invariants 2 (fixed tree) and 3 (commit or nothing)
 * rest on it.
 */
import { assert } from "../../shared/assert.ts";
import { type Acceptance, Reduction } from "../../shared/engine/reduction.ts";
import { bestCandidate } from "../../shared/optimizers/local-search.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type ModelSizes, modelSizes, type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
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
  #joined: Reduction | Costs = new Costs(0);

  constructor(store: ParameterStore, config: RunConfig) {
    this.#store = store;
    this.#config = config;
    this.#sizes = modelSizes(config.model);
  }

  /** Forgets what was known of a round: it begins, or begins again. */
  begin(round: OpenRound): void {
    const isSum = roundKinds[round.kind].join === "sum";
    this.#joined = isSum ? this.#beginSum(round) : new Costs(round.leafCount);
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

  /** Adds an answer's values to the sums, unless they are not needed or have a flaw; then no sum is touched. */
  accept({ kind }: OpenRound, answer: Answer): OutcomeOf<"counted" | "covered" | "offence"> {
    const { block, samples, values, correct } = answer;
    const row = roundKinds[kind];
    const expected = 4 * row.valueCount(block, this.#sizes);
    if (values.length !== expected) {
      const lengths = { type: row.answer, bytes: values.length, expected };
      return offence(sentence("result-length", lengths));
    }
    if (correct > samples) return offence(sentence("too-many-correct", { correct, samples }));
    const acceptance = this.#joined.accept(block, answer);
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
    return outcome.committed ? { ...outcome, lossSum, correct } : outcome;
  }

  /** Turns the candidate with the lowest cost into the next parameters, or refuses and changes nothing (invariant 3). */
  commitBestCandidate({ step }: OpenRound): CommitOutcome {
    assert(this.#joined instanceof Costs, "candidates have costs");
    const { values } = this.#joined;
    const best = bestCandidate(values);
    const lossSum = values[best] ?? 0;
    const outcome = this.#store.applyCandidate(step, best);
    return outcome.committed ? { ...outcome, lossSum, correct: null } : outcome;
  }

  /** Costs of a local-search step: nothing to add, because each leaf has its own value. */
  evaluation(): { lossSum: number; correct: number; confusion: number[] } {
    const { values, lossSum, correct } = this.#sum.root();
    return { lossSum, correct, confusion: [...values] };
  }

  get #sum(): Reduction {
    assert(this.#joined instanceof Reduction, "the round's results are added");
    return this.#joined;
  }
}

/** Costs of a local-search step: nothing to add, because each leaf has its own value. */
class Costs {
  readonly values: Float32Array;
  readonly #known: Uint8Array;
  #missing: number;

  constructor(leafCount: number) {
    this.values = new Float32Array(leafCount);
    this.#known = new Uint8Array(leafCount);
    this.#missing = leafCount;
  }

  get done(): boolean {
    return this.#missing === 0;
  }

  has({ start, end }: Block): boolean {
    return this.#known.subarray(start, end).every((flag) => flag === 1);
  }

  accept({ start, end }: Block, { values: bytes }: Content): Acceptance {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset < bytes.length; offset += 4) {
      if (!Number.isFinite(view.getFloat32(offset, true))) return "not finite";
    }
    if (this.has({ start, end })) return "covered";
    for (let leaf = start; leaf < end; leaf++) {
      if (this.#known[leaf] === 1) continue;
      this.values[leaf] = view.getFloat32(4 * (leaf - start), true);
      this.#known[leaf] = 1;
      this.#missing -= 1;
    }
    return "accepted";
  }
}
