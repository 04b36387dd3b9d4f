/**
 * @file Datasets over HTTP, by their hash: `/data/<sha256>`. The bytes at an address never change, so clients can
 * cache them forever. What a hash belongs to, and who may know it, is decided elsewhere.
 *
 * @see RFC 9110, sections 8.8.3 (ETag), 12.5.3 (Accept-Encoding), 13 (conditional requests) and 14 (ranges).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gzip as pack } from "node:zlib";

import { assert, known } from "../../shared/assert.ts";
import { isLoopback } from "./addresses.ts";
import { chunksOf, sendBody, sendChunks, sendText } from "./http-body.ts";
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
   * @param source.bytes - Asked for only if they are not here yet.
   * @param source.shelve - Called with the compressed form when nobody has asked for the other for a while. From then on only
   *   the compressed one is in memory. Absent: both stay.
   * @param sha256 - Hash of the bytes, lower-case hex.
   * @returns When the compressed form is ready. Compression does not block the event loop.
   */
  add(
    source: { readonly bytes: Uint8Array; readonly shelve?: (packed: Uint8Array) => void },
    sha256: string,
  ): Promise<void>;

  /** Answers a request whose path begins with `/data/`. Returns false for any other request, without touching it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** The two forms of one dataset. Each has its own strong tag, because their bytes differ. */
interface Blob {
  readonly identity: Encoded;
  gzip: Encoded | undefined;
  /** Called whenever the identity form is asked for. */
  readonly used: (response: ServerResponse) => void;
}

interface Encoded {
  readonly encoding: "gzip" | "identity";
  readonly length: number;
  /** `undefined`: it has to be unpacked from the other form. */
  bytes: Uint8Array | undefined;
  readonly tag: string;
}

/** Local workers, who get the identity form, ask for it in the first second. */
const shelvedAfterMs = 2_000;

/**
 * @param isNear - Whether a request comes from where bytes cost nothing but unpacking does: by default, from this
 *   machine itself.
 * @param quietMs - How long the identity form stays after it was last asked for.
 */
export function createDataRoute(
  isNear = comesFromThisMachine,
  quietMs = shelvedAfterMs,
): DataRoute {
  const blobs = new Map<string, Blob>();
  return {
    async add(source, sha256) {
      assert(/^[0-9a-f]{64}$/u.test(sha256), `a SHA-256 in hex, got ${sha256}`);
      if (blobs.has(sha256)) return;
      const { bytes } = source;
      const tag = `"${sha256}"`;
      const identity: Encoded = { encoding: "identity", bytes, length: bytes.length, tag };
      const use = new Use(quietMs, () => shelve(blob, source.shelve));
      const blob: Blob = { identity, gzip: undefined, used: (response) => use.by(response) };
      blobs.set(sha256, blob);
      const packed = await gzipAsync(bytes, { chunkSize: chunkBytes });
      if (packed.length >= bytes.length) return;
      const { length } = packed;
      blob.gzip = { encoding: "gzip", bytes: packed, length, tag: `"${sha256}-gzip"` };
      use.begin();
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

function shelve({ identity, gzip }: Blob, letGo?: (packed: Uint8Array) => void): void {
  if (letGo === undefined || gzip?.bytes === undefined || identity.bytes === undefined) return;
  identity.bytes = undefined;
  letGo(gzip.bytes);
}

/** Calls back once, when nothing has been in use for a while. */
class Use {
  readonly #quietMs: number;
  readonly #over: () => void;
  #count = 0;
  #hasBegun = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(quietMs: number, over: () => void) {
    this.#quietMs = quietMs;
    this.#over = over;
  }

  /** From now on it may be over. */
  begin(): void {
    this.#hasBegun = true;
    this.#wait();
  }

  /** In use until the response is closed. */
  by(response: ServerResponse): void {
    this.#count += 1;
    clearTimeout(this.#timer);
    response.once("close", () => {
      this.#count -= 1;
      this.#wait();
    });
  }

  #wait(): void {
    if (!this.#hasBegun || this.#count > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#over, this.#quietMs).unref();
  }
}

const gzipAsync = promisify<Uint8Array, { chunkSize: number }, Buffer>(pack);

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
  const isCheaper = !isNear || blob.identity.bytes === undefined;
  const mayCompress = !wantsRange && isCheaper && acceptsGzip(headers["accept-encoding"]);
  const compressed = mayCompress ? blob.gzip : undefined;
  const encoded = compressed ?? blob.identity;
  if (encoded === blob.identity) blob.used(response);
  response.setHeader("ETag", encoded.tag);
  response.setHeader("Cache-Control", "private, max-age=31536000, immutable");
  response.setHeader("Vary", "Accept-Encoding, Origin");
  response.setHeader("Accept-Ranges", "bytes");
  if (namesTag(headers["if-none-match"], encoded.tag)) {
    response.writeHead(304).end();
    return;
  }
  send(encoded, blob.gzip, request, response);
}

function send(
  { encoding, bytes, length, tag }: Encoded,
  packed: Encoded | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method, headers } = request;
  const ifRange = headers["if-range"];
  const conditionHolds = ifRange === undefined || ifRange === tag;
  const range = method === "GET" && conditionHolds ? parseRange(headers.range, length) : undefined;
  if (range === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${length}`);
    return sendText(response, 416, "no such range");
  }
  if (range !== undefined) {
    response.setHeader("Content-Range", `bytes ${range.start}-${range.end - 1}/${length}`);
  }
  const { start, end } = range ?? { start: 0, end: length };
  if (encoding === "gzip") response.setHeader("Content-Encoding", "gzip");
  response.writeHead(range === undefined ? 200 : 206, {
    "Content-Type": "application/octet-stream",
    "Content-Length": end - start,
  });
  if (method === "HEAD") response.end();
  else if (bytes !== undefined) sendBody(bytes.subarray(start, end), response, chunkBytes);
  else sendChunks(unpacked(known(packed?.bytes, "one of the forms"), { start, end }), response);
}

/** A part of what was packed. Everything before it is unpacked too, which takes a quarter of a second for 55 MB. */
async function* unpacked(
  packed: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunksOf(packed, chunkBytes), { highWaterMark: 1 });
  let at = 0;
  for await (const chunk of source.pipe(createGunzip({ chunkSize: chunkBytes }))) {
    const piece: Uint8Array = chunk;
    const [from, to] = [Math.max(0, start - at), Math.min(piece.length, end - at)];
    at += piece.length;
    if (from < to) yield piece.subarray(from, to);
    if (at >= end) return;
  }
}
