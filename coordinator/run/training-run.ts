/**
 * @file The training loop: one step, readable top to bottom.
 *
 *     open a round → hand out shares → examine and accept results → commit → (end of an epoch: evaluate → save) → next
 *
 * A state machine without sockets, clocks or disks: events arrive as method calls with the time, effects leave
 * through `RunWorkers` and `RunOutput`. Invariants that hold here, numbered as in ARCHITECTURE.md:
 *
 * 2. Fixed tree: values are only ever added by `RoundValues`, along the tree.
 * 3. Commit or nothing: `#commit` runs once per step, when its root is known, and refuses values that are not
 *    finite.
 * 4. Never hangs: after every event and tick, `Dispatch` has made sure that a worker on time holds every missing
 *    block; while nothing advances, `waitingFor` says why.
 */
import { known } from "../../shared/assert.ts";
import type { MessageOf, ResultMessage, WorkerMessage } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type RoundKind, roundKinds, trainingKind } from "../../shared/run/kinds.ts";
import { batchSizeOf, epochOf, type RunPlan } from "../../shared/run/plan.ts";
import { type Block, isNode } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Audit } from "../audit/audit.ts";
import { type Content, contradicted, noteFirst } from "../audit/late-duplicates.ts";
import type { Opinion } from "../audit/opinions.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { CrewWorker, Newcomer } from "../dispatch/crew.ts";
import { Dispatch } from "../dispatch/dispatch.ts";
import { isFor, type Round } from "../dispatch/round.ts";
import { GradientTable } from "./gradient-table.ts";
import type { ParameterStore } from "./parameter-store.ts";
import { Progress, type ProgressState } from "./progress.ts";
import { RoundValues } from "./round-values.ts";
import { Timeline } from "./timeline.ts";
import type { Phase, GradientTableView } from "./view.ts";
import type { EndOfRun, RunOutcome, RunOutput, RunSnapshot, RunWorkers } from "./world.ts";

/** The outcome of a result. An offence is the sender's fault; the others are normal in a distributed run. */
export type Verdict =
  | { readonly kind: "accepted"; readonly samples: number }
  /** With a `doubt` it differs from the answer that counted, and it can no longer be found out which is wrong. */
  | { readonly kind: "stale" | "duplicate"; readonly doubt?: Sentence }
  /** It differs from another answer. The wrong worker, which may be the other one, has been expelled. */
  | { readonly kind: "mismatch" }
  | { readonly kind: "offence"; readonly reason: Sentence };

export interface TrainingRunOptions {
  readonly id: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly store: ParameterStore;
  readonly workers: RunWorkers;
  readonly output: RunOutput;
  /** The first round opens when this many workers are ready. After that, one is enough (invariant 4). */
  readonly minWorkers: number;
  /** The audit of this run alone. */
  readonly audit: Audit;
  /** Where an earlier process stopped; the store is already restored. */
  readonly resume: { readonly step: number; readonly progress: ProgressState } | undefined;
}

