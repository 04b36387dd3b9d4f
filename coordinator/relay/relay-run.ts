/**
 * @file A relay's part of a run: the blocks that it was given for a round, computed by its workers. The same dispatch,
 * audit and sums as in the coordinator work on them, along the same tree (invariant 2). A state machine without
 * sockets or clocks; it keeps nothing that is worth saving.
 *
 * What holds:
 * 1. Every block of a job gets one `result` or one `failed`, then comes `done`; nothing comes after `drop`.
 * 2. A result leaves only when all blocks of the job are known. Until then, a worker that is found to be wrong has
 *    changed nothing that left.
 * 3. After every call, each missing leaf is held by a worker on time, if there is one with nothing else to do.
 * 4. The point of a job may still be arriving. Workers get each slice as it arrives, or hear that it was given up. Until it
 *    is whole, no answer counts and nobody is late.
 */
import { assertNever, known } from "../../shared/assert.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { MessageOf, ResultMessage, WorkerMessage } from "../../shared/protocol/messages.ts";
import { blockOf } from "../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { modelSizes, type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Block, blockName, isNode } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Challenge, Evidence, Job, JobEvents } from "../../worker/threads/compute-pool.ts";
import type { Audit } from "../audit/audit.ts";
import type { EvidenceMessage } from "../audit/descent.ts";
import { type Answer, contentOf, offence, type Outcome, stale } from "../dispatch/answer.ts";
import type { CrewWorker, ReadyWorker } from "../dispatch/crew.ts";
import { Dispatch } from "../dispatch/dispatch.ts";
import { RoundSums } from "../dispatch/round-sums.ts";
import { closed, isFor, openRound, type OpenRound, type Round } from "../dispatch/round.ts";
import { waitingFor } from "../run/waiting-for.ts";
import type { RunWorkers } from "../run/world.ts";
import type { ServedRun } from "../workers/served-run.ts";
import { Ledger } from "./ledger.ts";

export interface RelayRunOptions {
  /** Its identity among this relay's workers. */
  readonly id: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** Adds the sums, in its memory. */
  readonly kernel: Kernel;
  /** Policy `none` or `sample`. */
  readonly audit: Audit;
  readonly workers: RunWorkers;
  /** Called when the first worker is ready, and when the last one is gone. */
  readonly staffed: (isStaffed: boolean) => void;
}

/** Memory for the nodes of a step. */
const keptBytesMax = 256 * 2 ** 20;
/** A share is one or two blocks, and there are as many sums. */
const nodesPerWorker = 4;

const noTensor = new Uint8Array(0);

interface JobInHand {
  readonly wanted: Job;
  readonly round: OpenRound;
  readonly events: JobEvents;
}

/** What is known of a step. */
interface Place {
  readonly sums: RoundSums;
  readonly ledger: Ledger;
  /** The latest round that is or was computed here. */
  round: Round | undefined;
}

export class RelayRun implements ServedRun {
  readonly id: string;
  readonly config: RunConfig;
  /** Bytes are counted by the coordinator, whose progress it is. */
  readonly progress = { addBytes: () => {} };
  readonly #options: RelayRunOptions;
  readonly #dispatch: Dispatch;
  /** As many steps as may be open above, where answers of each of them may be challenged. */
  readonly #places: readonly Place[];
  #job: JobInHand | undefined;

