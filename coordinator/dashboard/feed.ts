/** @file The dashboard's socket: sends the token, passes on messages, sends commands, and reconnects. */
import { baseUrl } from "../../shared/pages/base-url.ts";
import { whyNoSocket } from "../../shared/pages/why-no-socket.ts";
import { closeStatus } from "../../shared/protocol/errors.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { DashboardMessage, DashboardCommand } from "../watch/dashboard-messages.ts";

/** Between two tries, while the coordinator restarts or the network is away. */
const retryMs = 1_000;

/** Reasons to stay away: trying again would end the same way. */
export type RefusedLink = "noToken" | "wrongToken" | "wrongPlace";
export type Link = "connecting" | "connected" | "disconnected" | "full" | RefusedLink;

/** Where the page's own WebSocket is, under `http`. */
const watchUrl = `${baseUrl()}/watch`;

export interface FeedEvents {
  message(message: DashboardMessage): void;
  points(message: ArrayBuffer): void;
  /** @param reason - Why the link is as it is, where more is known than that. */
  link(link: Link, reason?: Sentence | null): void;
}

/** A command without the number that its reply will have. */
export type CommandBody = DashboardCommand extends infer Each
  ? Each extends DashboardCommand
    ? Omit<Each, "id">
    : never
  : never;

type Replied = (error: Sentence | null) => void;

export class Feed {
  readonly #token: string;
  readonly #events: FeedEvents;
  readonly #waiting = new Map<number, Replied>();
  #socket: WebSocket | undefined;
  #nextId = 1;

  /** @param token - From the page's URL; empty for a coordinator without a join token. */
  constructor(token: string, events: FeedEvents) {
    this.#token = token;
    this.#events = events;
    events.link("connecting");
    this.#open();
  }

  /** Sends a command. @returns What is wrong with it in one line, or `null`. */
  command(body: CommandBody): Promise<Sentence | null> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) return resolve(sentence("not-connected"));
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ ...body, id }));
    });
  }

  #open(): void {
    const socket = new WebSocket(watchUrl.replace(/^http/u, "ws"));
    this.#socket = socket;
    let hasOpened = false;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      hasOpened = true;
      socket.send(JSON.stringify({ token: this.#token }));
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") this.#receive(JSON.parse(data));
      else this.#events.points(data);
    });
    socket.addEventListener("close", ({ code }) => void this.#closed(code, hasOpened));
  }

  #receive(message: DashboardMessage): void {
    if (message.kind === "hello") this.#events.link("connected");
    if (message.kind === "reply") {
      this.#waiting.get(message.id)?.(message.error);
      this.#waiting.delete(message.id);
    }
    this.#events.message(message);
  }

  async #closed(code: number, hasOpened: boolean): Promise<void> {
    for (const reply of this.#waiting.values()) reply(sentence("command-lost"));
    this.#waiting.clear();
    const refused = this.#refusalOf(code);
    if (refused !== undefined) return this.#events.link(refused, null);
    const link = code === closeStatus.ERR_FULL ? "full" : "disconnected";
    const asking = { ask: fetch, later: setTimeout };
    this.#events.link(link, hasOpened ? null : await whyNoSocket(watchUrl, asking));
    setTimeout(() => this.#open(), retryMs);
  }

  #refusalOf(code: number): RefusedLink | undefined {
    if (code === closeStatus.ERR_ORIGIN) return "wrongPlace";
    if (code !== closeStatus.ERR_TOKEN) return undefined;
    return this.#token === "" ? "noToken" : "wrongToken";
  }
}

/** Whether the page will not try again. */
export function isRefused(link: Link): link is RefusedLink {
  return link === "noToken" || link === "wrongToken" || link === "wrongPlace";
}
