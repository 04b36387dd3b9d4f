/** @file What a reverse proxy changes: the path under which the pages are, and the address that a peer seems to have. Pure. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";

export interface ProxySettings {
  /** The path in front of every path of ours, `/promedio` for example; empty for none. */
  readonly basePath: string;
  /** Whether whoever connects is a proxy of the operator's, which says for whom it does. */
  readonly trustProxy: boolean;
}

/**
 * A request's address without the base path. A proxy may remove that itself, and local workers never have it, so an
 * address without it is right as well.
 */
export function withoutBase(url: string, basePath: string): string {
  if (basePath === "" || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  return rest.startsWith("/") ? rest : url;
}

/** Whether a request names the base path without its last slash, so that a page's own links would lead beside it. */
export function lacksSlash(url: string, basePath: string): boolean {
  return basePath !== "" && url.split("?", 1)[0] === basePath;
}

/**
 * The address that a request comes from. Behind a trusted proxy that is the last one in `X-Forwarded-For`: the proxy has
 * added it, and anybody may have written those before it.
 */
export function clientOf({ socket, headers }: IncomingMessage, trustProxy: boolean): string {
  const peer = addressOf(socket);
  if (!trustProxy) return peer;
  const said = String(headers["x-forwarded-for"] ?? "");
  const last = said.slice(said.lastIndexOf(",") + 1).trim();
  const bare = last.replace(/^\[|\](?::\d+)?$/gu, "");
  return isIP(bare) === 0 ? peer : bare;
}

export function addressOf(socket: Duplex): string {
  const address = "remoteAddress" in socket ? socket.remoteAddress : undefined;
  // An IPv4 peer of a socket that also listens on IPv6.
  return typeof address === "string" ? address.replace(/^::ffff:(?=[\d.]+$)/u, "") : "unknown";
}
