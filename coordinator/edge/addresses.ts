/**
 * @file Under which URLs and names this machine can be reached, and which addresses of others are one to its limits. Pure,
 * but for the machine's own names and interfaces.
 */
import { isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";

import type { Certificate } from "./tls.ts";

export interface Urls {
  /** For this machine, without a token. */
  readonly url: string;
  /** For people on other machines: a page that joins as a worker. The token is in the fragment, so no log has it. */
  readonly joinUrl: string;
  /** For the person who started the coordinator: with the admin token. */
  readonly dashboardUrl: string;
  /** The same for everybody who may join: it shows the run and controls nothing. */
  readonly watchUrl: string;
}

export interface UrlOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** `null` when anybody may join. */
  readonly joinToken: string | null;
  readonly adminToken: string;
  /** With one, the URLs are `https`, and name a host that it covers where there is one. */
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

/** The address as it is if the certificate is for it, else the first name that the certificate is for. */
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

/** What a browser on this network may call this machine, in lower case: `lab-7`, and `lab-7.local` (mDNS). */
export function machineNames(name = hostname()): readonly string[] {
  const whole = name.toLowerCase().replace(/\.$/u, "");
  const short = whole.split(".", 1)[0] ?? whole;
  return [...new Set([whole, short, `${short}.local`])].filter((known) => !known.startsWith("."));
}

/**
 * The network that counts as one peer wherever something is limited by address: an IPv4 address, or the 64 bits of an IPv6
 * address that its network is known by, because every host of one can use all of its 2^64 addresses. An IPv4 address that
 * is written as an IPv6 one (`::ffff:10.0.0.1`) is itself.
 *
 * @param address - As a socket tells it; what is no address is returned as it is.
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

/** The first address that other machines may know this one by; `localhost` for a machine without a network. */
function lanAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return found?.address ?? "localhost";
}
