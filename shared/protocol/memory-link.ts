/**
 * @file A connection between a coordinator and a worker in one process, in place of a WebSocket. Messages are passed by
 * reference: no mask, no system call, no copy. Its two ends have the contracts of real ones, `PeerSocket` on the
 * coordinator's side and `Transport` on the worker's.
 *
 * What holds:
 * 1. What the worker sends arrives during its call, because a result's values are good only that long. Everything else
 *    arrives later and in order, so that neither side is called while it is at work.
 * 2. Each end hears of its closure once, and nothing after it.
 */
import { quoted, type Sentence, sentence } from "../words/sentence.ts";

/** The coordinator's end, as in `coordinator/edge/peer.ts`. */
export interface LinkSocket {
  readonly address: string;
  readonly isInside: true;
  readonly queuedBytes: number;
  send(head: Uint8Array, tensor?: Uint8Array): void;
  ping(): void;
  close(status: number, reason: string): void;
  terminate(): void;
}

export interface LinkHandler {
  message(...fragments: readonly Uint8Array[]): void;
  pong(): void;
  closed(reason: Sentence): void;
}

/** The worker's end, as in `worker/platform.ts`. */
export interface LinkTransport {
  readonly seesPings: boolean;
  send(head: Uint8Array, tensor?: Uint8Array): void;
  close(status: number, reason: string): void;
}

export interface LinkEvents {
  opened(): void;
  message(fragments: readonly Uint8Array[]): void;
  alive(): void;
  closed(closure: { readonly status: number; readonly reason: Sentence | null }): void;
}

export interface MemoryLinkOptions {
  /** The coordinator's side accepts a connection. */
  readonly accept: (socket: LinkSocket) => LinkHandler;
  /** Calls back after the current event, in order. */
  readonly defer: (callback: () => void) => void;
}

/** Returns a function that connects a worker, like `Connect` in `worker/platform.ts`. */
export function createMemoryLink(
  options: MemoryLinkOptions,
): (events: LinkEvents) => LinkTransport {
  return (events) => new MemoryLink(options, events).transport;
}

/** As for a worker process that connects over loopback. */
const address = "127.0.0.1";

class MemoryLink {
  readonly #defer: MemoryLinkOptions["defer"];
  readonly #events: LinkEvents;
  #handler: LinkHandler | undefined;
  /** Whether anything may be sent, and whether nothing arrives any more. */
  #isOpen = true;
  #isOver = false;
  #queuedBytes = 0;

  constructor({ accept, defer }: MemoryLinkOptions, events: LinkEvents) {
    this.#defer = defer;
    this.#events = events;
    this.#later(() => {
      this.#handler = accept(this.#socket);
      events.opened();
    });
  }

  get transport(): LinkTransport {
    return {
      seesPings: true,
      send: (...fragments) => {
        if (this.#isOpen) this.#handler?.message(...given(fragments));
      },
      close: (status, reason) => this.#close({ status, reason: quoted(reason) }),
    };
  }

  get #socket(): LinkSocket {
    const queuedBytes = () => this.#queuedBytes;
    return {
      address,
      isInside: true,
      get queuedBytes() {
        return queuedBytes();
      },
      send: (...fragments) => this.#sendDown(given(fragments)),
      ping: () => {
        this.#later(() => {
          this.#events.alive();
          this.#handler?.pong();
        });
      },
      close: (status, reason) => this.#close({ status, reason: quoted(reason) }),
      terminate: () => this.#close({ status: 1006, reason: null }),
    };
  }

  #sendDown(fragments: readonly Uint8Array[]): void {
    const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    this.#queuedBytes += length;
    this.#later(() => {
      this.#queuedBytes -= length;
      this.#events.message(fragments);
    });
  }

  /** What was sent before a goodbye still arrives; what was sent before a cut does not. */
  #close(closure: { readonly status: number; readonly reason: Sentence | null }): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const isCut = closure.status === 1006;
    this.#isOver = isCut;
    this.#defer(() => {
      this.#isOver = true;
      const status = String(closure.status);
      this.#handler?.closed(isCut ? sentence("connection-lost") : sentence("closed", { status }));
      this.#events.closed(closure);
    });
  }

  /** Calls back in order, if the connection is open now and not over by then. */
  #later(callback: () => void): void {
    if (!this.#isOpen) return;
    this.#defer(() => {
      if (!this.#isOver) callback();
    });
  }
}

function given(fragments: readonly (Uint8Array | undefined)[]): readonly Uint8Array[] {
  return fragments.filter((fragment) => fragment !== undefined);
}
