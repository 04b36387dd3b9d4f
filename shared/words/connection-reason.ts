/**
 * @file Explains why a connection could not be opened or was lost: errors of the system, of TLS, of proxies. OpenSSL's own
 * words (`wrong version number`) help nobody. Pure; for errors of Node's sockets, of `fetch` and of `ws`.
 */
import { type Code, reasonOf, type Sentence, sentence } from "./sentence.ts";

const codes = {
  ECONNREFUSED: "connection-refused",
  ENOTFOUND: "host-not-found",
  EAI_AGAIN: "host-not-found",
  ETIMEDOUT: "host-not-reached",
  EHOSTUNREACH: "host-not-reached",
  ENETUNREACH: "host-not-reached",
  UND_ERR_CONNECT_TIMEOUT: "host-not-reached",
  ECONNRESET: "connection-reset",
  EPIPE: "connection-reset",
  UND_ERR_SOCKET: "connection-reset",
  EPROTO: "speaks-http",
  ERR_SSL_WRONG_VERSION_NUMBER: "speaks-http",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "speaks-http",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate-unknown",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate-unknown",
  UNABLE_TO_GET_ISSUER_CERT: "certificate-unknown",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate-unknown",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate-unknown",
  CERT_HAS_EXPIRED: "certificate-expired",
  CERT_NOT_YET_VALID: "certificate-not-yet-valid",
} as const satisfies Readonly<Record<string, Code>>;

/** What a client's connection failed of. */
export function connectionReason(error: unknown): Sentence {
  // `fetch` only says that it failed; the reason is in its cause.
  if (error instanceof Error && error.cause instanceof Error) return connectionReason(error.cause);
  const code = codeOf(error);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return foreignCertificate(error);
  if (isKnown(code)) return sentence(codes[code]);
  const status = /^Unexpected server response: (\d+)$/u.exec(messageOf(error))?.[1];
  if (status !== undefined) return answeredInstead(Number(status));
  return messageOf(error) === "" && code !== ""
    ? sentence("quoted", { text: code })
    : reasonOf(error);
}

/** What an answer means that came in the place of a WebSocket. */
export function answeredInstead(status: number): Sentence {
  if (status === 401 || status === 407) return sentence("proxy-wants-login", { status });
  if (status === 404) return sentence("no-coordinator-here", { status });
  if (status === 502 || status === 504) return sentence("proxy-without-coordinator", { status });
  if (status === 426) return sentence("socket-not-passed");
  if (status === 503) return sentence("coordinator-full");
  return sentence("upgrade-not-passed", { status });
}

/** Whether the other side cut a connection before it said anything, as a server does that expected TLS. */
export function isCutOff(error: unknown): boolean {
  return codeOf(error) === "ECONNRESET" || codeOf(error).startsWith("HPE_");
}

function foreignCertificate(error: unknown): Sentence {
  const { host = "", cert }: { host?: string; cert?: { subjectaltname?: string } } = Object(error);
  const names = (cert?.subjectaltname ?? "")
    .split(", ")
    .map((entry) => entry.replace(/^(?:DNS|IP Address):/u, ""))
    .filter((name) => name !== "");
  return sentence("certificate-of-another", {
    host,
    names: names.length === 0 ? sentence("none") : names,
  });
}

function isKnown(code: string): code is keyof typeof codes {
  return Object.hasOwn(codes, code);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
