/** @file The bytes of a file piece by piece, unpacked if they are gzip, with a line for the operator now and then. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { OperatorError } from "../../../../shared/operator-error.ts";
import { sentence, SentenceError } from "../../../../shared/words/sentence.ts";
import { systemReason } from "../../../../shared/words/system-reason.ts";
import type { LoadOptions } from "../../loader.ts";

/** Smaller files are read before anybody wonders. */
const progressBytesMin = 2 ** 25;
/** Lines per pass over a file. */
const progressParts = 10;

export type ReadOptions = Pick<LoadOptions, "disk" | "progress">;

/**
 * Reads a file from beginning to end. Whether it is packed is recognised by its bytes.
 *
 * @throws OperatorError if it can't be read or unpacked.
 */
export async function* unpackedBytes(
  path: string,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  try {
    const packed = chunksWithProgress(path, options);
    const first = await packed.next();
    if (first.done) return;
    const chunks = startingWith(first.value, packed);
    if (isGzip(first.value)) yield* unpacked(chunks);
    else yield* chunks;
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = systemReason(error);
    throw new OperatorError(sentence("table-unreadable", { path, reason }));
  }
}

function unpacked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  // Errors of either reach the reader of the second.
  pipeline(Readable.from(chunks), gunzip, () => undefined);
  return gunzip;
}

/** @see RFC 1952, section 2.3.1, ID1 and ID2. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* chunksWithProgress(
  path: string,
  { disk, progress }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const entry = await disk.stat(path);
  // A pipe could be read only once, and a device may never end.
  if (entry !== undefined && entry.kind !== "file") throw new SentenceError(sentence("is-no-file"));
  const sizeBytes = entry?.sizeBytes ?? 0;
  let read = 0;
  let parts = 0;
  for await (const chunk of disk.chunks(path)) {
    yield chunk;
    read += chunk.length;
    const done = Math.floor((progressParts * read) / sizeBytes);
    if (sizeBytes < progressBytesMin || done <= parts) continue;
    parts = done;
    const percent = Math.round((100 * read) / sizeBytes);
    progress(sentence("reading-table", { path, percent, megabytes: Math.round(sizeBytes / 1e6) }));
  }
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
