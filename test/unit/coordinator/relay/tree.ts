/**
 * @file A tree of one coordinator, relays and workers in one process: the real code of all three, sockets in memory,
 * and a clock that only the test moves. It counts the bytes at the root.
 */
import type { PeerHandler } from "../../../../coordinator/edge/peer.ts";
import { RelayPool } from "../../../../coordinator/relay/relay-pool.ts";
import { createRun, createStore } from "../../../../coordinator/run/create-run.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { WorkerSessions } from "../../../../coordinator/workers/worker-sessions.ts";
import { copyOfBytes } from "../../../../shared/bytes.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { joined, readSlice } from "../../../../shared/protocol/codec.ts";
import { decodeCoordinatorMessage, type WorkerKind } from "../../../../shared/protocol/messages.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";
import type { Connect, TransportEvents } from "../../../../worker/platform.ts";
import type { ComputePool } from "../../../../worker/threads/compute-pool.ts";
import { LocalPool } from "../../../../worker/threads/local-pool.ts";
import { WorkerLoop } from "../../../../worker/worker.ts";

const nothing = () => {};

/** A tree that needs more turns runs in circles. */
const turnsMax = 200_000;

/** Between two looks at the clock with which a worker measures its speed: it looks once a round. */
const measuringMs = 25;

const hash = "0123456789abcdef".repeat(4);

/** A node below the root: so many workers, or a relay over these. */
export type Shape = number | readonly Shape[];

/** What a door has received from below and sent there, in bytes and messages, and the lines that it has reported. */
export interface Traffic {
  up: number;
  down: number;
  received: number;
  sent: number;
  lines: number;
}

/** One end that sockets connect to. */
interface Door {
  readonly sessions: WorkerSessions;
  isOpen: boolean;
  readonly cuts: Set<() => void>;
  readonly traffic: Traffic;
  /** Of tensors that were sent in slices: those of which more is to come, by socket, and how many there were. */
  readonly unfinished: Map<object, number>;
  readonly sliced: { begun: number; abandoned: number };
}

export interface RelayInTree {
  readonly loop: WorkerLoop;
  readonly door: Door;
  /** Ends it without a goodbye, as SIGKILL does. */
  kill(): void;
  /** Closes its sockets upwards. */
  cut(): void;
}

export interface TreeOptions {
  /** How long a message of a socket takes; the next one is never faster. Absent: until the next turn. */
  readonly lagMs?: () => number;
  /** Of the root. Absent: it audits nothing. */
  readonly audit?: "sample" | "quorum" | undefined;
  /** Of the relays. Absent: `sample`. */
  readonly relayAudit?: "none" | "sample" | undefined;
  /** Of each link, each way. Absent: bytes take no time. */
  readonly bytesPerMs?: number | undefined;
  /** The longest slice of a tensor. Absent: the protocol's limit. */
  readonly sliceBytes?: number | undefined;
  /** Put between the pool of every relay and its loop. */
  readonly wrap?: ((pool: ComputePool) => ComputePool) | undefined;
}

export class Tree {
  readonly relays: RelayInTree[] = [];
  readonly root: Door;
  readonly expelled: string[] = [];
  readonly run;
  readonly store;
  nowMs = 0;
  readonly workers: WorkerLoop[] = [];
  readonly #dataset: Dataset;
  readonly #lagMs: (() => number) | undefined;
  readonly #bytesPerMs: number;
  readonly #sliceBytes: number | undefined;
  readonly #wrap: (pool: ComputePool) => ComputePool;
  readonly #relayAudit: "none" | "sample";
  readonly #queue: (() => void)[] = [];
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  readonly #doors: Door[] = [];
  #names = 0;

  constructor(config: RunConfig, dataset: Dataset, options: TreeOptions = {}) {
    const { lagMs, wrap, audit, relayAudit = "sample", bytesPerMs = Infinity } = options;
    this.#bytesPerMs = bytesPerMs;
    this.#sliceBytes = options.sliceBytes;
    this.#relayAudit = relayAudit;
    this.#dataset = dataset;
    this.#lagMs = lagMs;
    this.#wrap = wrap ?? ((pool) => pool);
    this.root = this.#door("root");
    this.store = createStore({ kernel: createPlainKernel(), config, dataset });
    this.run = createRun({
      id: "run",
      store: this.store,
      dataset,
      workers: this.root.sessions,
      ...(audit === undefined ? {} : { audit: { policy: audit, seeds: [7] } }),
      output: { wantsSnapshot: () => false, save: nothing, report: nothing, end: nothing },
    });
    this.root.sessions.start(this.run, `/data/${hash}`);
  }

