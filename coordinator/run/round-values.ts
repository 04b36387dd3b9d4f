/**
 * @file The values of one round: checks incoming results, sums them along the fixed tree, and turns the root into
 * the next parameters. It knows nothing of workers or time. Invariants 2 (fixed tree) and 3 (commit or nothing)
 * rest on it.
 */
import { assert, assertNever } from "../../shared/assert.ts";
import { type Acceptance, Reduction } from "../../shared/engine/reduction.ts";
import { bestCandidate } from "../../shared/optimizers/local-search.ts";
import { sumsOf } from "../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type ModelSizes, modelSizes, type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Answer } from "../dispatch/answer.ts";
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
  /** Whether the values of the whole block are known. */
  readonly #reductions = new Map<RoundKind, Reduction>();
  #kind: RoundKind = "gradient";
  /** Joins the values of the open round. */
  #joined: Reduction | Costs = new Costs(0);

  constructor(store: ParameterStore, config: RunConfig) {
    this.#store = store;
    this.#config = config;
    this.#sizes = modelSizes(config.model);
  }

  begin(kind: RoundKind, leafCount: number): void {
    this.#kind = kind;
    this.#joined =
      roundKinds[kind].join === "sum" ? this.#beginSum(kind, leafCount) : new Costs(leafCount);
  }

  #beginSum(kind: RoundKind, leafCount: number): Reduction {
    const root = { start: 0, end: leafCount };
    const valueCount = roundKinds[kind].valueCount(root, this.#sizes);
    const reduction = this.#reductions.get(kind) ?? new Reduction(this.#store.kernel, valueCount);
    this.#reductions.set(kind, reduction);
    reduction.begin(leafCount);
    return reduction;
  }

  /** @returns Whether it was needed, or the flaw for which it was refused without touching a sum. */
  has(block: Block): boolean {
    return this.#joined.has(block);
  }

  /** Turns the root into the next parameters, or refuses and changes nothing (invariant 3). */
  get done(): boolean {
    return this.#joined.done;
  }

  /** The root of an evaluation. */
  accept(answer: Answer): "accepted" | "covered" | { readonly flaw: Sentence } {
    const { message, block, samples, tensor } = answer;
    const expected = 4 * roundKinds[this.#kind].valueCount(block, this.#sizes);
    if (tensor.length !== expected) {
      const lengths = { type: message.type, bytes: tensor.length, expected };
      return { flaw: sentence("result-length", lengths) };
    }
    const { lossSum, correct } = sumsOf(message);
    if (correct > samples) return { flaw: sentence("too-many-correct", { correct, samples }) };
    const acceptance = this.#joined.accept(block, { values: tensor, lossSum, correct });
    return acceptance === "not finite" ? { flaw: sentence("value-not-finite") } : acceptance;
  }

  /** The flaw of an answer, except in its single values, which are checked when they are copied. */
  commit(step: number, batchSize: number): CommitOutcome {
    switch (this.#kind) {
      case "gradient":
        return this.#commitGradient(step, batchSize);
      case "candidates":
        return this.#commitBestCandidate(step);
      case "evaluation":
        throw new Error("an evaluation commits nothing");
      default:
        return assertNever(this.#kind);
    }
  }

  #commitGradient(step: number, batchSize: number): CommitOutcome {
    const { pointer, lossSum, correct } = this.#sum.root();
    if (!Number.isFinite(lossSum)) return { committed: false, reason: sentence("loss-not-finite") };
    const divisor = this.#config.loss.reduction === "sum" ? 1 : batchSize;
    const outcome = this.#store.applyStep({ step, gradientSum: pointer, divisor });
    return outcome.committed ? { ...outcome, lossSum, correct } : outcome;
  }

  #commitBestCandidate(step: number): CommitOutcome {
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

  accept({ start, end }: Block, { values: bytes }: { readonly values: Uint8Array }): Acceptance {
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
