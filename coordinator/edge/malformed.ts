/**
 * @file Explains bytes that are no request: the wrong protocol on a port, a failed TLS handshake, a broken header. And answers
 * below HTTP.
 */
import type { Duplex } from "node:stream";

import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import { retryAfterSeconds } from "../../shared/protocol/limits.ts";
import { quoted, type Sentence, sentence } from "../../shared/words/sentence.ts";

interface Malformed {
  /** The line of the answer. */
  readonly status: string;
  readonly code: ProtocolErrorCode;
  readonly reason: Sentence;
}

const badRequest = { status: "400 Bad Request", code: "ERR_DECODE" } as const;
const knownErrors = new Map<string, Pick<Malformed, "status" | "code">>([
  ["HPE_HEADER_OVERFLOW", { status: "431 Request Header Fields Too Large", code: "ERR_TOO_LARGE" }],
  ["ERR_HTTP_REQUEST_TIMEOUT", { status: "408 Request Timeout", code: "ERR_TIMEOUT" }],
]);

/** @param error - What Node's `clientError` reports. */
export function malformedRequest(error: NodeJS.ErrnoException): Malformed {
  const known = knownErrors.get(error.code ?? "") ?? badRequest;
  const reason = isTlsHello(error)
    ? sentence("https-on-http-port")
    : sentence("http-malformed", { status: known.status });
  return { ...known, reason };
}

/** A TLS handshake begins with a record of type 22. */
function isTlsHello(error: Error): boolean {
  return "rawPacket" in error && error.rawPacket instanceof Uint8Array && error.rawPacket[0] === 22;
}

/**
 * Why a TLS handshake failed; `undefined` if the peer only left or never sent anything, as browsers do that open
 * connections ahead of their requests.
 *
 * @param error - What Node's `tlsClientError` reports.
 */
export function tlsRefusal({ code = "", message }: NodeJS.ErrnoException): Sentence | undefined {
  if (code === "ECONNRESET" || code === "ERR_TLS_HANDSHAKE_TIMEOUT") return undefined;
  if (code === "ERR_SSL_HTTP_REQUEST") return sentence("http-on-https-port");
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+)$/u.test(code)) {
    return sentence("certificate-not-trusted");
  }
  // Of OpenSSL's `error:0A000126:SSL routines::unexpected eof while reading` only the last part is for people.
  const words = message.trim().split(":").at(-1) ?? "";
  return sentence("tls-failed", { reason: quoted(words === "" ? code : words) });
}

/**
 * Answers on a connection that HTTP no longer controls, and cuts it, so that a peer that keeps its half open holds
 * no resources.
 */
export function refuseRaw(socket: Duplex, status: string, field = ""): void {
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(rawAnswer(status, field));
}

export function rawAnswer(status: string, field: string): string {
  return `HTTP/1.1 ${status}\r\n${field}Connection: close\r\nContent-Length: 0\r\n\r\n`;
}

export const unavailable = "503 Service Unavailable";
export const retryLater = `Retry-After: ${retryAfterSeconds}\r\n`;
