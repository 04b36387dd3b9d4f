/**
 * @file The training loop: one step, readable top to bottom.
 *
 *     open a round → hand out shares → examine and accept results → commit → (end of an epoch: evaluate → save) → next
 *
 * With a delay of 1, the round of the next step opens while that of this step is still open, because its point is known
 * already. So workers compute while results travel. The oldest round is always the next to be committed.
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
import { assertNever, known } from "../../shared/assert.ts";
import type { MessageOf, ResultMessage, WorkerMessage } from "../../shared/protocol/messages.ts";
import { blockOf } from "../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { trainingKind } from "../../shared/run/kinds.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Block, blockName } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Audit } from "../audit/audit.ts";
import type { EvidenceMessage, Wrong } from "../audit/descent.ts";
import { contradicted, doubtOf, noteFirst } from "../audit/late-duplicates.ts";
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
import { OpenRounds } from "../dispatch/open-rounds.ts";
import { Pacing } from "../dispatch/pacing.ts";
import type { OpenRound, Round } from "../dispatch/round.ts";
import { Epochs } from "./measures/epochs.ts";
import { splitDue } from "./measures/evaluations.ts";
import { GradientTable } from "./measures/gradient-table.ts";
import { isOutOfPatience } from "./measures/patience.ts";
import type { ParameterStore } from "./parameter-store.ts";
import { Progress } from "./progress.ts";
import { type CommitOutcome, RoundValues } from "./round-values.ts";
import { Timeline } from "./timeline.ts";
import type { GradientTableView, Phase, Score } from "./view.ts";
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
  /** When a step may begin. */
  readonly pacing: Pacing;

  readonly #store: ParameterStore;
  readonly #workers: RunWorkers;
  readonly #output: RunOutput;

  // Who works on an open round.
  readonly #open: OpenRounds;
  readonly #dispatch: Dispatch;
  readonly #audit: Audit;
  /** The values of the open rounds: see `#valuesOf`. */
  readonly #values: readonly RoundValues[];
  readonly #table: GradientTable;
  readonly #epochs: Epochs;

  /** Committed steps. */
  #step: number;
  #minWorkers: number;
  #paused = false;
  #outcome: RunOutcome | undefined;

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
    this.#minWorkers = options.minWorkers;
    this.#step = resume?.step ?? 0;
    this.#open = new OpenRounds(config, plan, this.#step);
    this.progress = new Progress(resume?.progress);
    this.#epochs = new Epochs({ ...options, progress: this.progress });
    this.#values = Array.from({ length: 1 + config.delay }, () => new RoundValues(store, config));
    this.#dispatch = new Dispatch({
      run: id,
      config,
      plan,
      isTwice: options.audit.policy === "quorum",
      isShown: () => this.pacing.pace !== "full",
      isKnown: (block, round) => this.#valuesOf(round).has(block),
      send: (workerId, header, tensor) => this.#workers.send(workerId, header, tensor),
    });
    this.#table = new GradientTable(config, options.featureShape, options.names);
  }

  // ── one step ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Opens the next round if nothing prevents it. Called after every event that may allow it. */
  #advance(nowMs: number): void {
    if (this.#outcome !== undefined) return;
    if (this.#open.end !== undefined) return this.#fail(this.#open.end);
    if (this.#paused || !this.#open.hasRoom) return;
    const step = this.#step + this.#open.count;
    const isOut = isOutOfPatience(this.config, this.progress);
    const due = splitDue(step, this.plan, this.progress, isOut);
    // An evaluation needs the parameters that it measures, and nothing else is computed meanwhile.
    if (due !== undefined && this.#open.count > 0) return;
    if (due === undefined && (isOut || step >= this.plan.totalSteps)) return this.#finish();
    if (this.#dispatch.crew.computingCount < this.#minWorkers) return;
    this.#minWorkers = 1;
    if (due === undefined && !this.pacing.begin(nowMs)) return;
    const kind = due ?? trainingKind(this.config);
    const isSent = this.#open.count === 0 && this.#workers.areAllSent;
    const point = this.#store.pointOf(kind, step, isSent);
    this.#beginRound(this.#open.add({ kind, step, ...point, openedMs: nowMs }), nowMs);
    this.#advance(nowMs);
  }

  /** Two rounds that are open at the same time have different values, because their steps follow each other. */
  #valuesOf({ step }: Pick<Round, "step">): RoundValues {
    return known(this.#values[step % this.#values.length], "the remainder is an index");
  }

  /** Hands out a whole round of which nothing is known: a new one, or one that is computed again. */
  #beginRound(round: OpenRound, nowMs: number): void {
    this.#valuesOf(round).begin(round);
    this.#table.begin(round.step);
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
    if (!this.#open.hasBegun(step)) return offence(sentence("step-not-begun", { step }));
    const round = this.#open.of(message);
    if (round === undefined) {
      return this.#takeStale(worker, message, contentOf(message, tensor), nowMs);
    }
    const block = blockOf(message.block);
    const refused = this.#dispatch.answered(round, worker, { block, computeMs }, nowMs);
    if (refused !== undefined) return refused;
    const samples = this.#dispatch.samplesOf(block, round);
    const { values, lossSum, correct } = contentOf(message, tensor);
    return this.#take(worker, round, { values, lossSum, correct, block, samples }, nowMs);
  }

  /** Takes an answer that was asked for. */
  #take(worker: CrewWorker, round: OpenRound, answer: Answer, nowMs: number): Outcome {
    const isIndependent = (other: string) => this.#dispatch.crew.areIndependent(other, worker.id);
    const outcome =
      this.#audit.examine(round, worker, answer, isIndependent) ??
      this.#valuesOf(round).accept(round, answer);
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

  /** An answer entered the sums. @returns `false` if nobody could give a second opinion and the referee found it wrong. */
  #count(worker: CrewWorker, round: OpenRound, answer: Answer, nowMs: number): boolean {
    const mayComeTwice = this.#audit.policy === "quorum" || round.holdings.isShared(answer.block);
    if (mayComeTwice) noteFirst(worker, round.holdings, answer);
    const { values, samples } = answer;
    if (round.kind === "gradient") this.#table.add(round.step, worker.name, values, samples);
    const opinion = this.#audit.counted(round, worker, answer, nowMs);
    return opinion === undefined || this.#seekSecondOpinion(round, opinion, nowMs);
  }

  /** Closes the oldest round if its root is known and nothing in it waits for another opinion or evidence; then the next. */
  #closeIfDone(nowMs: number): void {
    const round = this.#open.oldest;
    if (round === undefined || !this.#valuesOf(round).done || !this.#audit.isSettled(round)) return;
    this.#closeRound(round, nowMs);
    this.#closeIfDone(nowMs);
  }

  #closeRound(round: OpenRound, nowMs: number): void {
    const past = this.#open.close(round, nowMs);
    this.timeline.add(past, nowMs);
    this.#dispatch.close(past, nowMs);
    this.#useRoot(past, nowMs);
    this.#advance(nowMs);
  }

  /** Uses the root by the kind of its round: for a step, or for a measurement. */
  #useRoot(round: Round, nowMs: number): void {
    const { kind, step } = round;
    const values = this.#valuesOf(round);
    if (kind === "validation" || kind === "test") return this.#endEvaluation(kind, values);
    this.#commit(round, values.commit(kind, step), nowMs);
  }

  /** Advances the step, or ends a run that diverges (invariant 3). Parameters change nowhere else. */
  #commit({ step, openedMs }: Round, outcome: CommitOutcome, nowMs: number): void {
    if (!outcome.committed) {
      return this.#fail(sentence("step-diverged", { step, reason: outcome.reason }));
    }
    this.#step = step + 1;
    this.#table.end(step, this.#dispatch.crew.names);
    this.progress.addStep(step, outcome, nowMs - openedMs);
    if (splitDue(this.#step, this.plan, this.progress, false) !== undefined) return;
    if (this.#output.wantsSnapshot(this.#step)) this.#output.save(this.snapshot());
  }

  #endEvaluation(split: Score["split"], values: RoundValues): void {
    const root = { split, step: this.#step, ...values.evaluation() };
    const checkpoint = this.#epochs.evaluated(root, this.#dispatch.crew.size);
    if (checkpoint !== undefined) this.#output.save(this.snapshot(checkpoint.isBest));
  }

  #finish(): void {
    const { averageRates: rates } = this.progress;
    this.#end({ kind: "finished", snapshot: this.snapshot(this.#epochs.lastIsBest), rates });
  }

  #fail(reason: Sentence): void {
    this.#open.clear();
    this.#end({ kind: "failed", snapshot: this.snapshot(), reason });
  }

  #end(outcome: EndOfRun): void {
    this.#outcome = outcome;
    this.#output.end(outcome);
  }

  // ── workers join, leave, fail and lag ──────────────────────────────────────────────────────────────────────────────

  /** A worker has the dataset and passed the self-test. At once it gets the blocks that nobody holds. */
  workerReady(worker: ReadyWorker, nowMs: number): void {
    this.#dispatch.crew.add(worker);
    this.#reassign(nowMs);
    this.#advance(nowMs);
  }

  /** A relay says how many workers compute for it: the run may wait for them. */
  crewTold(relayId: string, workersBelow: number, nowMs: number): void {
    const relay = this.#dispatch.crew.get(relayId);
    if (relay === undefined) return;
    relay.workersBelow = workersBelow;
    this.#advance(nowMs);
  }

  /** A worker left or paused. Its blocks go to others at once. */
  workerLeft(workerId: string, nowMs: number): void {
    if (!this.#dispatch.crew.remove(workerId)) return;
    this.#open.release(workerId);
    this.#judge((round) => this.#audit.settle(round, { workerId }), nowMs);
    this.#reassign(nowMs);
  }

  /** A worker could not compute a block. If nobody can, the run has diverged; otherwise it is the worker's fault. */
  failed(workerId: string, message: MessageOf<WorkerMessage, "failed">, nowMs: number): Outcome {
    const { step, reason } = message;
    const round = this.#open.ofStep(step);
    if (round === undefined || message.run !== this.id) return stale;
    const block = blockOf(message.block);
    if (!round.holdings.giveBack(workerId, block)) return stale;
    if (!this.#audit.canCompute(round, block)) {
      this.#open.giveUp(round, sentence("step-diverged", { step, reason }));
      this.#advance(nowMs);
      return stale;
    }
    this.#reassign(nowMs, workerId);
    return offence(sentence("block-can-be-computed", { block: blockName(block), reason }));
  }

  /** Opens a round whose time has come, or finds late workers and gives their blocks to others too. */
  tick(nowMs: number): void {
    for (const round of this.#open) this.#dispatch.tick(round, nowMs);
    this.#judge((round) => this.#audit.settle(round, { nowMs }), nowMs);
    for (const round of this.#open) this.#seekSecondOpinions(round, nowMs);
    this.#advance(nowMs);
  }

  /** Gives blocks that nobody on time holds to others, for a first or a second opinion. */
  #reassign(nowMs: number, exceptId?: string): void {
    for (const round of this.#open) this.#reassignIn(round, nowMs, exceptId);
  }

  #reassignIn(round: OpenRound, nowMs: number, exceptId?: string): void {
    this.#dispatch.reassign(round, nowMs, exceptId);
    this.#seekSecondOpinions(round, nowMs, exceptId);
  }

  // ── audit ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #seekSecondOpinions(round: OpenRound, nowMs: number, exceptId?: string): void {
    for (const opinion of this.#audit.waitingIn(round)) {
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

  /** Acts on what the audit of relays finds in the open rounds. */
  #judge(find: (round: OpenRound) => readonly Wrong[], nowMs: number): void {
    for (const round of this.#open) {
      for (const { workerId, block } of find(round)) this.#cutOff([workerId], round, block, nowMs);
    }
    this.#closeIfDone(nowMs);
  }

  /**
   * Disconnects workers that lied about a block. If an open round relies on them, it can't be trusted, and the others
   * compute it again from the same parameters. Answers of the others to its first shares are still accepted.
   */
  #cutOff(liars: readonly string[], { step }: Round, block: Block, nowMs: number): void {
    for (const id of liars) {
      this.#dispatch.crew.remove(id);
      this.#open.release(id);
    }
    for (const round of this.#open) {
      if (this.#audit.reliesOn(round, liars)) {
        round.holdings.releaseAll();
        this.#beginRound(round, nowMs);
      } else this.#reassignIn(round, nowMs);
    }
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
   * Drops a late duplicate. If it differs from the answer that counted, one of the two is wrong. If that answer is confirmed, as
   * under quorum, this worker was wrong. Otherwise both workers are named and doubted.
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
    return { kind, doubt: doubtOf(first, worker, { step: round.step, block }) };
  }

  // ── start, pause, resume, and what is visible ──────────────────────────────────────────────────────────────────────

  /** Call this once, before any other event: a resumed run may already be over. */
  begin(nowMs: number): void {
    this.#advance(nowMs);
  }

  /** No further round opens; the open ones are finished and committed. */
  pause(): void {
    this.#paused = true;
  }

  resume(nowMs: number): void {
    this.#paused = false;
    this.#advance(nowMs);
  }

  /** Ends the run where it is: committed steps stay, open rounds are dropped. */
  stop(): void {
    if (this.#outcome !== undefined) return;
    this.#open.clear();
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

  get promedio(): GradientTableView | null {
    return this.#table.table(this.#dispatch.crew.names);
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

  /** Whether a worker holds blocks of an open round. */
  isBusy(workerId: string): boolean {
    return this.#open.isBusy(workerId);
  }

  /** What the run waits for (invariant 4), or `null` while it advances. */
  waitingFor(nowMs: number): Sentence | null {
    return this.#outcome === undefined ? waitingFor(this.#standstill, nowMs) : null;
  }

  get #standstill(): Standstill {
    return {
      missing: Math.max(this.#minWorkers, 1) - this.#dispatch.crew.computingCount,
      isPaused: this.#paused,
      pace: this.pacing.pace,
      round: this.#open.oldest,
      nameOf: (workerId) => this.#dispatch.crew.get(workerId)?.name,
    };
  }
}
