/**
 * @file The requests of each HTTP connection, one after the other: the next is looked at when the answer before it has
 * gone out. Who reads nothing holds one answer, and only the request under way holds a place. What is answered is not
 * known here.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { httpUnansweredMax } from "../../shared/protocol/limits.ts";

export interface RequestQueueOptions {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends a connection that asks too much. */
  readonly cut: (socket: Socket, reason: string) => void;
}

export class RequestQueue {
  readonly #options: RequestQueueOptions;
  /** Those that wait behind the one under way. A connection without any is not in it. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  /** Answers a request when it is its turn, or cuts its connection when too many wait already. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#begin(request, response);
    } else if (waiting.length + 1 < httpUnansweredMax) {
      waiting.push(() => this.#begin(request, response));
    } else {
      this.#options.cut(socket, `more than ${httpUnansweredMax} requests without an answer`);
    }
  }

  /** Whether nothing waits on the connection of an upgrade: else it is cut, for answers would come between its frames. */
  mayUpgrade({ socket }: IncomingMessage): boolean {
    if (!this.#waiting.has(socket)) return true;
    this.#options.cut(socket, "an upgrade behind a request without an answer");
    return false;
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // Cut, or closed by an answer that said so: nobody would read this one, or tell of its end.
    if (!socket.writable) return;
    response.once("close", () => {
      const next = this.#waiting.get(socket)?.shift();
      if (next === undefined) this.#waiting.delete(socket);
      else next();
    });
    this.#options.answer(request, response);
  }
}
