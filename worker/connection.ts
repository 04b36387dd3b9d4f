/**
 * @file Keeps one socket to the coordinator: opens it, detects that it is dead, and opens the next one after a
 * back-off. It does not know the messages; `worker.ts` does.
 *
 * What holds:
 * 1. At most one transport is current. Events of older ones are ignored.
 * 2. While neither stopped nor waiting to retry, there is a current transport, and a timer that ends it when it is
 *    silent.
 */
import { closeStatus } from "../shared/protocol/errors.ts";
import { silenceMaxMs } from "../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import { retryDelayMs } from "./back-off.ts";
import type { Clock, Closure, Connect, Transport } from "./platform.ts";

/** From the first try until `accepted`: a slow TLS handshake on a phone takes a few seconds. */
const joinTimeoutMs = 15_000;
/** A connection that held this long resets the count of failed tries. */
const settledMs = 5_000;

export interface ConnectionOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter. */
  readonly random: () => number;
}

export interface ConnectionEvents {
  /** A try starts. */
  opening(): void;
  opened(): void;
  message(fragments: readonly Uint8Array[]): void;
  /**
   * Nothing arrived for a long time on a socket whose pings are invisible. Send something, so that TCP notices a
   * dead peer.
   */
  silent(): void;
  /** The current socket is gone. The owner may answer with `retry`. */
  closed(closure: Closure): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  #transport: Transport | undefined;
  #cancelTimer = () => {};
  /** Tries in a row that did not last. */
  #attempt = 0;
  #acceptedMs: number | undefined;
  #heardMs = 0;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Opens a socket. There must not be one already. */
  open(): void {
    this.#cancelTimer();
    this.#acceptedMs = undefined;
    const { connect, clock } = this.#options;
    this.#events.opening();
    const isCurrent = () => this.#transport === transport;
    const transport = connect({
      opened: () => {
        if (isCurrent()) this.#events.opened();
      },
      message: (fragments) => {
        if (!isCurrent()) return;
        this.#heardMs = clock.now();
        this.#events.message(fragments);
      },
      alive: () => {
        if (isCurrent()) this.#heardMs = clock.now();
      },
      closed: (closure) => {
        if (isCurrent()) this.#lost(closure);
      },
    });
    this.#transport = transport;
    this.#cancelTimer = clock.after(joinTimeoutMs, () => {
      this.restart(closeStatus.ERR_TIMEOUT, sentence("coordinator-does-not-answer"));
    });
  }

  /** The coordinator accepted this worker: watch for silence from now on. */
  accepted(): void {
    const { clock } = this.#options;
    this.#acceptedMs = clock.now();
    this.#heardMs = clock.now();
    this.#watchSilence();
  }

  /** Sends a message; does nothing if no socket is open. The tensor is read during the call only. */
  send(head: Uint8Array, tensor?: Uint8Array): void {
    this.#transport?.send(head, tensor);
  }

  /** Opens the next socket after a back-off. */
  retry(): void {
    const delayMs = retryDelayMs(this.#attempt, this.#options.random);
    this.#attempt += 1;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.open());
  }

  /** If the next socket is waiting for its back-off, opens it now, because the network is back. */
  hurry(): void {
    if (this.#transport === undefined) this.open();
  }

  /** Drops the current socket and continues as if it had been lost for that reason. */
  restart(status: number, reason: Sentence): void {
    const transport = this.#transport;
    this.#lost({ status: 1006, reason });
    transport?.close(status, reason.code);
  }

  /** Closes for good. `closed` is not called. */
  close(): void {
    const transport = this.#transport;
    this.#forget();
    transport?.close(1000, "goodbye");
  }

  #lost(closure: Closure): void {
    const { clock } = this.#options;
    const settled = this.#acceptedMs !== undefined && clock.now() - this.#acceptedMs >= settledMs;
    if (settled) this.#attempt = 0;
    this.#forget();
    this.#events.closed(closure);
  }

  #forget(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#transport = undefined;
    this.#acceptedMs = undefined;
  }

  #watchSilence(): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    const silentMs = clock.now() - this.#heardMs;
    if (silentMs >= silenceMaxMs) {
      if (this.#transport?.seesPings === true) {
        const seconds = Math.round(silentMs / 1000);
        return this.restart(closeStatus.ERR_TIMEOUT, sentence("coordinator-silent", { seconds }));
      }
      this.#heardMs = clock.now();
      this.#events.silent();
    }
    const nextMs = this.#heardMs + silenceMaxMs - clock.now();
    this.#cancelTimer = clock.after(nextMs, () => this.#watchSilence());
  }
}
