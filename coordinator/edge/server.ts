/**
 * @file The edge to the network: one HTTP or HTTPS server, its routes, and WebSocket upgrades on a few paths. It
 * admits only requests that name this machine, enforces the limits on connections, and refuses cheaply. It decides
 * nothing about runs or workers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { closeStatus, type ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import {
  chunksMax,
  closeGraceMs,
  connectionPlaces,
  fragmentsMax,
  httpBodyBytesMax,
  httpCheckMs,
  httpHeaderBytesMax,
  httpHeaderFieldsMax,
  httpHeaderTimeoutMs,
  httpKeepAliveMs,
  httpRequestsPerConnectionMax,
  httpStalledMs,
  pongsPendingMax,
  retryAfterSeconds,
  strangerPlaces,
  tlsHandshakeTimeoutMs,
  unauthenticatedBytesMax,
} from "../../shared/protocol/limits.ts";
import { reasonOf, sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Access, Role } from "./access.ts";
import { sendText } from "./http-body.ts";
import { Quota } from "./limits/quota.ts";
import { RequestQueue } from "./limits/request-queue.ts";
import { listenError } from "./listen-error.ts";
import { malformedRequest, tlsRefusal } from "./malformed.ts";
import type { Refusal } from "./refusal-log.ts";
import type { Certificate } from "./tls.ts";

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** `undefined`: plain http. */
  readonly certificate: Certificate | undefined;
  readonly access: Access;
  /** Tried in this order. If none of them answers, the response is 404. */
  readonly routes: readonly Route[];
  /** Keyed by path. */
  readonly entrances: ReadonlyMap<string, Entrance>;
  readonly refused: (refusal: Refusal) => void;
  /** By default the protocol's limits. Tests do not have thousands of sockets. */
  readonly limits?: Partial<typeof serverLimits>;
}

/** The limits that tests may set. */
export const serverLimits = {
  connections: connectionPlaces,
  strangers: strangerPlaces,
  headerTimeoutMs: httpHeaderTimeoutMs,
  stalledMs: httpStalledMs,
};

/** A handler of HTTP requests. */
export interface Route {
  /** The prefix of the paths that it handles. */
  readonly prefix: string;
  /** The role that a request needs. */
  readonly role: Role | "anybody";
  /** Limits how many requests may be answered at once. */
  readonly quota?: Quota;
  /** Answers the request, or returns false; then the next route is tried. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean;
}

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

export interface RunningServer {
  /** The IP address that it listens on. */
  readonly address: string;
  readonly port: number;
  /** Starts using the current certificate files. @throws OperatorError; then the old certificate stays. */
  reloadCertificate(): void;
  close(): Promise<void>;
}

/**
 * Starts to listen.
 *
 * @throws OperatorError If the port is taken or may not be opened.
 */
export async function listen(options: ServerOptions): Promise<RunningServer> {
  const server = createHttpServer(options);
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    ...socketLimits,
  });
  const upgrader: Upgrader = {
    ...options,
    sockets,
    strangers: new Quota({ ...serverLimits, ...options.limits }.strangers),
  };
  const turns = new RequestQueue({
    answer: (request, response) => answer(upgrader, request, response),
    cut: (socket, reason) => cut(options, socket, reason),
  });
  countConnections(server, options);
  server.on("request", (request, response) => turns.take(request, response));
  // By default Node would answer "100 Continue", which invites a body that we refuse.
  server.on("checkContinue", (request, response) => turns.take(request, response));
  server.on("upgrade", (request, socket, head) => {
    if (turns.mayUpgrade(request)) upgrade(upgrader, { request, socket, head });
  });
  // By default Node would answer each request above the limit with 503.
  server.on("dropRequest", ({ socket }) => cut(options, socket, tooManyRequests));
  sockets.on("wsClientError", (error, socket, request) => {
    refuseHandshake(options, { request, socket, error });
  });
  server.on("clientError", (error, socket) => refuseMalformed(options, error, socket));
  server.on("tlsClientError", (error, socket) => {
    const reason = tlsRefusal(error);
    if (reason !== undefined) {
      options.refused({ address: addressOf(socket), code: "ERR_DECODE", reason });
    }
    socket.destroy();
  });
  await listening(server, options);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    reloadCertificate() {
      if (options.certificate === undefined || !("setSecureContext" in server)) return;
      server.setSecureContext({ ...options.certificate.reload(), minVersion: "TLSv1.2" });
    },
    close: () => close(server, sockets),
  };
}

