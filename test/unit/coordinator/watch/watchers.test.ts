import { PassThrough } from "node:stream";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";

import type { Refusal } from "../../../../coordinator/edge/refusal-log.ts";
import type { DashboardFeed } from "../../../../coordinator/watch/dashboard-feed.ts";
import { Watchers } from "../../../../coordinator/watch/watchers.ts";
import {
  adminQuota,
  helloTimeoutMs,
  messageRate,
  commandRate,
  pingIntervalMs,
  silenceMaxMs,
  watcherQuota,
} from "../../../../shared/protocol/limits.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { FakeRaw } from "./fake-raw.ts";

/** One piece of news per look, for everybody. */
const feed = { newCursor: () => ({}), refresh: () => (looks += 1), news: () => ["news"] };
let looks: number;

let refusals: Refusal[];
let nowMs: number;
let watchers: Watchers;
let sockets: FakeRaw[];
let admitted: number;

beforeEach(() => {
  vi.useFakeTimers();
  [refusals, nowMs, admitted, looks, sockets] = [[], 0, 0, 0, []];
  watchers = new Watchers({
    roleOf: (token) => (token === "admin" ? "operator" : token === "join" ? "viewer" : undefined),
    refused: (refusal) => refusals.push(refusal),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    feed: feed as unknown as DashboardFeed,
    execute: (text) => Promise.resolve({ id: Number(text), error: null }),
    now: () => nowMs,
  });
});
afterEach(() => vi.useRealTimers());

function connect(address = "10.0.0.9"): FakeRaw {
  const raw = new FakeRaw();
  sockets.push(raw);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const socket = raw as unknown as WebSocket;
  const stream = new PassThrough();
  watchers.add({ raw: socket, stream, address, admitted: () => (admitted += 1) });
  return raw;
}

/** A dashboard that has sent its token. */
function watch(token: "join" | "admin", address?: string): FakeRaw {
  const raw = connect(address);
  raw.say(JSON.stringify({ token }));
  return raw;
}

/** How many dashboards get the news. Without dashboards, no news are even collected. */
function watching(): number {
  const before = [looks, ...sockets.map(({ sent }) => sent.length)];
  watchers.update();
  const [looked = 0, ...told] = [looks, ...sockets.map(({ sent }) => sent.length)].map(
    (count, i) => count - before[i]!,
  );
  const count = told.filter((news) => news > 0).length;
  expect(looked).toBe(count > 0 ? 1 : 0);
  return count;
}

