/**
 * @file Finds workers whose results differ from the unit's true value. Units are pure (invariant 1), so two honest
 * results are equal in every byte, whoever computed them. Any difference is a lie or a broken machine, and the
 * referee decides whose.
 *
 * - `none`: every result is accepted.
 * - `sample`: the referee recomputes a worker's first 10 results, then each with probability max(1/n, 2 %), where n
 *   counts its results. This is the adaptive replication of BOINC (Anderson, "BOINC: A Platform for Volunteer
 *   Computing", 2019, §4.2). A worker that lies in a share s of its results is found after about 50/s of them at
 *   the latest.
 *   An answer that the sender has committed itself to (a relay's) is not recomputed but descended into: `descent.ts`.
 * - `quorum`: a block counts once two workers returned the same, from two subnets if possible, or one worker and
 *   the referee.
 *
 * It only judges; the training run acts on it.
 */
import { known } from "../../shared/assert.ts";
import { workersMax } from "../../shared/protocol/limits.ts";
import type { Random } from "../../shared/random.ts";
import type { Block } from "../../shared/run/tree.ts";
import { type Answer, type Content, isSame, type OutcomeOf } from "../dispatch/answer.ts";
import type { CrewWorker, ReadyWorker } from "../dispatch/crew.ts";
import type { OpenRound } from "../dispatch/round.ts";
import type { AuditPolicy } from "./audit-policy.ts";
import type { Descent, EvidenceMessage, Which, Wrong } from "./descent.ts";
import { type Opinion, Opinions } from "./opinions.ts";
import type { Referee } from "./referee.ts";

/** A worker's first results are all recomputed, because most liars and most broken machines show at once. */
const firstResults = 10;
/** The probability never falls below this, so that a worker that behaves until it is trusted is still found. */
const probabilityMin = 0.02;
/** Workers whose results are counted. The ones unheard of for longest are forgotten and count as new. */
const countedMax = 2 * workersMax;

export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly referee: Pick<Referee, "compute" | "prepare">;
  /** Draws which results are recomputed. Its seed must be unknown to the workers. */
  readonly random: Random;
  /** Audits relays. Absent: what they send is recomputed like any other answer. */
  readonly descent?: Descent;
}

/** The judgement of an answer that is not simply added to the sums. */
type AuditOutcome = OutcomeOf<"confirmed" | "covered" | "mismatch">;

const covered: AuditOutcome = { kind: "covered" };

/** A worker's answer to a block that has an opinion already. */
interface Second {
  readonly workerId: string;
  readonly answer: Answer;
}

/** What is known of the answers of one round. */
interface Trust {
  readonly opinions: Opinions;
  /** Workers that it relies on: they gave a value in its sums, or confirmed one. */
  readonly reliedOn: Set<string>;
}

export class Audit {
  readonly policy: AuditPolicy;
  readonly #options: AuditOptions;
  /** Of the open rounds, by who holds what. */
  readonly #rounds = new WeakMap<OpenRound["holdings"], Trust>();
  readonly #spare: Uint8Array[] = [];
  /** Results so far per worker; least recently heard of first. */
  readonly #results = new Map<string, number>();

  constructor(options: AuditOptions) {
    this.#options = options;
    this.policy = options.policy;
    if (this.policy !== "none") options.referee.prepare();
  }

  /** A round starts or restarts. */
  begin(round: OpenRound): void {
    const { holdings, leafCount } = round;
    this.#options.descent?.begin(round);
    const opinions = this.#rounds.get(holdings)?.opinions ?? new Opinions(this.#spare);
    if (this.policy === "quorum") opinions.begin(leafCount);
    this.#rounds.set(holdings, { opinions, reliedOn: new Set() });
  }

  #trustIn({ holdings }: OpenRound): Trust {
    return known(this.#rounds.get(holdings), "the round has begun");
  }

  /**
   * Judges an answer of an open round before any of it is used. A sample of the answers of a worker inside this process
   * would show nothing: it has the referee's own program and machine, and the run would wait for it.
   *
   * @param isIndependent - Whether this worker's and another's opinions are as independent as those of any two
   *   workers here could be.
   * @returns `undefined` if it may be added to the sums.
   */
  examine(
    round: OpenRound,
    { id: workerId, isInside = false }: Pick<ReadyWorker, "id" | "isInside">,
    answer: Answer,
    isIndependent: (otherId: string) => boolean,
  ): AuditOutcome | undefined {
    if (this.policy === "none") return undefined;
    if (this.policy === "quorum") return this.#compare(round, { workerId, answer }, isIndependent);
    return isInside ? undefined : this.#spotCheck(round, workerId, answer);
  }

  /** One of these was wrong, and it can no longer be found out which: recompute the next results of all of them. */
  distrust(...workerIds: readonly string[]): void {
    for (const workerId of workerIds) this.#results.delete(workerId);
  }

