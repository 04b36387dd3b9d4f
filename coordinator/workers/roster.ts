/**
 * @file All workers that this coordinator knows, connected or not: identities, names and statistics that outlive a
 * socket. Pure: the caller draws the identities.
 */
import type { Arrival } from "../../shared/protocol/arrival.ts";
import {
  crewBranchesMax,
  crewDepthMax,
  workerNameLengthMax,
} from "../../shared/protocol/limits.ts";
import type { CoordinatorMessage, WorkerKind } from "../../shared/protocol/messages.ts";
import { SpeedEstimate } from "../dispatch/speed.ts";
import type { PeerSocket } from "../edge/peer.ts";
import type { RememberedWorker } from "../run/handover.ts";
import type { CrewBelow, CrewBranch, WorkerView } from "../run/view.ts";
import { sha256OfParts } from "../sha256.ts";
import { RateMeter } from "./rate-meter.ts";
import type { WorkerState } from "./worker-states.ts";

/**
 * Workers that are gone are remembered, so that they keep their identity when they return. The oldest are forgotten
 * first.
 */
const goneMax = 1_000;

/** The socket of a worker, as far as others need it. */
export interface ConnectedPeer {
  readonly socket: PeerSocket;
  readonly state: WorkerState;
  /**
   * Sends work; `false` if too much is waiting to be sent already.
   *
   * @param arrival - The tensor, if it may still be on its way.
   */
  give(header: CoordinatorMessage, tensor: Uint8Array, arrival?: Arrival): boolean;
}

export interface Worker {
  /** Public name of the identity, shown in views. */
  readonly id: string;
  /** SHA-256 of the session, the secret that proves the identity after a lost connection. */
  readonly sessionDigest: string;
  readonly name: string;
  readonly kind: WorkerKind;
  readonly agent: string;
  readonly threads: number;
  /** Who is below it, if it is a relay and has said so. */
  crew: CrewBelow | undefined;
  /** While it is connected. */
  peer: ConnectedPeer | undefined;
  speed: SpeedEstimate;
  /** The run in which `speed` was measured. */
  speedRun: string | undefined;
  roundTripMs: number | null;
  blocksDone: number;
  samplesDone: number;
  /** Samples whose results were accepted, per second. */
  readonly rate: RateMeter;
  offences: number;
  /** It returned a wrong result, so its session is no longer accepted. */
  isBanned: boolean;
}

const nobody: CrewBelow = { workers: 0, relays: 0, branches: [] };

type Introduction = Pick<Worker, "name" | "kind" | "agent" | "threads">;

/** What the workers' rows depend on besides the workers. */
export interface Moment {
  /** Whether a worker holds blocks. */
  readonly isBusy: (workerId: string) => boolean;
  /** Whether there is a run to prepare for: none has begun, or the last one is over. */
  readonly hasRun: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs: number;
}

export class Roster {
  readonly #workers = new Map<string, Worker>();
  readonly #bySessionDigest = new Map<string, Worker>();
  readonly #names = new Set<string>();
  #nextId = 1;

