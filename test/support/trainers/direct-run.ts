/**
 * @file A training run whose workers are engines in the same process, called directly: no sockets, no protocol, no
 * time. What remains is the run, the assignment, the reduction and the optimizer.
 */
import type { AuditPolicy } from "../../../coordinator/audit/audit-policy.ts";
import type { Pacing } from "../../../coordinator/dispatch/pacing.ts";
import { SpeedEstimate } from "../../../coordinator/dispatch/speed.ts";
import { createRun, createStore } from "../../../coordinator/run/create-run.ts";
import type { ParameterStore } from "../../../coordinator/run/parameter-store.ts";
import type { TrainingRun } from "../../../coordinator/run/training-run.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import type { RunOutcome, RunSnapshot } from "../../../coordinator/run/world.ts";
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { known } from "../../../shared/assert.ts";
import { bytesOf } from "../../../shared/bytes.ts";
import type { Dataset } from "../../../shared/data/dataset.ts";
import { createEngine, type Engine, NonFiniteError } from "../../../shared/engine/engine.ts";
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { encodeMessage } from "../../../shared/protocol/codec.ts";
import type { ResultMessage, WorkMessage } from "../../../shared/protocol/messages.ts";
import { pointFrom } from "../../../shared/protocol/points.ts";
import { answerFor, blockOf, isWork, kindAsked, pairOf } from "../../../shared/protocol/rounds.ts";
import type { Random } from "../../../shared/random.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { HeldPoint } from "../../../shared/run/point-update.ts";
import type { UnitResult } from "../../../shared/run/unit.ts";
import { movesByUpdates } from "../../../shared/run/wire.ts";
import { sayAtTerminal } from "../../../shared/words/sentence.ts";

interface Job {
  readonly workerId: string;
  readonly header: WorkMessage;
  /** The point. */
  readonly parameters: Uint8Array;
}

export interface DirectRunOptions {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  readonly createKernel: () => Kernel;
  readonly workers: number;
  /** Chooses the next waiting job, given the workers they belong to; by default the oldest. −1: none of them. */
  readonly choose?: (count: number, workerIds: readonly string[]) => number;
  /** The subnet of a worker; by default a different one for each. */
  readonly subnetOf?: (workerId: string) => string;
  readonly resume?: RunSnapshot;
  readonly audit?: AuditPolicy;
  /** By default after every epoch. */
  readonly wantsSnapshot?: (step: number, epochsDone?: number) => boolean;
  /** By default at full speed. */
  readonly pacing?: Pacing;
  /** Seed of the draw of audited results. */
  readonly auditSeed?: number;
  /** Called with the type and the bytes of every message to a worker and from one. */
  readonly carried?: (type: string, bytes: number) => void;
  /** Returns the result that a worker sends; by default the true one. */
  readonly tell?: (workerId: string, result: Told) => Told;
}

/** A result as it is sent. */
export interface Told {
  readonly message: ResultMessage;
  readonly tensor: Uint8Array;
}

export class DirectRun {
  readonly run: TrainingRun;
  readonly store: ParameterStore;
  readonly events: CoordinatorEvent[] = [];
  readonly snapshots: RunSnapshot[] = [];
  /** Workers that were disconnected for lying, with the reasons. */
  readonly expelled: { readonly workerId: string; readonly reason: string }[] = [];
  outcome: RunOutcome | undefined;
  #jobs: Job[] = [];
  readonly #engines = new Map<string, Engine>();
  /** The points that the workers have, in a run whose points move by updates. */
  readonly #held = new Map<string, HeldPoint>();
  readonly #options: DirectRunOptions;
  #nowMs = 0;

