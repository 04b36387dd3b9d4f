/**
 * @file Assigns the open round: hands out its leaves in shares that fit the workers' speeds, notices which workers
 * are late, and gives leaves that nobody on time holds to others. It knows no values and decides no result, only
 * how soon it is ready. No sockets and no clock: messages leave through `send`, and every call passes the time.
 *
 * Invariant 4 (never hangs) rests on it: after every call, each missing leaf is held by a worker on time, if there
 * is one with nothing else to do.
 */
import { blocksPerWorkMax } from "../../shared/protocol/limits.ts";
import type { CoordinatorMessage, ResultMessage } from "../../shared/protocol/messages.ts";
import { blockOf } from "../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { roundKinds } from "../../shared/run/kinds.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Block, blockName, isNode } from "../../shared/run/tree.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { offence, type OutcomeOf } from "./answer.ts";
import { redistribute, type Share } from "./assignment.ts";
import { Crew, type CrewWorker, provenAmong, speedsOf } from "./crew.ts";
import type { Holding } from "./holdings.ts";
import { RoundWidths } from "./round-widths.ts";
import { isFor, type OpenRound, requestOf, type Round } from "./round.ts";
import { withSecondWorkers } from "./second-workers.ts";
import type { LinkView } from "./width.ts";

export interface DispatchOptions {
  /** Identity of the run in its messages. */
  readonly run: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** Whether every block is given to two workers from the start. */
  readonly isTwice: boolean;
  /** Whether people watch step by step. Then speed does not matter, and all workers take part alike. Absent: never. */
  readonly isShown?: () => boolean;
  /** Whether the values of the whole block are known in an open round. */
  readonly isKnown: (block: Block, round: Round) => boolean;
  /** Sends one message; returns whether it was accepted. */
  readonly send: (workerId: string, header: CoordinatorMessage, tensor: Uint8Array) => boolean;
}

