/**
 * @file A WebSocket client that can do everything a client must not do: it writes frames byte by byte. It
 * understands just enough of the responses to report what the server did.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { decodeMessage } from "../../../shared/protocol/codec.ts";

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits, 0…7; 4 marks the message as compressed. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** The length that the frame claims, whatever its real length. */
  readonly claimedLength?: number;
}

/** One frame, RFC 6455 section 5.2. */
export function frame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, masked = true, claimedLength = payload.length } = options;
  const long = claimedLength > 65_535 ? 127 : claimedLength > 125 ? 126 : claimedLength;
  const head = Buffer.alloc(2 + (long === 127 ? 8 : long === 126 ? 2 : 0));
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | long;
  if (long === 126) head.writeUInt16BE(claimedLength, 2);
  if (long === 127) head.writeBigUInt64BE(BigInt(claimedLength), 2);
  // A mask of zeros leaves the payload unchanged.
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

export class RawPeer {
  /** How the connection ended: `closed 4400`, `HTTP 404`, or `cut`. */
  readonly ended: Promise<string>;
  /** Frames, requests and pieces of garbage written so far. */
  sent = 0;
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #status = "cut";
  #pongs = 0;
  #headers: Record<string, unknown>[] = [];
  #waiting: (() => void)[] = [];
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        this.#isOver = true;
        this.#wake();
        resolve(this.#status);
      });
    });
  }

  /** A plain TCP or TLS connection. */
  static async connect(port: number, isSecure = false): Promise<RawPeer> {
    const place = { port, host: "127.0.0.1", noDelay: true };
    const socket = isSecure ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place);
    const peer = new RawPeer(socket);
    await new Promise<void>((resolve) => {
      socket.once(isSecure ? "secureConnect" : "connect", resolve);
      socket.once("close", () => resolve());
    });
    return peer;
  }

  /** A WebSocket, or whatever the server made of the request. */
  static async upgrade(
    port: number,
    path = "/worker",
    fields: readonly string[] = [],
    isSecure = false,
  ): Promise<RawPeer> {
    const peer = await RawPeer.connect(port, isSecure);
    peer.write(upgradeRequest(port, path, fields));
    await peer.#until(() => peer.#upgraded);
    return peer;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Decoded headers of the received binary messages. */
  get headers(): readonly Record<string, unknown>[] {
    return this.#headers;
  }

  write(bytes: Uint8Array | string): void {
    this.sent += 1;
    if (!this.#isOver) this.#socket.write(bytes);
  }

  send(message: Uint8Array, options: FrameOptions = {}): void {
    this.write(frame(opcodes.binary, message, options));
  }

  /** The first message of a type, once it has arrived; `undefined` if the connection ends without it. */
  async header(type: string): Promise<Record<string, unknown> | undefined> {
    const found = () => this.#headers.find((header) => header["type"] === type);
    await this.#until(() => found() !== undefined);
    return found();
  }

  /** Waits until the server has seen everything that was written: `open` if it answers a ping, else its end. */
  async settle(): Promise<string> {
    const before = this.#pongs;
    this.write(frame(opcodes.ping, randomBytes(4)));
    await this.#until(() => this.#pongs > before);
    return this.#isOver ? await this.ended : "open";
  }

  /** Stops reading from the server. */
  stopReading(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#isOver) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (!this.#upgraded) this.#readResponse();
    if (this.#upgraded) this.#readFrames();
    this.#wake();
  }

  #readResponse(): void {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const status = this.#received.toString("latin1", 9, 12);
    if (status === "101") {
      this.#upgraded = true;
      this.#received = this.#received.subarray(end + 4);
    } else this.#status = `HTTP ${status}`;
  }

  /** The server sends unfragmented control frames and messages of one or two fragments. */
  #readFrames(): void {
    for (;;) {
      const bytes = this.#received;
      if (bytes.length < 2) return;
      const short = bytes[1]! & 0x7f;
      const headLength = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (bytes.length < headLength) return;
      const length =
        short === 127
          ? Number(bytes.readBigUInt64BE(2))
          : short === 126
            ? bytes.readUInt16BE(2)
            : short;
      if (bytes.length < headLength + length) return;
      this.#received = bytes.subarray(headLength + length);
      this.#take(bytes[0]!, bytes.subarray(headLength, headLength + length));
    }
  }

  #take(first: number, payload: Buffer): void {
    const opcode = first & 0x0f;
    if (opcode === opcodes.pong) this.#pongs += 1;
    if (opcode === opcodes.ping && !this.#isOver) this.#socket.write(frame(opcodes.pong, payload));
    if (opcode === opcodes.close) {
      this.#status = `closed ${payload.length >= 2 ? payload.readUInt16BE(0) : 1005}`;
      this.#socket.end(frame(opcodes.close, payload.subarray(0, 2)));
      // An honest peer waits for the server to close; this one does not.
      this.#socket.destroySoon();
    }
    if (opcode === opcodes.binary) {
      const header = decodeHead(payload);
      if (header !== undefined) this.#headers.push(header);
    }
  }
}

/** The header of a message, or of the first fragment of a message with a tensor. */
function decodeHead(payload: Buffer): Record<string, unknown> | undefined {
  const isHead = payload.length > 5 && payload[payload.length - 5] === 0xc6;
  try {
    return decodeMessage(payload).header as Record<string, unknown>;
  } catch {
    if (!isHead) return undefined;
    return decodeMessage(payload.subarray(0, -5)).header as Record<string, unknown>;
  }
}

export function upgradeRequest(port: number, path: string, fields: readonly string[] = []): string {
  const hasHost = fields.some((field) => /^host:/iu.test(field));
  return [
    `GET ${path} HTTP/1.1`,
    ...(hasHost ? [] : [`Host: 127.0.0.1:${port}`]),
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    ...fields,
    "\r\n",
  ].join("\r\n");
}