describe("a dashboard", () => {
  test.each(["join", "admin"])(
    "that shows the %s token is admitted and gets the news at every look",
    (token) => {
      const raw = connect();
      raw.say(JSON.stringify({ token }));
      watchers.update();
      watchers.update();
      const role = token === "admin" ? "operator" : "viewer";
      expect(raw.sent).toEqual([JSON.stringify({ kind: "hello", role }), "news", "news", "news"]);
      expect([raw.status, admitted, watching()]).toEqual([undefined, 1, 1]);
    },
  );

  test("that shows anything else gets only the refusal: 9 greetings", () => {
    const greetings = [
      "",
      "{}",
      "null",
      "[]",
      '{"token":1}',
      '{"token":"x"}',
      '{"token":"join","more":1}',
      "[[[",
      '"join"',
    ];
    for (const greeting of greetings) {
      const raw = connect();
      raw.say(greeting);
      watchers.update();
      expect([greeting, raw.status, raw.sent]).toEqual([greeting, 4401, []]);
    }
    const binary = connect();
    binary.say('{"token":"join"}', true);
    expect(binary.status).toBe(4401);
    expect(refusals).toHaveLength(10);
    expect(JSON.stringify(refusals)).not.toContain("join");
    expect([admitted, watching()]).toEqual([0, 0]);
  });

  test(`that says nothing for ${helloTimeoutMs} ms is refused`, () => {
    const raw = connect();
    vi.advanceTimersByTime(helloTimeoutMs - 1);
    expect(raw.status).toBe(undefined);
    vi.advanceTimersByTime(1);
    expect(raw.status).toBe(4408);
  });

  test("of a viewer that gives a command is refused with ERR_STATE; an operator's is obeyed and answered", async () => {
    const [member, admin] = [connect(), connect()];
    member.say('{"token":"join"}');
    member.say("7");
    expect([member.status, watching()]).toEqual([4405, 0]);
    admin.say('{"token":"admin"}');
    admin.say("7");
    await vi.waitFor(() => expect(admin.sent.at(-1)).toBe('{"kind":"reply","id":7,"error":null}'));
  });

  test(`that gives ${commandRate.burst} commands at once is obeyed; one more is refused with ERR_RATE`, () => {
    const admin = connect();
    admin.say('{"token":"admin"}');
    for (let id = 0; id < commandRate.burst; id++) admin.say(String(id));
    expect(admin.status).toBe(undefined);
    admin.say("one more");
    expect(admin.status).toBe(4430);
  });

  test(`that gave all its commands may give ${commandRate.perSecond} more a second later, and no more`, () => {
    const admin = watch("admin");
    for (let id = 0; id < commandRate.burst; id++) admin.say(String(id));
    nowMs += 1_000;
    for (let id = 0; id < commandRate.perSecond; id++) admin.say(String(id));
    expect(admin.status).toBe(undefined);
    admin.say("one more");
    expect(admin.status).toBe(4430);
  });

  test("that has not read the last snapshot skips the next ones", () => {
    const raw = connect();
    raw.say('{"token":"join"}');
    raw.bufferedAmount = 1;
    const told = raw.sent.length;
    for (let i = 0; i < 100; i++) watchers.update();
    expect(raw.sent).toHaveLength(told);
    raw.bufferedAmount = 0;
    watchers.update();
    expect(raw.sent).toHaveLength(told + 1);
  });

  test(`that answers no ping for ${silenceMaxMs} ms is dropped; one that answers stays`, () => {
    const [dead, alive] = [connect(), connect()];
    for (const raw of [dead, alive]) raw.say('{"token":"join"}');
    for (; nowMs <= silenceMaxMs + 200; nowMs += 200) {
      watchers.update();
      if (alive.pings > 0) alive.emit("pong");
    }
    expect([dead.status, alive.status, watching()]).toEqual([1006, undefined, 1]);
    expect(alive.pings).toBeGreaterThan(3);
    expect(inEnglish(refusals)).toEqual([
      { address: "10.0.0.9", code: "ERR_TIMEOUT", reason: `silent for ${silenceMaxMs / 1000} s` },
    ]);
  });

  test("is not declared silent if it was the coordinator that was blocked", () => {
    const raw = watch("join");
    nowMs = 10 * silenceMaxMs;
    watchers.update();
    nowMs += silenceMaxMs - pingIntervalMs;
    watchers.update();
    expect([raw.status, raw.pings]).toEqual([undefined, 1]);
  });

  test.each(["ping", "pong"])(
    `that sends ${messageRate.burst} %ss at once stays; one more is refused with ERR_RATE`,
    (kind) => {
      const raw = watch("join");
      for (let i = 0; i < messageRate.burst; i++) raw.emit(kind);
      expect([raw.status, watching()]).toEqual([undefined, 1]);
      raw.emit(kind);
      expect([raw.status, watching()]).toEqual([4430, 0]);
      expect(refusals).toMatchObject([{ code: "ERR_RATE", address: "10.0.0.9" }]);
    },
  );

  test(`that used up its pings gains ${messageRate.perSecond} per second, and no more`, () => {
    const raw = watch("join");
    for (let i = 0; i < messageRate.burst; i++) raw.emit("ping");
    nowMs += 1_000;
    for (let i = 0; i < messageRate.perSecond; i++) raw.emit("ping");
    expect(raw.status).toBe(undefined);
    raw.emit("ping");
    expect(raw.status).toBe(4430);
  });

  test(`that was refused is not reported again, even if ${messageRate.burst} more pongs arrive`, () => {
    const raw = watch("join");
    for (let i = 0; i < 2 * messageRate.burst; i++) raw.emit("pong");
    expect(refusals).toHaveLength(1);
  });

  test(`that sends ${messageRate.burst} pongs and answers 1 ping stays: an answer does not count`, () => {
    const raw = watch("join");
    for (let i = 0; i < messageRate.burst; i++) raw.emit("pong");
    nowMs = pingIntervalMs;
    watchers.update();
    expect(raw.pings).toBe(1);
    // The tokens gained meanwhile.
    for (let i = 0; i < messageRate.burst; i++) raw.emit("ping");
    expect(raw.status).toBe(undefined);
    raw.emit("pong");
    expect(raw.status).toBe(undefined);
    raw.emit("pong");
    expect(raw.status).toBe(4430);
  });
});

describe("places", () => {
  test(`for viewers are ${watcherQuota.perAddress} per address and ${watcherQuota.inAll} in total; one more is refused with ERR_FULL, until one leaves`, () => {
    const first = Array.from({ length: watcherQuota.perAddress }, () => watch("join", "10.0.0.1"));
    expect(watch("join", "10.0.0.1").status).toBe(4503);
    for (let i = watcherQuota.perAddress; i < watcherQuota.inAll; i++) watch("join", `10.0.1.${i}`);
    expect(watching()).toBe(watcherQuota.inAll);
    expect(watch("join", "10.0.0.2").status).toBe(4503);
    expect(refusals.map(({ code, address }) => `${code} ${address}`)).toEqual([
      "ERR_FULL 10.0.0.1",
      "ERR_FULL 10.0.0.2",
    ]);
    first[0]!.close(1001);
    expect(watch("join", "10.0.0.2").status).toBe(undefined);
    expect(watching()).toBe(watcherQuota.inAll);
  });

  test(`are reserved: ${adminQuota.inAll} for the admin token, even if viewers take all of theirs, also from the same address`, () => {
    for (let i = 0; i < 2 * watcherQuota.inAll; i++) watch("join", `10.0.0.${i % 4}`);
    expect(watching()).toBe(watcherQuota.inAll);
    const admins = Array.from({ length: adminQuota.inAll }, () => watch("admin", "10.0.0.1"));
    expect(admins.map(({ status }) => status)).toEqual(admins.map(() => undefined));
    expect(adminQuota.perAddress).toBe(adminQuota.inAll);
    expect(watch("admin", "10.0.0.9").status).toBe(4503);
  });
});