  /**
   * A new answer was added to the sums. If it is a relay's, its evidence may be asked for.
   *
   * @returns The opinion that now waits for a second one, if it needs one.
   */
  counted(
    round: OpenRound,
    worker: Pick<CrewWorker, "id" | "speed">,
    answer: Answer,
    nowMs: number,
  ): Opinion | undefined {
    const { id } = worker;
    if (this.policy === "none") return undefined;
    const { opinions, reliedOn } = this.#trustIn(round);
    reliedOn.add(id);
    if (this.policy === "quorum") return opinions.add(id, answer);
    const { descent } = this.#options;
    const isDrawn =
      descent?.isCommitted(id, round, answer) === true && this.#isDrawn(this.#count(id));
    if (isDrawn) descent.challenge(round, worker, answer, nowMs);
    return undefined;
  }

  // ── sample ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #spotCheck(round: OpenRound, workerId: string, answer: Answer): AuditOutcome | undefined {
    // Whether its path is asked for is drawn once it is in the sums.
    if (this.#options.descent?.isCommitted(workerId, round, answer) === true) return undefined;
    const count = this.#count(workerId);
    if (!this.#isDrawn(count)) return undefined;
    if (isTrue(answer, this.#recompute(round, answer.block))) return undefined;
    return { kind: "mismatch", liars: [workerId] };
  }

  /** @returns How many results this worker has sent, including this one. */
  #count(workerId: string): number {
    const count = 1 + (this.#results.get(workerId) ?? 0);
    this.#results.delete(workerId);
    this.#results.set(workerId, count);
    if (this.#results.size > countedMax) {
      this.#results.delete(known(this.#results.keys().next().value, "the first of many"));
    }
    return count;
  }

  #isDrawn(count: number): boolean {
    if (count <= firstResults) return true;
    return this.#options.random.uniform() < Math.max(1 / count, probabilityMin);
  }

  // ── descent ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A relay shows what is under its answers. @returns Those that turn out to be wrong. */
  evidence(
    round: OpenRound,
    workerId: string,
    message: EvidenceMessage,
    tensor: Uint8Array,
  ): readonly Wrong[] {
    if (this.policy !== "sample" || message.step !== round.step) return [];
    return this.#options.descent?.take(round, workerId, message, tensor) ?? [];
  }

  /**
   * The referee decides on challenged answers whose evidence will not come: a worker's that has left, or all that are due.
   *
   * @returns Those that were wrong.
   */
  settle(round: OpenRound, which: Which): readonly Wrong[] {
    return this.#options.descent?.settle(round, which) ?? [];
  }

  // ── quorum ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #compare(
    round: OpenRound,
    second: Second,
    isIndependent: (otherId: string) => boolean,
  ): AuditOutcome | undefined {
    const { workerId, answer } = second;
    const { opinions, reliedOn } = this.#trustIn(round);
    const opinion = opinions.waitingFor(answer.block);
    if (opinion === undefined) return opinions.overlap(answer.block) ? covered : undefined;
    if (opinion.workerId === workerId) return covered;
    // Two workers of one subnet may be one liar that agrees with itself.
    if (!isSame(opinion, answer) || !isIndependent(opinion.workerId)) {
      return this.#settle(round, opinion, second);
    }
    opinions.confirm(opinion);
    reliedOn.add(workerId);
    return { kind: "confirmed", samples: answer.samples };
  }

  /** The referee decides which of two workers are right. If they differ, at least one is wrong. */
  #settle(round: OpenRound, opinion: Opinion, { workerId, answer }: Second): AuditOutcome {
    const truth = this.#recompute(round, opinion.block);
    const { opinions, reliedOn } = this.#trustIn(round);
    const liars: string[] = [];
    if (isTrue(opinion, truth)) opinions.confirm(opinion);
    else liars.push(opinion.workerId);
    if (!isTrue(answer, truth)) liars.push(workerId);
    if (liars.length > 0) return { kind: "mismatch", liars };
    reliedOn.add(workerId);
    return { kind: "confirmed", samples: answer.samples };
  }

  /** Whether everything in a round's sums is confirmed, or needs not be. */
  isSettled(round: OpenRound): boolean {
    const { areConfirmed } = this.#trustIn(round).opinions;
    return areConfirmed && this.#options.descent?.isSettled(round) !== false;
  }

  /** First answers of a round that have no second one yet. */
  waitingIn(round: OpenRound): readonly Opinion[] {
    return [...this.#trustIn(round).opinions.waiting];
  }

  /** The referee gives the second opinion. @returns Whether it is the same; if not, the worker has lied. */
  confirmByReferee(round: OpenRound, opinion: Opinion): boolean {
    if (!isTrue(opinion, this.#recompute(round, opinion.block))) return false;
    this.#trustIn(round).opinions.confirm(opinion);
    return true;
  }

  // ── the referee ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether an open round relies on one of these workers. */
  reliesOn(round: OpenRound, workerIds: readonly string[]): boolean {
    const { reliedOn } = this.#trustIn(round);
    return workerIds.some((workerId) => reliedOn.has(workerId));
  }

  /** Whether a block of an open round has a finite result. */
  canCompute(round: OpenRound, block: Block): boolean {
    return this.#recompute(round, block) !== undefined;
  }

  #recompute({ kind, step, tensor }: OpenRound, block: Block): Content | undefined {
    return this.#options.referee.compute({ kind, step, block }, tensor);
  }
}

/** If the referee's result is not finite, every finite answer is wrong. */
function isTrue(content: Content, truth: Content | undefined): boolean {
  return truth !== undefined && isSame(content, truth);
}
