/**
 * @file The simulator's network: WebSockets in memory from workers to the coordinator and to relays, each at its
 * address. A message arrives whole or not at all. A link may be slow, stall, be cut at any byte, or die without notice
 * to one end or both.
 */
import type { PeerHandler, PeerSocket } from "../../../coordinator/edge/peer.ts";
import { joined } from "../../../shared/protocol/codec.ts";
import { closeGraceMs } from "../../../shared/protocol/limits.ts";
import { quoted, type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { Closure, Transport, TransportEvents } from "../../../worker/platform.ts";
import type { Cancel, Process, World } from "./sim-world.ts";

/** How this network behaves. Faults change it while it runs. */
export interface NetworkProfile {
  /** One way. Each link draws its own from this range. */
  latencyMs: readonly [number, number];
  /** Per link, one way. Slow readers look like slow links. */
  bytesPerMs: readonly [number, number];
  /** Variation of a message's latency, as a fraction. */
  jitter: number;
  /** Probability that a new link is cut within its first kilobytes. */
  cutProbability: number;
  /** Probability that an attempt to connect is never answered. */
  lostHandshake: number;
  /** Factor for a sender's queue, so that small tensors fill queues like large ones. */
  queueScale: number;
}

/** Where the coordinator listens. */
export const coordinatorAddress = "coordinator";

/** Accepts connections. */
export interface Listener {
  readonly address: string;
  readonly process: Process;
  readonly accept: (socket: PeerSocket) => PeerHandler;
  readonly messageBytesMax: () => number;
}

/** How long until each end notices a break; `null`: never by itself. */
export interface Break {
  readonly workerMs: number | null;
  readonly serverMs: number | null;
}

/** A browser or a WebSocket library gives up on an unanswered goodbye. */
const workerCloseMs = 30_000;
const connectTimeoutMs = 60_000;
/** TCP retransmissions to a host that is back, or that does not know the connection. */
const retransmissionMs = 30_000;

export class Network {
  readonly world: World;
  readonly profile: NetworkProfile;
  readonly links = new Set<Link>();
  readonly #listeners = new Map<string, Listener>();
  /** Whether sending on a half-open link reveals it, because the hosts can reach each other again. */
  healed = false;
  /** Largest queue of any socket of the coordinator or a relay so far, in scaled bytes. */
  queuedBytesPeak = 0;
  #nextLink = 1;

  constructor(world: World, profile: NetworkProfile) {
    this.world = world;
    this.profile = profile;
  }

  /** A process starts to listen. Its links break when it dies. */
  listen(listener: Listener): void {
    this.#listeners.set(listener.address, listener);
    listener.process.atDeath(() => {
      this.unlisten(listener);
      for (const link of this.links) if (link.server === listener) link.serverDied();
    });
  }

  /** It accepts no more connections. */
  unlisten(listener: Listener): void {
    if (this.listenerAt(listener.address) === listener) this.#listeners.delete(listener.address);
  }

  listenerAt(address: string): Listener | undefined {
    return this.#listeners.get(address);
  }

  /** A worker opens a socket. */
  connect(
    process: Process,
    { address, seesPings }: { readonly address: string; readonly seesPings: boolean },
    events: TransportEvents,
  ): Transport {
    const name = `link${this.#nextLink++}`;
    const link = new Link(this, { name, address, worker: process, seesPings, events });
    this.links.add(link);
    process.atDeath(() => link.workerDied());
    link.open();
    return link.transport;
  }

  /** Hosts can reach each other again, so whoever waits for an answer on a dead link soon learns that there is none. */
  heal(): void {
    this.healed = true;
    for (const link of this.links) link.healed();
  }
}

type EndState = "connecting" | "open" | "closing" | "closed";

interface LinkOptions {
  readonly name: string;
  /** Of the listener. */
  readonly address: string;
  readonly worker: Process;
  readonly seesPings: boolean;
  readonly events: TransportEvents;
}

/** One connection with its two ends. */
export class Link {
  readonly name: string;
  readonly #address: string;
  readonly worker: Process;
  readonly network: Network;
  server: Listener | undefined;
  isBroken = false;
  readonly #seesPings: boolean;
  readonly #events: TransportEvents;
  readonly #up: Pipe;
  readonly #down: Pipe;
  #workerEnd: EndState = "connecting";
  #serverEnd: EndState = "connecting";
  #handler: PeerHandler | undefined;
  #cancelWorkerTimer: Cancel = () => undefined;
  #cancelServerTimer: Cancel = () => undefined;

  constructor(network: Network, { name, address, worker, seesPings, events }: LinkOptions) {
    this.network = network;
    this.name = name;
    this.#address = address;
    this.worker = worker;
    this.#seesPings = seesPings;
    this.#events = events;
    this.#up = new Pipe(this);
    this.#down = new Pipe(this);
  }

  get world(): World {
    return this.network.world;
  }

  /** Whether neither end knows of a break. */
  get isUp(): boolean {
    return !this.isBroken && this.#workerEnd === "open" && this.#serverEnd === "open";
  }

  // ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────────

  open(): void {
    const { world, network } = this;
    const { latencyMs } = this.#up;
    const fail = () => this.#closeWorkerEnd({ status: 1006, reason: null });
    this.#cancelWorkerTimer = this.worker.timer(connectTimeoutMs, "connect timeout", fail);
    if (world.chance(network.profile.lostHandshake)) return;
    world.after(this.worker.spentMs + latencyMs, `${this.name} SYN`, () => {
      const listener = network.listenerAt(this.#address);
      this.server = listener;
      if (listener === undefined) this.worker.after(latencyMs, "refused", fail);
      else listener.process.after(0, `${this.name} accept`, () => this.#accept(listener));
    });
  }

  #accept({ accept }: Listener): void {
    if (this.isBroken) return;
    this.#serverEnd = "open";
    this.#down.send(1, this.worker, "opened", () => {
      if (this.#workerEnd !== "connecting") return;
      this.#workerEnd = "open";
      this.#cancelWorkerTimer();
      this.#events.opened();
    });
    this.#handler = accept(this.#socket);
  }

  // ── the worker's end ────────────────────────────────────────────────────────────────────────────────────────────

  get transport(): Transport {
    return {
      seesPings: this.#seesPings,
      send: (head, tensor) => this.#sendUp(head, tensor),
      close: (status, reason) => this.#closeFromWorker(status, reason),
    };
  }

  #sendUp(head: Uint8Array, tensor: Uint8Array = new Uint8Array(0)): void {
    if (this.#workerEnd !== "open") return;
    const { server } = this;
    const message = joined([head, tensor]);
    this.#up.send(message.length, server?.process, "message", () => {
      if (this.#handler === undefined || this.#serverEnd === "closed") return;
      if (message.length <= (server?.messageBytesMax() ?? 0)) this.#handler.message(message);
      else this.break({ workerMs: 0, serverMs: 0 }); // This is how `ws` enforces its `maxPayload`.
    });
  }

  #closeFromWorker(status: number, reason: string): void {
    const closure = { status, reason: quoted(reason) };
    if (this.#workerEnd === "connecting") {
      this.break({ workerMs: 0, serverMs: this.#up.latencyMs });
    } else if (this.#workerEnd === "open") {
      this.#workerEnd = "closing";
      this.#cancelWorkerTimer = this.worker.timer(workerCloseMs, "close timeout", () =>
        this.break({ workerMs: 0, serverMs: null }),
      );
      this.#up.send(8 + reason.length, this.server?.process, "close", () => {
        this.#down.send(8, this.worker, "close echo", () => this.#closeWorkerEnd(closure));
        this.#closeServerEnd(closedBecause(status, reason));
      });
    }
  }

  #closeWorkerEnd(closure: Closure): void {
    if (this.#workerEnd === "closed") return;
    this.#workerEnd = "closed";
    this.#cancelWorkerTimer();
    this.#forgetIfDone();
    this.#events.closed(closure);
  }

  // ── the server's end ───────────────────────────────────────────────────────────────────────────────────────

  get #socket(): PeerSocket {
    // An object with a getter, because the queue is read at any time.
    const queuedBytes = () => this.queuedBytes;
    return {
      address: "10.0.0.1",
      get queuedBytes() {
        return queuedBytes();
      },
      send: (head, tensor) => this.#sendDown(head, tensor),
      ping: () => this.#ping(),
      close: (status, reason) => this.#closeFromServer(status, reason),
      terminate: () => this.#terminate(),
    };
  }

  get queuedBytes(): number {
    return this.#down.queuedBytes * this.network.profile.queueScale;
  }

  /** The tensor is read on arrival, which is as late as any transport may. */
  #sendDown(head: Uint8Array, tensor: Uint8Array = new Uint8Array(0)): void {
    if (this.#serverEnd !== "open") return;
    const length = head.length + tensor.length;
    this.#down.send(length, this.worker, "message", () => {
      if (this.#workerEnd !== "open") return;
      const bytes = new Uint8Array(length);
      bytes.set(head);
      bytes.set(tensor, head.length);
      const fragments = [bytes.subarray(0, head.length), bytes.subarray(head.length)];
      this.#events.message(length === head.length ? [bytes] : fragments);
    });
    const { network } = this;
    network.queuedBytesPeak = Math.max(network.queuedBytesPeak, this.queuedBytes);
  }

  /** A browser answers below the page, whatever the page does. A program's library answers in its event loop. */
  #ping(): void {
    if (this.#serverEnd !== "open") return;
    this.#down.send(2, this.#seesPings ? this.worker : undefined, "ping", () => {
      if (this.#workerEnd !== "open") return;
      if (this.#seesPings) this.#events.alive();
      this.#up.send(2, this.server?.process, "pong", () => {
        if (this.#serverEnd !== "closed") this.#handler?.pong();
      });
    });
  }

  #closeFromServer(status: number, reason: string): void {
    if (this.#serverEnd !== "open" || this.server === undefined) return;
    const server = this.server.process;
    this.#serverEnd = "closing";
    this.#cancelServerTimer = server.timer(closeGraceMs, "close grace", () => this.#terminate());
    this.#down.send(8 + reason.length, this.worker, "close", () => {
      this.#up.send(8, server, "close echo", () =>
        this.#closeServerEnd(closedBecause(status, reason)),
      );
      this.#closeWorkerEnd({ status, reason: quoted(reason) });
    });
  }

  #terminate(): void {
    if (this.#serverEnd === "closed") return;
    this.#serverEnd = "closing";
    this.break({ serverMs: 0, workerMs: this.isBroken ? null : this.#down.latencyMs });
  }

  #closeServerEnd(reason: Sentence): void {
    if (this.#serverEnd === "closed") return;
    this.#serverEnd = "closed";
    this.#cancelServerTimer();
    this.#forgetIfDone();
    this.#handler?.closed(reason);
  }

  // ── breaking ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Nothing arrives any more. Each end notices at its own time, or never. */
  break({ workerMs, serverMs }: Break): void {
    this.isBroken = true;
    if (workerMs !== null && this.worker.alive) {
      const learn = () => this.#closeWorkerEnd({ status: 1006, reason: null });
      this.worker.after(workerMs, `${this.name} lost`, learn);
    }
    if (serverMs === null) return;
    if (this.server === undefined) this.#serverEnd = "closed";
    else {
      const learn = () => this.#closeServerEnd(sentence("connection-lost"));
      this.server.process.after(serverMs, `${this.name} lost`, learn);
    }
    this.#forgetIfDone();
  }

  /** Until then nothing arrives in either direction, but nothing is lost. */
  stall(untilMs: number): void {
    this.#up.stalledUntilMs = untilMs;
    this.#down.stalledUntilMs = untilMs;
  }

  /** The worker does not read for a while. Its own messages still arrive. */
  stallDown(untilMs: number): void {
    this.#down.stalledUntilMs = untilMs;
  }

  healed(): void {
    this.stall(0);
    this.#up.neverCut();
    this.#down.neverCut();
    if (this.isBroken) this.noteUnanswered();
  }

  /** Somebody sent on a dead link. */
  noteUnanswered(): void {
    if (!this.network.healed) return;
    const { world } = this;
    const soonMs = () => world.between(0, retransmissionMs);
    this.break({
      workerMs: this.#up.unanswered ? soonMs() : null,
      serverMs: this.#down.unanswered ? soonMs() : null,
    });
  }

  workerDied(): void {
    if (this.#workerEnd === "closed") return;
    this.#workerEnd = "closed";
    // The system closes a process's sockets. A machine without power says nothing.
    const silently = !this.network.healed && this.world.chance(0.3);
    this.break({ workerMs: null, serverMs: silently ? null : this.#up.latencyMs });
    this.#forgetIfDone();
  }

  serverDied(): void {
    if (this.#serverEnd === "closed") return;
    this.#serverEnd = "closed";
    const silently = !this.network.healed && this.world.chance(0.3);
    this.break({ serverMs: null, workerMs: silently ? null : this.#down.latencyMs });
    this.#forgetIfDone();
  }

  #forgetIfDone(): void {
    if (this.#workerEnd !== "closed") return;
    if (this.#serverEnd === "closed" || this.server === undefined) this.network.links.delete(this);
  }
}

interface Sent {
  readonly bytes: number;
  readonly deliver: () => void;
}

/** One direction of a link: first in, first out. */
class Pipe {
  readonly latencyMs: number;
  stalledUntilMs = 0;
  queuedBytes = 0;
  /** Something was sent on the dead link. */
  unanswered = false;
  readonly #link: Link;
  readonly #bytesPerMs: number;
  readonly #waiting: Sent[] = [];
  #cutAfterBytes: number;
  #freeAtMs = 0;
  #lastArrivalMs = 0;

  constructor(link: Link) {
    const { world, network } = link;
    const { latencyMs, bytesPerMs, cutProbability } = network.profile;
    this.#link = link;
    this.latencyMs = world.scale(...latencyMs);
    this.#bytesPerMs = world.scale(...bytesPerMs);
    this.#cutAfterBytes = world.chance(cutProbability) ? world.random.below(8_000) : Infinity;
  }

  neverCut(): void {
    this.#cutAfterBytes = Infinity;
  }

  /** @param receiver - The process that handles the arrival; `undefined` if none is needed. */
  send(bytes: number, receiver: Process | undefined, label: string, deliver: () => void): void {
    const { world, network, worker, server, name } = this.#link;
    this.queuedBytes += bytes;
    if (this.#link.isBroken) {
      this.unanswered = true;
      return this.#link.noteUnanswered();
    }
    this.#cutAfterBytes -= bytes;
    if (this.#cutAfterBytes < 0) return this.#cut();
    const sender = receiver === worker ? server?.process : worker;
    const nowMs = world.nowMs + (sender?.spentMs ?? 0);
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + bytes / this.#bytesPerMs;
    const delayMs = this.latencyMs * (1 + world.between(0, network.profile.jitter));
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#freeAtMs + delayMs);
    this.#waiting.push({ bytes, deliver });
    this.#plan(this.#lastArrivalMs, `${name} ${label}`, receiver);
  }

  /** Every arrival takes the oldest message, so that none overtakes another. */
  #plan(atMs: number, label: string, receiver: Process | undefined): void {
    const { world } = this.#link;
    const arrive = () => {
      if (this.#link.isBroken) return;
      if (this.stalledUntilMs > world.nowMs) {
        return this.#plan(this.stalledUntilMs, label, receiver);
      }
      const sent = this.#waiting.shift();
      if (sent === undefined) return;
      this.queuedBytes -= sent.bytes;
      sent.deliver();
    };
    world.after(atMs - world.nowMs, label, arrive, receiver);
  }

  #cut(): void {
    const { world, name } = this.#link;
    world.note(name, "is cut in the middle of a message");
    const learnMs = () => world.scale(1, 5_000);
    this.#link.break({ workerMs: learnMs(), serverMs: learnMs() });
  }
}

function closedBecause(status: number, text: string): Sentence {
  return sentence("closed-because", { status: String(status), reason: quoted(text) });
}
