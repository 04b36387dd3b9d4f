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
import { assertNever } from "../../shared/assert.ts";
import type { Target } from "../../shared/data/dataset.ts";
import type { MessageOf, ResultMessage, WorkerMessage } from "../../shared/protocol/messages.ts";
import { blockOf, sumsOf } from "../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type RoundKind, roundKinds, trainingKind } from "../../shared/run/kinds.ts";
import { batchSizeOf, type RunPlan } from "../../shared/run/plan.ts";
import { type Block, blockName, isNode } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Audit } from "../audit/audit.ts";
import type { EvidenceMessage, Wrong } from "../audit/descent.ts";
import { contradicted, noteFirst } from "../audit/late-duplicates.ts";
import type { Opinion } from "../audit/opinions.ts";
import {
  type Answer,
  type Content,
  contentOf,
  offence,
  type Outcome,
  stale,
} from "../dispatch/answer.ts";
import type { CrewWorker, ReadyWorker } from "../dispatch/crew.ts";
import { Dispatch } from "../dispatch/dispatch.ts";
import { Pacing } from "../dispatch/pacing.ts";
import { closed, isFor, openRound, type OpenRound, type Round } from "../dispatch/round.ts";
import { GradientTable } from "./gradient-table.ts";
import { evaluationFrom, splitDue } from "./measures/evaluations.ts";
import { isOutOfPatience, spendPatience } from "./measures/patience.ts";
import { epochEvent } from "./measures/scores.ts";
import type { ParameterStore } from "./parameter-store.ts";
import { Progress } from "./progress.ts";
import { type CommitOutcome, RoundValues } from "./round-values.ts";
import { Timeline } from "./timeline.ts";
import type { EvaluationView, GradientTableView, Phase, Score } from "./view.ts";
import { phaseOf, type Standstill, waitingFor } from "./waiting-for.ts";
import type {
  EndOfRun,
  RunOutcome,
  RunOutput,
  RunSnapshot,
  RunWorkers,
  TrainingRunOptions,
} from "./world.ts";

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
  #round: OpenRound | undefined;
  #paused = false;
  /** The dataset's, for figures in the units of the data. */
  readonly target: Target;
  /** Whether the evaluation after the last step has the lowest loss. Its checkpoint is written at the end. */
  #lastIsBest = false;
  #outcome: RunOutcome | undefined;
  readonly #audit: Audit;
  /** When a step may begin. */
  readonly pacing: Pacing;

  constructor(options: TrainingRunOptions) {
    const { id, config, plan, store, resume } = options;
    this.id = id;
    this.config = config;
    this.plan = plan;
    this.#store = store;
    this.#workers = options.workers;
    this.#output = options.output;
    this.#audit = options.audit;
    this.pacing = options.pacing ?? new Pacing();
    this.target = options.target;
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
    this.#promedio = new GradientTable(config, options.featureShape, options.names);
  }

  // ── one step ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Opens the next round if nothing prevents it. Called after every event that may allow it. */
  #advance(nowMs: number): void {
    if (this.#round !== undefined || this.#outcome !== undefined || this.#paused) return;
    const isOut = isOutOfPatience(this.config, this.progress);
    const due = splitDue(this.#step, this.plan, this.progress, isOut);
    if (due === undefined && (isOut || this.#step >= this.plan.totalSteps)) return this.#finish();
    if (this.#dispatch.crew.size < this.#minWorkers) return;
    this.#minWorkers = 1;
    if (due === undefined && !this.pacing.begin(nowMs)) return;
    this.#openRound(due ?? trainingKind(this.config), nowMs);
  }

  #openRound(kind: RoundKind, nowMs: number): void {
    const { leafCount, point } = roundKinds[kind];
    this.#round = openRound({
      kind,
      step: this.#step,
      leafCount: leafCount(this.#step, this.config, this.plan),
      tensor: this.#store.encode(point),
      openedMs: nowMs,
    });
    this.#beginRound(this.#round, nowMs);
  }

  /** Hands out a whole round of which nothing is known: a new one, or one that is computed again. */
  #beginRound(round: OpenRound, nowMs: number): void {
    this.#values.begin(round);
    this.#promedio.begin(round.step);
    this.#audit.begin(round);
    this.#dispatch.handOutAll(round, nowMs);
  }

  /**
   * Receives a result: checks it, adds it to the round's tree and, when the root is known, commits.
   *
   * @param tensor - The values as received, read only during the call.
   */
  result(workerId: string, message: ResultMessage, tensor: Uint8Array, nowMs: number): Outcome {
    const worker = this.#dispatch.crew.get(workerId);
    if (worker === undefined || message.run !== this.id) return stale;
    const { step, computeMs } = message;
    if (step > this.#step) return offence(sentence("step-not-begun", { step }));
    const round = this.#round;
    if (round === undefined || !isFor(round, message)) {
      return this.#takeStale(worker, message, contentOf(message, tensor), nowMs);
    }
    const block = blockOf(message.block);
    if (!isNode(block, round.leafCount)) {
      return offence(sentence("no-such-block", { block: blockName(block) }));
    }
    const refused = this.#dispatch.answered(round, worker, { block, computeMs }, nowMs);
    if (refused !== undefined) return refused;
    const samples = this.#dispatch.samplesOf(block, round);
    const { lossSum, correct } = sumsOf(message);
    return this.#take(worker, round, { block, samples, values: tensor, lossSum, correct }, nowMs);
  }

  /** Takes an answer that was asked for. */
  #take(worker: CrewWorker, round: OpenRound, answer: Answer, nowMs: number): Outcome {
    const isIndependent = (other: string) => this.#dispatch.crew.areIndependent(other, worker.id);
    const outcome =
      this.#audit.examine(round, worker.id, answer, isIndependent) ??
      this.#values.accept(round, answer);
    switch (outcome.kind) {
      case "unplaced":
        this.#fail(outcome.reason);
        return stale;
      case "mismatch":
        this.#cutOff(outcome.liars, round, answer.block, nowMs);
        return outcome;
      case "offence":
        this.#reassign(nowMs, worker.id);
        return outcome;
      case "covered":
        return this.#drop("covered", worker, round, answer, nowMs);
      case "confirmed":
        break;
      case "counted":
        if (!this.#count(worker, round, answer, nowMs)) {
          return { kind: "mismatch", liars: [worker.id] };
        }
        break;
      default:
        assertNever(outcome);
    }
    this.progress.addBytes(answer.values.length);
    this.#closeIfDone(nowMs);
    return outcome;
  }

  /** An answer entered the sums. @returns `false` if the referee, for want of a second opinion, found it wrong. */
  #count(worker: CrewWorker, round: OpenRound, answer: Answer, nowMs: number): boolean {
    const mayComeTwice = this.#audit.policy === "quorum" || round.holdings.isShared(answer.block);
    if (mayComeTwice) noteFirst(worker, round.holdings, answer);
    if (round.kind === "gradient") this.#promedio.add(worker.name, answer.values, answer.samples);
    const opinion = this.#audit.counted(round, worker, answer, nowMs);
    return opinion === undefined || this.#seekSecondOpinion(round, opinion, nowMs);
  }

  /** Closes the round if its root is known and nothing in it waits for a second opinion or for evidence. */
  #closeIfDone(nowMs: number): void {
    if (this.#round === undefined || !this.#values.done || !this.#audit.isSettled) return;
    this.#closeRound(this.#round, nowMs);
  }

  #closeRound(round: OpenRound, nowMs: number): void {
    this.#round = undefined;
    const past = closed(round);
    this.timeline.add(past, nowMs);
    this.#dispatch.close(past, nowMs);
    this.#useRoot(round, nowMs);
    this.#advance(nowMs);
  }

  /** What a round was for, by its kind: a step, or a measurement. */
  #useRoot(round: OpenRound, nowMs: number): void {
    const { kind } = round;
    if (kind === "validation" || kind === "test") return this.#endEvaluation(kind);
    const batchSize = batchSizeOf(round.step, this.config, this.plan);
    this.#commit(round, this.#values.commit(kind, round, batchSize), nowMs);
  }

  /** Parameters have changed, here alone: advances the step, or ends a run that diverges (invariant 3). */
  #commit({ step, openedMs }: OpenRound, outcome: CommitOutcome, nowMs: number): void {
    if (!outcome.committed) {
      return this.#fail(sentence("step-diverged", { step, reason: outcome.reason }));
    }
    const samples = batchSizeOf(step, this.config, this.plan);
    this.#step = step + 1;
    this.#promedio.end(this.#dispatch.crew.names);
    this.progress.addStep(step, { ...outcome, samples }, nowMs - openedMs);
    if (splitDue(this.#step, this.plan, this.progress, false) !== undefined) return;
    if (this.#output.wantsSnapshot(this.#step)) this.#output.save(this.snapshot());
  }

  #endEvaluation(split: Score["split"]): void {
    const root = { split, step: this.#step, ...this.#values.evaluation() };
    const evaluation = evaluationFrom(root, this);
    const isFinal = split === "test" && this.plan.validationCount > 0;
    if (isFinal) this.progress.finalTest = evaluation;
    else this.#endEpoch(evaluation);
  }

  #endEpoch(evaluation: EvaluationView): void {
    const { step, epoch } = evaluation;
    const isBest = this.progress.addEvaluation(evaluation);
    const about = { learningRate: this.#store.learningRate, workers: this.#dispatch.crew.size };
    this.#output.report(epochEvent(evaluation, this.progress, about));
    const { config, progress } = this;
    const message = spendPatience(evaluation, isBest, { config, progress, store: this.#store });
    if (message !== undefined) this.#output.report({ event: "warning", message });
    if (message !== undefined) this.#lastIsBest = true;
    else if (step === this.plan.totalSteps) this.#lastIsBest = isBest;
    else if (this.#output.wantsSnapshot(step, epoch)) this.#output.save(this.snapshot(isBest));
  }

  #finish(): void {
    const snapshot = this.snapshot(this.#lastIsBest);
    this.#end({ kind: "finished", snapshot, rates: this.progress.averageRates });
  }

  #fail(reason: Sentence): void {
    this.#round = undefined;
    this.#end({ kind: "failed", snapshot: this.snapshot(), reason });
  }

  #end(outcome: EndOfRun): void {
    this.#outcome = outcome;
    this.#output.end(outcome);
  }

  // ── workers join, leave, fail and lag ──────────────────────────────────────────────────────────────────────────────

  /** A worker has the dataset and passed the self-test. It gets the blocks that nobody holds at once. */
  workerReady(worker: ReadyWorker, nowMs: number): void {
    this.#dispatch.crew.add(worker);
    this.#reassign(nowMs);
    this.#advance(nowMs);
  }

  /** A worker left or paused. Its blocks go to others at once. */
  workerLeft(workerId: string, nowMs: number): void {
    if (!this.#dispatch.crew.remove(workerId)) return;
    this.#round?.holdings.release(workerId);
    this.#judge((round) => this.#audit.settle(round, { workerId }), nowMs);
    this.#reassign(nowMs);
  }

  /** A worker could not compute a block. If nobody can, the run has diverged; otherwise it is the worker's fault. */
  failed(workerId: string, message: MessageOf<WorkerMessage, "failed">, nowMs: number): Outcome {
    const round = this.#round;
    if (round === undefined || message.run !== this.id || message.step !== round.step) return stale;
    const block = blockOf(message.block);
    if (!round.holdings.giveBack(workerId, block)) return stale;
    if (!this.#audit.canCompute(round, block)) {
      this.#fail(sentence("step-diverged", { step: round.step, reason: message.reason }));
      return stale;
    }
    this.#reassign(nowMs, workerId);
    const { reason } = message;
    return offence(sentence("block-can-be-computed", { block: blockName(block), reason }));
  }

  /** Opens a round whose time has come, or finds late workers and gives their blocks to others too. */
  tick(nowMs: number): void {
    if (this.#round === undefined) return this.#advance(nowMs);
    this.#dispatch.tick(this.#round, nowMs);
    this.#judge((round) => this.#audit.settle(round, { nowMs }), nowMs);
    if (this.#round !== undefined) this.#seekSecondOpinions(this.#round, nowMs);
  }

  /** Gives blocks that nobody on time holds to others, for a first or a second opinion. */
  #reassign(nowMs: number, exceptId?: string): void {
    if (this.#round === undefined) return;
    this.#dispatch.reassign(this.#round, nowMs, exceptId);
    this.#seekSecondOpinions(this.#round, nowMs, exceptId);
  }

  // ── audit ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #seekSecondOpinions(round: OpenRound, nowMs: number, exceptId?: string): void {
    for (const opinion of this.#audit.waiting) {
      if (!this.#seekSecondOpinion(round, opinion, nowMs, exceptId)) return;
    }
    this.#closeIfDone(nowMs);
  }

  /**
   * Makes sure that a block is computed by another worker than its first one or, if there is no other, by the
   * referee.
   *
   * @returns `false` if the referee found that the first worker has lied.
   */
  #seekSecondOpinion(
    round: OpenRound,
    opinion: Opinion,
    nowMs: number,
    exceptId?: string,
  ): boolean {
    const { block, workerId } = opinion;
    const who = { firstId: workerId, exceptId };
    if (this.#dispatch.askAnother(round, block, who, nowMs)) return true;
    if (this.#audit.confirmByReferee(round, opinion)) return true;
    this.#cutOff([workerId], round, block, nowMs);
    return false;
  }

  /** A relay shows what is under its answers. */
  evidence(workerId: string, message: EvidenceMessage, tensor: Uint8Array, nowMs: number): void {
    if (message.run !== this.id) return;
    this.#judge((round) => this.#audit.evidence(round, workerId, message, tensor), nowMs);
  }

  /** Acts on what the audit of relays finds in the open round. */
  #judge(find: (round: OpenRound) => readonly Wrong[], nowMs: number): void {
    const round = this.#round;
    if (round === undefined) return;
    for (const { workerId, block } of find(round)) this.#cutOff([workerId], round, block, nowMs);
    this.#closeIfDone(nowMs);
  }

  /**
   * Disconnects workers that lied about a block. If the open round relies on them, it can't be trusted, and the
   * others compute it again from the same parameters. Their remaining answers to its first shares are welcome.
   */
  #cutOff(liars: readonly string[], { step }: Round, block: Block, nowMs: number): void {
    const round = this.#round;
    for (const id of liars) {
      this.#dispatch.crew.remove(id);
      round?.holdings.release(id);
    }
    if (round !== undefined && this.#audit.reliesOn(liars)) {
      round.holdings.releaseAll();
      this.#beginRound(round, nowMs);
    } else this.#reassign(nowMs);
    const reason = sentence("block-differs", { block: blockName(block), step });
    for (const id of liars) this.#workers.expel(id, reason);
  }

  /** An answer for a round that is over shows that its sender is alive, how slow it was, and whether it is honest. */
  #takeStale(worker: CrewWorker, message: ResultMessage, content: Content, nowMs: number): Outcome {
    const round = this.#dispatch.overtaken(worker, message, nowMs);
    if (round === undefined) {
      this.#reassign(nowMs);
      return stale;
    }
    return this.#drop("stale", worker, round, { ...content, block: blockOf(message.block) }, nowMs);
  }

  /**
   * Drops a late duplicate. If it differs from the answer that counted, its worker was wrong where that answer is
   * confirmed, as under quorum. Otherwise both workers are named and doubted.
   */
  #drop(
    kind: "covered" | "stale",
    worker: CrewWorker,
    round: Round,
    answer: Content & { readonly block: Block },
    nowMs: number,
  ): Outcome {
    const { block } = answer;
    const first = contradicted(round.holdings, block, answer);
    if (first !== undefined && this.#audit.policy === "quorum") {
      this.#cutOff([worker.id], round, block, nowMs);
      return { kind: "mismatch", liars: [worker.id] };
    }
    // Under quorum, a part of the dropped block may still be missing, and now nobody may hold it.
    this.#reassign(nowMs);
    if (first === undefined) return { kind };
    this.#audit.distrust(first.workerId, worker.id);
    const names = { first: first.name, second: worker.name };
    const where = { block: blockName(block), step: round.step };
    return { kind, doubt: sentence("workers-differ", { ...names, ...where }) };
  }

  // ── start, pause, resume, and what is visible ──────────────────────────────────────────────────────────────────────

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
    this.#round = undefined;
    this.#outcome = { kind: "stopped" };
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

  /** How many workers are ready, and what is known of the link to them. */
  get crew() {
    return { workers: this.#dispatch.crew.size, link: this.#dispatch.link };
  }

  get learningRate(): number {
    return this.#store.learningRate;
  }

  get phase(): Phase {
    return this.#outcome?.kind ?? phaseOf(this.#standstill);
  }

  /** Whether a worker holds blocks of the open round. */
  isBusy(workerId: string): boolean {
    return this.#round?.holdings.isBusy(workerId) ?? false;
  }

  /** What the run waits for (invariant 4), or `null` while it advances. */
  waitingFor(nowMs: number): Sentence | null {
    return this.#outcome === undefined ? waitingFor(this.#standstill, nowMs) : null;
  }

  get #standstill(): Standstill {
    return {
      missing: Math.max(this.#minWorkers, 1) - this.#dispatch.crew.size,
      isPaused: this.#paused,
      pace: this.pacing.pace,
      round: this.#round,
      nameOf: (workerId) => this.#dispatch.crew.get(workerId)?.name,
    };
  }
}
