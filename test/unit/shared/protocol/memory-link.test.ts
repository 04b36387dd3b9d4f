import { beforeEach, describe, expect, test } from "vitest";

import {
  createMemoryLink,
  type LinkSocket,
  type LinkTransport,
} from "../../../../shared/protocol/memory-link.ts";
import { sayInEnglish } from "../../../../shared/words/sentence.ts";

/** Everything that either end hears, in order. */
let heard: string[];
let deferred: (() => void)[];
let socket: LinkSocket;
let transport: LinkTransport;

const bytes = Uint8Array.of(1, 2, 3);
const values = Uint8Array.of(4, 5, 6, 7);

/** Everything that was put off happens. */
function settle(): void {
  for (const callback of deferred.splice(0)) callback();
  if (deferred.length > 0) settle();
}

beforeEach(() => {
  heard = [];
  deferred = [];
  const connect = createMemoryLink({
    defer: (callback) => void deferred.push(callback),
    accept(accepted) {
      socket = accepted;
      return {
        message: (...fragments) => heard.push(`up ${fragments.map(({ length }) => length).join()}`),
        pong: () => heard.push("pong"),
        closed: (reason) => heard.push(`coordinator: ${sayInEnglish(reason)}`),
      };
    },
  });
  transport = connect({
    opened: () => heard.push("opened"),
    message: (fragments) => heard.push(`down ${fragments.map(({ length }) => length).join()}`),
    alive: () => heard.push("alive"),
    closed: ({ status, reason }) =>
      heard.push(`worker: ${status} ${reason === null ? "" : sayInEnglish(reason)}`),
  });
});

describe("a connection in memory", () => {
  test("opens after the call that asks for it", () => {
    expect(heard).toEqual([]);
    settle();
    expect(heard).toEqual(["opened"]);
    expect(socket.isInside).toBe(true);
  });

  test("passes a worker's message on during the call, and a coordinator's after it, by reference", () => {
    settle();
    transport.send(bytes, values);
    socket.send(bytes, values);
    socket.send(bytes);
    expect(heard).toEqual(["opened", "up 3,4"]);
    expect(socket.queuedBytes).toBe(10);
    settle();
    expect(heard.slice(2)).toEqual(["down 3,4", "down 3"]);
    expect(socket.queuedBytes).toBe(0);
  });

  test("answers a ping", () => {
    settle();
    socket.ping();
    settle();
    expect(heard).toEqual(["opened", "alive", "pong"]);
  });

  test("that the coordinator closes delivers what was sent before, and tells each end once", () => {
    settle();
    socket.send(bytes);
    socket.close(1001, "bye");
    socket.close(1001, "bye");
    transport.close(1000, "goodbye");
    transport.send(bytes);
    socket.send(bytes);
    settle();
    expect(heard).toEqual(["opened", "down 3", "coordinator: closed (1001)", "worker: 1001 bye"]);
  });

  test("that is cut delivers nothing more", () => {
    settle();
    socket.send(bytes);
    socket.terminate();
    settle();
    expect(heard).toEqual(["opened", "coordinator: connection lost", "worker: 1006 "]);
  });
});