  constructor(options: DirectRunOptions) {
    this.#options = options;
    const { config, dataset, createKernel, resume } = options;
    this.store = createStore({ kernel: createKernel(), config, dataset, from: resume?.store });
    this.run = createRun({
      id: "direct",
      store: this.store,
      dataset,
      progress: resume?.progress,
      ...(options.pacing === undefined ? {} : { pacing: options.pacing }),
      audit: { policy: options.audit ?? "none", seeds: [options.auditSeed ?? 1] },
      workers: {
        send: (workerId, header, tensor) => {
          options.carried?.(header.type, encodeMessage(header, tensor).length);
          if (!isWork(header)) return true;
          // As on a socket, messages are read in order, whenever their blocks are computed.
          const point = known(
            pointFrom(header, tensor, this.#held.get(workerId)),
            "the point before",
          );
          this.#jobs.push({ workerId, header, parameters: point.parameters });
          return true;
        },
        expel: (workerId, reason) => {
          this.expelled.push({ workerId, reason: sayAtTerminal(reason) });
          this.leave(workerId);
        },
      },
      output: {
        wantsSnapshot: options.wantsSnapshot ?? ((_, epochsDone) => epochsDone !== undefined),
        save: (snapshot) => this.snapshots.push(snapshot),
        report: (event) => this.events.push(event),
        end: (outcome) => (this.outcome = outcome),
      },
    });
    for (let i = 1; i <= options.workers; i++) this.join(`w${i}`);
  }

  join(id: string): void {
    const { config, dataset, createKernel } = this.#options;
    this.#engines.set(id, createEngine({ kernel: createKernel(), config, dataset }));
    if (movesByUpdates(config.wire)) this.#held.set(id, new HeldPoint(this.store.parameterCount));
    const speed = new SpeedEstimate(0);
    const subnet = this.#options.subnetOf?.(id) ?? id;
    this.run.workerReady({ id, name: id, subnet, speed }, this.#nowMs);
  }

  leave(id: string): void {
    this.#engines.delete(id);
    this.#jobs = this.#jobs.filter(({ workerId }) => workerId !== id);
    this.run.workerLeft(id, this.#nowMs);
  }

  /** Lets time pass, so that workers with unfinished jobs may be late. */
  wait(ms: number): void {
    this.#nowMs += ms;
    this.run.tick(this.#nowMs);
  }

  /** Does one waiting job. Returns whether there was one. */
  work(): boolean {
    const workerIds = this.#jobs.map(({ workerId }) => workerId);
    if (workerIds.length === 0) return false;
    const chosen = this.#options.choose?.(workerIds.length, workerIds) ?? 0;
    if (chosen < 0) return false;
    const [job] = this.#jobs.splice(chosen, 1);
    this.#nowMs += 1;
    this.#compute(known(job, "a waiting job"));
    return true;
  }

  /** Works until the run is over. */
  finish(): RunOutcome {
    while (this.outcome === undefined) {
      if (!this.work())
        throw new Error(`hangs: ${JSON.stringify(this.run.waitingFor(this.#nowMs))}`);
    }
    return this.outcome;
  }

  #compute({ workerId, header, parameters }: Job): void {
    const engine = known(this.#engines.get(workerId), "jobs of workers that left are dropped");
    const kind = kindAsked(header);
    const { run, step } = header;
    engine.setParameters(parameters);
    for (const block of header.blocks.map(blockOf)) {
      if (!this.#engines.has(workerId)) return;
      let result: UnitResult;
      try {
        result = engine.compute({ kind, step, block });
      } catch (error) {
        if (!(error instanceof NonFiniteError)) throw error;
        const reason = error.said;
        const failed = { type: "failed", run, step, block: pairOf(block), reason } as const;
        this.run.failed(workerId, failed, this.#nowMs);
        continue;
      }
      const message = answerFor({ run, kind, step, block, computeMs: 1 }, result);
      const bytes = bytesOf(result.values).slice();
      this.#options.carried?.(message.type, encodeMessage(message, bytes).length);
      const told = this.#options.tell?.(workerId, { message, tensor: bytes });
      this.run.result(workerId, told?.message ?? message, told?.tensor ?? bytes, this.#nowMs);
    }
  }
}

/** Trains a whole run, however it ends. */
export function trainDirectly(options: DirectRunOptions) {
  const direct = new DirectRun(options);
  const outcome = direct.finish();
  return { direct, outcome, fingerprint: fingerprintOf(direct.store.parameters) };
}

/**
 * Finishes a run of the one worker `w1` while others join and any of them leave, each in about one of `sides` turns.
 *
 * @throws If no worker that is present has anything to do.
 */
export function finishInAnyOrder(direct: DirectRun, random: Random, sides: number): void {
  const present = ["w1"];
  let next = 2;
  while (direct.outcome === undefined) {
    const dice = random.below(sides);
    if (dice === 0 && present.length < 6) {
      present.push(`w${next}`);
      direct.join(`w${next++}`);
    } else if (dice === 1 && present.length > 0) {
      direct.leave(known(present.splice(random.below(present.length), 1)[0], "a present worker"));
    } else if (!direct.work() && present.length > 0) {
      throw new Error("nobody has anything to do, and the run is not over");
    }
  }
}
