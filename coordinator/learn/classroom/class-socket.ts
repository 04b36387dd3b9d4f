/** @file The page's socket to the lesson. It comes back by itself, on the same seat, unless the token is wrong. */
import { baseUrl } from "../../../shared/pages/base-url.ts";
import { closeStatus } from "../../../shared/protocol/errors.ts";
import type {
  ClassMessage,
  LecturerMessage,
  ParticipantMessage,
} from "../../classroom/messages.ts";

const retryMs = 1_000;
/** A coordinator that is away comes back soon; where there never was a lesson, a page asks ever less often. */
const retryMaxMs = { known: 4_000, unknown: 60_000 } as const;
/** Where a reload finds the seat. */
const seatKey = "promedio.learn.seat";
/** Reasons to stay away: trying again would end the same way. */
const refused: readonly number[] = [closeStatus.ERR_TOKEN, closeStatus.ERR_ORIGIN];

export interface ClassSocketEvents {
  message(message: ClassMessage): void;
  /** The connection is lost. @param isOver - It will not come back. */
  lost(isOver: boolean): void;
}

export class ClassSocket {
  readonly #token: string;
  readonly #events: ClassSocketEvents;
  #socket: WebSocket | undefined;
  #waitMs = retryMs;
  #isKnown = false;

  constructor(token: string, events: ClassSocketEvents) {
    this.#token = token;
    this.#events = events;
    this.#open();
  }

  send(message: ParticipantMessage | LecturerMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #open(): void {
    const socket = new WebSocket(`${baseUrl()}/class`.replace(/^http/u, "ws"));
    this.#socket = socket;
    const key = sessionStorage.getItem(seatKey);
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ token: this.#token, ...(key === null ? {} : { key }) }));
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message: ClassMessage = JSON.parse(data);
      this.#waitMs = retryMs;
      this.#isKnown = true;
      if (message.kind === "hello") sessionStorage.setItem(seatKey, message.key);
      this.#events.message(message);
    });
    socket.addEventListener("close", ({ code }) => {
      const isOver = refused.includes(code);
      this.#events.lost(isOver);
      if (!isOver) setTimeout(() => this.#open(), this.#waitMs);
      this.#waitMs = Math.min(2 * this.#waitMs, retryMaxMs[this.#isKnown ? "known" : "unknown"]);
    });
  }
}
