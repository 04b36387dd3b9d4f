/** @file The addresses that a worker tries. */
import { describe, expect, test } from "vitest";

import { sentence } from "../../../shared/words/sentence.ts";
import { Doors } from "../../../worker/doors.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import {
  FakeClock,
  FakeCoordinator,
  fakeKernel,
} from "../../support/processes/fake-coordinator.ts";

/** The next addresses that it tries. */
function tried(doors: Doors, count: number): string[] {
  return Array.from({ length: count }, () => {
    doors.next();
    return doors.httpUrl;
  });
}

describe("the doors of a worker", () => {
  test("are passed on by a relay with the term of the coordinator that named them, the given one first", () => {
    const passed: unknown[] = [];
    const doors = new Doors("http://a", (term, urls) => passed.push([term, urls]));
    doors.learn(["http://b", "http://a"], 7);
    expect(passed).toEqual([[7, ["http://a", "http://b"]]]);
  });

  test("are the given one alone, until it learns of others, and then all in a circle", () => {
    const doors = new Doors("http://a:1");
    expect(tried(doors, 2)).toEqual(["http://a:1", "http://a:1"]);
    doors.learn(["http://b:2", "http://a:1", "https://c"]);
    expect(tried(doors, 4)).toEqual(["http://b:2", "https://c", "http://a:1", "http://b:2"]);
  });

  test("keep the given one, and forget one that is gone", () => {
    const doors = new Doors("http://a:1");
    doors.learn(["http://b:2"]);
    expect(tried(doors, 1)).toEqual(["http://b:2"]);
    doors.learn([]);
    expect(doors.httpUrl).toBe("http://b:2");
    expect(tried(doors, 2)).toEqual(["http://a:1", "http://a:1"]);
  });

  test("of a worker that came over https are all https", () => {
    const doors = new Doors("https://a/promedio");
    doors.learn(["http://b:2", "https://c:3"]);
    expect(tried(doors, 2)).toEqual(["https://c:3", "https://a/promedio"]);
    expect(doors.socketUrl).toBe("wss://a/promedio/worker");
  });
});

const nothing = () => {};

/** A worker that is welcome, and the coordinator of which it knows. */
function joined() {
  const clock = new FakeClock();
  const coordinator = new FakeCoordinator({ seesPings: true });
  const doors = new Doors("http://a:1");
  const loop = new WorkerLoop({
    token: "secret",
    name: "otter",
    kind: "node",
    agent: "test",
    kernel: fakeKernel,
    pool: {
      threads: 1,
      load: () => Promise.reject(new Error("no run here")),
      start: nothing,
      cancel: nothing,
      close: nothing,
    },
    connect: coordinator.connect,
    doors,
    loadDataset: () => Promise.reject(new Error("no run here")),
    clock,
    random: () => 0.5,
    stopsAfterRun: false,
    changed: nothing,
  });
  loop.start();
  return { clock, coordinator, doors, loop, socket: coordinator.welcome() };
}

describe("a worker", () => {
  const urls = ["http://a:1", "http://b:2"];

  test("tries its address once more after a break, and then the others, with its session", () => {
    const { clock, coordinator, doors, socket } = joined();
    socket.tell({ type: "doors", term: 3, urls });
    socket.events.closed({ status: 1006, reason: null });
    expect(doors.httpUrl).toBe("http://a:1");
    clock.advance(250);
    coordinator.sockets.at(-1)?.events.closed({ status: 1006, reason: null });
    expect(doors.httpUrl).toBe("http://b:2");
    clock.advance(1_000);
    const other = coordinator.welcome();
    other.tell({ type: "doors", term: 4, urls });
    expect(other.received[0]?.header).toMatchObject({ type: "hello", session: "session-1" });
    expect(coordinator.sockets).toHaveLength(3);
  });

  test("leaves a coordinator whose term is lower than one that it has seen", () => {
    const { doors, loop, socket } = joined();
    socket.tell({ type: "doors", term: 3, urls });
    socket.tell({ type: "doors", term: 3, urls });
    expect(loop.status.phase).toBe("waiting");
    socket.tell({ type: "doors", term: 2, urls });
    expect(loop.status.phase).toBe("retrying");
    expect(loop.status.detail).toEqual(sentence("coordinator-replaced"));
    expect(doors.httpUrl).toBe("http://b:2");
  });
});
