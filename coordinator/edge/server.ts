/**
 * @file The edge to the network: the door, with its routes and WebSocket upgrades on a few paths, and an HTTP or HTTPS
 * server for it. It admits only requests that name this machine, enforces the limits on connections, and refuses cheaply.
 * It decides nothing about runs or workers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

import { WebSocketServer } from "ws";

import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import {
  closeGraceMs,
  connectionPlaces,
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
} from "../../shared/protocol/limits.ts";
import { sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Role } from "./access.ts";
import { sendText } from "./http-body.ts";
import { Quota } from "./limits/quota.ts";
import { RequestQueue } from "./limits/request-queue.ts";
import { admit } from "./listening/cross-origin.ts";
import { listenError } from "./listening/listen-error.ts";
import {
  malformedRequest,
  rawAnswer,
  refuseRaw,
  retryLater,
  tlsRefusal,
  unavailable,
} from "./malformed.ts";
import { addressOf, lacksSlash } from "./proxy.ts";
import type { Certificate } from "./tls.ts";
import {
  clientIn,
  hasTooManyFields,
  pathOf,
  refuseHandshake,
  tooManyFields,
  unbased,
  unknownHost,
  upgrade,
  type Upgrader,
} from "./upgrades.ts";

/** What is behind an address, whoever listens there. */
export interface DoorOptions extends Pick<Upgrader, "access" | "proxy" | "entrances" | "refused"> {
  /** Tried in this order. If none of them answers, the response is 404. */
  readonly routes: readonly Route[];
  /** By default the protocol's limits. Tests do not have thousands of sockets. */
  readonly limits?: Partial<typeof serverLimits>;
}

export interface ServerOptions extends DoorOptions {
  readonly host: string;
  readonly port: number;
  /** `undefined`: plain http. */
  readonly certificate: Certificate | undefined;
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
  const door = createDoor(options);
  countConnections(server, options);
  server.on("request", door.request);
  // By default Node would answer "100 Continue", which invites a body that we refuse.
  server.on("checkContinue", door.request);
  server.on("upgrade", door.upgrade);
  // By default Node would answer each request above the limit with 503.
  server.on("dropRequest", ({ socket }) => cut(options, socket, tooManyRequests));
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
    close: () => close(server, door),
  };
}

/** Takes the requests and upgrades of a server, ours or that of a program that embeds us. */
export interface Door {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes its sockets, waits briefly for their close frames, and then cuts the remaining ones. */
  readonly close: () => Promise<void>;
}

export function createDoor(options: DoorOptions): Door {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    ...socketLimits,
  });
  const upgrader: Open = {
    ...options,
    sockets,
    strangers: new Quota({ ...serverLimits, ...options.limits }.strangers),
  };
  const turns = new RequestQueue({
    answer: (request, response) => answer(upgrader, request, response),
    cut: (socket, reason) => cut(options, socket, reason),
  });
  sockets.on("wsClientError", (error, socket, request) => {
    refuseHandshake(options, { request, socket, error });
  });
  return {
    request: (request, response) => turns.take(unbased(options, request), response),
    upgrade(request, socket, head) {
      if (!turns.mayUpgrade(request)) return;
      upgrade(upgrader, { request: unbased(options, request), socket, head });
    },
    async close() {
      await Promise.race([allClosed(sockets), delay(closeGraceMs)]);
      for (const client of sockets.clients) client.terminate();
    },
  };
}

type Open = DoorOptions & Upgrader;

/** The types of `ws` do not know all of these. */
const socketLimits = {
  closeTimeout: closeGraceMs,
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
function countConnections(server: Server, options: ServerOptions): void {
  const { refused, limits, certificate, proxy } = options;
  const places = { ...serverLimits, ...limits }.connections;
  // All connections of a proxy have its address.
  const perAddress = proxy?.trustProxy === true ? places.inAll : places.perAddress;
  const quota = new Quota({ ...places, perAddress });
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
function cut({ refused }: Pick<DoorOptions, "refused">, socket: Socket, reason: Sentence): void {
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

function answer(options: Open, request: IncomingMessage, response: ServerResponse): void {
  const { stalledMs } = { ...serverLimits, ...options.limits };
  response.setTimeout(stalledMs, () => {
    const reason = sentence("answer-not-read", { seconds: stalledMs / 1000 });
    options.refused({ address: clientIn(options, request), code: "ERR_TIMEOUT", reason });
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
  const origin = access.admittedOrigin(request);
  if (origin !== undefined && admit(origin, request, response)) return;
  if (announcesBody(request)) return refuse(413, "ERR_TOO_LARGE", sentence("request-with-body"));
  const base = options.proxy?.basePath ?? "";
  if (lacksSlash(request.url ?? "", base)) {
    response.setHeader("Location", `${base}/`);
    return sendText(response, 308, "see the same address with a slash");
  }
  const path = pathOf(request);
  if (options.entrances.has(path)) return askForUpgrade(options, request, response);
  for (const { prefix, role, quota, handle } of routes) {
    if (!path.startsWith(prefix)) continue;
    if (role !== "anybody" && !access.allows(request, role)) {
      return refuse(401, "ERR_TOKEN", sentence("token-missing"));
    }
    const release = quota?.take(clientIn(options, request));
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
function askForUpgrade(upgrader: Open, request: IncomingMessage, response: ServerResponse): void {
  const { refused, strangers } = upgrader;
  const address = clientIn(upgrader, request);
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

interface RefusedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly status: number;
  readonly code: ProtocolErrorCode;
  readonly reason: Sentence;
}

/** Refuses the request and ends the connection, so that anything after it is not read. */
function refuseRequest(options: DoorOptions, what: RefusedRequest): void {
  const { request, response, status, code, reason } = what;
  options.refused({ address: clientIn(options, request), code, reason });
  if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
  if (status === 503) response.setHeader("Retry-After", retryAfterSeconds);
  response.setHeader("Connection", "close");
  sendText(response, status, `${code}: ${sayAtTerminal(reason)}`);
}

function announcesBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  return Number(headers["content-length"] ?? 0) > httpBodyBytesMax;
}

/** A request that the HTTP parser could not read or did not receive in time. */
function refuseMalformed(
  { refused }: Pick<DoorOptions, "refused">,
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

// ── start and end
// ───────────────────────────────────────────────────────────────────────────────────────────────────

function listening(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, door: Door): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await door.close();
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
