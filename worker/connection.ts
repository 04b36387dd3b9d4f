/**
 * @file Keeps one socket to the coordinator: opens it, notices that it has gone dead, opens the next after a back-off.
 * Knows nothing of what the messages say; `worker.ts` does.
 *
 * What holds:
 * 1. At most one transport is current. What an older one still does is ignored.
 * 2. While neither stopped nor waiting to retry, there is a current transport, and a timer that ends it when silent.
 */
import { closeStatus } from "../shared/protocol/errors.ts";
import { silenceMaxMs } from "../shared/protocol/limits.ts";
import { retryDelayMs } from "./back-off.ts";
import type { Clock, Closure, Connect, Transport } from "./platform.ts";

/** From the first try until `accepted`: a slow handshake over TLS on a phone takes a few seconds. */
const joinTimeoutMs = 15_000;
/** A connection that held for this long is forgiven the tries that it took. */
const settledMs = 5_000;

export interface ConnectionOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter. */
  readonly random: () => number;
}

export interface ConnectionEvents {
  /** A try begins. */
  opening(): void;
  opened(): void;
  message(fragments: readonly Uint8Array[]): void;
  /** Nothing came for long on a socket whose pings can't be seen: send something, and TCP will notice a dead peer. */
  silent(): void;
  /** The current socket is gone. Answered by `retry`, or not. */
  closed(closure: Closure): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  #transport: Transport | undefined;
  #cancelTimer = () => {};
  /** Tries in a row that did not settle. */
  #attempt = 0;
  #acceptedMs: number | undefined;
  #heardMs = 0;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Opens a socket. There must be none. */
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
      this.restart(closeStatus.ERR_TIMEOUT, "the coordinator does not answer");
    });
  }

  /** The coordinator took this worker in: from now on silence is watched. */
  accepted(): void {
    const { clock } = this.#options;
    this.#acceptedMs = clock.now();
    this.#heardMs = clock.now();
    this.#watchSilence();
  }

  /** Whether the bytes of messages sent before may be used again. */
  get isDrained(): boolean {
    return this.#transport?.isDrained === true;
  }

  /** Sends, or does nothing when there is no open socket. */
  send(message: Uint8Array): void {
    this.#transport?.send(message);
  }

  /** Opens the next socket after a back-off. */
  retry(): void {
    const delayMs = retryDelayMs(this.#attempt, this.#options.random);
    this.#attempt += 1;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.open());
  }

  /** Opens the next socket now if one is being waited for: the network is back. */
  hurry(): void {
    if (this.#transport === undefined) this.open();
  }

  /** Gives the current socket up; goes on as if it had been lost for that reason. */
  restart(status: number, reason: string): void {
    const transport = this.#transport;
    this.#lost({ status: 1006, reason });
    transport?.close(status, closeReason(reason));
  }

  /** Closes for good. `closed` is not called. */
  close(reason: string): void {
    const transport = this.#transport;
    this.#forget();
    transport?.close(1000, closeReason(reason));
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
        return this.restart(
          closeStatus.ERR_TIMEOUT,
          `nothing from the coordinator for ${seconds} s`,
        );
      }
      this.#heardMs = clock.now();
      this.#events.silent();
    }
    const nextMs = this.#heardMs + silenceMaxMs - clock.now();
    this.#cancelTimer = clock.after(nextMs, () => this.#watchSilence());
  }
}

/** A close frame has room for 123 bytes. */
function closeReason(reason: string): string {
  return reason.replaceAll(/[^ -~]/gu, "?").slice(0, 120);
}
