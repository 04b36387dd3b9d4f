/**
 * @file The sockets of dashboards: each gets a JSON snapshot a few times a second, after it has shown the token.
 * A slow watcher misses snapshots; it never makes the run wait or memory grow.
 */
import { timingSafeEqual } from "node:crypto";

import type { WebSocket } from "ws";
import * as z from "zod/mini";

import { closeStatus, type ProtocolErrorCode } from "../shared/protocol/errors.ts";
import { helloTimeoutMs, watchersMax } from "../shared/protocol/limits.ts";
import type { CoordinatorView } from "./view.ts";

const greeting = z.strictObject({ token: z.string() });

export class Watchers {
  readonly #token: string | null;
  readonly #sockets = new Set<WebSocket>();
  #latest = "";

  constructor(token: string | null) {
    this.#token = token;
  }

  /** A socket connected to `/watch`. */
  add(socket: WebSocket): void {
    if (this.#sockets.size >= watchersMax) return refuse(socket, "ERR_FULL");
    const timeout = setTimeout(() => refuse(socket, "ERR_TIMEOUT"), helloTimeoutMs);
    socket.once("message", (data, isBinary) => {
      clearTimeout(timeout);
      if (isBinary || !this.#isWelcome(String(data))) return refuse(socket, "ERR_TOKEN");
      this.#sockets.add(socket);
      if (this.#latest !== "") socket.send(this.#latest);
    });
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      clearTimeout(timeout);
      this.#sockets.delete(socket);
    });
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** Sends a snapshot to everybody who has read the one before. */
  update(view: CoordinatorView): void {
    if (this.#sockets.size === 0) return;
    this.#latest = JSON.stringify(view);
    for (const socket of this.#sockets) {
      if (socket.bufferedAmount === 0) socket.send(this.#latest);
    }
  }

  #isWelcome(text: string): boolean {
    if (this.#token === null) return true;
    try {
      const { token } = greeting.parse(JSON.parse(text));
      const [shown, right] = [Buffer.from(token), Buffer.from(this.#token)];
      return shown.length === right.length && timingSafeEqual(shown, right);
    } catch {
      return false;
    }
  }
}

function refuse(socket: WebSocket, code: ProtocolErrorCode): void {
  socket.close(closeStatus[code], code);
}
