/** @file Under which URLs this machine can be reached by others. Pure, but for the list of interfaces. */
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

export interface Urls {
  /** For this machine. */
  readonly url: string;
  /** For people on other machines: a page that joins as a worker. The token is in the fragment, so no log has it. */
  readonly joinUrl: string;
  readonly dashboardUrl: string;
}

/**
 * @param host - The address that the server listens on.
 * @param joinToken - `null` when anybody may join.
 */
export function urlsOf(host: string, port: number, joinToken: string | null): Urls {
  const fragment = joinToken === null ? "" : `#token=${encodeURIComponent(joinToken)}`;
  const local = `http://${bracket(isWildcard(host) ? "localhost" : host)}:${port}`;
  const reachable = `http://${bracket(isWildcard(host) ? lanAddress() : host)}:${port}`;
  return {
    url: local,
    joinUrl: `${reachable}/join${fragment}`,
    dashboardUrl: `${local}/${fragment}`,
  };
}

export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
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
