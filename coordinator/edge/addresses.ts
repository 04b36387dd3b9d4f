/**
 * @file The URLs and names under which this machine can be reached, and which peer addresses count as one for the
 * limits. Pure, except for the machine's own names and interfaces.
 */
import { isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";

import type { Certificate } from "./tls.ts";

export interface Urls {
  /** For this machine, without a token. */
  readonly url: string;
  /**
   * For people on other machines: a page that joins as a worker. The token is in the fragment, so no log contains
   * it.
   */
  readonly joinUrl: string;
  /** For the person who started the coordinator: with the admin token. */
  readonly dashboardUrl: string;
  /** For everybody who may join: it shows the run but controls nothing. */
  readonly watchUrl: string;
}

export interface UrlOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** `null` if anybody may join. */
  readonly joinToken: string | null;
  readonly adminToken: string;
  /** If set, the URLs are `https` and name a host that the certificate covers, if possible. */
  readonly certificate?: Pick<Certificate, "covers" | "names"> | undefined;
}

export function urlsOf({ host, port, joinToken, adminToken, certificate }: UrlOptions): Urls {
  const scheme = certificate === undefined ? "http" : "https";
  const far = certifiedHost(isWildcard(host) ? lanAddress() : host, certificate);
  const near = isWildcard(host) && (certificate?.covers("localhost") ?? true) ? "localhost" : far;
  const base = (name: string) => `${scheme}://${bracket(name)}:${port}`;
  return {
    url: base(near),
    joinUrl: `${base(far)}/join${fragmentOf(joinToken)}`,
    dashboardUrl: `${base(near)}/${fragmentOf(adminToken)}`,
    watchUrl: `${base(far)}/${fragmentOf(joinToken)}`,
  };
}

/** The address itself if the certificate covers it, else the first name that the certificate covers. */
function certifiedHost(host: string, certificate: UrlOptions["certificate"]): string {
  if (certificate === undefined || certificate.covers(host)) return host;
  return certificate.names[0] ?? host;
}

function fragmentOf(token: string | null): string {
  return token === null ? "" : `#token=${encodeURIComponent(token)}`;
}

export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
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

/** The first address at which other machines may reach this one; `localhost` for a machine without a network. */
function lanAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return found?.address ?? "localhost";
}
