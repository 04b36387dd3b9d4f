/**
 * @file The coordinator's view of the transport: one socket to one peer. The real one (`websocket-peer.ts`) wraps
 * `ws`; the simulator's is in memory. A contract, so no code.
 */
import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import type { Sentence } from "../../shared/words/sentence.ts";

/** One connected socket. None of the methods throw. After `close` or `terminate` they do nothing. */
export interface PeerSocket {
  /** Address of the other end, for limits and messages. */
  readonly address: string;
  /** Whether the other end is in this process. */
  readonly isInside?: boolean;
  /** Bytes passed to `send` that have not left this process yet. */
  readonly queuedBytes: number;
  /** Sends one message: the head, then the tensor. The tensor is not copied and must not change while it is queued. */
  send(head: Uint8Array, tensor?: Uint8Array): void;
  /** Sends a ping; `PeerHandler.pong` reports the answer. */
  ping(): void;
  /** Closes with a reason; destroys the connection if the peer does not answer within a few seconds. */
  close(status: number, reason: string): void;
  /** Destroys the connection. */
  terminate(): void;
}

/** The events of a socket. The transport calls `closed` exactly once, and nothing after it. */
export interface PeerHandler {
  /**
   * A binary message: whole, or in the two fragments in which it was sent. They are good during the call only.
   */
  message(...fragments: readonly Uint8Array[]): void;
  /** A message that is not binary, is larger than the transport's limit, or is malformed. `ERR_DECODE` by default. */
  garbage(reason: Sentence, code?: ProtocolErrorCode): void;
  /** The peer sent a ping; the transport has answered it. */
  ping(): void;
  pong(): void;
  closed(reason: Sentence): void;
}