/** The types of `ws` do not know all of these. */
const socketLimits = {
  closeTimeout: closeGraceMs,
  maxFragments: fragmentsMax,
  maxPendingAutoPongs: pongsPendingMax,
};

function createHttpServer({ certificate, limits }: ServerOptions) {
  const { headerTimeoutMs } = { ...serverLimits, ...limits };
  const settings = {
    insecureHTTPParser: false,
    maxHeaderSize: httpHeaderBytesMax,
    headersTimeout: headerTimeoutMs,
    // Requests have no body, so they are complete when their headers are.
    requestTimeout: headerTimeoutMs,
    connectionsCheckingInterval: httpCheckMs,
    keepAliveTimeout: httpKeepAliveMs,
  };
  const server =
    certificate === undefined
      ? createServer(settings)
      : createTlsServer({
          ...settings,
          ...certificate.pair,
          minVersion: "TLSv1.2",
          handshakeTimeout: tlsHandshakeTimeoutMs,
        });
  // Node silently drops fields above this number. One more than our limit shows that there were too many.
  server.maxHeadersCount = httpHeaderFieldsMax + 1;
  server.maxRequestsPerSocket = httpRequestsPerConnectionMax;
  return server;
}

/** Answers 503 to a connection that gets no place and cuts it before reading anything. */
function countConnections(server: Server, { refused, limits, certificate }: ServerOptions): void {
  const quota = new Quota({ ...serverLimits, ...limits }.connections);
  server.on("connection", (socket: Socket) => {
    const address = addressOf(socket);
    const release = quota.take(address);
    if (release === undefined) {
      refused({ address, code: "ERR_FULL", reason: sentence("too-many-connections") });
      // The write reaches the system at once. Before the TLS handshake there is nothing that a peer could read.
      if (certificate === undefined) socket.write(rawAnswer(unavailable, retryLater));
      socket.destroy();
    } else socket.once("close", release);
  });
}

// ── requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

const tooManyRequests = sentence("too-many-requests", { count: httpRequestsPerConnectionMax });

/** Ends a connection that sends too many requests. */
function cut({ refused }: ServerOptions, socket: Socket, reason: Sentence): void {
  if (socket.destroyed) return;
  refused({ address: addressOf(socket), code: "ERR_RATE", reason });
  socket.destroy();
  ignoreRest(socket);
}

/**
 * Node would still create objects for all requests in the 64 KiB that it has read (1,500 of them) and keep them
 * until the connection closes. It documents no way to stop. This saves four fifths of the time and is only an
 * optimisation.
 */
function ignoreRest(socket: Socket & { parser?: { onIncoming: unknown } | null }): void {
  if (socket.parser) socket.parser.onIncoming = () => 0;
}

function answer(options: Upgrader, request: IncomingMessage, response: ServerResponse): void {
  const { stalledMs } = { ...serverLimits, ...options.limits };
  response.setTimeout(stalledMs, () => {
    const reason = sentence("answer-not-read", { seconds: stalledMs / 1000 });
    options.refused({ address: addressOf(request.socket), code: "ERR_TIMEOUT", reason });
    response.destroy();
  });
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  const { access, routes } = options;
  const refuse = (status: number, code: ProtocolErrorCode, reason: Sentence) =>
    refuseRequest(options, { request, response, status, code, reason });
  if (hasTooManyFields(request)) return refuse(431, "ERR_TOO_LARGE", tooManyFields);
  if (!access.knowsHost(request)) return refuse(421, "ERR_ORIGIN", unknownHost);
  if (announcesBody(request)) return refuse(413, "ERR_TOO_LARGE", sentence("request-with-body"));
  const path = pathOf(request);
  if (options.entrances.has(path)) return askForUpgrade(options, request, response);
  for (const { prefix, role, quota, handle } of routes) {
    if (!path.startsWith(prefix)) continue;
    if (role !== "anybody" && !access.allows(request, role)) {
      return refuse(401, "ERR_TOKEN", sentence("token-missing"));
    }
    const release = quota?.take(addressOf(request.socket));
    if (quota !== undefined && release === undefined) {
      return refuse(503, "ERR_FULL", sentence("too-many-downloads"));
    }
    if (release !== undefined) response.once("close", release);
    if (handle(request, response)) return;
  }
  sendText(response, 404, "not found");
}

/**
 * Answers a request without its upgrade. A page whose WebSocket fails asks so whether the coordinator is there; then
 * something on the way does not pass upgrades. Of a real attempt, proxies leave the key.
 */
