/**
 * @file The pages that the coordinator serves: exactly the files of the build, from memory, with security headers.
 * Every other path is left alone.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { sendBody } from "./http-body.ts";
import { acceptsGzip } from "./http-fields.ts";

/**
 * Size of one write, and one TLS record. Anybody may request pages on as many connections as there are, and read
 * nothing.
 */
const chunkBytes = 16 * 1024;
/** A smaller page fits a few packets as it is. */
const packedBytesMin = 4096;

/** The best: a file is compressed once, in some milliseconds. */
const gzipLevel = 9;

/** Path → file of the build, and its content type. */
const routes: Readonly<Record<string, readonly [file: string, contentType: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/dashboard.js": ["dashboard.js", "text/javascript; charset=utf-8"],
  "/dashboard.css": ["dashboard.css", "text/css; charset=utf-8"],
  "/learn": ["learn.html", "text/html; charset=utf-8"],
  "/learn.js": ["learn.js", "text/javascript; charset=utf-8"],
  "/learn-thread.js": ["learn-thread.js", "text/javascript; charset=utf-8"],
  "/class.js": ["class.js", "text/javascript; charset=utf-8"],
  "/learn-code.json": ["learn-code.json", "application/json"],
  "/learn.css": ["learn.css", "text/css; charset=utf-8"],
  "/join": ["join.html", "text/html; charset=utf-8"],
  "/first.js": ["first.js", "text/javascript; charset=utf-8"],
  "/join.js": ["join.js", "text/javascript; charset=utf-8"],
  "/join.css": ["join.css", "text/css; charset=utf-8"],
  "/drawing.js": ["drawing.js", "text/javascript; charset=utf-8"],
  // What `class.js` and `drawing.js` import.
  "/lesson.js": ["lesson.js", "text/javascript; charset=utf-8"],
  "/host.js": ["host.js", "text/javascript; charset=utf-8"],
  // Programs of other sites load it: `startWorker` and `predict`.
  "/library.js": ["library.js", "text/javascript; charset=utf-8"],
  // Our pages have it inside their scripts. Other workers read it, or at least its hash, here.
  "/kernel.wasm": ["../kernel.wasm", "application/wasm"],
};

/** Pages of any site may load it; what it then asks for, the coordinator allows to some only. */
const forEverybody = "/library.js";

/** The files that the build has to have made. */
export const pageFiles: readonly string[] = Object.values(routes).map(([file]) => file);

const headers = {
  // Nothing from other sites and nothing inline; only the kernel may be compiled. `data:` is for the icon.
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self' ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Revalidated every time, and answered with 304, so that a new version of the program shows at once.
  "Cache-Control": "no-cache",
};

/** Together with the embedder policy, this gives the page SharedArrayBuffer. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin" };

interface Page {
  readonly path: string;
  readonly body: Buffer;
  /** Compressed, which makes scripts a third; made when somebody first asks for it. */
  packed: Buffer | undefined;
  readonly contentType: string;
  readonly tag: string;
}

export interface Pages {
  /** Answers a request for one of the pages. Returns false for any other request, without touching it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * Reads the pages into memory.
 *
 * @param folder - The build's output: `build/pages`.
 * @throws OperatorError if a page is missing.
 */
export function createPages(folder: string): Pages {
  const pages = new Map<string, Page>();
  for (const [path, [file, contentType]] of Object.entries(routes)) {
    const body = readPage(join(folder, file));
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    pages.set(path, { path, body, packed: undefined, contentType, tag });
  }
  return {
    handle(request, response) {
      const page = pages.get(request.url?.split("?", 1)[0] ?? "");
      if (page === undefined) return false;
      answer(page, request, response);
      return true;
    },
  };
}

function readPage(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new OperatorError(sentence("page-missing", { path }), { cause });
  }
}

/**
 * Whether the browser trusts the connection of this page: over TLS, even through a proxy, or to its own machine. If
 * it does not, it ignores isolation and complains in its console.
 *
 * @see Fetch Metadata Request Headers, section 2: `Sec-Fetch-*` go to trustworthy URLs only.
 */
function isTrusted({ socket, headers: sent }: IncomingMessage): boolean {
  return "encrypted" in socket || "sec-fetch-mode" in sent;
}

function answer(page: Page, request: IncomingMessage, response: ServerResponse): void {
  const { path, contentType, tag } = page;
  const { method } = request;
  const known = request.headers["if-none-match"];
  const all = isTrusted(request) ? { ...headers, ...isolation } : headers;
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  if (path === forEverybody) response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("ETag", tag);
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
    return;
  }
  if (known !== undefined && known.includes(tag)) {
    response.writeHead(304).end();
    return;
  }
  let { body } = page;
  response.setHeader("Vary", "Accept-Encoding");
  if (body.length >= packedBytesMin && acceptsGzip(request.headers["accept-encoding"])) {
    page.packed ??= gzipSync(body, { level: gzipLevel });
    body = page.packed;
    response.setHeader("Content-Encoding", "gzip");
  }
  response.writeHead(200, { "Content-Type": contentType, "Content-Length": body.length });
  if (method === "HEAD") response.end();
  else sendBody(body, response, chunkBytes);
}