  /** Adds workers and relays below a door. */
  grow(shapes: readonly Shape[], door = this.root): void {
    for (const shape of shapes) {
      if (typeof shape === "number") {
        for (let i = 0; i < shape; i++) this.worker(door);
      } else this.grow(shape, this.relay(door).door);
    }
  }

  worker(door: Door, wrap = (pool: ComputePool) => pool): WorkerLoop {
    // Its speed is measured while it loads. On a clock that stands still that would take a thousand rounds.
    let lookedMs = 0;
    const pool = new LocalPool({
      createKernel: createPlainKernel,
      selfTest: () => hash,
      clock: { now: () => (lookedMs += measuringMs) },
      defer: (callback) => this.#queue.push(callback),
    });
    const loop = this.#loop(door, wrap(this.#slow(pool)), () => {});
    loop.start();
    this.workers.push(loop);
    return loop;
  }

  /** Computing takes time: a millisecond per leaf, while other workers compute too. */
  #slow(pool: ComputePool): ComputePool {
    let job = 0;
    let freeMs = 0;
    return {
      threads: 1,
      load: async (run) => await pool.load(run),
      start: (wanted, events) => {
        const mine = ++job;
        freeMs = Math.max(freeMs, this.nowMs);
        const later = (event: () => void) =>
          this.#timers.add({ atMs: freeMs, callback: () => mine === job && event() });
        pool.start(wanted, {
          result: (block, result) => {
            const computeMs = block.end - block.start;
            freeMs += computeMs;
            const kept = { ...result, values: result.values.slice() };
            later(() => events.result(block, kept, computeMs));
          },
          failed: (block, reason) => later(() => events.failed(block, reason)),
          done: () => later(() => events.done()),
        });
      },
      cancel: () => {
        job += 1;
        pool.cancel();
      },
      close: () => pool.close(),
    };
  }

  relay(
    parent: Door,
    wrap: (pool: ComputePool) => ComputePool = this.#wrap,
    createKernel = createPlainKernel,
  ): RelayInTree {
    const door = this.#door(`relay${this.#doors.length}`);
    const pool = new RelayPool({
      workers: door.sessions,
      createKernel,
      selfTest: hash,
      audit: this.#relayAudit,
      auditSeeds: () => [1],
      newRunId: () => `part-${this.#names++}`,
      now: () => this.nowMs,
      staffed: (isStaffed) => {
        if (isStaffed) loop.resume();
        else loop.pause(sentence("waiting-for-workers", { missing: 1 }));
      },
    });
    const cuts = new Set<() => void>();
    const loop = this.#loop(parent, wrap(pool), () => {}, cuts, "relay");
    loop.start();
    const kill = () => {
      door.isOpen = false;
      for (const cut of [...cuts, ...door.cuts]) cut();
    };
    const cut = () => {
      for (const each of cuts) each();
    };
    const relay = { loop, door, kill, cut };
    this.relays.push(relay);
    return relay;
  }

  /** Lets everything happen until the run is over. @param each - Called after every turn. */
  async finish(each = () => {}): Promise<string> {
    this.run.begin(this.nowMs);
    for (let turn = 0; this.run.outcome === undefined; turn++) {
      if (turn > turnsMax) throw new Error(`stuck at step ${this.run.step}`);
      // Loading is a promise.
      await Promise.resolve();
      const events = this.#queue.splice(0);
      for (const event of events) event();
      if (events.length === 0) this.#pass();
      each();
    }
    return fingerprintOf(this.store.parameters);
  }

  #pass(): void {
    const next = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
    this.nowMs = Math.max(this.nowMs, Math.min(next, this.nowMs + 10));
    for (const timer of this.#timers) {
      if (timer.atMs > this.nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    for (const { isOpen, sessions } of this.#doors) if (isOpen) sessions.tick();
  }

  #door(name: string): Door {
    let count = 0;
    const traffic: Traffic = { up: 0, down: 0, received: 0, sent: 0, lines: 0 };
    const sessions = new WorkerSessions({
      kernel: hash,
      selfTest: hash,
      admits: () => true,
      now: () => this.nowMs,
      newSession: () => `${name}-${count++}`,
      ...(this.#sliceBytes === undefined ? {} : { sliceBytes: this.#sliceBytes }),
      report: (event) => {
        traffic.lines += 1;
        if (event.event === "worker" && event.change !== "joined" && event.error !== null) {
          this.expelled.push(`${event.name}: ${event.error}`);
        }
      },
    });
    const door = {
      sessions,
      isOpen: true,
      cuts: new Set<() => void>(),
      traffic,
      unfinished: new Map<object, number>(),
      sliced: { begun: 0, abandoned: 0 },
    };
    this.#doors.push(door);
    return door;
  }

  #loop(
    door: Door,
    pool: ComputePool,
    changed: () => void,
    cuts = new Set<() => void>(),
    kind: WorkerKind = "node",
  ): WorkerLoop {
    return new WorkerLoop({
      token: "",
      name: `peer${this.#names++}`,
      kind,
      agent: "",
      kernel: hash,
      pool,
      connect: this.#connect(door, cuts),
      loadDataset: () => Promise.resolve(this.#dataset),
      clock: {
        now: () => this.nowMs,
        after: (delayMs, callback) => {
          const timer = { atMs: this.nowMs + delayMs, callback };
          this.#timers.add(timer);
          return () => this.#timers.delete(timer);
        },
      },
      random: () => 0.5,
      stopsAfterRun: true,
      changed,
    });
  }

  /** Whether a child of a relay has the beginning of a tensor only. */
  get isMidTensor(): boolean {
    return this.relays.some(({ door }) => door.isOpen && door.unfinished.size > 0);
  }

  /** Tensors that were given up in the middle. */
  get abandoned(): number {
    return this.relays.reduce((sum, { door }) => sum + door.sliced.abandoned, 0);
  }

  /** To a door, or to the root once that door is shut, as a worker does that knows another link. */
  #connect(wanted: Door, cuts: Set<() => void>): Connect {
    return (events: TransportEvents) => {
      const door = wanted.isOpen ? wanted : this.root;
      let isOpen = true;
      let handler: PeerHandler | undefined;
      let lastMs = 0;
      /** Until when each way is taken by bytes. */
      const busyMs = { up: 0, down: 0 };
      const later = (event: () => void, way: "up" | "down" = "down", bytes = 0) => {
        const callback = () => isOpen && event();
        busyMs[way] = Math.max(busyMs[way], this.nowMs) + bytes / this.#bytesPerMs;
        const sentMs = this.#bytesPerMs === Infinity ? this.nowMs : busyMs[way];
        const atMs = sentMs + (this.#lagMs?.() ?? 0);
        // One way does not wait for the other, but for lag that is drawn.
        lastMs = this.#lagMs === undefined ? atMs : Math.max(lastMs, atMs);
        const isAtOnce = this.#lagMs === undefined && this.#bytesPerMs === Infinity;
        if (isAtOnce) this.#queue.push(callback);
        else this.#timers.add({ atMs: lastMs, callback });
      };
      const close = (status: number, reason: string) => {
        if (!isOpen) return;
        this.#queue.push(() => {
          if (!isOpen) return;
          isOpen = false;
          cuts.delete(cut);
          door.cuts.delete(cut);
          events.closed({ status, reason: quoted(reason) });
          handler?.closed(quoted(reason));
        });
      };
      const cut = () => {
        door.unfinished.delete(busyMs);
        close(1006, "");
      };
      cuts.add(cut);
      door.cuts.add(cut);
      later(() => {
        handler = door.sessions.connect({
          address: "10.0.0.1",
          queuedBytes: 0,
          send: (head, tensor = new Uint8Array(0)) => {
            door.traffic.down += head.length + tensor.length;
            door.traffic.sent += 1;
            noteSlices(door, busyMs, tensor.length === 0 ? [head] : [head, tensor]);
            // What has left a socket is the receiver's own; the sender may use its bytes again.
            const copy = copyOfBytes(tensor);
            const fragments = copy.length === 0 ? [head] : [head, copy];
            later(() => events.message(fragments), "down", head.length + copy.length);
          },
          ping: () =>
            later(() => {
              events.alive();
              handler?.pong();
            }),
          close,
          terminate: cut,
        });
        events.opened();
      });
      return {
        seesPings: true,
        send: (head, tensor = new Uint8Array(0)) => {
          const copy = joined([head, tensor]);
          door.traffic.up += copy.length;
          door.traffic.received += 1;
          later(() => handler?.message(copy), "up", copy.length);
        },
        close,
      };
    };
  }
}

/** Follows which tensors are on their way on a socket. */
function noteSlices(door: Door, socket: object, fragments: readonly Uint8Array[]): void {
  const slice = readSlice(fragments);
  const left = door.unfinished.get(socket) ?? 0;
  if (slice === undefined) {
    const coming = fragments.length === 1 ? decodeCoordinatorMessage(fragments).coming : undefined;
    if (coming === undefined) return;
    door.sliced.begun += 1;
    door.unfinished.set(socket, coming);
  } else if (slice.length > 0 && left > slice.length) {
    door.unfinished.set(socket, left - slice.length);
  } else {
    if (slice.length === 0) door.sliced.abandoned += 1;
    door.unfinished.delete(socket);
  }
}
