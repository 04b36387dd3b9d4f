/**
 * @file What a section shows now: its model, which is computed when its state, the seed, or the network's answer is
 * another one, and kept until then.
 */
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { say } from "./language.ts";
import type { Answer, Question } from "./models/questions.ts";
import type { AnySection } from "./section.ts";
import type { Schema, StateOf } from "./state/schema.ts";

export interface ModelHost {
  readonly kernel: Kernel;
  readonly seed: () => number;
  /** The answer to a question, or `undefined`; then it will come. */
  readonly ask: (question: Question) => Answer | "failed" | undefined;
}

export class SectionModel {
  readonly #section: AnySection;
  readonly #host: ModelHost;
  /** What was computed, from which state. */
  #model: { readonly key: string; readonly value: unknown } | undefined;
  #answer: Answer | undefined;
  /** Whether a newer or a finer answer is still to come. */
  isRefining = false;

  constructor(section: AnySection, host: ModelHost) {
    this.#section = section;
    this.#host = host;
  }

  /** What the state gives; `undefined` while the network is still computing what it needs. */
  of(state: StateOf<Schema>): { readonly value: unknown } | undefined {
    const section = this.#section;
    const seed = this.#host.seed();
    const question = section.asks?.(state, seed);
    const fresh = question === undefined ? undefined : this.#host.ask(question);
    if (fresh === "failed") throw new Error(say("noNetwork"));
    // Until the new answer is there, the last one stays on the screen.
    this.isRefining = question !== undefined && fresh === undefined;
    if (fresh !== undefined) this.#answer = this.#finest(question, fresh);
    const answer = this.#answer;
    if (question !== undefined && answer === undefined) return undefined;
    const key = JSON.stringify([state, seed, answer?.id]);
    if (this.#model?.key === key) return this.#model;
    const value = section.compute(state, { kernel: this.#host.kernel, seed, answer });
    this.#model = { key, value };
    return this.#model;
  }

  /** The finest answer that is known. The next one is asked for only when the last one is on the screen. */
  #finest(question: Question | undefined, answer: Answer): Answer {
    const finer = question === undefined ? undefined : this.#section.refines?.(question);
    if (finer === undefined) return answer;
    const next = this.#host.ask(finer);
    this.isRefining = next === undefined;
    return next === undefined || next === "failed" ? answer : this.#finest(finer, next);
  }
}
