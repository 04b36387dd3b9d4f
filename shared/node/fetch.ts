/**
 * @file `fetch` that takes the proxy of the environment. Node 20's own does not know any.
 *
 * An https address is reached through a tunnel. For an http address the proxy gets the whole request, because many
 * proxies open tunnels to port 443 only.
 */
import { type IncomingMessage, request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { sentence, SentenceError } from "../words/sentence.ts";
import { type Environment, type Proxy, proxyFor } from "./proxy.ts";
import { nameOf, refusalOf, tunnelTo } from "./tunnel.ts";

export interface FetchSettings {
  /** Without one, `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Whether a redirection is followed (the default) or an error. */
  readonly redirect?: "follow" | "error";
}

export type Fetch = (url: string, settings: FetchSettings) => Promise<Response>;

/** As many as browsers follow. */
const redirectsMax = 20;
const redirections = new Set([301, 302, 303, 307, 308]);
const withoutBody = new Set([204, 205, 304]);

/** Like `fetch`: fails with a `TypeError` whose `cause` says why, or with the signal's reason. */
export function createFetch(env: Environment): Fetch {
  return async (url, settings) => {
    let place = new URL(url);
    for (let redirects = 0; ; redirects += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each answer names the next address
      const response = await fetchOnce(place, settings, env);
      const next = response.headers.get("location");
      if (!redirections.has(response.status) || next === null) return response;
      // oxlint-disable-next-line no-await-in-loop
      await response.body?.cancel();
      if (settings.redirect === "error" || redirects === redirectsMax) {
        throw failure(new SentenceError(sentence("redirected", { url: next })));
      }
      place = new URL(next, place);
    }
  };
}

async function fetchOnce(url: URL, settings: FetchSettings, env: Environment): Promise<Response> {
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return await fetch(url, { ...settings, redirect: "manual" });
  const { signal } = settings;
  try {
    signal?.throwIfAborted();
    const incoming = await send(url, settings, proxy);
    const { statusCode: status = 0, headers } = incoming;
    // A tunnel's login has been checked when it was opened.
    if (status === 407) throw new SentenceError(refusalOf(status, nameOf(proxy), url.host));
    const body = withoutBody.has(status) ? null : bodyOf(incoming, signal);
    const fields = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    return new Response(body, { status, headers: Object.fromEntries(fields) });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : failure(error);
  }
}

function send(url: URL, settings: FetchSettings, proxy: Proxy): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, body, signal } = settings;
  const fields = { "Accept-Encoding": "gzip", ...headers };
  const options: RequestOptions = { method, ...(signal === undefined ? {} : { signal }) };
  const isTunnel = url.protocol === "https:";
  const request = isTunnel
    ? requestHttps(url, { ...options, headers: fields, createConnection: tunnelTo(url, proxy) })
    : (proxy.isSecure ? requestHttps : requestHttp)({
        ...options,
        host: proxy.host,
        port: proxy.port,
        path: `${url.origin}${url.pathname}${url.search}`,
        headers: { ...fields, Host: url.host, ...proxy.headers },
        agent: false,
      });
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    request.end(body);
  });
}

/** The body as a stream for `Response`, unpacked like that of `fetch`. */
function bodyOf(incoming: IncomingMessage, signal: AbortSignal | undefined): ReadableStream {
  const isPacked = incoming.headers["content-encoding"] === "gzip";
  // Errors come out of the stream that is read.
  const unpacked = isPacked ? pipeline(incoming, createGunzip(), () => {}) : incoming;
  const chunks = async function* () {
    try {
      yield* unpacked;
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : failure(error);
    }
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same class, with two types
  return Readable.toWeb(Readable.from(chunks())) as ReadableStream;
}

function failure(cause: unknown): TypeError {
  return new TypeError("fetch failed", { cause });
}
