/**
 * @file The open rounds of a run, oldest first. There is one, and in a run with a delay perhaps that of the next step, too. The
 * oldest is the next to be closed, no matter which is complete first. Pure bookkeeping.
 */
import { assert } from "../../shared/assert.ts";
import type { ResultMessage } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { roundKinds } from "../../shared/run/kinds.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import { closed, isFor, openRound, type OpenRound, type Round } from "./round.ts";

export class OpenRounds implements Iterable<OpenRound> {
  readonly #config: RunConfig;
  readonly #plan: RunPlan;
  #rounds: readonly OpenRound[] = [];
  #newestStep: number;
  /** When the last one was closed. */
  #closedMs = Number.NEGATIVE_INFINITY;
  /** Why the round after the open ones was given up. */
  #reason: Sentence | undefined;

  /** @param step - The first one that will be opened. */
  constructor(config: RunConfig, plan: RunPlan, step: number) {
    this.#config = config;
    this.#plan = plan;
    this.#newestStep = step;
  }

  get oldest(): OpenRound | undefined {
    return this.#rounds[0];
  }

  get count(): number {
    return this.#rounds.length;
  }

  /** Whether somebody may have been asked for blocks of a step. */
  hasBegun(step: number): boolean {
    return step <= this.#newestStep;
  }

  /** Whether one more may open. Only two steps may be open at the same time. */
  get hasRoom(): boolean {
    if (this.#reason !== undefined) return false;
    const areSteps = this.#rounds.every(({ kind }) => roundKinds[kind].trains);
    return this.#rounds.length === 0 || (areSteps && this.#rounds.length <= this.#config.delay);
  }

  /** Why no round follows: the next one was given up, and those before it are closed. */
  get end(): Sentence | undefined {
    return this.#rounds.length === 0 ? this.#reason : undefined;
  }

  /** Opens one, of the whole tree. */
  add({
    kind,
    step,
    tensor,
    version,
    openedMs,
  }: Pick<OpenRound, "kind" | "step" | "tensor" | "version" | "openedMs">): OpenRound {
    const leafCount = roundKinds[kind].leafCount(step, this.#config, this.#plan);
    const round = openRound({ kind, step, leafCount, openedMs, tensor, version });
    this.#rounds = [...this.#rounds, round];
    this.#newestStep = Math.max(this.#newestStep, step);
    return round;
  }

  /** Closes the oldest one. @returns What is kept of it. */
  close(round: OpenRound, nowMs: number): Round {
    assert(round === this.oldest, "rounds are closed in order");
    this.#rounds = this.#rounds.slice(1);
    const past = closed(round, this.#closedMs);
    this.#closedMs = nowMs;
    return past;
  }

  /** A round can't be finished. Those before it still can. */
  giveUp(round: OpenRound, reason: Sentence): void {
    this.#rounds = this.#rounds.slice(0, this.#rounds.indexOf(round));
    this.#reason = reason;
  }

  clear(): void {
    this.#rounds = [];
  }

  /** The round that a result answers. */
  of(message: ResultMessage): OpenRound | undefined {
    return this.#rounds.find((round) => isFor(round, message));
  }

  ofStep(step: number): OpenRound | undefined {
    return this.#rounds.find((round) => round.step === step);
  }

  /** Whether a worker holds blocks of one. */
  isBusy(workerId: string): boolean {
    return this.#rounds.some(({ holdings }) => holdings.isBusy(workerId));
  }

  /** Takes back everything that a worker holds. */
  release(workerId: string): void {
    for (const { holdings } of this.#rounds) holdings.release(workerId);
  }

  /** Those that are open now, without any that is closed meanwhile. */
  *[Symbol.iterator](): Iterator<OpenRound> {
    for (const round of this.#rounds) if (this.#rounds.includes(round)) yield round;
  }
}
