/**
 * @file Gets a dataset over HTTP with `fetch`, which Node and browsers both have: they decompress, and browsers keep the
 * bytes for the next visit, since an address stands for one content.
 */
import { datasetBytesMax, decodeDataset } from "../shared/data/canonical.ts";
import { sha256Hex } from "../shared/data/sha256.ts";
import type { LoadDataset } from "./platform.ts";

export interface FetchDatasetOptions {
  /** `http://host:port`, without a slash at its end. */
  readonly httpUrl: string;
  readonly token: string;
  /** A faster SHA-256, in lower-case hex, where there is one. */
  readonly sha256?: (bytes: Uint8Array<ArrayBuffer>) => string | Promise<string>;
}

/** A download that gets no byte for this long has died. */
const stalledMs = 20_000;

export function createFetchDataset({
  httpUrl,
  token,
  sha256 = sha256Hex,
}: FetchDatasetOptions): LoadDataset {
  return async (path, identity, onProgress) => {
    if (!path.startsWith("/") || path.startsWith("//")) throw new Error(`no dataset at ${path}`);
    const aborter = new AbortController();
    const response = await orStalled(
      fetch(httpUrl + path, {
        headers: { authorization: `Bearer ${token}` },
        signal: aborter.signal,
      }),
      aborter,
    );
    if (!response.ok) throw new Error(`the dataset's address answered ${response.status}`);
    const bytes = await readAll(response, aborter, onProgress);
    const hash = await sha256(bytes);
    return decodeDataset(bytes, identity, () => hash);
  };
}

async function readAll(
  response: Response,
  aborter: AbortController,
  onProgress: (receivedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("the dataset's address answered without a body");
  for (;;) {
    const { done, value } = await orStalled(reader.read(), aborter);
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > datasetBytesMax) {
      aborter.abort();
      throw new Error(`the dataset is larger than ${datasetBytesMax} bytes`);
    }
    onProgress(length);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The same promise, or a rejection when it takes too long. */
async function orStalled<T>(promise: Promise<T>, aborter: AbortController): Promise<T> {
  const error = new Error(`the dataset's download stalled for ${stalledMs / 1000} s`);
  const timer = setTimeout(() => aborter.abort(error), stalledMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
