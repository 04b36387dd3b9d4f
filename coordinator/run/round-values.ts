/**
 * @file The values of one round of the training run. Its root becomes the next parameters, or an evaluation. This file knows
 * nothing of workers or time. Invariant 3 (commit or nothing) rests on it.
 */
import { assert, assertNever } from "../../shared/assert.ts";
import { bestCandidate } from "../../shared/optimizers/local-search.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { KindAskedBy } from "../../shared/run/kinds.ts";
import { batchSizeOf } from "../../shared/run/plan.ts";
import { tasks } from "../../shared/tasks/tasks.ts";
import { sentence, type Sentence } from "../../shared/words/sentence.ts";
import { RoundSums } from "../dispatch/round-sums.ts";
import type { ParameterStore } from "./parameter-store.ts";

export type CommitOutcome =
  | {
      readonly committed: true;
      /** Of the step. */
      readonly samples: number;
      readonly lossSum: number;
      /** `null` if hits are not counted: candidates have only costs. */
      readonly correct: number | null;
      /** η of the step, and the L2 norm of its mean gradient; absent for local search. */
      readonly learningRate?: number;
      readonly gradientNorm?: number;
    }
  | { readonly committed: false; readonly reason: Sentence };

export class RoundValues extends RoundSums {
  readonly #store: ParameterStore;
  readonly #config: RunConfig;

  constructor(store: ParameterStore, config: RunConfig) {
    super(store.kernel, config);
    this.#store = store;
    this.#config = config;
  }

  /** Turns the root of a round that trains into the next parameters, or refuses and changes nothing (invariant 3). */
  commit(kind: KindAskedBy<"work">, step: number): CommitOutcome {
    const samples = batchSizeOf(step, this.#config, this.#store.plan);
    switch (kind) {
      case "gradient":
        return this.#commitGradient(step, samples);
      case "replica":
        return this.#commitReplicas(step, samples);
      case "candidates":
        return this.#commitBestCandidate(step, samples);
      default:
        return assertNever(kind);
    }
  }

  /** The optimizer's step by the mean gradient, which is the sum divided by the batch size. */
  #commitGradient(step: number, samples: number): CommitOutcome {
    const { pointer, lossSum, correct } = this.root();
    assert(pointer !== undefined, "gradients are added");
    if (!Number.isFinite(lossSum)) return { committed: false, reason: sentence("loss-not-finite") };
    const divisor = this.#config.loss.reduction === "sum" ? 1 : samples;
    const outcome = this.#store.applyStep({ step, gradientSum: pointer, divisor });
    if (!outcome.committed) return outcome;
    const { committed, learningRate, gradientNorm } = outcome;
    const hits = this.#hits(correct);
    return { committed, learningRate, gradientNorm, samples, lossSum, correct: hits };
  }

  /** The outer step by the replicas' mean. */
  #commitReplicas(step: number, samples: number): CommitOutcome {
    const { values, lossSum, correct } = this.root();
    if (!Number.isFinite(lossSum)) return { committed: false, reason: sentence("loss-not-finite") };
    const outcome = this.#store.applyReplicas(step, values);
    if (!outcome.committed) return outcome;
    return { ...outcome, samples, lossSum, correct: this.#hits(correct) };
  }

  /** The candidate with the lowest cost. */
  #commitBestCandidate(step: number, samples: number): CommitOutcome {
    const { values } = this.root();
    const best = bestCandidate(values);
    const lossSum = values[best] ?? 0;
    const outcome = this.#store.applyCandidate(step, best);
    return outcome.committed ? { ...outcome, samples, lossSum, correct: null } : outcome;
  }

  #hits(correct: number): number | null {
    return tasks[this.#config.task.kind].countsHits ? correct : null;
  }

  /** The root of an evaluation. */
  evaluation(): { lossSum: number; sums: number[] } {
    const { values, lossSum } = this.root();
    return { lossSum, sums: [...values] };
  }
}
