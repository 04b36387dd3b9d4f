/**
 * @file The values of one round: checks what comes in, sums it along the fixed tree, and turns the root into the next
 * parameters. Knows nothing of workers or time. Invariants 2 (fixed tree) and 3 (commit or nothing) rest on it.
 */
import { Reduction } from "../../shared/engine/reduction.ts";
import { bestCandidate } from "../../shared/optimizers/local-search.ts";
import { confusionLength } from "../../shared/protocol/limits.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitKind } from "../../shared/run/unit.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { ParameterStore } from "./parameter-store.ts";

export type CommitOutcome =
  | {
      readonly committed: true;
      readonly lossSum: number;
      /** `null` where it is not counted: candidates bring only costs. */
      readonly correct: number | null;
      /** η of the step, and the L2 norm of its mean gradient; absent for local search. */
      readonly learningRate?: number;
      readonly gradientNorm?: number;
    }
  | { readonly committed: false; readonly reason: string };

export class RoundValues {
  readonly #store: ParameterStore;
  readonly #config: RunConfig;
  readonly #gradients: Reduction;
  readonly #evaluations: Reduction;
  #costs = new Costs(0);
  #kind: UnitKind = "gradient";

  constructor(store: ParameterStore, config: RunConfig) {
    this.#store = store;
    this.#config = config;
    this.#gradients = new Reduction(store.kernel, store.parameterCount);
    this.#evaluations = new Reduction(store.kernel, confusionLength(config.model));
  }

  begin(kind: UnitKind, leafCount: number): void {
    this.#kind = kind;
    if (kind === "candidates") this.#costs = new Costs(leafCount);
    else this.#reduction.begin(leafCount);
  }

  /** Whether the values of all of a block are known. */
  has(block: Block): boolean {
    return this.#kind === "candidates" ? this.#costs.has(block) : this.#reduction.has(block);
  }

  /** Whether the values of every leaf are known. */
  get done(): boolean {
    return this.#kind === "candidates" ? this.#costs.done : this.#reduction.done;
  }

  /**
   * Adds an answer to the tree.
   *
   * @returns Whether it was needed, or the flaw for which it was refused without touching a sum.
   */
  accept(answer: Answer): "accepted" | "covered" | { readonly flaw: string } {
    const flaw = this.#flawOf(answer);
    if (flaw !== undefined) return { flaw };
    const { message, block, tensor } = answer;
    if (message.type === "costs") return this.#costs.accept(block, tensor);
    const { lossSum, correct } = message;
    const acceptance = this.#reduction.accept(block, { values: tensor, lossSum, correct });
    return acceptance === "not finite" ? { flaw: "a value is NaN or infinite" } : acceptance;
  }

  /** RequestQueue the root into the next parameters, or refuses and changes nothing (invariant 3). */
  commit(step: number, batchSize: number): CommitOutcome {
    if (this.#kind === "candidates") return this.#commitBestCandidate(step);
    const { pointer, lossSum, correct } = this.#gradients.root();
    if (!Number.isFinite(lossSum)) return { committed: false, reason: "the loss is not finite" };
    const divisor = this.#config.loss.reduction === "sum" ? 1 : batchSize;
    const outcome = this.#store.applyStep({ step, gradientSum: pointer, divisor });
    return outcome.committed ? { ...outcome, lossSum, correct } : outcome;
  }

  #commitBestCandidate(step: number): CommitOutcome {
    const best = bestCandidate(this.#costs.values);
    const lossSum = this.#costs.values[best] ?? 0;
    const outcome = this.#store.applyCandidate(step, best);
    return outcome.committed ? { ...outcome, lossSum, correct: null } : outcome;
  }

  /** What the root of an evaluation says. */
  evaluation(): { lossSum: number; correct: number; confusion: number[] } {
    const { values, lossSum, correct } = this.#evaluations.root();
    return { lossSum, correct, confusion: [...values] };
  }

  get #reduction(): Reduction {
    return this.#kind === "evaluation" ? this.#evaluations : this.#gradients;
  }

  /** What is wrong with an answer beyond its single values; they are checked where they are copied anyway. */
  #flawOf({ message, block, samples, tensor }: Answer): string | undefined {
    const expected = 4 * this.#valueCount(block);
    if (tensor.length !== expected) {
      return `a ${message.type} of ${tensor.length} bytes, expected ${expected}`;
    }
    if (message.type === "costs") return flawOfCosts(tensor);
    const { correct } = message;
    return correct > samples ? `${correct} correct of ${samples} samples` : undefined;
  }

  #valueCount({ start, end }: Block): number {
    if (this.#kind === "candidates") return end - start;
    if (this.#kind === "evaluation") return confusionLength(this.#config.model);
    return this.#store.parameterCount;
  }
}

function flawOfCosts(tensor: Uint8Array): string | undefined {
  const view = new DataView(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  for (let offset = 0; offset < tensor.length; offset += 4) {
    if (!Number.isFinite(view.getFloat32(offset, true))) return "a cost is NaN or infinite";
  }
  return undefined;
}

/** Costs of a local-search step: nothing to add, each leaf has its own value. */
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

  accept({ start, end }: Block, tensor: Uint8Array): "accepted" | "covered" {
    if (this.has({ start, end })) return "covered";
    const view = new DataView(tensor.buffer, tensor.byteOffset, tensor.byteLength);
    for (let leaf = start; leaf < end; leaf++) {
      if (this.#known[leaf] === 1) continue;
      this.values[leaf] = view.getFloat32(4 * (leaf - start), true);
      this.#known[leaf] = 1;
      this.#missing -= 1;
    }
    return "accepted";
  }
}
