/** @file The events of the break-it buttons: what was done, and how the coordinator reacted. */
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { PeerHandler, PeerSocket } from "../../../../coordinator/edge/peer.ts";
import type { CurrentRun } from "../../../../coordinator/runs.ts";
import { BreakItEvents } from "../../../../coordinator/watch/break-it-events.ts";
import { BreakIt } from "../../../../coordinator/watch/break-it.ts";
import { encodeMessage } from "../../../../shared/protocol/codec.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";

const gradient = encodeMessage(
  { type: "gradient", run: "r", step: 7, block: [0, 1], lossSum: 1, correct: 1, computeMs: 1 },
  new Uint8Array(new Float32Array([1, 2]).buffer),
);
const socket: PeerSocket = {
  address: "127.0.0.1",
  queuedBytes: 0,
  send: () => {},
  ping: () => {},
  close: () => {},
  terminate: () => {},
};

let worker: { name: string; blocksDone: number; offences: number; isBanned: boolean };
/** The coordinator's reaction to the next result. */
let judge: () => void;
let run: { number: number; audit: string; run: { step: number; outcome: undefined } };
let disturbances: number;
let said: string[];
let handler: PeerHandler;
let lesson: BreakItEvents;

beforeEach(() => {
  worker = { name: "ana", blocksDone: 10, offences: 0, isBanned: false };
  judge = () => (worker.blocksDone += 1);
  run = { number: 1, audit: "quorum", run: { step: 7, outcome: undefined } };
  disturbances = 0;
  said = [];
  const breakIt = new BreakIt();
  handler = breakIt.wrap(socket, {
    message: () => judge(),
    garbage: () => {},
    ping: () => {},
    pong: () => {},
    closed: () => {},
  });
  lesson = new BreakItEvents({
    breakIt,
    runs: {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a lesson looks at
      current: run as unknown as CurrentRun,
      noteDisturbance: () => (disturbances += 1),
    },
    coordinator: {
      connectedWorker: (id) => (id === "w1" ? { socket, name: "ana" } : undefined),
      worker: () => worker,
    },
    report: (event) =>
      said.push(event.event === "warning" ? sayAtTerminal(event.message) : event.event),
  });
});

describe("a NaN", () => {
  test("that is refused is reported with its step", () => {
    lesson.corrupt("w1");
    expect(said).toEqual([]);
    judge = () => (worker.offences += 1);
    handler.message(gradient);
    expect(said[0]).toContain(
      "break it: bits of ana's gradient for step 7 are flipped, so that one value is NaN",
    );
    expect(said[1]).toContain("refused before it touched a sum");
    expect(disturbances).toBe(1);
  });

  test("for a block that another worker has done is reported as unneeded", () => {
    lesson.corrupt("w1");
    judge = () => {};
    handler.message(gradient);
    expect(said[1]).toContain(
      "break it: what ana sent for step 7 was not needed: another worker was faster",
    );
  });
});

describe("a lie of one bit", () => {
  test("under quorum waits for the second opinion, and is reported once when found", () => {
    lesson.lie("w1");
    handler.message(gradient);
    lesson.look();
    expect(said).toHaveLength(1);
    worker.isBanned = true;
    lesson.look();
    lesson.look();
    expect(said).toHaveLength(2);
    expect(said[1]).toContain(
      "break it: the wrong result was found: a second worker's result differed, and the coordinator computed which one was right; ana is disconnected, and what depended on its result in step 7 was computed again",
    );
  });

  test("found at once under sample is reported with the way it was found", () => {
    run.audit = "sample";
    lesson.lie("w1");
    judge = () => (worker.isBanned = true);
    handler.message(gradient);
    expect(said[1]).toContain(
      "break it: the wrong result was found: the coordinator happened to compute the same block; ana is disconnected, and what it had of step 7 was computed again",
    );
  });

  test("that is committed is reported to have changed the fingerprint", () => {
    lesson.lie("w1");
    handler.message(gradient);
    run.run.step = 8;
    lesson.look();
    expect(said[1]).toContain(
      "break it: nobody found the wrong result: step 7 was committed with it, and the fingerprint will be a different one; only audit quorum finds every wrong result",
    );
  });

  test("of an earlier run is ignored", () => {
    lesson.lie("w1");
    handler.message(gradient);
    run.number = 2;
    run.run.step = 100;
    lesson.look();
    expect(said).toHaveLength(1);
  });
});

test("a delay reports how many steps were made meanwhile", () => {
  vi.useFakeTimers();
  lesson.delay("w1", 3);
  run.run.step = 31;
  vi.advanceTimersByTime(3_000);
  vi.useRealTimers();
  expect(said).toEqual([
    "break it: everything ana sends is held back for 3 s",
    "break it: what ana sent is delivered again; 24 steps were done meanwhile",
  ]);
});

test("an unknown worker is a mistake in one line, and disturbs nothing", () => {
  for (const order of ["drop", "corrupt", "lie"] as const) {
    expect(() => lesson[order]("w9")).toThrow("worker w9 is not connected; choose another");
  }
  expect(disturbances).toBe(0);
});
