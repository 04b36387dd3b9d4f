/**
 * @file A coordinator in memory, from the worker's side: the transports it opens, the messages it received, and a
 * clock that only the test moves.
 */
import { sha256Hex } from "../../../shared/data/sha256.ts";
import { encodeMessage, joined } from "../../../shared/protocol/codec.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import { decodeWorkerMessage, type WorkerMessage } from "../../../shared/protocol/messages.ts";
import type { CoordinatorMessage, Decoded } from "../../../shared/protocol/messages.ts";
import type { Clock, Connect, Transport, TransportEvents } from "../../../worker/platform.ts";

export const fakeKernel = sha256Hex(new Uint8Array([1]));

/** A clock whose timers run when the test says so. */
export class FakeClock implements Clock {
  nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Advances the time, timer by timer. */
  advance(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    for (;;) {
      const [next] = this.#timers.toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
    }
    this.nowMs = untilMs;
  }

  get timerCount(): number {
    return this.#timers.length;
  }
}

/** One socket that a worker opened. */
class FakeSocket implements Transport {
  readonly seesPings: boolean;
  readonly events: TransportEvents;
  readonly received: Decoded<WorkerMessage>[] = [];
  closedByWorker: { status: number; reason: string } | undefined;

  constructor(events: TransportEvents, seesPings: boolean) {
    this.events = events;
    this.seesPings = seesPings;
  }

  send(head: Uint8Array, tensor = new Uint8Array(0)): void {
    this.received.push(decodeWorkerMessage(joined([head, tensor])));
  }

  close(status: number, reason: string): void {
    this.closedByWorker ??= { status, reason };
  }

  /** Sends a message to the worker. */
  tell(message: CoordinatorMessage, tensor?: Uint8Array): void {
    this.events.message([encodeMessage(message, tensor)]);
  }

  /** Types of the worker's messages, in order. */
  get types(): string[] {
    return this.received.map(({ header }) => header.type);
  }
}

export class FakeCoordinator {
  readonly sockets: FakeSocket[] = [];
  readonly seesPings: boolean;

  constructor({ seesPings = true } = {}) {
    this.seesPings = seesPings;
  }

  readonly connect: Connect = (events) => {
    const socket = new FakeSocket(events, this.seesPings);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("the worker has not connected yet");
    return socket;
  }

  /** Opens the worker's latest socket and accepts the worker. */
  welcome(session = "session-1"): FakeSocket {
    const { socket } = this;
    socket.events.opened();
    socket.tell({
      type: "welcome",
      protocol: protocolVersion,
      session,
      name: "otter",
      kernel: fakeKernel,
    });
    return socket;
  }
}
