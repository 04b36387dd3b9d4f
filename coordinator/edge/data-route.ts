/**
 * @file Datasets over HTTP, by their hash: `/data/<sha256>`. The bytes at an address never change, so clients can
 * cache them forever. What a hash belongs to, and who may know it, is decided elsewhere.
 *
 * @see RFC 9110, sections 8.8.3 (ETag), 12.5.3 (Accept-Encoding), 13 (conditional requests) and 14 (ranges).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { assert } from "../../shared/assert.ts";
import { isLoopback } from "./addresses.ts";
import { sendBody, sendText } from "./http-body.ts";
import { acceptsGzip, namesTag, parseRange } from "./http-fields.ts";

const prefix = "/data/";
/**
 * One write: a few times a socket's buffer, so that the loop is idle between two writes; small compared with the
 * dataset.
 */
const chunkBytes = 256 * 1024;

export interface DataRoute {
  /**
   * Serves bytes from now on, and compressed once that form is ready.
   *
   * @param sha256 - Hash of the bytes, lower-case hex.
   * @returns When the compressed form is ready. Compression does not block the event loop.
   */
  add(bytes: Uint8Array, sha256: string): Promise<void>;

  /** Answers a request whose path begins with `/data/`. Returns false for any other request, without touching it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** The two forms of one dataset. Each has its own strong tag, because their bytes differ. */
interface Blob {
  readonly identity: Encoded;
  gzip: Encoded | undefined;
}

interface Encoded {
  readonly encoding: "gzip" | "identity";
  readonly bytes: Uint8Array;
  readonly tag: string;
}

/**
 * @param isNear - Whether a request comes from where bytes cost nothing but unpacking does: by default, from this
 *   machine itself.
 */
export function createDataRoute(isNear = comesFromThisMachine): DataRoute {
  const blobs = new Map<string, Blob>();
  return {
    async add(bytes, sha256) {
      assert(/^[0-9a-f]{64}$/u.test(sha256), `a SHA-256 in hex, got ${sha256}`);
      if (blobs.has(sha256)) return;
      const blob: Blob = {
        identity: { encoding: "identity", bytes, tag: `"${sha256}"` },
        gzip: undefined,
      };
      blobs.set(sha256, blob);
      const compressed = await gzipAsync(bytes, { chunkSize: chunkBytes });
      if (compressed.length < bytes.length) {
        blob.gzip = { encoding: "gzip", bytes: compressed, tag: `"${sha256}-gzip"` };
      }
    },

    handle(request, response) {
      const path = request.url?.split("?", 1)[0] ?? "";
      if (!path.startsWith(prefix)) return false;
      response.setHeader("X-Content-Type-Options", "nosniff");
      const blob = blobs.get(path.slice(prefix.length));
      if (blob === undefined) sendText(response, 404, "no such dataset");
      else answer(blob, request, response, isNear(request));
      return true;
    },
  };
}

const gzipAsync = promisify<Uint8Array, { chunkSize: number }, Buffer>(gzip);

/** A proxy on this machine that forwards for a client is not the final destination. */
function comesFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = ["forwarded", "via", "x-forwarded-for"].some((field) => field in headers);
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/u, "");
  return !isForwarded && isLoopback(address);
}

function answer(
  blob: Blob,
  request: IncomingMessage,
  response: ServerResponse,
  isNear: boolean,
): void {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return sendText(response, 405, "only GET and HEAD");
  }
  const wantsRange = method === "GET" && headers.range !== undefined;
  const mayCompress = !wantsRange && !isNear && acceptsGzip(headers["accept-encoding"]);
  const compressed = mayCompress ? blob.gzip : undefined;
  const encoded = compressed ?? blob.identity;
  response.setHeader("ETag", encoded.tag);
  response.setHeader("Cache-Control", "private, max-age=31536000, immutable");
  response.setHeader("Vary", "Accept-Encoding, Origin");
  response.setHeader("Accept-Ranges", "bytes");
  if (namesTag(headers["if-none-match"], encoded.tag)) {
    response.writeHead(304).end();
    return;
  }
  send(encoded, request, response);
}

function send(
  { encoding, bytes, tag }: Encoded,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method, headers } = request;
  const ifRange = headers["if-range"];
  const conditionHolds = ifRange === undefined || ifRange === tag;
  const range =
    method === "GET" && conditionHolds ? parseRange(headers.range, bytes.length) : undefined;
  if (range === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${bytes.length}`);
    return sendText(response, 416, "no such range");
  }
  if (range !== undefined) {
    response.setHeader("Content-Range", `bytes ${range.start}-${range.end - 1}/${bytes.length}`);
  }
  const body = range === undefined ? bytes : bytes.subarray(range.start, range.end);
  if (encoding === "gzip") response.setHeader("Content-Encoding", "gzip");
  response.writeHead(range === undefined ? 200 : 206, {
    "Content-Type": "application/octet-stream",
    "Content-Length": body.length,
  });
  if (method === "HEAD") response.end();
  else sendBody(body, response, chunkBytes);
}
