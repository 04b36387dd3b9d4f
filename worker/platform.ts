/**
 * @file What a worker needs from its machine: a socket, a clock, a download. Contracts only. Node and browsers
 * implement them in their folders, the simulator in memory.
 */
import type { DatasetIdentity } from "../shared/data/canonical.ts";
import type { Dataset } from "../shared/data/dataset.ts";
import type { Sentence } from "../shared/words/sentence.ts";

/** Monotonic time. */
export interface Clock {
  /** Milliseconds since some fixed time. */
  now(): number;
  /** Calls back once, after `delayMs`; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** One WebSocket to the coordinator, from before it is open until it is closed. */
export interface Transport {
  /**
   * Whether `TransportEvents.alive` reports the coordinator's pings. Browsers answer pings without notifying the
   * page.
   */
  readonly seesPings: boolean;
  /**
   * Sends one binary message: the head, then the tensor. Does nothing unless the socket is open.
   *
   * @param tensor - Read during the call only; absent: the message has none.
   */
  send(head: Uint8Array, tensor?: Uint8Array): void;
  /** Starts the closing handshake; `status` is 1000 or in 3000…4999. A second call does nothing. */
  close(status: number, reason: string): void;
}

/** What happens on a socket. */
export interface TransportEvents {
  opened(): void;
  /**
   * A binary message, whole or in the fragments in which it arrived. The receiver owns the bytes of a socket; those of a
   * connection in memory are good during the call only.
   */
  message(fragments: readonly Uint8Array[]): void;
  /** A ping arrived. */
  alive(): void;
  /** The socket was closed or could not be opened. Called exactly once, as the last event. */
  closed(closure: Closure): void;
}

export interface Closure {
  /** WebSocket close status; 1006 if there was no closing handshake. */
  readonly status: number;
  /** What the other side or the system said about it; `null` if nothing. */
  readonly reason: Sentence | null;
}

/** Opens a new socket to the coordinator's `/worker`. Its events fire after this function has returned. */
export type Connect = (events: TransportEvents) => Transport;

/**
 * Downloads a dataset, checks its SHA-256 and decodes it.
 *
 * @param path - The path on the coordinator's HTTP server, with a leading slash.
 * @param onProgress - Called now and then with the number of bytes received so far, decompressed.
 */
export type LoadDataset = (
  path: string,
  identity: DatasetIdentity,
  onProgress: (receivedBytes: number) => void,
) => Promise<Dataset>;
