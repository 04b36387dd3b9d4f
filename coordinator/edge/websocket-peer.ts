/** @file Wraps a real WebSocket in the `PeerSocket` contract. */
import type { Duplex } from "node:stream";

import type { WebSocket } from "ws";

import { joined } from "../../shared/protocol/codec.ts";
import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import { quoted, reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { PeerHandler, PeerSocket } from "./peer.ts";

/** Connects a socket to its handler. `closed` is called exactly once, by the close event that `ws` always emits. */
export function attach(raw: WebSocket, handler: PeerHandler): void {
  // A result's values, which are a fragment of their own, need not be copied behind its header.
  raw.binaryType = "fragments";
  raw.on("error", (error: Error) => handler.garbage(reasonOf(error), codeOf(error)));
  raw.on("message", (data, isBinary) => {
    if (!isBinary) return handler.garbage(sentence("binary-only"));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `binaryType` says
    const fragments = data as Buffer[];
    if (fragments.length > 2) handler.message(joined(fragments));
    else handler.message(...fragments);
  });
  raw.on("ping", () => handler.ping());
  raw.on("pong", () => handler.pong());
  raw.on("close", (code, reason) => handler.closed(reasonOfClose(code, reason.toString())));
}

export class WebSocketPeer implements PeerSocket {
  readonly address: string;
  readonly #raw: WebSocket;
  readonly #stream: Duplex;

  /** @param stream - The stream that `raw` writes to. */
  constructor(raw: WebSocket, stream: Duplex, address: string) {
    this.#raw = raw;
    this.#stream = stream;
    this.address = address;
  }

  get queuedBytes(): number {
    return this.#raw.bufferedAmount;
  }

  send(head: Uint8Array, tensor?: Uint8Array): void {
    if (this.#raw.readyState !== this.#raw.OPEN) return;
    if (tensor === undefined) return this.#raw.send(head);
    // Sends both fragments in one system call: the first one alone would wake a worker that cannot use it yet.
    this.#stream.cork();
    this.#raw.send(head, { binary: true, fin: false });
    this.#raw.send(tensor, { binary: true, fin: true });
    this.#stream.uncork();
  }

  ping(): void {
    if (this.#raw.readyState === this.#raw.OPEN) this.#raw.ping();
  }

  close(status: number, reason: string): void {
    // The server's `closeTimeout` cuts the connection if the peer does not answer.
    this.#raw.close(status, reason);
  }

  terminate(): void {
    this.#raw.terminate();
  }
}

/** The code of a frame error that `ws` found; it has already closed the socket. */
function codeOf(error: Error): ProtocolErrorCode {
  const code = "code" in error ? error.code : "";
  const tooLarge =
    code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" || code === "WS_ERR_TOO_MANY_BUFFERED_PARTS";
  return tooLarge ? "ERR_TOO_LARGE" : "ERR_DECODE";
}

/** @param text - The text in the peer's close frame. */
function reasonOfClose(code: number, text: string): Sentence {
  if (code === 1006) return sentence("connection-lost");
  if (code === 1001) return sentence("went-away");
  const status = String(code);
  if (text === "") return sentence("closed", { status });
  return sentence("closed-because", { status, reason: quoted(text) });
}