  /** Number of connected workers. It is read at every join, of thousands, so it makes no array. */
  get connectedCount(): number {
    let count = 0;
    for (const { peer } of this.#workers.values()) if (peer !== undefined) count += 1;
    return count;
  }

  get(id: string): Worker | undefined {
    return this.#workers.get(id);
  }

  /** @param remembered - The workers of the process before this one; their names are taken. */
  constructor(remembered: readonly RememberedWorker[] = []) {
    for (const worker of remembered) {
      if (!this.#names.has(worker.name)) this.#add(worker);
    }
  }

  /**
   * The worker of a `hello`, and its session: the one that it showed if somebody here was given it, else a new one.
   *
   * @param newSession - Draws an unguessable identifier.
   */
  meet(
    hello: Introduction & { readonly session: string },
    newSession: () => string,
  ): { readonly worker: Worker; readonly session: string } {
    const worker = this.find(hello.session);
    if (worker !== undefined) return { worker, session: hello.session };
    const session = newSession();
    return { worker: this.introduce(hello, session), session };
  }

  /** The worker with this session; `undefined` for a session that nobody here was given. */
  find(session: string): Worker | undefined {
    return this.#bySessionDigest.get(digestOf(session));
  }

  /**
   * A new worker.
   *
   * @param session - An unguessable identifier, which the worker is told.
   */
  introduce({ name, kind, agent, threads }: Introduction, session: string): Worker {
    const sessionDigest = digestOf(session);
    const free = this.#uniqueName(cleanName(name));
    const worker = this.#add({ sessionDigest, name: free, kind, agent, threads, isBanned: false });
    this.#forgetOldest();
    return worker;
  }

  /** What a coordinator that resumes the run must know, oldest first. */
  get remembered(): RememberedWorker[] {
    return Array.from(
      this.#workers.values(),
      ({ sessionDigest, name, kind, agent, threads, isBanned }) => {
        return { sessionDigest, name, kind, agent, threads, isBanned };
      },
    );
  }

  #add(remembered: RememberedWorker): Worker {
    const worker: Worker = {
      ...remembered,
      id: `w${this.#nextId++}`,
      crew: undefined,
      peer: undefined,
      speed: new SpeedEstimate(0),
      speedRun: undefined,
      roundTripMs: null,
      blocksDone: 0,
      samplesDone: 0,
      rate: new RateMeter(),
      offences: 0,
    };
    this.#workers.set(worker.id, worker);
    this.#bySessionDigest.set(worker.sessionDigest, worker);
    this.#names.add(worker.name);
    return worker;
  }

  /** One row per worker that is connected or has contributed. */
  views({ isBusy, hasRun, nowMs }: Moment): WorkerView[] {
    const shown = [...this.#workers.values()].filter(
      ({ peer, samplesDone }) => peer !== undefined || samplesDone > 0,
    );
    const total = shown.reduce((sum, { samplesDone }) => sum + samplesDone, 0);
    return shown.map((worker) => ({
      id: worker.id,
      name: worker.name,
      kind: worker.kind,
      agent: worker.agent,
      threads: worker.threads,
      state: stateOf(worker, { isBusy, hasRun }),
      share: total === 0 ? 0 : worker.samplesDone / total,
      samplesPerSecond: worker.rate.perSecond(nowMs),
      roundTripMs: worker.roundTripMs,
      blocksDone: worker.blocksDone,
      ...(worker.crew === undefined ? {} : { crew: worker.crew }),
    }));
  }

  /** Everybody who computes here, and who only passes work on. */
  get crewBelow(): CrewBelow {
    let [workers, relays] = [0, 0];
    const branches: CrewBranch[] = [];
    for (const { peer, kind, name, crew = nobody } of this.#workers.values()) {
      if (peer === undefined) continue;
      workers += kind === "relay" ? crew.workers : 1;
      if (kind !== "relay") continue;
      relays += 1 + crew.relays;
      const deeper = crew.branches.map((branch) => ({ ...branch, depth: branch.depth + 1 }));
      branches.push({ depth: 1, name, workers: crew.workers }, ...deeper);
    }
    const shown = branches.filter(({ depth }) => depth <= crewDepthMax);
    return { workers, relays, branches: shown.slice(0, crewBranchesMax) };
  }

  /** Resets the statistics, which are per run. */
  startRun(): void {
    for (const worker of this.#workers.values()) {
      worker.blocksDone = 0;
      worker.samplesDone = 0;
    }
  }

  #uniqueName(wanted: string): string {
    if (!this.#names.has(wanted)) return wanted;
    // Numbers are given in order, so a bisection finds a free one: ten thousand workers may want the same name.
    let [taken, free] = [1, 2];
    while (this.#names.has(numbered(wanted, free))) [taken, free] = [free, 2 * free];
    while (free - taken > 1) {
      const middle = Math.floor((taken + free) / 2);
      if (this.#names.has(numbered(wanted, middle))) taken = middle;
      else free = middle;
    }
    return numbered(wanted, free);
  }

  #forgetOldest(): void {
    let excess = this.#workers.size - this.connectedCount - goneMax - 1;
    for (const { id, sessionDigest, name, peer } of this.#workers.values()) {
      if (excess <= 0) return;
      if (peer !== undefined) continue;
      this.#workers.delete(id);
      this.#bySessionDigest.delete(sessionDigest);
      this.#names.delete(name);
      excess -= 1;
    }
  }
}

/** The state of a worker as people see it; `new` is over when its `hello` has been read. */
function stateOf(
  { id, peer }: Worker,
  { isBusy, hasRun }: Omit<Moment, "nowMs">,
): WorkerView["state"] {
  if (peer === undefined) return "gone";
  if (peer.state === "new" || peer.state === "loading") return hasRun ? "loading" : "waiting";
  return peer.state === "ready" && isBusy(id) ? "working" : peer.state;
}

function digestOf(session: string): string {
  return sha256OfParts(new TextEncoder().encode(session));
}

/** A name that can be shown anywhere: no control characters, nothing invisible at the ends. */
function cleanName(name: string): string {
  const visible = name.replaceAll(/\p{C}/gu, "").trim();
  return visible === "" ? "worker" : visible;
}

function numbered(name: string, number: number): string {
  const suffix = ` ${number}`;
  return cut(name, workerNameLengthMax - suffix.length) + suffix;
}

/** The beginning of a text, at most this many UTF-16 units; never half of a character. */
function cut(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/\p{Cs}$/u, "");
}
