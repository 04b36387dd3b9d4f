/**
 * @file The sockets of dashboards: each gets a JSON snapshot a few times a second, after it has shown a token. A slow
 * watcher misses snapshots, a dead one is let go; none makes the run wait or memory grow.
 */
import * as z from "zod/mini";

import { closeStatus, type ProtocolErrorCode } from "../shared/protocol/errors.ts";
import {
  helloTimeoutMs,
  pingIntervalMs,
  silenceMaxMs,
  watchersMax,
} from "../shared/protocol/limits.ts";
import type { Role } from "./access.ts";
import type { Refusal } from "./refusal-log.ts";
import type { Visitor } from "./server.ts";
import type { CoordinatorView } from "./view.ts";

const greeting = z.strictObject({ token: z.string() });

export interface WatchersOptions {
  /** The role that a token shows; `undefined` for none. */
  readonly roleOf: (token: string) => Role | undefined;
  readonly refused: (refusal: Refusal) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

interface Watcher {
  readonly visitor: Visitor;
  readonly role: Role;
  pingedMs: number;
  heardMs: number;
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #watchers = new Set<Watcher>();
  #latest = "";

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#watchers.size;
  }

  /** A socket connected to `/watch`. Its first message must show a token. */
  add(visitor: Visitor): void {
    const { raw } = visitor;
    const timeout = setTimeout(
      () => this.#refuse(visitor, "ERR_TIMEOUT", "no token in time"),
      helloTimeoutMs,
    );
    raw.once("close", () => clearTimeout(timeout));
    raw.on("error", (error: Error) => {
      // `ws` has closed the socket already.
      this.#options.refused({
        address: visitor.address,
        code: "ERR_DECODE",
        reason: error.message,
      });
    });
    raw.once("message", (data, isBinary) => {
      clearTimeout(timeout);
      // oxlint-disable-next-line typescript/no-base-to-string -- a Buffer: that is the default `binaryType`
      this.#greet(visitor, isBinary ? "" : data.toString());
    });
  }

  /** Sends a snapshot to everybody who has read the one before, and lets go of who is dead. */
  update(view: CoordinatorView): void {
    this.#latest = "";
    if (this.#watchers.size === 0) return;
    this.#latest = JSON.stringify(view);
    const nowMs = this.#options.now();
    for (const watcher of this.#watchers) {
      this.#watch(watcher, nowMs);
      const { raw } = watcher.visitor;
      if (raw.readyState === raw.OPEN && raw.bufferedAmount === 0) raw.send(this.#latest);
    }
  }

  #greet(visitor: Visitor, text: string): void {
    const role = this.#roleIn(text);
    if (role === undefined) return this.#refuse(visitor, "ERR_TOKEN", "watching needs a token");
    if (this.#watchers.size >= watchersMax) {
      return this.#refuse(visitor, "ERR_FULL", `${watchersMax} dashboards watch already`);
    }
    const { raw } = visitor;
    const nowMs = this.#options.now();
    const watcher: Watcher = { visitor, role, pingedMs: nowMs, heardMs: nowMs };
    this.#watchers.add(watcher);
    visitor.admitted();
    raw.once("close", () => this.#watchers.delete(watcher));
    raw.on("pong", () => (watcher.heardMs = this.#options.now()));
    raw.on("message", () => this.#refuse(visitor, "ERR_STATE", "a dashboard only listens"));
    if (this.#latest !== "") raw.send(this.#latest);
  }

  #roleIn(text: string): Role | undefined {
    try {
      return this.#options.roleOf(greeting.parse(JSON.parse(text)).token);
    } catch {
      return undefined;
    }
  }

  /** A lid that was closed sends no goodbye. */
  #watch(watcher: Watcher, nowMs: number): void {
    const { raw } = watcher.visitor;
    if (nowMs - watcher.heardMs > silenceMaxMs) return raw.terminate();
    if (nowMs - watcher.pingedMs < pingIntervalMs || raw.readyState !== raw.OPEN) return;
    watcher.pingedMs = nowMs;
    raw.ping();
  }

  #refuse({ raw, address }: Visitor, code: ProtocolErrorCode, reason: string): void {
    if (raw.readyState !== raw.OPEN) return;
    this.#options.refused({ address, code, reason });
    raw.close(closeStatus[code], code);
  }
}
