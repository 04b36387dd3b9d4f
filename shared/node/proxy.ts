/**
 * @file Which proxy a connection takes, from the variables that other programs read: `HTTP_PROXY`, `HTTPS_PROXY` and
 * `NO_PROXY`, also in lower case. Pure; nothing connects here.
 *
 * @see https://everything.curl.dev/usingcurl/proxies/env.html
 */
import { BlockList, isIP } from "node:net";

import { OperatorError } from "../operator-error.ts";
import { sentence } from "../words/sentence.ts";

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Whether it is spoken to over TLS. */
  readonly isSecure: boolean;
  /** Header fields that it wants: the login, if the variable has one. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** In `NO_PROXY`: loopback addresses take the proxy as well. Chromium's spelling. */
const loopbackToo = "<-loopback>";

/**
 * The proxy on the way to an address; `undefined` if there is none. `ws:` counts as `http:`, `wss:` as `https:`.
 * Loopback addresses have none unless `NO_PROXY` contains `<-loopback>`.
 *
 * @throws OperatorError if the variable is not the address of an http or https proxy. The message leaves its login out.
 */
export function proxyFor(url: URL, env: Environment): Proxy | undefined {
  const isSecure = url.protocol === "https:" || url.protocol === "wss:";
  const [name, text] = variable(isSecure ? "https_proxy" : "http_proxy", env);
  if (text === "" || isExcepted(url, variable("no_proxy", env)[1])) return undefined;
  return readProxy(name, text);
}

/** Lower case goes first, as in curl. */
function variable(name: string, env: Environment): readonly [name: string, text: string] {
  const upper = name.toUpperCase();
  const text = env[name]?.trim() ?? "";
  return text === "" ? [upper, env[upper]?.trim() ?? ""] : [name, text];
}

function readProxy(name: string, text: string): Proxy {
  const whole = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol)) {
    throw new OperatorError(sentence("proxy-variable-wrong", { name }));
  }
  const isSecure = url.protocol === "https:";
  const { username, password } = url;
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  return {
    host: bare(url.hostname),
    port: Number(url.port || (isSecure ? 443 : 80)),
    isSecure,
    headers: username === "" ? {} : { "Proxy-Authorization": `Basic ${login}` },
  };
}

/** A `%` that escapes nothing is one of the password's own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether `NO_PROXY`, or its absence, sends this address on the direct way. */
function isExcepted(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/u)
    .filter((entry) => entry !== "");
  if (isLoopback(host)) return !entries.includes(loopbackToo);
  const port = url.port || (/^(?:https|wss):$/u.test(url.protocol) ? "443" : "80");
  return entries.some((entry) => covers(entry, { host, port }));
}

/**
 * Whether an entry covers a host: `*`, `example.org` and `.example.org` (its subdomains too), `*.example.org`,
 * an IP address, a range like `10.0.0.0/8`, each but the last with `:port` if only that port is meant.
 */
function covers(entry: string, { host, port }: { host: string; port: string }): boolean {
  if (entry === "*") return true;
  const range = /^(?<network>[\da-f.:]+)\/(?<bits>\d{1,3})$/u.exec(entry)?.groups;
  if (range !== undefined) return isInRange(host, range["network"] ?? "", Number(range["bits"]));
  if (isIP(bare(entry)) !== 0) return sameAddress(bare(entry), host);
  const [, name = "", onlyPort = port] = /^(.*?)(?::(\d+))?$/u.exec(entry) ?? [];
  if (onlyPort !== port) return false;
  if (isIP(bare(name)) !== 0) return sameAddress(bare(name), host);
  const domain = name.replace(/^\*?\.+/u, "").replace(/\.$/u, "");
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(host: string, network: string, bits: number): boolean {
  const kinds = [isIP(host), isIP(network)];
  const most = kinds[1] === 4 ? 32 : 128;
  if (kinds[0] === 0 || kinds[0] !== kinds[1] || bits > most) return false;
  const kind = kinds[0] === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(network, bits, kind);
  return range.check(host, kind);
}

/** IPv6 has several spellings of one address. */
function sameAddress(one: string, other: string): boolean {
  return isInRange(other, one, isIP(one) === 4 ? 32 : 128);
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    isInRange(host, "127.0.0.0", 8) ||
    sameAddress("::1", host)
  );
}

/** A host's name without the brackets of IPv6 and the dot that ends a full name. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/gu, "").replace(/\.$/u, "");
}
