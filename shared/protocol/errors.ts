/**
 * @file Everything that can be wrong with a peer, as stable codes. Each code has a WebSocket close status, so that
 * a browser page, which sees only the status, can say what happened. Documented in `README.md` beside this file.
 */
import { type Sentence, SentenceError } from "../words/sentence.ts";

/** Code → close status. Statuses 4000–4999 are the application's (RFC 6455 §7.4.2). */
export const closeStatus = {
  /** The bytes are not a header followed by at most one bin. */
  ERR_DECODE: 4400,
  /** The join token is missing or wrong. */
  ERR_TOKEN: 4401,
  /** The page has another origin, or the request names another host. */
  ERR_ORIGIN: 4403,
  /** The peer may not send this message now. */
  ERR_STATE: 4405,
  /** `hello` did not arrive in time, or nothing arrived for too long. */
  ERR_TIMEOUT: 4408,
  /** The same session connected again; this socket is the older one. */
  ERR_REPLACED: 4409,
  /** Larger than the limit for this message. */
  ERR_TOO_LARGE: 4413,
  /** Decoded, but a field is missing, unknown, of the wrong type or out of range. */
  ERR_HEADER: 4422,
  /** A tensor on a message that has none, or a missing tensor. A wrong length is an offence. */
  ERR_SHAPE: 4423,
  /** The kernel differs, or computes wrong bits. */
  ERR_KERNEL: 4424,
  /** The peer speaks another version of the protocol. */
  ERR_VERSION: 4426,
  /** Too many results that were not finite, or for blocks that were not requested. */
  ERR_OFFENCES: 4429,
  /** More messages per second than any worker has reason to send. */
  ERR_RATE: 4430,
  /** A result that differs from the recomputed one. */
  ERR_MISMATCH: 4451,
  /** No place left: too many connections in total or from one address. */
  ERR_FULL: 4503,
} as const;

export type ProtocolErrorCode = keyof typeof closeStatus;

/** A peer broke the protocol. Caught once, at the edge, which closes that one socket (invariant 5). */
export class ProtocolError extends SentenceError {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, said: Sentence, options?: ErrorOptions) {
    super(said, options);
    this.code = code;
  }
}