  constructor(options: RelayRunOptions) {
    const { id, config, plan, workers } = options;
    this.id = id;
    this.config = config;
    this.#options = options;
    // A worker that has paused or left since it answered reveals nothing.
    const isReady = (workerId: string) => this.#dispatch.crew.get(workerId) !== undefined;
    this.#places = Array.from({ length: 1 + config.delay }, () => createPlace(options, isReady));
    this.#dispatch = new Dispatch({
      run: id,
      config,
      plan,
      isTwice: false,
      isKnown: (block, round) => this.#placeOf(round).sums.has(block),
      send: (workerId, header, tensor) => {
        const arrival = this.#job?.wanted.arrivals?.find(({ bytes }) => bytes === tensor);
        return workers.send(workerId, header, tensor, arrival);
      },
    });
  }

  /** Steps that follow each other have different ones. */
  #placeOf({ step }: { readonly step: number }): Place {
    return known(this.#places[step % this.#places.length], "the remainder is an index");
  }

  // ── a job ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Starts a job. The previous one is done or dropped. */
  start(wanted: Job, events: JobEvents, nowMs: number): void {
    const { kind, step, parameters, blocks, version } = wanted;
    const { config, plan } = this.#options;
    const leafCount = roundKinds[kind].leafCount(step, config, plan);
    const roots = blocks.toSorted((one, other) => one.start - other.start);
    const areNodes = roots.every(
      (root, i) => isNode(root, leafCount) && root.start >= (roots[i - 1]?.end ?? 0),
    );
    if (!areNodes) {
      for (const block of blocks) {
        events.failed(block, sentence("no-such-block", { block: blockName(block) }));
      }
      return events.done();
    }
    const point = { tensor: parameters, ...(version === undefined ? {} : { version }) };
    const round = openRound({ kind, step, leafCount, roots, openedMs: nowMs, ...point });
    const continued = this.#continued(round);
    this.#job = { wanted, round: continued, events };
    this.#begin(continued, nowMs, continued !== round);
  }

  /**
   * The blocks of a step may arrive in several jobs. The workers' answers to an earlier one are still welcome, because
   * the step's point is the same.
   */
  #continued(round: OpenRound): OpenRound {
    const { round: last } = this.#placeOf(round);
    if (last?.kind !== round.kind || last.step !== round.step) return round;
    last.holdings.releaseAll();
    return { ...round, holdings: last.holdings };
  }

  /** @param continues - Whether what is known of the step stays known, because its answers may still be challenged. */
  #begin(round: OpenRound, nowMs: number, continues = false): void {
    const place = this.#placeOf(round);
    const { sums, ledger } = place;
    place.round = round;
    if (!continues) ledger.clear();
    sums.begin(round, {
      keeps: this.#keepsNodes(round.kind),
      continues,
      added: (block, sum) => ledger.added(block, sum),
    });
    this.#options.audit.begin(round);
    this.#dispatch.handOutAll(round, nowMs);
  }

  /** Whether the values of all nodes fit into memory. If not, its answers are audited like a worker's. */
  #keepsNodes(kind: RoundKind): boolean {
    const { join, trains, valueCount } = roundKinds[kind];
    if (join !== "sum" || !trains) return false;
    const nodeBytes = 4 * valueCount({ start: 0, end: 1 }, modelSizes(this.config));
    return nodesPerWorker * this.#dispatch.crew.size * nodeBytes <= keptBytesMax;
  }

  /**
   * More of a job's tensors is here. Once they are whole, the workers have been sent everything: their time begins, which is that
   * of the round.
   */
  arrived(wanted: Job, nowMs: number): void {
    const job = this.#job;
    if (job?.wanted !== wanted || !isWhole(job)) return;
    const round = { ...job.round, openedMs: nowMs };
    round.holdings.restart(nowMs);
    this.#job = { ...job, round };
    this.#placeOf(round).round = round;
  }

  /** Forgets the job. */
  drop(nowMs: number): void {
    if (this.#job === undefined) return;
    const { round, wanted } = this.#job;
    const past = closed(round);
    this.#job = undefined;
    for (const arrival of wanted.arrivals ?? []) arrival.abandon();
    this.#placeOf(past).round = past;
    this.#dispatch.close(past, nowMs);
  }

  #closeIfDone(nowMs: number): void {
    if (this.#job === undefined) return;
    const { round, events } = this.#job;
    const { sums, ledger } = this.#placeOf(round);
    if (!sums.done) return;
    this.drop(nowMs);
    const computeMs = (nowMs - round.openedMs) / round.roots.length;
    for (const root of round.roots) {
      const below = ledger.commit(root);
      if (below !== undefined) events.committed?.(root, below);
      const result = sums.packedRoot(root);
      if (result !== undefined) events.result(root, result, computeMs);
      else events.failed(root, sentence("block-sum-not-finite"));
    }
    events.done();
  }

  #fail(reason: Sentence, nowMs: number): void {
    if (this.#job === undefined) return;
    const { round, events } = this.#job;
    this.drop(nowMs);
    for (const root of round.roots) events.failed(root, reason);
    events.done();
  }

  // ── evidence ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Shows how an answer came about, as long as the step is remembered. */
  challenge(challenge: Challenge, evidence: Evidence): void {
    const { round, ledger } = this.#placeOf(challenge);
    if (challenge.step === round?.step) ledger.challenge(challenge, evidence);
  }

  evidence(workerId: string, message: EvidenceMessage, tensor: Uint8Array): void {
    if (message.run === this.id) this.#placeOf(message).ledger.take(workerId, message, tensor);
  }

  /** The open round, once its point is here. Nobody has been sent all of it before, so no answer for it can be right. */
  get #answerable(): OpenRound | undefined {
    return this.#job !== undefined && isWhole(this.#job) ? this.#job.round : undefined;
  }

  // ── results ─────────────────────────────────────────────────────────────────────────────────────────────────────

  result(workerId: string, message: ResultMessage, tensor: Uint8Array, nowMs: number): Outcome {
    const worker = this.#dispatch.crew.get(workerId);
    if (worker === undefined || message.run !== this.id) return stale;
    const round = this.#answerable;
    if (round === undefined || !isFor(round, message)) {
      this.#dispatch.overtaken(worker, message, nowMs);
      this.#reassign(nowMs);
      return stale;
    }
    const { computeMs } = message;
    const block = blockOf(message.block);
    const refused = this.#dispatch.answered(round, worker, { block, computeMs }, nowMs);
    if (refused !== undefined) return refused;
    const isWanted = round.roots.some(({ start, end }) => start <= block.start && block.end <= end);
    if (!isWanted) {
      this.#reassign(nowMs);
      return stale;
    }
    const samples = this.#dispatch.samplesOf(block, round);
    return this.#take(worker, round, { ...contentOf(message, tensor), block, samples }, nowMs);
  }

  #take(worker: CrewWorker, round: OpenRound, answer: Answer, nowMs: number): Outcome {
    const { audit } = this.#options;
    const { sums, ledger } = this.#placeOf(round);
    const outcome = audit.examine(round, worker, answer, () => true) ?? sums.accept(round, answer);
    switch (outcome.kind) {
      case "unplaced":
        this.#fail(outcome.reason, nowMs);
        return stale;
      case "mismatch":
        this.#cutOff(outcome.liars, answer.block, nowMs);
        return outcome;
      case "offence":
        this.#reassign(nowMs, worker.id);
        return outcome;
      case "covered":
        this.#reassign(nowMs);
        return outcome;
      case "counted":
      case "confirmed":
        audit.counted(round, worker, answer, nowMs);
        if (roundKinds[round.kind].trains) {
          ledger.sent(worker.id, round.step, answer.block, answer);
        }
        this.#closeIfDone(nowMs);
        return outcome;
      default:
        return assertNever(outcome);
    }
  }

  /** Disconnects workers that were wrong, and computes the round again if it relies on them. */
  #cutOff(liars: readonly string[], block: Block, nowMs: number): void {
    const round = this.#job?.round;
    for (const id of liars) {
      this.#dispatch.crew.remove(id);
      round?.holdings.release(id);
    }
    if (round !== undefined && this.#options.audit.reliesOn(round, liars)) {
      round.holdings.releaseAll();
      this.#begin(round, nowMs);
    } else this.#reassign(nowMs);
    const reason = sentence("block-differs", { block: blockName(block), step: round?.step ?? 0 });
    for (const id of liars) this.#options.workers.expel(id, reason);
    if (this.#dispatch.crew.size === 0) this.#options.staffed(false);
  }

  // ── workers join, leave, fail and lag ──────────────────────────────────────────────────────────────────────────────

  workerReady(worker: ReadyWorker, nowMs: number): void {
    this.#dispatch.crew.add(worker);
    this.#reassign(nowMs);
    if (this.#dispatch.crew.size === 1) this.#options.staffed(true);
  }

  /** A relay's run begins with its first worker, so it need not know. */
  // oxlint-disable-next-line class-methods-use-this -- as `ServedRun` has it
  crewTold(): void {}

  workerLeft(workerId: string, nowMs: number): void {
    if (!this.#dispatch.crew.remove(workerId)) return;
    this.#job?.round.holdings.release(workerId);
    this.#reassign(nowMs);
    if (this.#dispatch.crew.size === 0) this.#options.staffed(false);
  }

  /** A worker could not compute a block. If nobody can, the job fails; otherwise it is the worker's fault. */
  failed(workerId: string, message: MessageOf<WorkerMessage, "failed">, nowMs: number): Outcome {
    const round = this.#answerable;
    if (round === undefined || message.run !== this.id || message.step !== round.step) return stale;
    const block = blockOf(message.block);
    if (!round.holdings.giveBack(workerId, block)) return stale;
    const { reason } = message;
    if (!this.#options.audit.canCompute(round, block)) {
      this.#fail(reason, nowMs);
      return stale;
    }
    this.#reassign(nowMs, workerId);
    return offence(sentence("block-can-be-computed", { block: blockName(block), reason }));
  }

  tick(nowMs: number): void {
    const round = this.#answerable;
    if (round !== undefined) this.#dispatch.tick(round, nowMs);
  }

  #reassign(nowMs: number, exceptId?: string): void {
    if (this.#job !== undefined) this.#dispatch.reassign(this.#job.round, nowMs, exceptId);
  }

  /** How many workers are ready. */
  get workerCount(): number {
    return this.#dispatch.crew.size;
  }

  isBusy(workerId: string): boolean {
    return this.#job?.round.holdings.isBusy(workerId) ?? false;
  }

  waitingFor(nowMs: number): Sentence | null {
    const missing = this.#dispatch.crew.size === 0 ? 1 : 0;
    const nameOf = (workerId: string) => this.#dispatch.crew.get(workerId)?.name;
    return waitingFor(
      { missing, isPaused: false, pace: "full", round: this.#job?.round, nameOf },
      nowMs,
    );
  }
}

function isWhole({ wanted }: JobInHand): boolean {
  return wanted.arrivals?.every((arrival) => arrival.isWhole) !== false;
}

function createPlace(
  { id, kernel, config, workers }: RelayRunOptions,
  isReady: (workerId: string) => boolean,
): Place {
  const sums = new RoundSums(kernel, config);
  const ledger = new Ledger({
    valuesOf: (block) => sums.kept(block),
    pass: (workerId, challenge) => {
      if (!isReady(workerId)) return;
      workers.send(workerId, { type: "challenge", run: id, ...challenge }, noTensor);
    },
  });
  return { sums, ledger, round: undefined };
}
