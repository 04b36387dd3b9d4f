/**
 * @file The URLs and names under which this machine can be reached, and which addresses of peers count as one for the
 * limits. Pure, except for the machine's own name.
 */
import { isIPv6 } from "node:net";
import { hostname } from "node:os";

import type { Certificate } from "./tls.ts";

export interface Urls {
  /** For this machine, without a token. */
  readonly url: string;
  /**
   * For people on other machines: a page that joins as a worker. The token is in the fragment, so no log contains
   * it.
   */
  readonly joinUrl: string;
  /** The same page under this machine's other addresses, the most likely ones first. */
  readonly otherJoinUrls: readonly string[];
  /** For the person who started the coordinator: with the admin token. */
  readonly dashboardUrl: string;
  /** The dashboard for everybody who may join: it shows the run but controls nothing. */
  readonly watchUrl: string;
}

export interface UrlOptions {
  /** The address that the server was configured to listen on. */
  readonly host: string;
  readonly port: number;
  /** This machine's addresses, the one that others can most likely reach first (`machineAddresses`). */
  readonly addresses: readonly string[];
  /** `null` if anybody may join. */
  readonly joinToken: string | null;
  readonly adminToken: string;
  /** If set, the URLs are `https` and name a host that the certificate covers, if possible. */
  readonly certificate?: Pick<Certificate, "covers" | "names"> | undefined;
  /** Where others reach this server, if the operator knows better: `https://train.example.org`, without a path. */
  readonly publicUrl?: string | undefined;
  /** The path of everything on this machine's own addresses, `/training`; absent: none. */
  readonly basePath?: string;
}

/** At most this many other join URLs are offered: more would be a list that nobody reads. */
const otherUrlsMax = 5;

export function urlsOf(options: UrlOptions): Urls {
  const { host, port, addresses, joinToken, adminToken, certificate, publicUrl } = options;
  const { basePath = "" } = options;
  const scheme = certificate === undefined ? "http" : "https";
  const base = (name: string) => `${scheme}://${bracket(name)}:${port}${basePath}`;
  const near = nearHost(options);
  const reachable = isWildcard(host) ? addresses : [host];
  const certified = reachable.map((address) => certifiedHost(address, certificate));
  const bases = [...(publicUrl === undefined ? [] : [publicUrl]), ...certified.map(base)];
  const joinUrls = [...new Set(bases)].map((url) => `${url}/join${fragmentOf(joinToken)}`);
  return {
    url: base(near),
    joinUrl: joinUrls[0] ?? `${base(near)}/join${fragmentOf(joinToken)}`,
    otherJoinUrls: joinUrls.slice(1, 1 + otherUrlsMax),
    dashboardUrl: `${base(near)}/${fragmentOf(adminToken)}`,
    watchUrl: `${bases[0] ?? base(near)}/${fragmentOf(joinToken)}`,
  };
}

/**
 * The host for this machine's own browser. On a wildcard address that is the loopback address of the same family:
 * `localhost` may resolve to the other family first, where another program may listen on the same port. A
 * certificate rarely covers an address, so with a certificate a name that it covers is preferred.
 */
function nearHost({ host, certificate }: UrlOptions): string {
  if (!isWildcard(host)) return certifiedHost(host, certificate);
  const near = loopbackOf(host);
  if (certificate === undefined || certificate.covers(near)) return near;
  return certificate.covers("localhost") ? "localhost" : certifiedHost(near, certificate);
}

/** The host for a process on this machine, if a server listens on this address. */
export function loopbackOf(host: string): string {
  if (!isWildcard(host)) return host;
  return host.includes(":") ? "::1" : "127.0.0.1";
}

/** `http://host:port`, with the brackets of an IPv6 address. */
export function httpUrlOf(host: string, port: number): string {
  return `http://${bracket(host)}:${port}`;
}

/** The address itself if the certificate covers it, else the first name that it covers. */
function certifiedHost(host: string, certificate: UrlOptions["certificate"]): string {
  if (certificate === undefined || certificate.covers(host)) return host;
  return certificate.names[0] ?? host;
}

function fragmentOf(token: string | null): string {
  return token === null ? "" : `#token=${encodeURIComponent(token)}`;
}

/** Whether a server on this address listens on every interface, in any spelling: `0.0.0.0`, `0`, `::`, `0:0::0`. */
export function isWildcard(host: string): boolean {
  if (isIPv6(host)) return /^(?:0,){7}0$|^0,0,0,0,0,65535,0,0$/u.test(groupsOf(host).join());
  return /^(?:0+|0x0+)(?:\.(?:0+|0x0+)){0,3}$/iu.test(host);
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** Names that a browser on this network may use for this machine, in lower case: `lab-7`, and `lab-7.local` (mDNS). */
export function machineNames(name = hostname()): readonly string[] {
  const whole = name.toLowerCase().replace(/\.$/u, "");
  const short = whole.split(".", 1)[0] ?? whole;
  return [...new Set([whole, short, `${short}.local`])].filter((known) => !known.startsWith("."));
}

/**
 * The subnet that counts as one peer wherever a limit is per address: an IPv4 address, or the first 64 bits of an
 * IPv6 address, because a host of such a subnet can use all of its 2^64 addresses. An IPv4 address written as IPv6
 * (`::ffff:10.0.0.1`) counts as the IPv4 address.
 *
 * @param address - As the socket reports it. Text that is not an address is returned unchanged.
 * @returns `10.0.0.1`, or `2001:db8:0:7::/64`: equal for two spellings of one address.
 */
export function subnetOf(address: string): string {
  const bare = address.split("%", 1)[0] ?? address;
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  if (groups.slice(0, 6).join() === "0,0,0,0,0,65535") {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join(".");
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight groups of 16 bits of a valid IPv6 address without a zone. */
function groupsOf(address: string): number[] {
  const [first = "", last] = address.split("::");
  const head = groupsIn(first);
  const tail = last === undefined ? [] : groupsIn(last);
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** The groups of one side of `::`. The last two may be written as an IPv4 address. */
function groupsIn(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function bracket(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
