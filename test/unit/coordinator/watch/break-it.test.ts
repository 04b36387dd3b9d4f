/** @file Deliberate faults: what reaches the coordinator, and when. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { PeerHandler, PeerSocket } from "../../../../coordinator/edge/peer.ts";
import { BreakIt } from "../../../../coordinator/watch/break-it.ts";
import { encodeMessage } from "../../../../shared/protocol/codec.ts";
import { decodeWorkerMessage } from "../../../../shared/protocol/messages.ts";
import { quoted } from "../../../../shared/words/sentence.ts";

const gradient = encodeMessage(
  { type: "gradient", run: "r", step: 7, block: [0, 1], lossSum: 1, correct: 1, computeMs: 1 },
  new Uint8Array(new Float32Array([1, 2]).buffer),
);

let heard: string[];
let values: number[];
let handler: PeerHandler;
const terminate = vi.fn<() => void>();
const socket: PeerSocket = {
  address: "127.0.0.1",
  queuedBytes: 0,
  send: () => {},
  ping: () => {},
  close: () => {},
  terminate,
};
let breakIt: BreakIt;

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  values = [];
  breakIt = new BreakIt();
  handler = breakIt.wrap(socket, {
    message: (...fragments) => {
      const { tensor } = decodeWorkerMessage(fragments);
      values = [...new Float32Array(Uint8Array.from(tensor).buffer)];
      heard.push("message");
    },
    garbage: () => heard.push("garbage"),
    ping: () => heard.push("ping"),
    pong: () => heard.push("pong"),
    closed: () => heard.push("closed"),
  });
});
afterEach(() => vi.useRealTimers());

describe("a worker's line", () => {
  test("is not touched by default", () => {
    handler.message(gradient);
    handler.pong();
    expect(heard).toEqual(["message", "pong"]);
    expect(values).toEqual([1, 2]);
  });

  test("held back for 3 s delivers everything afterwards, in order", () => {
    const released = vi.fn<() => void>();
    breakIt.delay(socket, 3, released);
    handler.message(gradient);
    handler.pong();
    vi.advanceTimersByTime(2_999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["message", "pong"]);
    expect(released).toHaveBeenCalledTimes(1);
    handler.ping();
    expect(heard.at(-1)).toBe("ping");
  });

  test("held back keeps its values, though their bytes are used again", () => {
    breakIt.delay(socket, 3, () => {});
    const bytes = gradient.slice();
    handler.message(bytes.subarray(0, -8), bytes.subarray(-8));
    bytes.fill(0);
    vi.advanceTimersByTime(3_000);
    expect(values).toEqual([1, 2]);
  });

  test("that closes while held back delivers everything first", () => {
    breakIt.delay(socket, 3, () => {});
    handler.message(gradient);
    handler.closed(quoted("gone"));
    expect(heard).toEqual(["message", "closed"]);
  });

  test("spoilt once makes the last value of 1 gradient not finite, and no other", () => {
    const told: string[] = [];
    breakIt.spoil(socket, "corrupt", {
      before: (step) => told.push(`before ${step}, ${heard.length} heard`),
      after: (step) => told.push(`after ${step}, ${heard.length} heard`),
    });
    handler.message(gradient);
    expect(values[0]).toBe(1);
    expect(Number.isFinite(values[1])).toBe(false);
    expect(told).toEqual(["before 7, 0 heard", "after 7, 1 heard"]);
    handler.message(gradient);
    expect(values).toEqual([1, 2]);
  });

  test("that lies once changes 1 bit of 1 value, which stays finite", () => {
    breakIt.spoil(socket, "lie", { before: () => {}, after: () => {} });
    handler.message(gradient);
    // The neighbour of 2 in float32.
    expect(values).toEqual([1, 2 + 2 ** -22]);
    handler.message(gradient);
    expect(values).toEqual([1, 2]);
  });

  test("cut ends without a goodbye", () => {
    breakIt.drop(socket);
    expect(terminate).toHaveBeenCalledTimes(1);
  });
});
