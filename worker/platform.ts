import type { DatasetIdentity } from "../shared/data/canonical.ts";
/**
 * @file What a worker needs from the machine it runs on: a socket, a clock, a download. Contracts only. Node and
 * browsers implement them in their folders, the simulator in memory.
 */
import type { Dataset } from "../shared/data/dataset.ts";

/** Monotonic time. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls back once, after `delayMs`; the returned function takes it back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** One WebSocket to the coordinator, from before it is open until it is closed. */
export interface Transport {
  /**
   * Whether `TransportEvents.alive` tells of the coordinator's pings. Browsers answer pings without a word to the page.
   */
  readonly seesPings: boolean;
  /**
   * Whether all that was sent has left this process, so that the bytes of earlier messages may be used again. Always so where
   * sending copies.
   */
  readonly isDrained: boolean;
  /** Sends one binary message, which must not change until `isDrained`. Does nothing unless the socket is open. */
  send(message: Uint8Array): void;
  /** Starts the closing handshake; `status` is 1000 or in 3000…4999. Does nothing the second time. */
  close(status: number, reason: string): void;
}

/** What happens on a socket. */
export interface TransportEvents {
  opened(): void;
  /** A binary message, whole or in the fragments in which it came; the bytes are the receiver's. */
  message(fragments: readonly Uint8Array[]): void;
  /** A ping came. */
  alive(): void;
  /** The socket is closed or could not be opened. Comes exactly once, last. */
  closed(closure: Closure): void;
}

export interface Closure {
  /** WebSocket close status; 1006 when there was no goodbye. */
  readonly status: number;
  /** The close frame's, or what went wrong; may be empty. */
  readonly reason: string;
}

/** Opens a new socket to the coordinator's `/worker`. Its events come after this has returned. */
export type Connect = (events: TransportEvents) => Transport;

/**
 * Downloads a dataset, checks its SHA-256 and decodes it.
 *
 * @param path - Where it lies on the coordinator's HTTP server, with a leading slash.
 * @param onProgress - Called now and then with the bytes that came so far, decompressed.
 */
export type LoadDataset = (
  path: string,
  identity: DatasetIdentity,
  onProgress: (receivedBytes: number) => void,
) => Promise<Dataset>;
