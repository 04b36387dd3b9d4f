/**
 * @file Answers the requests of each HTTP connection one after the other: the next one starts when the previous
 * response has been sent. A client that reads nothing keeps a single response open, and only the current request
 * takes a place. What is answered is not known here.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { httpUnansweredMax } from "../../../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";

export interface RequestQueueOptions {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends a connection that sends too many requests. */
  readonly cut: (socket: Socket, reason: Sentence) => void;
}

export class RequestQueue {
  readonly #options: RequestQueueOptions;
  /** Requests that wait behind the current one. A connection without a current request has no entry. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  /** Answers a request when its turn comes, or cuts its connection if too many wait already. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#begin(request, response);
    } else if (waiting.length + 1 < httpUnansweredMax) {
      waiting.push(() => this.#begin(request, response));
    } else {
      this.#options.cut(socket, sentence("too-many-unanswered", { count: httpUnansweredMax }));
    }
  }

  /**
   * Whether an upgrade's connection has no open request. If it has one, the connection is cut, because responses
   * would appear between its frames.
   */
  mayUpgrade({ socket }: IncomingMessage): boolean {
    if (!this.#waiting.has(socket)) return true;
    this.#options.cut(socket, sentence("upgrade-behind-request"));
    return false;
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // The connection was cut or closed by a response: nobody would read this one, and its end would never be
    // reported.
    if (!socket.writable) return;
    response.once("close", () => {
      const next = this.#waiting.get(socket)?.shift();
      if (next === undefined) this.#waiting.delete(socket);
      else next();
    });
    this.#options.answer(request, response);
  }
}
