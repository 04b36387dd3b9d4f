/**
 * @file Sockets of pages that show a token first: dashboards, and classrooms. It keeps their places, greets them, pings
 * them, and drops those that are silent or too loud. What is said after the greeting is not known here.
 */
import { closeStatus, type ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import {
  helloTimeoutMs,
  messageRate,
  pingIntervalMs,
  silenceMaxMs,
} from "../../shared/protocol/limits.ts";
import { reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Role } from "../edge/access.ts";
import { isSilent } from "../edge/limits/liveness.ts";
import { Quota, type QuotaLimits } from "../edge/limits/quota.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { Refusal } from "../edge/refusal-log.ts";
import type { Visitor } from "../edge/upgrades.ts";

export interface GuestsOptions {
  /** The role that a token proves; `undefined` for none. */
  readonly roleOf: (token: string) => Role | undefined;
  readonly refused: (refusal: Refusal) => void;
  /** Places by role. Those of operators are their own, so that no crowd can lock them out. */
  readonly places: Readonly<Record<Role, QuotaLimits>>;
  /** The token in a first message. @throws If it has another form. */
  readonly tokenIn: (greeting: unknown) => string;
  readonly words: { readonly needsToken: Sentence; readonly full: Sentence };
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** What happens to a guest. */
export interface GuestEvents {
  /** A message; `undefined` for a binary one. */
  message(text: string | undefined): void;
  left(): void;
}

/** A page that has shown its token. */
export class Guest {
  readonly role: Role;
  readonly visitor: Visitor;
  /** Limits pings and pongs that answer nothing. */
  readonly rate: RateLimit;
  pingedMs: number;
  pingOutstanding = false;
  heardMs: number;
  readonly #refused: (refusal: Refusal) => void;

  constructor(
    role: Role,
    visitor: Visitor,
    { refused, now }: Pick<GuestsOptions, "refused" | "now">,
  ) {
    this.role = role;
    this.visitor = visitor;
    this.#refused = refused;
    this.pingedMs = this.heardMs = now();
    this.rate = new RateLimit(messageRate, this.heardMs);
  }

  /** Whether it has read everything that was sent to it. A slow one gets the news less often. */
  get isReady(): boolean {
    const { raw } = this.visitor;
    return raw.readyState === raw.OPEN && raw.bufferedAmount === 0;
  }

  send(message: string | Uint8Array): void {
    const { raw } = this.visitor;
    if (raw.readyState === raw.OPEN) raw.send(message);
  }

  refuse(code: ProtocolErrorCode, reason: Sentence): void {
    refuse(this.visitor, { code, reason }, this.#refused);
  }
}

export class Guests {
  readonly #options: GuestsOptions;
  readonly #admitted: (guest: Guest, greeting: unknown) => GuestEvents;
  readonly #guests = new Set<Guest>();
  readonly #quota: Readonly<Record<Role, Quota>>;

  /** @param admitted - Called when a page has shown its token and has a place. */
  constructor(options: GuestsOptions, admitted: (guest: Guest, greeting: unknown) => GuestEvents) {
    this.#options = options;
    this.#admitted = admitted;
    const { viewer, operator } = options.places;
    this.#quota = { viewer: new Quota(viewer), operator: new Quota(operator) };
  }

  get count(): number {
    return this.#guests.size;
  }

  /** Adds a socket. Its first message must show a token. */
  add(visitor: Visitor): void {
    const { raw, address } = visitor;
    const timeout = setTimeout(
      () => this.#refuse(visitor, "ERR_TIMEOUT", sentence("no-token-in-time")),
      helloTimeoutMs,
    );
    raw.once("close", () => clearTimeout(timeout));
    raw.on("error", (error: Error) => {
      // `ws` has already closed the socket.
      this.#options.refused({ address, code: "ERR_DECODE", reason: reasonOf(error) });
    });
    raw.once("message", (data, isBinary) => {
      clearTimeout(timeout);
      // oxlint-disable-next-line typescript/no-base-to-string -- a Buffer: that is the default `binaryType`
      this.#greet(visitor, isBinary ? "" : data.toString());
    });
  }

  /** Drops those that are dead, and pings the others. A closed laptop sends no goodbye. */
  watch(): void {
    const nowMs = this.#options.now();
    for (const guest of this.#guests) this.#watch(guest, nowMs);
  }

  #greet(visitor: Visitor, text: string): void {
    const { words } = this.#options;
    const greeting = parsed(text);
    const role = this.#roleIn(greeting);
    if (role === undefined) return this.#refuse(visitor, "ERR_TOKEN", words.needsToken);
    const release = this.#quota[role].take(visitor.address);
    if (release === undefined) return this.#refuse(visitor, "ERR_FULL", words.full);
    const guest = new Guest(role, visitor, this.#options);
    this.#guests.add(guest);
    visitor.admitted();
    const events = this.#admitted(guest, greeting);
    const { raw } = visitor;
    raw.once("close", () => {
      this.#guests.delete(guest);
      release();
      events.left();
    });
    raw.on("ping", () => this.#spend(guest));
    raw.on("pong", () => this.#pong(guest));
    raw.on("message", (data, isBinary) => {
      // oxlint-disable-next-line typescript/no-base-to-string -- as above
      events.message(isBinary ? undefined : data.toString());
    });
  }

  #roleIn(greeting: unknown): Role | undefined {
    try {
      return this.#options.roleOf(this.#options.tokenIn(greeting));
    } catch {
      return undefined;
    }
  }

  #pong(guest: Guest): void {
    guest.heardMs = this.#options.now();
    if (!guest.pingOutstanding) return this.#spend(guest);
    guest.pingOutstanding = false;
  }

  /** Counts what nobody asked for. */
  #spend(guest: Guest): void {
    if (guest.rate.take(this.#options.now())) return;
    guest.refuse("ERR_RATE", sentence("too-many-pings", { count: messageRate.perSecond }));
  }

  #watch(guest: Guest, nowMs: number): void {
    const { raw, address } = guest.visitor;
    if (raw.readyState !== raw.OPEN) return;
    if (isSilent(guest, nowMs)) {
      const reason = sentence("silent-for", { seconds: silenceMaxMs / 1000 });
      this.#options.refused({ address, code: "ERR_TIMEOUT", reason });
      return raw.terminate();
    }
    if (nowMs - guest.pingedMs < pingIntervalMs || guest.pingOutstanding) return;
    guest.pingedMs = nowMs;
    guest.pingOutstanding = true;
    raw.ping();
  }

  #refuse(visitor: Visitor, code: ProtocolErrorCode, reason: Sentence): void {
    refuse(visitor, { code, reason }, this.#options.refused);
  }
}

function refuse(
  { raw, address }: Visitor,
  { code, reason }: Omit<Refusal, "address">,
  refused: (refusal: Refusal) => void,
): void {
  if (raw.readyState !== raw.OPEN) return;
  refused({ address, code, reason });
  raw.close(closeStatus[code], code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
