/** @file A dashboard without a page that sends commands one after the other and receives their outcomes. */
import { once } from "node:events";

import { WebSocket } from "ws";

import { commandRate } from "../../../shared/protocol/limits.ts";
import type { Sentence } from "../../../shared/words/sentence.ts";

/** The outcome of a command; `closed 4430` if it closed the socket. */
export type CommandEnd = { readonly id: number; readonly error: Sentence | null } | string;

/** Reconnects after as many commands as one dashboard may send at once. */
export class AdminSocket {
  /** The run's phase in the last snapshot. */
  phase: string | undefined;
  readonly #url: string;
  readonly #token: string;
  #socket: WebSocket | undefined;
  #given = 0;
  #answered: (end: CommandEnd) => void = () => {};
  #told: () => void = () => {};

  constructor(port: number, token: string) {
    this.#url = `ws://127.0.0.1:${port}/watch`;
    this.#token = token;
  }

  async command(text: string): Promise<CommandEnd> {
    const socket = await this.#connected();
    this.#given += 1;
    return await new Promise((resolve) => {
      this.#answered = resolve;
      socket.send(text);
    });
  }

  /** Waits until a snapshot has this phase. */
  async until(phase: string): Promise<void> {
    await this.#connected();
    while (this.phase !== phase) await new Promise<void>((resolve) => (this.#told = resolve));
  }

  close(): void {
    this.#socket?.terminate();
  }

  async #connected(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#given < commandRate.burst) {
      return this.#socket;
    }
    this.#socket?.terminate();
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    this.#socket = socket;
    this.#given = 0;
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) this.#hear(JSON.parse(data.toString()) as Told);
    });
    socket.on("close", (status) => {
      if (this.#socket === socket) this.#answered(`closed ${status}`);
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ token: this.#token }));
    return socket;
  }

  #hear(told: Told): void {
    if (told.kind === "reply") this.#answered({ id: told.id, error: told.error });
    if (told.kind !== "state") return;
    this.phase = told.view.run?.phase;
    this.#told();
  }
}

type Told =
  | { readonly kind: "reply"; readonly id: number; readonly error: Sentence | null }
  | { readonly kind: "state"; readonly view: { readonly run: { readonly phase: string } | null } }
  | { readonly kind: "other" };
