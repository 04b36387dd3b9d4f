/**
 * @file The transport as the coordinator sees it: one socket to one peer. The real one (`websocket-peer.ts`) wraps
 * `ws`; the simulator's lives in memory. A contract, so no code.
 */
import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";

/** One connected socket. None of these throw; after `close` or `terminate` they do nothing. */
export interface PeerSocket {
  /** Of the other end, for limits and messages. */
  readonly address: string;
  /** Bytes handed to `send` that have not left this process yet. */
  readonly queuedBytes: number;
  /** Sends one message: the head, then the tensor, which is not copied and must not change afterwards. */
  send(head: Uint8Array, tensor?: Uint8Array): void;
  /** Asks for a sign of life; answered by `PeerHandler.pong`. */
  ping(): void;
  /** Says why and closes; gives up after a few seconds if the peer does not answer. */
  close(status: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** What happens on a socket. The transport calls `closed` exactly once, after which it calls nothing. */
export interface PeerHandler {
  message(bytes: Uint8Array): void;
  /** A message that is not binary, larger than the transport's limit, or no message at all. `ERR_DECODE` by default. */
  garbage(reason: string, code?: ProtocolErrorCode): void;
  /** The peer asks for a sign of life; the transport has answered. */
  ping(): void;
  pong(): void;
  closed(reason: string): void;
}
