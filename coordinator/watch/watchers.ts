/**
 * @file The sockets of dashboards. Each must show a token and then receives the news a few times per second; with
 * the admin token it may give commands. A slow watcher is updated less often and a dead one is dropped; neither makes
 * the run wait or memory grow.
 */
import * as z from "zod/mini";

import { closeStatus, type ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import {
  adminQuota,
  helloTimeoutMs,
  messageRate,
  commandRate,
  pingIntervalMs,
  silenceMaxMs,
  watcherQuota,
} from "../../shared/protocol/limits.ts";
import { reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Role } from "../edge/access.ts";
import { isSilent } from "../edge/limits/liveness.ts";
import { Quota } from "../edge/limits/quota.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { Refusal } from "../edge/refusal-log.ts";
import type { Visitor } from "../edge/upgrades.ts";
import type { Cursor, DashboardFeed } from "./dashboard-feed.ts";
import type { DashboardMessage } from "./dashboard-messages.ts";

const greeting = z.strictObject({ token: z.string() });

export interface WatchersOptions {
  /** The role that a token proves; `undefined` for none. */
  readonly roleOf: (token: string) => Role | undefined;
  readonly refused: (refusal: Refusal) => void;
  readonly feed: DashboardFeed;
  /** Carries out a command; never rejects. */
  readonly execute: (
    text: string,
  ) => Promise<{ readonly id: number; readonly error: Sentence | null }>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

interface Watcher {
  readonly visitor: Visitor;
  readonly cursor: Cursor;
  readonly commands: RateLimit;
  /** Limits pings and pongs that answer nothing. */
  readonly rate: RateLimit;
  pingedMs: number;
  pingOutstanding: boolean;
  heardMs: number;
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #quota: Readonly<Record<Role, Quota>> = {
    viewer: new Quota(watcherQuota),
    operator: new Quota(adminQuota),
  };

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /** Adds a socket connected to `/watch`. Its first message must show a token. */
  add(visitor: Visitor): void {
    const { raw } = visitor;
    const timeout = setTimeout(
      () => this.#refuse(visitor, "ERR_TIMEOUT", sentence("no-token-in-time")),
      helloTimeoutMs,
    );
    raw.once("close", () => clearTimeout(timeout));
    raw.on("error", (error: Error) => {
      // `ws` has already closed the socket.
      this.#options.refused({
        address: visitor.address,
        code: "ERR_DECODE",
        reason: reasonOf(error),
      });
    });
    raw.once("message", (data, isBinary) => {
      clearTimeout(timeout);
      // oxlint-disable-next-line typescript/no-base-to-string -- a Buffer: that is the default `binaryType`
      this.#greet(visitor, isBinary ? "" : data.toString());
    });
  }

  /** Sends the news to every watcher that has read the previous ones, and drops the dead ones. */
  update(): void {
    if (this.#watchers.size === 0) return;
    this.#options.feed.refresh();
    const nowMs = this.#options.now();
    for (const watcher of this.#watchers) {
      this.#watch(watcher, nowMs);
      this.#tell(watcher);
    }
  }

  #tell({ visitor: { raw }, cursor }: Watcher): void {
    if (raw.readyState !== raw.OPEN || raw.bufferedAmount > 0) return;
    for (const message of this.#options.feed.news(cursor)) raw.send(message);
  }

  #greet(visitor: Visitor, text: string): void {
    const role = this.#roleIn(text);
    if (role === undefined)
      return this.#refuse(visitor, "ERR_TOKEN", sentence("watching-needs-token"));
    const release = this.#quota[role].take(visitor.address);
    if (release === undefined) {
      return this.#refuse(visitor, "ERR_FULL", sentence("too-many-dashboards"));
    }
    const { raw } = visitor;
    const nowMs = this.#options.now();
    const watcher: Watcher = {
      visitor,
      cursor: this.#options.feed.newCursor(),
      commands: new RateLimit(commandRate, nowMs),
      rate: new RateLimit(messageRate, nowMs),
      pingedMs: nowMs,
      pingOutstanding: false,
      heardMs: nowMs,
    };
    this.#watchers.add(watcher);
    visitor.admitted();
    raw.once("close", () => {
      this.#watchers.delete(watcher);
      release();
    });
    raw.on("ping", () => this.#spend(watcher));
    raw.on("pong", () => this.#pong(watcher));
    raw.on("message", (data, isBinary) => {
      if (role !== "operator" || isBinary) {
        return this.#refuse(visitor, "ERR_STATE", sentence("dashboard-may-only-listen"));
      }
      // oxlint-disable-next-line typescript/no-base-to-string -- a Buffer: that is the default `binaryType`
      void this.#command(watcher, data.toString());
    });
    send(watcher, { kind: "hello", role });
    this.#tell(watcher);
  }

  #pong(watcher: Watcher): void {
    watcher.heardMs = this.#options.now();
    if (!watcher.pingOutstanding) return this.#spend(watcher);
    watcher.pingOutstanding = false;
  }

  /** Counts unrequested messages that are not commands. */
  #spend({ rate, visitor }: Watcher): void {
    if (rate.take(this.#options.now())) return;
    const reason = sentence("too-many-pings", { count: messageRate.perSecond });
    this.#refuse(visitor, "ERR_RATE", reason);
  }

  async #command(watcher: Watcher, text: string): Promise<void> {
    if (!watcher.commands.take(this.#options.now())) {
      return this.#refuse(watcher.visitor, "ERR_RATE", sentence("too-many-commands"));
    }
    send(watcher, { kind: "reply", ...(await this.#options.execute(text)) });
  }

  #roleIn(text: string): Role | undefined {
    try {
      return this.#options.roleOf(greeting.parse(JSON.parse(text)).token);
    } catch {
      return undefined;
    }
  }

  /** A closed laptop sends no goodbye. */
  #watch(watcher: Watcher, nowMs: number): void {
    const { raw, address } = watcher.visitor;
    if (raw.readyState !== raw.OPEN) return;
    if (isSilent(watcher, nowMs)) {
      const reason = sentence("silent-for", { seconds: silenceMaxMs / 1000 });
      this.#options.refused({ address, code: "ERR_TIMEOUT", reason });
      return raw.terminate();
    }
    if (nowMs - watcher.pingedMs < pingIntervalMs || watcher.pingOutstanding) return;
    watcher.pingedMs = nowMs;
    watcher.pingOutstanding = true;
    raw.ping();
  }

  #refuse({ raw, address }: Visitor, code: ProtocolErrorCode, reason: Sentence): void {
    if (raw.readyState !== raw.OPEN) return;
    this.#options.refused({ address, code, reason });
    raw.close(closeStatus[code], code);
  }
}

function send({ visitor: { raw } }: Watcher, message: DashboardMessage): void {
  if (raw.readyState === raw.OPEN) raw.send(JSON.stringify(message));
}
