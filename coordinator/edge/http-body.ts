/**
 * @file The body of an HTTP response, written only as fast as the client reads. A client that reads nothing keeps
 * one chunk in memory. Over TLS this also matters for bodies that all responses share, because every write is
 * encrypted into a new copy.
 */
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";

/** Sends one line of text, as for a refusal. No cache keeps it. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/** @param chunkBytes - Size of one write. */
export function sendBody(body: Uint8Array, response: ServerResponse, chunkBytes: number): void {
  sendChunks(chunksOf(body, chunkBytes), response);
}

/** @param chunks - Each is asked for when the one before it is on its way. */
export function sendChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  response: ServerResponse,
): void {
  // Node's pipeline alone adds eight listeners to `close`. With those of our limits they are more than ten, the number at
  // which Node prints a warning about a leak. All of them go with the response.
  response.setMaxListeners(0);
  pipeline(Readable.from(chunks, { highWaterMark: 1 }), response, () => {
    // Sent, or the client left. In both cases there is nothing more to do.
  });
}

export function* chunksOf(body: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let start = 0; start < body.length; start += chunkBytes) {
    yield body.subarray(start, start + chunkBytes);
  }
}
