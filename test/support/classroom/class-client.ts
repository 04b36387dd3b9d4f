/** @file A page of a lesson without a page: shows a token, hears what the lesson says, and answers or leads. */
import { once } from "node:events";

import { WebSocket } from "ws";

import type {
  Answer,
  ClassMessage,
  LecturerMessage,
} from "../../../coordinator/classroom/messages.ts";
import {
  type ClassState,
  hears,
  noClass,
} from "../../../coordinator/learn/classroom/class-state.ts";

export class ClassClient {
  state: ClassState = noClass;
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.state = hears(this.state, JSON.parse(data.toString()) as ClassMessage);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const look of waiting) look();
    });
  }

  /** @param pageUrl - Of the join page or the dashboard, with its token in the fragment. */
  static async enter(pageUrl: string): Promise<ClassClient> {
    const { host, hash } = new URL(pageUrl);
    const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
    const socket = new WebSocket(`ws://${host}/class`, { perMessageDeflate: false });
    const client = new ClassClient(socket);
    await once(socket, "open");
    socket.send(JSON.stringify({ token }));
    await client.until(({ hello }) => hello !== undefined);
    return client;
  }

  lead(message: LecturerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Answers the activity of now. */
  answer(answer: Answer): void {
    const { number = 0, round = 0 } = this.state.activity ?? {};
    this.#socket.send(JSON.stringify({ kind: "answer", activity: number, round, answer }));
  }

  /** Waits until the lesson is as wanted. */
  async until(isThere: (state: ClassState) => boolean): Promise<ClassState> {
    while (!isThere(this.state)) {
      // oxlint-disable-next-line no-await-in-loop -- message by message
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.state;
  }

  close(): void {
    this.#socket.terminate();
  }
}