export class Dispatch {
  readonly crew = new Crew();
  readonly #options: DispatchOptions;
  readonly #widths: RoundWidths;
  /** Holdings of the rounds in which a worker did not accept its blocks. At their next tick other workers are sought. */
  readonly #short = new WeakSet<Round["holdings"]>();

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#widths = new RoundWidths(options.config);
  }

  // ── a round ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Splits everything that is wanted of a round among the workers that can take work. */
  handOutAll(round: OpenRound, nowMs: number): void {
    const workers = this.crew.available();
    if (workers.length === 0) return;
    const { isTwice } = this.#options;
    const leafSamples = this.#leafSamples(round);
    const isShown = this.#options.isShown?.() ?? false;
    const available = { workers, leafSamples, isTwice, isShown };
    const { shares, speeds } = this.#widths.plan(round, available, nowMs);
    const subnetOf = (workerId: string) => this.crew.get(workerId)?.subnet;
    const all = isTwice ? withSecondWorkers(shares, speeds, subnetOf) : shares;
    this.#handOut(all, round, nowMs);
  }

  /** Notes which workers a finished round has overtaken, and which were idle. */
  close(round: Round, nowMs: number): void {
    this.#widths.close(round, nowMs);
    this.#noteOverdue(round);
    this.#noteIdle(round, nowMs);
  }

  /** Sends shares. Blocks that a worker does not accept belong to nobody and are given out again at the next tick. */
  #handOut(shares: readonly Share[], round: OpenRound, nowMs: number): void {
    const { run, send } = this.#options;
    for (const { workerId, blocks } of shares) {
      for (let first = 0; first < blocks.length; first += blocksPerWorkMax) {
        const some = blocks.slice(first, first + blocksPerWorkMax);
        const samples = some.reduce((sum, block) => sum + this.samplesOf(block, round), 0);
        const worker = this.crew.get(workerId);
        const { header, tensor } = requestOf(run, round, some, worker?.held);
        const taken = send(workerId, header, tensor);
        if (taken && worker !== undefined) worker.held = round.version?.digest ?? worker.held;
        if (taken) round.holdings.assign(workerId, some, samples, nowMs);
        else this.#short.add(round.holdings);
      }
    }
  }

  /**
   * A worker answered for a block of an open round. After the last of its blocks it counts as on time, and its speed is
   * measured.
   *
   * @returns The offence, if it was not asked for this block or the round has no such block.
   */
  answered(
    round: OpenRound,
    worker: CrewWorker,
    { block, computeMs }: { readonly block: Block; readonly computeMs: number },
    nowMs: number,
  ): OutcomeOf<"offence"> | undefined {
    if (!isNode(block, round.leafCount)) {
      return offence(sentence("no-such-block", { block: blockName(block) }));
    }
    const holding = round.holdings.answer(worker.id, block, computeMs);
    if (holding !== undefined && "kind" in holding) return holding;
    if (round.holdings.isBusy(worker.id)) return undefined;
    worker.late = false;
    // If a block had been taken back, the time of its answer is not the time of a share.
    if (holding !== undefined) finish(worker, holding, nowMs);
    return undefined;
  }

  /**
   * A worker answered for a round that is over. It is alive, and if others had to compute its blocks, it is now
   * known how slow it was. Without this measurement it would get as much work again and be late again.
   *
   * @returns The round, if this answer was requested in it.
   */
  overtaken(worker: CrewWorker, message: ResultMessage, nowMs: number): Round | undefined {
    worker.late = false;
    const { overdue } = worker;
    if (overdue === undefined || !isFor(overdue.round, message)) return undefined;
    const { round, holding } = overdue;
    const answered = round.holdings.answer(worker.id, blockOf(message.block), message.computeMs);
    if (answered !== holding) return undefined;
    if (overdue.isMeasured) return round;
    overdue.isMeasured = true;
    const { outstanding } = holding;
    const missing = [...outstanding.values()].map((block) => this.samplesOf(block, round));
    const samples = missing.reduce((rest, count) => rest - count, holding.samples);
    const elapsedMs = nowMs - begunMs(worker, holding);
    worker.speed.observe({ elapsedMs, computeMs: holding.computeMs, samples });
    return round;
  }

  /** Workers that still hold blocks of a finished round were overtaken. */
  #noteOverdue(round: Round): void {
    for (const [workerId, holding] of round.holdings.byWorker) {
      const worker = holding.outstanding.size > 0 ? this.crew.get(workerId) : undefined;
      if (worker !== undefined) worker.overdue = { round, holding, isMeasured: false };
    }
  }

  /** The speed estimate of an idle worker slowly rises until it gets work, unless it is idle because of the link. */
  #noteIdle(round: Round, nowMs: number): void {
    if (this.#widths.isNarrow(round)) return;
    if (round.holdings.byWorker.size >= this.crew.size) return;
    const leafSamples = this.#leafSamples(round);
    for (const { id, speed } of this.crew.available()) {
      if (!round.holdings.byWorker.has(id)) speed.rest(nowMs - round.openedMs, leafSamples);
    }
  }

  // ── workers leave, fail and lag ─────────────────────────────────────────────────────────────────────────────────

  /** Finds late workers, and gives leaves that nobody on time holds to idle workers. */
  tick(round: OpenRound, nowMs: number): void {
    let isShort = this.#short.delete(round.holdings);
    for (const [workerId, holding] of round.holdings.byWorker) {
      const worker = this.crew.get(workerId);
      if (worker === undefined || holding.outstanding.size === 0) continue;
      const elapsedMs = nowMs - begunMs(worker, holding);
      if (elapsedMs > worker.speed.deadlineMs(holding.samples)) worker.late = true;
      isShort ||= worker.late;
    }
    if (isShort) this.reassign(round, nowMs);
  }

  /**
   * Gives leaves that nobody holds to the workers that are on time, and backups of leaves that only late workers
   * hold to the idle ones among them; in both cases preferably to workers with a measured speed. If nobody can take
   * them, the leaves wait for the next event or tick.
   *
   * @param exceptId - A worker that could not compute the returned block; it is asked again only if there is no
   *   other.
   */
  reassign(round: OpenRound, nowMs: number, exceptId?: string): void {
    const workers = this.crew.available();
    const others = workers.filter(({ id }) => id !== exceptId);
    const takers = provenAmong(others.length > 0 ? others : workers);
    this.#give(this.#leavesHeldByNone(round), takers, round, nowMs);
    const isOnTime = (workerId: string) => this.crew.get(workerId)?.late === false;
    const idle = workers.filter(
      ({ id }) => isOnTime(id) && !round.holdings.isBusy(id) && id !== exceptId,
    );
    if (idle.length === 0 || idle.length === this.crew.size) return;
    this.#give(this.#leavesHeldByNone(round, isOnTime), provenAmong(idle), round, nowMs);
  }

  /**
   * Makes sure that a block computed by one worker is also computed by another: one that already holds it, else an
   * idle one, from another subnet if possible.
   *
   * @param who - `firstId`: the worker whose answer exists. `exceptId`: as for `reassign`.
   * @returns `false` if there is nobody to ask.
   */
  askAnother(
    round: OpenRound,
    block: Block,
    { firstId, exceptId }: { readonly firstId: string; readonly exceptId: string | undefined },
    nowMs: number,
  ): boolean {
    const others = this.crew.available().filter(({ id }) => id !== firstId);
    if (others.length === 0) return false;
    let isHeld = false;
    for (const workerId of round.holdings.byWorker.keys()) {
      const worker = workerId === firstId ? undefined : this.crew.get(workerId);
      if (worker === undefined || !round.holdings.holds(workerId, block)) continue;
      if (!worker.late) return true;
      isHeld = true;
    }
    // Only a late worker holds it. As with any share, a backup goes to an idle worker, now or at a later tick.
    const free = isHeld
      ? others.filter(({ id, late }) => !late && !round.holdings.isBusy(id))
      : others;
    const asked = free.filter(({ id }) => id !== exceptId);
    const subnet = this.crew.get(firstId)?.subnet;
    const rank = (worker: CrewWorker) =>
      (worker.subnet === subnet ? 4 : 0) +
      (worker.speed.isMeasured ? 0 : 2) +
      (round.holdings.isBusy(worker.id) ? 1 : 0);
    for (const { id } of (asked.length > 0 ? asked : free).toSorted((a, b) => rank(a) - rank(b))) {
      this.#handOut([{ workerId: id, blocks: [block] }], round, nowMs);
      if (round.holdings.holds(id, block)) break;
    }
    return true;
  }

  #give(
    leaves: readonly number[],
    takers: readonly CrewWorker[],
    round: OpenRound,
    nowMs: number,
  ): void {
    if (leaves.length === 0 || takers.length === 0) return;
    const shares = redistribute(leaves, round, speedsOf(takers, this.#leafSamples(round)));
    this.#handOut(shares, round, nowMs);
  }

  /** Leaves in ascending order whose values are unknown, and which no worker holds, or no worker that counts. */
  #leavesHeldByNone(round: Round, counts?: (workerId: string) => boolean): number[] {
    const leaves: number[] = [];
    const held = round.holdings.heldLeaves(counts);
    for (const { start, end } of round.roots) {
      for (let leaf = start; leaf < end; leaf++) {
        if (held[leaf] === 0 && !this.#options.isKnown({ start: leaf, end: leaf + 1 }, round)) {
          leaves.push(leaf);
        }
      }
    }
    return leaves;
  }

  // ── sizes ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** How many samples a worker processes for a block. */
  samplesOf(block: Block, round: Round): number {
    const { config, plan } = this.#options;
    return roundKinds[round.kind].samplesOf(block, round.step, config, plan);
  }

  #leafSamples(round: Round): number {
    return this.samplesOf({ start: 0, end: 1 }, round);
  }

  // ── the link ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the times of the rounds say about the link to the workers; `undefined` if nothing yet. */
  get link(): LinkView | undefined {
    return this.#widths.link;
  }
}

/** A worker answered the last of its blocks. */
function finish(worker: CrewWorker, holding: Holding, nowMs: number): void {
  holding.doneMs = nowMs;
  const { computeMs, samples } = holding;
  worker.speed.observe({ elapsedMs: nowMs - begunMs(worker, holding), computeMs, samples });
  worker.freeMs = nowMs;
}

/** When a worker could begin its share: with a delay, it may first have to finish that of the round before. */
function begunMs({ freeMs }: CrewWorker, { sinceMs }: Holding): number {
  return Math.max(sinceMs, freeMs);
}
