/**
 * @file The body of an HTTP answer, written as fast as the client reads, and no faster: what waits in memory for who
 * reads nothing is a chunk. Over TLS that matters for what is shared by all answers too: what is written is encrypted at
 * once, each time into a copy of its own.
 */
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";

/** @param chunkBytes - Of one write. */
export function sendBody(body: Uint8Array, response: ServerResponse, chunkBytes: number): void {
  pipeline(Readable.from(chunksOf(body, chunkBytes), { highWaterMark: 1 }), response, () => {
    // Sent, or the client left: either way there is nothing more to do.
  });
}

function* chunksOf(body: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let start = 0; start < body.length; start += chunkBytes) {
    yield body.subarray(start, start + chunkBytes);
  }
}
