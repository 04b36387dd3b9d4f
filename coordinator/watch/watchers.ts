/**
 * @file The sockets of dashboards. Each must show a token and then receives the news a few times per second; with
 * the admin token it may give commands. A slow watcher is updated less often and a dead one is dropped; neither makes
 * the run wait or memory grow.
 */
import * as z from "zod/mini";

import { adminQuota, commandRate, watcherQuota } from "../../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { Visitor } from "../edge/upgrades.ts";
import type { Cursor, DashboardFeed } from "./dashboard-feed.ts";
import type { DashboardMessage } from "./dashboard-messages.ts";
import { type Guest, type GuestEvents, Guests, type GuestsOptions } from "./guests.ts";

const greetingSchema = z.strictObject({ token: z.string() });

export interface WatchersOptions extends Pick<GuestsOptions, "roleOf" | "refused" | "now"> {
  readonly feed: DashboardFeed;
  /** Carries out a command; never rejects. */
  readonly execute: (
    text: string,
  ) => Promise<{ readonly id: number; readonly error: Sentence | null }>;
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #guests: Guests;
  readonly #cursors = new Map<Guest, Cursor>();

  constructor(options: WatchersOptions) {
    this.#options = options;
    this.#guests = new Guests(
      {
        ...options,
        places: { viewer: watcherQuota, operator: adminQuota },
        tokenIn: (greeting) => greetingSchema.parse(greeting).token,
        words: {
          needsToken: sentence("watching-needs-token"),
          full: sentence("too-many-dashboards"),
        },
      },
      (guest) => this.#admit(guest),
    );
  }

  /** Adds a socket connected to `/watch`. Its first message must show a token. */
  add(visitor: Visitor): void {
    this.#guests.add(visitor);
  }

  /** Sends the news to every watcher that has read the previous ones, and drops the dead ones. */
  update(): void {
    if (this.#guests.count === 0) return;
    this.#options.feed.refresh();
    this.#guests.watch();
    for (const [guest, cursor] of this.#cursors) this.#tell(guest, cursor);
  }

  #tell(guest: Guest, cursor: Cursor): void {
    if (!guest.isReady) return;
    for (const message of this.#options.feed.news(cursor)) guest.send(message);
  }

  #admit(guest: Guest): GuestEvents {
    const { feed, now } = this.#options;
    const cursor = feed.newCursor();
    const commands = new RateLimit(commandRate, now());
    this.#cursors.set(guest, cursor);
    send(guest, { kind: "hello", role: guest.role });
    this.#tell(guest, cursor);
    return {
      message: (text) => {
        if (guest.role !== "operator" || text === undefined) {
          return guest.refuse("ERR_STATE", sentence("dashboard-may-only-listen"));
        }
        if (!commands.take(now())) {
          return guest.refuse("ERR_RATE", sentence("too-many-commands"));
        }
        void this.#command(guest, text);
      },
      left: () => this.#cursors.delete(guest),
    };
  }

  async #command(guest: Guest, text: string): Promise<void> {
    send(guest, { kind: "reply", ...(await this.#options.execute(text)) });
  }
}

function send(guest: Guest, message: DashboardMessage): void {
  guest.send(JSON.stringify(message));
}