function askForUpgrade(
  { refused, strangers }: Upgrader,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const address = addressOf(request.socket);
  if (request.headers["sec-websocket-key"] !== undefined) {
    refused({ address, code: "ERR_DECODE", reason: sentence("upgrade-stripped") });
  }
  const release = strangers.take(address);
  release?.();
  if (release === undefined) {
    response.setHeader("Retry-After", retryAfterSeconds);
    return sendText(response, 503, "no place is left");
  }
  response.setHeader("Upgrade", "websocket");
  sendText(response, 426, "a WebSocket is expected here");
}

const unknownHost = sentence("host-unknown");

const tooManyFields = sentence("too-many-fields", { count: httpHeaderFieldsMax });

/** `rawHeaders` alternates names and values. */
function hasTooManyFields({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * httpHeaderFieldsMax;
}

interface RefusedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly status: number;
  readonly code: ProtocolErrorCode;
  readonly reason: Sentence;
}

/** Refuses the request and ends the connection, so that anything after it is not read. */
function refuseRequest({ refused }: ServerOptions, what: RefusedRequest): void {
  const { request, response, status, code, reason } = what;
  refused({ address: addressOf(request.socket), code, reason });
  if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
  if (status === 503) response.setHeader("Retry-After", retryAfterSeconds);
  response.setHeader("Connection", "close");
  sendText(response, status, `${code}: ${sayAtTerminal(reason)}`);
}

function announcesBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  return Number(headers["content-length"] ?? 0) > httpBodyBytesMax;
}

/** The path as it was sent. It is only compared, never resolved, so path traversal is impossible. */
function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}

/** A request that the HTTP parser could not read or did not receive in time. */
function refuseMalformed(
  { refused }: ServerOptions,
  error: NodeJS.ErrnoException,
  socket: Duplex & { readonly bytesRead?: number },
): void {
  // The peer is gone, so nobody can be answered.
  if (error.code === "ECONNRESET" || error.code === "EPIPE" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, reason } = malformedRequest(error);
  // Browsers open connections ahead of their requests.
  const isIdle = socket.bytesRead === 0;
  if (!isIdle) refused({ address: addressOf(socket), code, reason });
  refuseRaw(socket, status);
}

/**
 * Answers on a connection that HTTP no longer controls, and cuts it, so that a peer that keeps its half open holds
 * no resources.
 */
function refuseRaw(socket: Duplex, status: string, field = ""): void {
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(rawAnswer(status, field));
}

function rawAnswer(status: string, field: string): string {
  return `HTTP/1.1 ${status}\r\n${field}Connection: close\r\nContent-Length: 0\r\n\r\n`;
}

const unavailable = "503 Service Unavailable";
const retryLater = `Retry-After: ${retryAfterSeconds}\r\n`;

// ── upgrades ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Upgrader extends ServerOptions {
  readonly sockets: WebSocketServer;
  readonly strangers: Quota;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(upgrader: Upgrader, { request, socket, head }: Upgrade): void {
  const { entrances, sockets, strangers, refused } = upgrader;
  socket.on("error", destroyThis);
  const address = addressOf(request.socket);
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
  sockets.options.maxPayload = messageBytesMax;
  sockets.options.maxBufferedChunks = chunksMax(messageBytesMax);
  const reason = wrongPlace(upgrader.access, request);
  sockets.handleUpgrade(request, socket, head, (raw) =>
    receive({ raw, stream: socket, address, release, entrance, refused, reason }),
  );
}

/** A handshake that `ws` could not accept. The answer says which version is supported. */
function refuseHandshake(
  { refused }: ServerOptions,
  { request, socket, error }: Pick<Upgrade, "request" | "socket"> & { readonly error: Error },
): void {
  refused({
    address: addressOf(request.socket),
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
  readonly refused: ServerOptions["refused"];
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

function addressOf(socket: Duplex): string {
  const address = "remoteAddress" in socket ? socket.remoteAddress : undefined;
  // An IPv4 peer of a socket that also listens on IPv6.
  return typeof address === "string" ? address.replace(/^::ffff:(?=[\d.]+$)/u, "") : "unknown";
}

// ── start and end
// ───────────────────────────────────────────────────────────────────────────────────────────────────

function listening(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.race([allClosed(sockets), delay(closeGraceMs)]);
  for (const client of sockets.clients) client.terminate();
  server.closeAllConnections();
  await closed;
}

async function allClosed(sockets: WebSocketServer): Promise<void> {
  const open = [...sockets.clients];
  await Promise.all(open.map((client) => new Promise((resolve) => client.once("close", resolve))));
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