export class TrainingRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly progress: Progress;
  readonly timeline = new Timeline();
  readonly #store: ParameterStore;
  readonly #workers: RunWorkers;
  readonly #output: RunOutput;
  readonly #values: RoundValues;
  readonly #promedio: GradientTable;
  readonly #dispatch: Dispatch;
  #minWorkers: number;
  #step: number;
  #round: Round | undefined;
  /** The parameters of the open round in the form in which they are sent: encoded once, one buffer for all. */
  #tensor: Uint8Array = new Uint8Array(0);
  #paused = false;
  /** Whether the evaluation after the last step has the lowest test loss. Its checkpoint is written at the end. */
  #lastIsBest = false;
  #outcome: RunOutcome | undefined;
  readonly #audit: Audit;

  constructor(options: TrainingRunOptions) {
    const { id, config, plan, store, resume } = options;
    this.id = id;
    this.config = config;
    this.plan = plan;
    this.#store = store;
    this.#workers = options.workers;
    this.#output = options.output;
    this.#audit = options.audit;
    this.#minWorkers = options.minWorkers;
    this.#step = resume?.step ?? 0;
    this.progress = new Progress(resume?.progress);
    this.#values = new RoundValues(store, config);
    this.#dispatch = new Dispatch({
      run: id,
      config,
      plan,
      isTwice: options.audit.policy === "quorum",
      isKnown: (block) => this.#values.has(block),
      send: (workerId, header, tensor) => this.#workers.send(workerId, header, tensor),
    });
    this.#promedio = new GradientTable(config.model);
  }

  // ── one step ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Opens the next round if nothing prevents it. Called after every event that may allow it. */
  #advance(nowMs: number): void {
    if (this.#round !== undefined || this.#outcome !== undefined || this.#paused) return;
    const evaluationIsDue = this.#evaluationIsDue();
    if (!evaluationIsDue && this.#step >= this.plan.totalSteps) return this.#finish();
    if (this.#dispatch.crew.size < this.#minWorkers) return;
    this.#minWorkers = 1;
    this.#openRound(evaluationIsDue ? "evaluation" : trainingKind(this.config), nowMs);
  }

  #openRound(kind: RoundKind, nowMs: number): void {
    const isAhead = roundKinds[kind].point === "look-ahead";
    this.#tensor = isAhead ? this.#store.encodePoint() : this.#store.encodeParameters();
    const round = this.#dispatch.open(kind, this.#step, this.#tensor, nowMs);
    this.#round = round;
    this.#beginRound(round, nowMs);
  }

  /** Hands out a whole round of which nothing is known: a new one, or one that is computed again. */
  #beginRound(round: Round, nowMs: number): void {
    this.#values.begin(round.kind, round.leafCount);
    this.#promedio.begin(round.step);
    this.#audit.begin(round, this.#tensor);
    this.#dispatch.handOutAll(nowMs);
  }

  /**
   * Receives a result: checks it, adds it to the round's tree and, when the root is known, commits.
   *
   * @param tensor - The values as received: little-endian float32, read only during the call.
   */
  result(workerId: string, message: ResultMessage, tensor: Uint8Array, nowMs: number): Verdict {
    const member = this.#dispatch.crew.get(workerId);
    if (member === undefined || message.run !== this.id) return { kind: "stale" };
    const round = this.#round;
    if (message.step > this.#step) {
      return offence(sentence("step-not-begun", { step: message.step }));
    }
    if (round === undefined || !isFor(round, message)) {
      return this.#staleResult(member, message, tensor, nowMs);
    }
    const block: Block = { start: message.block[0], end: message.block[1] };
    if (!isNode(block, round.leafCount))
      return offence(sentence("no-such-block", { block: nameOf(block) }));
    const holding = round.answer(workerId, block, message.computeMs);
    if (holding === "repeated") {
      return offence(sentence("block-answered-before", { block: nameOf(block) }));
    }
    if (holding === "unknown") {
      return offence(sentence("block-not-asked-for", { block: nameOf(block) }));
    }
    if (holding === "withdrawn") this.#dispatch.isAlive(member);
    else if (holding.outstanding.size === 0) this.#dispatch.finished(member, holding, nowMs);
    const samples = this.#dispatch.samplesOf(block, round);
    return this.#accept(member, round, { message, block, samples, tensor }, nowMs);
  }

  #accept(member: CrewWorker, round: Round, answer: Answer, nowMs: number): Verdict {
    const { block, samples, tensor } = answer;
    const isIndependent = (other: string) => this.#dispatch.crew.areIndependent(other, member.id);
    const finding = this.#audit.examine(member.id, answer, isIndependent);
    if (typeof finding === "object") {
      this.#cutOff(finding.liars, block, nowMs);
      return { kind: "mismatch" };
    }
    // Under quorum, a part of the dropped block may still be missing, and now nobody may hold it.
    if (finding === "covered") this.#reassign(nowMs);
    const acceptance = finding === "new" ? this.#values.accept(answer) : finding;
    if (acceptance === "covered") {
      return { kind: "duplicate", ...this.#doubtOf(member, round, answer) };
    }
    if (typeof acceptance === "object") {
      this.#reassign(nowMs, member.id);
      return offence(acceptance.flaw);
    }
    this.progress.addBytes(tensor.length);
    if (acceptance === "accepted") {
      // Under quorum every block has a second opinion anyway.
      if (this.#audit.policy !== "quorum") noteFirst(member, round, answer);
      if (round.kind === "gradient") this.#promedio.add(member.name, tensor, samples);
      const opinion = this.#audit.accepted(member.id, answer);
      const isTrue = opinion === undefined || this.#seekSecondOpinion(opinion, nowMs);
      if (!isTrue) return { kind: "mismatch" };
    }
    this.#closeIfDone(nowMs);
    return { kind: "accepted", samples };
  }

  /** Closes the round if its root is known and nothing in it waits for a second opinion. */
  #closeIfDone(nowMs: number): void {
    if (this.#round === undefined || !this.#values.done || !this.#audit.isSettled) return;
    this.#closeRound(this.#round, nowMs);
  }

  #closeRound(round: Round, nowMs: number): void {
    this.#round = undefined;
    this.timeline.add(round, nowMs);
    this.#dispatch.close(nowMs);
    if (roundKinds[round.kind].trains) this.#commit(round, nowMs);
    else this.#endEvaluation();
    this.#advance(nowMs);
  }

  /** Applies the update and advances the step: the only place where parameters change (invariant 3). */
  #commit(round: Round, nowMs: number): void {
    const step = this.#step;
    const samples = batchSizeOf(step, this.config, this.plan);
    const outcome = this.#values.commit(step, samples);
    if (!outcome.committed)
      return this.#fail(sentence("step-diverged", { step, reason: outcome.reason }));
    this.#step = step + 1;
    this.#promedio.end();
    this.progress.addStep(step, { ...outcome, samples }, nowMs - round.openedMs);
  }

  #evaluationIsDue(): boolean {
    const step = this.#step;
    if (step === 0 || this.progress.evaluation?.step === step) return false;
    return step % this.plan.stepsPerEpoch === 0 || step === this.plan.totalSteps;
  }

  #endEvaluation(): void {
    const { lossSum, correct, confusion } = this.#values.evaluation();
    const step = this.#step;
    const epoch = epochOf(step - 1, this.plan).epoch + 1;
    const testLoss = lossSum / this.plan.testCount;
    const testAccuracy = correct / this.plan.testCount;
    const means = this.progress.endEpoch();
    const isBest = this.progress.addEvaluation({ step, epoch, testLoss, testAccuracy, confusion });
    this.#output.report({
      event: "epoch",
      epoch,
      step,
      ...means,
      testLoss,
      testAccuracy,
      samplesPerSecond: this.progress.rates.samplesPerSecond,
      stepsPerSecond: this.progress.rates.stepsPerSecond,
      learningRate: this.#store.learningRate,
      seconds: this.progress.trainingMs / 1000,
      workers: this.#dispatch.crew.size,
    });
    if (step < this.plan.totalSteps) this.#output.save(this.snapshot(isBest));
    else this.#lastIsBest = isBest;
  }

  #finish(): void {
    const snapshot = this.snapshot(this.#lastIsBest);
    this.#end({ kind: "finished", snapshot, rates: this.progress.averageRates });
  }

  #fail(reason: Sentence): void {
    this.#dropRound();
    this.#end({ kind: "failed", snapshot: this.snapshot(), reason });
  }

  #end(outcome: EndOfRun): void {
    this.#outcome = outcome;
    this.#output.end(outcome);
  }

  // ── workers join, leave, fail and lag
  // ────────────────────────────────────────────────────────────────────────────────

  /** A worker has the dataset and passed the self-test. It gets the blocks that nobody holds at once. */
  workerReady(worker: Newcomer, nowMs: number): void {
    this.#dispatch.crew.add(worker);
    this.#reassign(nowMs);
    this.#advance(nowMs);
  }

  /** A worker left or paused. Its blocks go to others at once. */
  workerLeft(workerId: string, nowMs: number): void {
    if (!this.#dispatch.crew.remove(workerId)) return;
    this.#round?.release(workerId);
    this.#reassign(nowMs);
  }

  /** A worker could not compute a block. If nobody can, the run has diverged; otherwise it is the worker's fault. */
  failed(workerId: string, message: MessageOf<WorkerMessage, "failed">, nowMs: number): Verdict {
    const round = this.#round;
    const block: Block = { start: message.block[0], end: message.block[1] };
    if (round === undefined || message.run !== this.id || message.step !== round.step) {
      return { kind: "stale" };
    }
    if (!round.giveBack(workerId, block)) return { kind: "stale" };
    if (!this.#audit.canCompute(block)) {
      this.#fail(sentence("step-diverged", { step: round.step, reason: message.reason }));
      return { kind: "stale" };
    }
    this.#reassign(nowMs, workerId);
    const { reason } = message;
    return offence(sentence("block-can-be-computed", { block: nameOf(block), reason }));
  }

  /** Finds late workers and gives their blocks to others too. */
  tick(nowMs: number): void {
    this.#dispatch.tick(nowMs);
    this.#seekSecondOpinions(nowMs);
  }

  /** Gives blocks that nobody on time holds to others, for a first or a second opinion. */
  #reassign(nowMs: number, exceptId?: string): void {
    this.#dispatch.reassign(nowMs, exceptId);
    this.#seekSecondOpinions(nowMs, exceptId);
  }

  // ── audit ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #seekSecondOpinions(nowMs: number, exceptId?: string): void {
    if (this.#round === undefined) return;
    for (const opinion of this.#audit.waiting) {
      if (!this.#seekSecondOpinion(opinion, nowMs, exceptId)) return;
    }
    this.#closeIfDone(nowMs);
  }

  /**
   * Makes sure that a block is computed by another worker than its first one or, if there is no other, by the
   * referee.
   *
   * @returns `false` if the referee found that the first worker has lied.
   */
  #seekSecondOpinion(opinion: Opinion, nowMs: number, exceptId?: string): boolean {
    const { block, workerId } = opinion;
    if (this.#dispatch.askAnother(block, { firstId: workerId, exceptId }, nowMs)) return true;
    if (this.#audit.confirmByReferee(opinion)) return true;
    this.#cutOff([workerId], block, nowMs);
    return false;
  }

  /**
   * Disconnects workers that lied about a block. If the open round relies on them, it can't be trusted, and the
   * others compute it again from the same parameters. Their remaining answers to its first shares are welcome.
   */
  #cutOff(liars: readonly string[], block: Block, nowMs: number): void {
    const round = known(this.#round, "an audit is of the open round");
    for (const id of liars) {
      this.#dispatch.crew.remove(id);
      round.release(id);
    }
    if (this.#audit.reliesOn(liars)) {
      round.releaseAll();
      this.#beginRound(round, nowMs);
    } else this.#reassign(nowMs);
    const reason = sentence("block-differs", { block: nameOf(block), step: round.step });
    for (const id of liars) this.#workers.expel(id, reason);
  }

  /** A result for a round that is over shows that its sender is alive, how slow it was, and whether it is honest. */
  #staleResult(
    member: CrewWorker,
    message: ResultMessage,
    tensor: Uint8Array,
    nowMs: number,
  ): Verdict {
    const round = this.#dispatch.overtaken(member, message, nowMs);
    const block: Block = { start: message.block[0], end: message.block[1] };
    const doubt = round && this.#doubtOf(member, round, { message, block, tensor });
    this.#reassign(nowMs);
    return { kind: "stale", ...doubt };
  }

  /** A late duplicate is dropped. If it differs from the answer that counted, both workers are named and doubted. */
  #doubtOf(member: CrewWorker, round: Round, content: Content): { doubt: Sentence } | undefined {
    const first = contradicted(round, content);
    if (first === undefined) return undefined;
    this.#audit.distrust(first.workerId, member.id);
    return {
      doubt: sentence("workers-differ", {
        first: first.name,
        second: member.name,
        block: nameOf(content.block),
        step: round.step,
      }),
    };
  }

  // ── start, pause, resume, and what is visible
  // ────────────────────────────────────────────────────────────────────────

  /** Call this once, before any other event: a resumed run may already be over. */
  begin(nowMs: number): void {
    this.#advance(nowMs);
  }

  /** No further round opens; the open one is finished and committed. */
  pause(): void {
    this.#paused = true;
  }

  resume(nowMs: number): void {
    this.#paused = false;
    this.#advance(nowMs);
  }

  /** Ends the run where it is: committed steps stay, the open round is dropped. */
  stop(): void {
    if (this.#outcome !== undefined) return;
    this.#dropRound();
    this.#outcome = { kind: "stopped" };
  }

  #dropRound(): void {
    this.#round = undefined;
    this.#dispatch.abandon();
  }

  /** The committed state. It is complete at any instant, also between two commits. */
  snapshot(isBest = false): RunSnapshot {
    const store = this.#store.snapshot();
    return { step: this.#step, store, progress: this.progress.state, isBest };
  }

  /** A copy of the committed parameters as little-endian bytes. */
  encodeParameters(): Uint8Array {
    return this.#store.encodeParameters();
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Committed steps. */
  get step(): number {
    return this.#step;
  }

  get outcome(): RunOutcome | undefined {
    return this.#outcome;
  }

  get parameterCount(): number {
    return this.#store.parameterCount;
  }

  get promedio(): GradientTableView | null {
    return this.#promedio.table(this.#dispatch.crew.names);
  }

  get learningRate(): number {
    return this.#store.learningRate;
  }

  get phase(): Phase {
    if (this.#outcome !== undefined) return this.#outcome.kind;
    if (this.#round === undefined) return this.#paused ? "paused" : "waiting";
    if (this.#dispatch.crew.size === 0) return "waiting";
    return roundKinds[this.#round.kind].trains ? "training" : "evaluating";
  }

  /** Whether a worker holds blocks of the open round. */
  isBusy(workerId: string): boolean {
    return this.#round?.isBusy(workerId) ?? false;
  }

  /** What the run waits for (invariant 4), or `null` while it advances. */
  waitingFor(nowMs: number): Sentence | null {
    if (this.#outcome !== undefined) return null;
    const missing = Math.max(this.#minWorkers, 1) - this.#dispatch.crew.size;
    if (missing > 0) return sentence("waiting-for-workers", { missing });
    if (this.#round === undefined) return this.#paused ? sentence("paused-by-operator") : null;
    if (nowMs - this.#round.openedMs < waitingIsWorthSayingMs) return null;
    const { step } = this.#round;
    const oldest = this.#round.oldest();
    if (oldest === undefined) return sentence("waiting-for-taker", { step });
    return sentence("waiting-for-block", {
      block: nameOf(oldest.block),
      step,
      worker: this.#dispatch.crew.get(oldest.workerId)?.name ?? sentence("departed-worker"),
      seconds: Math.round((nowMs - oldest.sinceMs) / 100) / 10,
    });
  }
}

/** A wait shorter than this is a normal step. */
const waitingIsWorthSayingMs = 1_000;

function nameOf({ start, end }: Block): string {
  return `[${start}, ${end})`;
}

function offence(reason: Sentence): Verdict {
  return { kind: "offence", reason };
}
