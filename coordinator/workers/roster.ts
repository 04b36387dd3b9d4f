/**
 * @file All workers that this coordinator knows, connected or not: identities, names and statistics that outlive a
 * socket. Pure: the caller draws the identities.
 */
import { workerNameLengthMax } from "../../shared/protocol/limits.ts";
import { SpeedEstimate } from "../dispatch/speed.ts";
import type { PeerSocket } from "../edge/peer.ts";
import type { WorkerView } from "../run/view.ts";
import { RateMeter } from "./rate-meter.ts";
import type { WorkerState } from "./worker-states.ts";

/**
 * Workers that are gone are remembered, so that they keep their identity when they return. The oldest are forgotten
 * first.
 */
const goneMax = 1_000;

export interface Worker {
  /** Public name of the identity, shown in views. */
  readonly id: string;
  /** The secret that proves the identity after a lost connection. Only the worker knows it. */
  readonly session: string;
  readonly name: string;
  readonly kind: "node" | "browser";
  readonly agent: string;
  readonly threads: number;
  /** While it is connected. */
  peer: { readonly socket: PeerSocket; readonly state: WorkerState } | undefined;
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

type Introduction = Pick<Worker, "name" | "kind" | "agent" | "threads">;

export class Roster {
  readonly #workers = new Map<string, Worker>();
  readonly #bySession = new Map<string, Worker>();
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

  /**
   * The worker that a `hello` introduces: the one with this session, or a new one.
   *
   * @param newSession - An unguessable identifier for a new worker.
   */
  introduce(hello: Introduction, session: string, newSession: string): Worker {
    const known = this.#bySession.get(session);
    if (known !== undefined) return known;
    const worker: Worker = {
      id: `w${this.#nextId++}`,
      session: newSession,
      name: this.#uniqueName(cleanName(hello.name)),
      kind: hello.kind,
      agent: hello.agent,
      threads: hello.threads,
      peer: undefined,
      speed: new SpeedEstimate(0),
      speedRun: undefined,
      roundTripMs: null,
      blocksDone: 0,
      samplesDone: 0,
      rate: new RateMeter(),
      offences: 0,
      isBanned: false,
    };
    this.#workers.set(worker.id, worker);
    this.#bySession.set(worker.session, worker);
    this.#names.add(worker.name);
    this.#forgetOldest();
    return worker;
  }

  /** One row per worker that is connected or has contributed. */
  views(isBusy: (workerId: string) => boolean, nowMs: number): WorkerView[] {
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
      state: stateOf(worker, isBusy),
      share: total === 0 ? 0 : worker.samplesDone / total,
      samplesPerSecond: worker.rate.perSecond(nowMs),
      roundTripMs: worker.roundTripMs,
      blocksDone: worker.blocksDone,
    }));
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
    for (const { id, session, name, peer } of this.#workers.values()) {
      if (excess <= 0) return;
      if (peer !== undefined) continue;
      this.#workers.delete(id);
      this.#bySession.delete(session);
      this.#names.delete(name);
      excess -= 1;
    }
  }
}

/** The state of a worker as people see it; `new` is over when its `hello` has been read. */
function stateOf({ id, peer }: Worker, isBusy: (workerId: string) => boolean): WorkerView["state"] {
  if (peer === undefined) return "gone";
  if (peer.state === "new") return "loading";
  return peer.state === "ready" && isBusy(id) ? "working" : peer.state;
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
