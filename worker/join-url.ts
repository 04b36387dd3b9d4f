/**
 * @file The join link, as people type and paste it: where the coordinator is, and the token that admits a worker. Pure.
 */
import { OperatorError } from "../shared/operator-error.ts";
import { sentence } from "../shared/words/sentence.ts";

/** The address of a coordinator and the token that admits a worker. */
export interface JoinUrl {
  /**
   * `http://host:port`, `https://…`, or a path there, without a trailing slash. Dataset paths are appended to it.
   */
  readonly httpUrl: string;
  /** `ws://host:port/worker` or `wss://…`. */
  readonly socketUrl: string;
  /** `undefined` if the text has none. */
  readonly token: string | undefined;
}

/** The coordinator's default, used if the text has a host but neither scheme nor port. */
const portDefault = 8080;

/**
 * Parses a join URL: `http://host:port/join#token=…`, `ws://host:port`, `host:port` or `host`.
 *
 * @throws OperatorError for anything else. The message leaves the token out.
 */
export function parseJoinUrl(text: string): JoinUrl {
  const url = readUrl(text.trim());
  const { protocol, host, pathname, username, password, search, hash } = url;
  const secure = protocol === "https:" || protocol === "wss:";
  if (!secure && protocol !== "http:" && protocol !== "ws:") refuse(text);
  if (username !== "" || password !== "" || search !== "") refuse(text);
  // Behind a proxy, the coordinator may be under a path.
  const base = /^(?<path>(?:\/[^/]+)*?)(?:\/(?:join|worker))?\/?$/u.exec(pathname)?.groups?.[
    "path"
  ];
  const isPage = /\/(?:(?:join|worker)\/?)?$/u.test(pathname);
  if (base === undefined || !isPage) refuse(text);
  return {
    httpUrl: `${secure ? "https" : "http"}://${host}${base}`,
    socketUrl: `${secure ? "wss" : "ws"}://${host}${base}/worker`,
    token: tokenOf(hash, text),
  };
}

function readUrl(text: string): URL {
  const whole = text.includes("://") ? text : `http://${withPort(text)}`;
  try {
    return new URL(whole);
  } catch {
    return refuse(text);
  }
}

/**
 * Adds the default port to a bare host, one whose last colon (outside an IPv6 address's brackets) is not followed
 * by digits.
 */
function withPort(text: string): string {
  const [, host = "", rest = ""] = /^([^/#]*)(.*)$/su.exec(text) ?? [];
  return /:\d+$/u.test(host) && !host.endsWith("]") ? text : `${host}:${portDefault}${rest}`;
}

function tokenOf(hash: string, text: string): string | undefined {
  if (hash === "" || hash === "#") return undefined;
  const token = /^#token=([\w.~-]{1,200})$/u.exec(hash)?.[1];
  if (token !== undefined) return token;
  throw new OperatorError(sentence("join-url-token-wrong", { url: withoutToken(text) }));
}

function refuse(text: string): never {
  throw new OperatorError(sentence("join-url-wrong", { url: withoutToken(text) }));
}

/** For the one line of an error. The fragment, the query and everything before an @ may be secret. */
function withoutToken(text: string): string {
  const open = JSON.stringify(
    text
      .replace(/#.*$/su, "#…")
      .replace(/\?.*$/su, "?…")
      .replace(/[^/]*@/u, "…@"),
  ).slice(1, -1);
  const cut = open.length > 80 ? `${open.slice(0, 80)}…` : open;
  return cut === "" ? '""' : cut;
}
