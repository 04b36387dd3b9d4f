/**
 * @file Access control: the role that a token proves, and the hosts and origins that a request may name. Decisions
 * only; the server acts on them.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

import { tokenField } from "../../shared/protocol/token-field.ts";
import type { FormerTokens } from "../run/handover.ts";

/** A viewer computes, watches and downloads the dataset. An operator may also control the run. */
export type Role = "operator" | "viewer";

export interface AccessOptions {
  /** `null`: everybody is a viewer. */
  readonly joinToken: string | null;
  readonly adminToken: string;
  /** Tokens of earlier processes, which still prove their roles; absent for none. */
  readonly former?: FormerTokens | undefined;
  /** Names of this machine besides its addresses. Lower case. */
  readonly hosts: readonly string[];
  /** Origins of other sites whose pages may connect, such as `https://train.example.org`. */
  readonly origins: readonly string[];
  /** Names that only their owner can prove: those of a TLS certificate. */
  readonly isCertified?: (host: string) => boolean;
}

/** Tokens per role that are accepted and handed over. A run that is resumed more often forgets the oldest. */
const formerMax = 100;
/** No token is longer, so longer ones are refused without hashing. */
const tokenLengthMax = 200;

export class Access {
  readonly #options: AccessOptions;
  readonly #hosts: ReadonlySet<string>;
  readonly #former: FormerTokens;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#former = options.former ?? noFormerTokens();
    const ofOrigins = options.origins.map((origin) => new URL(origin).hostname);
    this.#hosts = new Set([...options.hosts.map((host) => host.toLowerCase()), ...ofOrigins]);
  }

  /**
   * The role that a token proves; `undefined` for none. All tokens are always compared, and the time of a
   * comparison does not reveal where a guess is wrong.
   *
   * @param token - As the peer sent it; empty for no token.
   */
  roleOf(token: string): Role | undefined {
    const { joinToken, adminToken } = this.#options;
    const { join, admin, salt } = this.#former;
    const digest = token.length > tokenLengthMax ? "" : digestOf(token, salt);
    const isOperator = sameSecret(token, adminToken);
    const wasOperator = admin.includes(digest);
    const isViewer = joinToken === null || sameSecret(token, joinToken);
    const wasViewer = join.includes(digest);
    if (isOperator || wasOperator) return "operator";
    return isViewer || wasViewer ? "viewer" : undefined;
  }

  /** What the process that resumes the run needs to accept the tokens that this one accepts. */
  get handedOver(): FormerTokens {
    const { joinToken, adminToken } = this.#options;
    const { join, admin, salt } = this.#former;
    const withToken = (digests: readonly string[], token: string | null) => {
      const all = token === null ? digests : [...digests, digestOf(token, salt)];
      return [...new Set(all)].slice(-formerMax);
    };
    return { salt, join: withToken(join, joinToken), admin: withToken(admin, adminToken) };
  }

  /** Whether a request has a token of this role or of a higher one. */
  allows(request: IncomingMessage, role: Role): boolean {
    const shown = this.roleOf(tokenIn(request));
    return shown === role || shown === "operator";
  }

  /**
   * Whether a request names this machine. With DNS rebinding, a site makes its own name point here, so that a
   * browser treats it as the same origin as this server. But it cannot keep its name out of the `Host` field.
   */
  knowsHost({ headersDistinct }: IncomingMessage): boolean {
    // If there are two, a proxy may have believed the other one.
    const [host = "", ...others] = headersDistinct["host"] ?? [];
    const name = hostNameOf(host);
    if (name === undefined || others.length > 0) return false;
    if (isIP(name) !== 0 || name === "localhost" || this.#hosts.has(name)) return true;
    return this.#options.isCertified?.(name) ?? false;
  }

  /**
   * Whether a page of the request's origin may connect. Browsers send the origin, so another site's page cannot
   * open a socket here with whatever its visitor can reach. Programs send none, and need the token like everybody.
   */
  allowsOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.#options.origins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  /** The origin of a request, if it is one of the other sites that are admitted; its pages may read the answer. */
  admittedOrigin({ headers: { origin } }: IncomingMessage): string | undefined {
    return origin !== undefined && this.#options.origins.includes(origin) ? origin : undefined;
  }
}

/**
 * Compares two secrets in a time that does not reveal where they differ. It compares hashes, so the time does not
 * depend on the secret's length either.
 */
export function sameSecret(shown: string, secret: string): boolean {
  if (shown.length > tokenLengthMax) return false;
  return timingSafeEqual(sha256(shown), sha256(secret));
}

/** None, with a salt of their own. */
export function noFormerTokens(): FormerTokens {
  return { salt: randomBytes(16).toString("hex"), join: [], admin: [] };
}

/** HMAC-SHA-256 of a token under a salt, hexadecimal. */
function digestOf(token: string, salt: string): string {
  return createHmac("sha256", salt).update(token).digest("hex");
}

/**
 * The token of `Promedio-Token: …` or of `Authorization: Bearer …`; empty for none. Our pages send the first, because the
 * second belongs to a proxy that asks for a password.
 */
export function tokenIn({ headers }: IncomingMessage): string {
  const own = headers[tokenField];
  if (own !== undefined) return /^[\w.~-]{1,200}$/u.exec(String(own))?.[0] ?? "";
  return /^Bearer ([\w.~-]{1,200})$/iu.exec(headers.authorization ?? "")?.[1] ?? "";
}

/** Strips the port and the brackets from `host`, `host:port`, `1.2.3.4:port` or `[::1]:port`; in lower case. */
function hostNameOf(field: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/iu.exec(field);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/u, "");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
