/**
 * @file Downloads a dataset over HTTP with `fetch`, which Node and browsers both have. It decompresses, and
 * browsers cache the bytes for the next visit, because an address always has the same content.
 */
import { datasetBytesMax, decodeDataset } from "../shared/data/canonical.ts";
import { sha256Hex } from "../shared/data/sha256.ts";
import { tokenField } from "../shared/protocol/token-field.ts";
import { connectionReason } from "../shared/words/connection-reason.ts";
import { type Sentence, sentence, SentenceError } from "../shared/words/sentence.ts";
import type { LoadDataset } from "./platform.ts";

export interface FetchDatasetOptions {
  /** Where the coordinator is, `http://host:port` or a path there, without a trailing slash. */
  readonly httpUrl: string;
  readonly token: string;
  /** Absent: the platform's own. */
  readonly fetch?: (
    url: string,
    settings: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
  ) => Promise<Response>;
  /** Gets the canonical bytes once their hash is checked. Absent: nobody needs them. */
  readonly received?: (bytes: Uint8Array, sha256: string) => void;
  /** A faster SHA-256 in lower-case hex, if available. */
  readonly sha256?: (bytes: Uint8Array<ArrayBuffer>) => string | Promise<string>;
}

const lost = sentence("connection-lost");

/** Progress is reported in steps of this many bytes: each report is a message to a page, which redraws. */
const progressBytes = 2 ** 22;
/** The watchdog is reset in smaller steps, for slow links. */
const calmingBytes = 2 ** 16;

/** A download that receives less than 64 kB in this time is dead. */
const stalledMs = 20_000;

export function createFetchDataset({
  httpUrl,
  token,
  fetch = globalThis.fetch,
  sha256 = sha256Hex,
  received,
}: FetchDatasetOptions): LoadDataset {
  return async (path, identity, onProgress) => {
    if (!path.startsWith("/") || path.startsWith("//"))
      throw new SentenceError(sentence("dataset-address", { path }));
    const watchdog = new Watchdog();
    try {
      const response = await fetch(httpUrl + path, {
        headers: { [tokenField]: token },
        signal: watchdog.signal,
      });
      if (!response.ok)
        throw new SentenceError(sentence("dataset-answer", { status: response.status }));
      const bytes = await readAll(response, watchdog, onProgress);
      const hash = await sha256(bytes);
      const dataset = decodeDataset(bytes, identity, () => hash);
      received?.(bytes, hash);
      return dataset;
    } catch (error) {
      // That is how `fetch` and its body fail; browsers add no reason.
      if (!(error instanceof TypeError)) throw error;
      const reason = error.cause === undefined ? lost : connectionReason(error);
      throw new SentenceError(sentence("dataset-not-received", { reason }));
    } finally {
      watchdog.stop();
    }
  };
}

async function readAll(
  response: Response,
  watchdog: Watchdog,
  onProgress: (receivedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new SentenceError(sentence("dataset-without-body"));
  let bytes = new Uint8Array(sizeOf(response));
  let length = 0;
  let [toldBytes, calmedBytes] = [0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.length > datasetBytesMax) {
      const tooLarge = sentence("dataset-too-large", { bytes: datasetBytesMax });
      watchdog.abort(tooLarge);
      throw new SentenceError(tooLarge);
    }
    bytes = withRoom(bytes, length + value.length);
    bytes.set(value, length);
    length += value.length;
    if (length - calmedBytes >= calmingBytes) {
      watchdog.rest();
      calmedBytes = length;
    }
    if (length - toldBytes < progressBytes) continue;
    onProgress(length);
    toldBytes = length;
  }
  watchdog.stop();
  onProgress(length);
  return bytes.length === length ? bytes : bytes.slice(0, length);
}

/** The number of bytes to expect, if known. For a compressed response, `content-length` is too small. */
function sizeOf({ headers }: Response): number {
  const packed = headers.get("content-encoding") ?? "identity";
  const size = Number(headers.get("content-length") ?? 0);
  return packed === "identity" && size <= datasetBytesMax ? size : 0;
}

function withRoom(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes;
  const larger = new Uint8Array(Math.max(length, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}

/** Ends a download that has stalled. It is reset every few chunks, not at each one, because there are thousands. */
class Watchdog {
  readonly #aborter = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.rest();
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** Data arrived: start the full wait again. */
  rest(): void {
    clearTimeout(this.#timer);
    const reason = sentence("dataset-stalled", { seconds: stalledMs / 1000 });
    this.#timer = setTimeout(() => this.abort(reason), stalledMs);
  }

  abort(reason: Sentence): void {
    this.stop();
    this.#aborter.abort(new SentenceError(reason));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
