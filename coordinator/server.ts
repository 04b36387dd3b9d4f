/**
 * @file The edge to the network: one HTTP server, WebSocket upgrades on two paths, and real sockets behind the
 * `PeerSocket` contract. No decisions about runs or workers are made here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { OperatorError } from "../shared/operator-error.ts";
import { closeGraceMs, httpHeaderTimeoutMs } from "../shared/protocol/limits.ts";
import type { PeerHandler, PeerSocket } from "./peer.ts";

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Answers a request, or returns false: then it is a 404. */
  readonly request: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What answers a WebSocket on a path; `undefined` for a path that has none. */
  readonly accept: (path: string, request: IncomingMessage) => AcceptSocket | undefined;
  /** The largest message of a socket that connects now; a larger one closes it with status 1009. */
  readonly messageBytesMax: () => number;
}

/** Takes a new socket: as a worker's, by returning what handles it, or the raw one as it likes. */
export type AcceptSocket = (socket: PeerSocket, raw: WebSocket) => PeerHandler | void;

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws OperatorError If the port is taken or may not be opened.
 */
export async function listen(options: ServerOptions): Promise<RunningServer> {
  const server = createServer((request, response) => {
    if (options.request(request, response)) return;
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  });
  server.headersTimeout = httpHeaderTimeoutMs;
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
  });
  server.on("upgrade", (request, socket, head) =>
    upgrade(sockets, options, { request, socket, head }),
  );
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sockets),
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(
  sockets: WebSocketServer,
  { accept, messageBytesMax }: ServerOptions,
  { request, socket, head }: Upgrade,
): void {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const handle = accept(path, request);
  if (handle === undefined) {
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  socket.on("error", () => socket.destroy());
  sockets.options.maxPayload = messageBytesMax();
  sockets.handleUpgrade(request, socket, head, (raw) => {
    const address = request.socket.remoteAddress ?? "unknown";
    attach(raw, (peer) => handle(peer, raw), address);
  });
}

/** Joins a real socket to its handler. */
function attach(
  raw: WebSocket,
  accept: (socket: PeerSocket) => PeerHandler | void,
  address: string,
): void {
  // `closed` comes exactly once: from the socket's own close event, which ws always emits.
  raw.binaryType = "nodebuffer";
  raw.on("error", () => raw.terminate());
  const handler = accept(new WebSocketPeer(raw, address));
  if (handler === undefined) return;
  raw.on("message", (data, isBinary) => {
    if (!isBinary) handler.garbage("a text message, expected a binary one");
    else handler.message(data as Buffer);
  });
  raw.on("pong", () => handler.pong());
  raw.on("close", (code, reason) => handler.closed(describeClose(code, reason.toString())));
}

class WebSocketPeer implements PeerSocket {
  readonly address: string;
  readonly #raw: WebSocket;

  constructor(raw: WebSocket, address: string) {
    this.#raw = raw;
    this.address = address;
  }

  get queuedBytes(): number {
    return this.#raw.bufferedAmount;
  }

  send(head: Uint8Array, tensor?: Uint8Array): void {
    if (this.#raw.readyState !== this.#raw.OPEN) return;
    if (tensor === undefined) return this.#raw.send(head);
    this.#raw.send(head, { binary: true, fin: false });
    this.#raw.send(tensor, { binary: true, fin: true });
  }

  ping(): void {
    if (this.#raw.readyState === this.#raw.OPEN) this.#raw.ping();
  }

  close(status: number, reason: string): void {
    this.#raw.close(status, reason);
    setTimeout(() => this.#raw.terminate(), closeGraceMs).unref();
  }

  terminate(): void {
    this.#raw.terminate();
  }
}

function describeClose(code: number, reason: string): string {
  if (code === 1006) return "connection lost";
  if (code === 1001) return "went away";
  return reason === "" ? `closed (${code})` : `closed (${code} ${reason})`;
}

function listening(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = `port ${port} on ${host}`;
  if (error.code === "EADDRINUSE") {
    return new OperatorError(`${place} is in use: stop the other program or choose another --port`);
  }
  if (error.code === "EACCES") {
    return new OperatorError(`${place} may not be opened by this user: choose a --port above 1023`);
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new OperatorError(
      `--host ${host} is no address of this machine: use one of its own, or 0.0.0.0`,
    );
  }
  return error;
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
