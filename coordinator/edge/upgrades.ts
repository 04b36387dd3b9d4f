/**
 * @file WebSocket upgrades: which paths take them, and what a socket may do before its peer has shown a token. It decides
 * nothing about runs or workers.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import type { WebSocket, WebSocketServer } from "ws";

import { closeStatus, type ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import {
  chunksMax,
  fragmentsMax,
  httpHeaderFieldsMax,
  unauthenticatedBytesMax,
} from "../../shared/protocol/limits.ts";
import { reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Access } from "./access.ts";
import type { Quota } from "./limits/quota.ts";
import { refuseRaw, retryLater, unavailable } from "./malformed.ts";
import { clientOf, type ProxySettings, withoutBase } from "./proxy.ts";
import type { Refusal } from "./refusal-log.ts";

/** A handler of WebSockets. */
export interface Entrance {
  /** The largest message on a socket that connects now. A larger one closes it. */
  readonly messageBytesMax: () => number;
  /** Takes a new socket. */
  readonly accept: (visitor: Visitor) => void;
}

/** A socket whose peer has not yet proved that it belongs here. */
export interface Visitor {
  readonly raw: WebSocket;
  /** The stream that `raw` writes to. */
  readonly stream: Duplex;
  readonly address: string;
  /** Call this when the peer has shown its token: from now on it may send more than one header. */
  readonly admitted: () => void;
}

/** What an upgrade needs of the server. */
export interface Upgrader {
  readonly access: Access;
  readonly proxy?: ProxySettings;
  /** Keyed by path. */
  readonly entrances: ReadonlyMap<string, Entrance>;
  readonly refused: (refusal: Refusal) => void;

  readonly sockets: WebSocketServer;
  readonly strangers: Quota;
}

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export function upgrade(upgrader: Upgrader, { request, socket, head }: Upgrade): void {
  const { entrances, sockets, strangers, refused } = upgrader;
  socket.on("error", destroyThis);
  const address = clientIn(upgrader, request);
  const entrance = entrances.get(pathOf(request));
  if (entrance === undefined) {
    refused({ address, code: "ERR_DECODE", reason: sentence("no-websocket-here") });
    return refuseRaw(socket, "404 Not Found");
  }
  if (hasTooManyFields(request)) {
    refused({ address, code: "ERR_TOO_LARGE", reason: tooManyFields });
    return refuseRaw(socket, "431 Request Header Fields Too Large");
  }
  const release = strangers.take(address);
  if (release === undefined) {
    refused({ address, code: "ERR_FULL", reason: sentence("too-many-strangers") });
    return refuseRaw(socket, unavailable, retryLater);
  }
  socket.once("close", release);
  const messageBytesMax = entrance.messageBytesMax();
  Object.assign(sockets.options, {
    maxPayload: messageBytesMax,
    maxBufferedChunks: chunksMax(messageBytesMax),
    // The types of `ws` do not know this one.
    maxFragments: fragmentsMax(messageBytesMax),
  });
  const reason = wrongPlace(upgrader.access, request);
  sockets.handleUpgrade(request, socket, head, (raw) =>
    receive({ raw, stream: socket, address, release, entrance, refused, reason }),
  );
}

/** A handshake that `ws` could not accept. The answer says which version is supported. */
export function refuseHandshake(
  options: Pick<Upgrader, "refused" | "proxy">,
  { request, socket, error }: Pick<Upgrade, "request" | "socket"> & { readonly error: Error },
): void {
  options.refused({
    address: clientIn(options, request),
    code: "ERR_DECODE",
    reason: sentence("handshake-failed", { reason: reasonOf(error) }),
  });
  refuseRaw(socket, "400 Bad Request", "Sec-WebSocket-Version: 13\r\n");
}

function destroyThis(this: Duplex): void {
  this.destroy();
}

interface Arrival {
  readonly raw: WebSocket;
  readonly stream: Duplex;
  readonly address: string;
  readonly release: () => void;
  readonly entrance: Entrance;
  readonly refused: Upgrader["refused"];
  /** The reason to refuse it, if any. */
  readonly reason: Sentence | undefined;
}

/** Accepts a new socket. Separate from `upgrade`, because closures made there would keep its request alive. */
function receive({ raw, stream, address, release, entrance, refused, reason }: Arrival): void {
  const refuse = (code: ProtocolErrorCode, why: Sentence) => {
    refused({ address, code, reason: why });
    raw.close(closeStatus[code], code);
  };
  const stopCounting = countBytes(stream, () => {
    refuse(
      "ERR_TOO_LARGE",
      sentence("too-large-without-token", { bytes: unauthenticatedBytesMax }),
    );
    // Anything that still arrives is not read. The connection is cut after `closeGraceMs`.
    raw.pause();
  });
  if (reason !== undefined) {
    raw.on("error", () => raw.terminate());
    return refuse("ERR_ORIGIN", reason);
  }
  entrance.accept({
    raw,
    stream,
    address,
    admitted() {
      stopCounting();
      release();
    },
  });
}

function wrongPlace(access: Access, request: IncomingMessage): Sentence | undefined {
  if (!access.knowsHost(request)) return unknownHost;
  if (access.allowsOrigin(request)) return undefined;
  return sentence("origin-unknown");
}

/**
 * Counts the bytes of a connection before `ws` sees them, and calls `tooMany` once if a stranger sends more than it
 * may. `ws` has one limit for all messages and would buffer a message as large as a model from anybody.
 *
 * @returns A function that stops the counting.
 */
function countBytes(socket: Duplex, tooMany: () => void): () => void {
  let count = 0;
  const onData = (chunk: Buffer) => {
    count += chunk.length;
    if (count <= unauthenticatedBytesMax) return;
    stop();
    tooMany();
  };
  const stop = () => void socket.off("data", onData);
  socket.prependListener("data", onData);
  return stop;
}

// ── requests in general ──────────────────────────────────────────────────────────────────────────────────────────────

export const unknownHost = sentence("host-unknown");

export const tooManyFields = sentence("too-many-fields", { count: httpHeaderFieldsMax });

/** `rawHeaders` alternates names and values. */
export function hasTooManyFields({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * httpHeaderFieldsMax;
}

/** A request without the path that a proxy adds. */
export function unbased(
  { proxy }: Pick<Upgrader, "proxy">,
  request: IncomingMessage,
): IncomingMessage {
  request.url = withoutBase(request.url ?? "", proxy?.basePath ?? "");
  return request;
}

export function clientIn({ proxy }: Pick<Upgrader, "proxy">, request: IncomingMessage): string {
  return clientOf(request, proxy?.trustProxy ?? false);
}

/** The path as it was sent. It is only compared, never resolved, so path traversal is impossible. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}
