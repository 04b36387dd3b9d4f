/**
 * @file What the reception wires together, on real sockets: quotas of downloads, the messages of a dashboard,
 * warnings.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { Reception, type ReceptionOptions } from "../../../coordinator/reception.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import { DashboardFeed } from "../../../coordinator/watch/dashboard-feed.ts";
import { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import {
  classMessageBytesMax,
  downloadQuota,
  exportQuota,
  messageBytesMax,
  protocolVersion,
  refusalLines,
  retryAfterSeconds,
  watcherMessageBytesMax,
} from "../../../shared/protocol/limits.ts";
import { hasCode, sayAtTerminal } from "../../../shared/words/sentence.ts";
import { inEnglish } from "../../../test/support/fixtures/in-english.ts";
import { pack } from "../../support/attacks/bad-messages.ts";
import { frame, opcodes, RawPeer } from "../../support/attacks/raw-peer.ts";

const joinToken = "join-token-1";
const adminToken = "admin-token-2";
const hash = "0".repeat(64);

let reception: Reception | undefined;
let events: CoordinatorEvent[] = [];
let asked = 0;
let waiting: ServerResponse[] = [];
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await reception?.close();
  [reception, events, asked, waiting, sockets] = [undefined, [], 0, [], []];
});

/** Downloads that start and do not end. */
function keepWaiting(_: IncomingMessage, response: ServerResponse): boolean {
  asked += 1;
  waiting.push(response);
  return true;
}

async function open(changes: Partial<ReceptionOptions["settings"]> = {}): Promise<number> {
  reception = new Reception({
    settings: {
      host: "127.0.0.1",
      port: 0,
      tls: undefined,
      open: false,
      joinToken,
      adminToken,
      allowOrigin: undefined,
      trustProxy: false,
      localWorkers: 0,
      ...changes,
    },
    pages: { handle: (_, response) => !!response.end("a page") },
    data: { handle: keepWaiting },
    runs: { handle: keepWaiting },
    current: () => undefined,
    feed: new DashboardFeed({
      current: () => undefined,
      records: () => [],
      view: () => ({ joinUrl: "", otherJoinUrls: [], dashboardUrl: "", run: null, workers: [] }),
      timeline: () => null,
      wallMs: () => 0,
    }),
    execute: async () => ({ id: 1, error: null }),
    intercept: (_, handler) => handler,
    report: (event) => events.push(event),
    now,
  });
  const coordinator = new WorkerSessions({
    kernel: hash,
    selfTest: hash,
    admits: (token) => token === joinToken,
    now,
    newSession: randomUUID,
    report: (event) => events.push(event),
  });
  const { urls } = await reception.open(coordinator);
  return Number(new URL(urls.url).port);
}

/** Sends a request and does not wait for the answer. */
function ask(port: number, path: string, localAddress = "127.0.0.1"): { answer: Promise<string> } {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  sockets.push(socket);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${joinToken}\r\nConnection: close\r\n\r\n`,
  );
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  return { answer: new Promise((resolve) => socket.once("close", () => resolve(text))) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("places", () => {
  test.each([
    ["datasets", `/data/${hash}`, downloadQuota],
    ["parameters and checkpoints", "/run/parameters", exportQuota],
  ] as const)(
    "for concurrent %s to one address are as many as the limit says; one more is asked to come back",
    async (_, path, { perAddress }) => {
      const port = await open();
      for (let i = 0; i < perAddress; i++) ask(port, path);
      await until(() => asked === perAddress);
      const answer = await ask(port, path).answer;
      expect(answer).toMatch(/^HTTP\/1\.1 503 /u);
      expect(answer).toMatch(new RegExp(`\r\nretry-after: ${retryAfterSeconds}\r\n`, "iu"));
      expect(inEnglish(events)).toMatchObject([
        {
          event: "worker",
          change: "refused",
          name: "127.0.0.1",
          error: "ERR_FULL",
          reason: "too many downloads at once",
        },
      ]);
      // Other paths are not affected.
      expect(await ask(port, "/").answer).toMatch(/^HTTP\/1\.1 200 .*a page$/su);
      waiting[0]!.end();
      await until(() => waiting[0]!.writableFinished);
      ask(port, path);
      await until(() => asked > perAddress);
    },
  );
});

// Other systems give a machine only one loopback address.
describe.runIf(process.platform === "linux")("places", () => {
  test.each([
    ["datasets", `/data/${hash}`, downloadQuota],
    ["parameters and checkpoints", "/run/parameters", exportQuota],
  ] as const)(
    "for concurrent %s to all addresses are as many as the limit says; one more is asked to come back",
    async (_, path, { inAll, perAddress }) => {
      const port = await open();
      for (let i = 0; i < inAll; i++) ask(port, path, `127.0.0.${1 + Math.floor(i / perAddress)}`);
      await until(() => asked === inAll);
      expect(await ask(port, path, "127.0.0.200").answer).toMatch(/^HTTP\/1\.1 503 /u);
      expect(inEnglish(events)).toMatchObject([{ name: "127.0.0.200", error: "ERR_FULL" }]);
      waiting[0]!.end();
      await until(() => waiting[0]!.writableFinished);
      ask(port, path, "127.0.0.200");
      await until(() => asked > inAll);
    },
  );
});

describe("a worker", () => {
  test("may send as much as a message of the run has; a message that announces one byte more closes it unread", async () => {
    const port = await open();
    // Without a run, the limit is the smallest.
    const most = messageBytesMax(0);
    const worker = await join(port);
    worker.write(frame(opcodes.binary, Buffer.alloc(1), { claimedLength: most }));
    const greedy = await join(port);
    greedy.write(frame(opcodes.binary, Buffer.alloc(1), { claimedLength: most + 1 }));
    expect(await greedy.ended).toBe("closed 1009");
    // The first one was there before, and still waits for the rest of its message.
    expect(worker.isOver).toBe(false);
    expect(events.at(-1)).toMatchObject({
      change: "left",
      error: "ERR_TOO_LARGE",
    });
    worker.destroy();
  });
});

/** A worker that has been welcomed. */
async function join(port: number): Promise<RawPeer> {
  const worker = await RawPeer.upgrade(port, "/worker");
  const hello = {
    type: "hello",
    protocol: protocolVersion,
    token: joinToken,
    name: "",
    kind: "node",
    agent: "",
    threads: 1,
    kernel: hash,
    session: "",
  };
  worker.send(pack(new Map<string, unknown>(Object.entries(hello))));
  expect(await worker.header("welcome")).toBeDefined();
  return worker;
}

describe("a dashboard", () => {
  test(`may send ${watcherMessageBytesMax} bytes at once; one more closes it, before its token and after`, async () => {
    const port = await open();
    const stranger = await RawPeer.upgrade(port, "/watch");
    send(stranger, watcherMessageBytesMax + 1);
    expect(await stranger.ended).toBe("closed 1009");
    const watcher = await RawPeer.upgrade(port, "/watch");
    watcher.write(frame(opcodes.text, Buffer.from(JSON.stringify({ token: adminToken }))));
    send(watcher, watcherMessageBytesMax);
    expect(await watcher.settle()).toBe("open");
    send(watcher, watcherMessageBytesMax + 1);
    expect(await watcher.ended).toBe("closed 1009");
  });
});

describe("a lesson", () => {
  test(`takes ${classMessageBytesMax} bytes at once; one more closes the page`, async () => {
    const port = await open();
    const page = await RawPeer.upgrade(port, "/class");
    page.write(frame(opcodes.text, Buffer.from(JSON.stringify({ token: adminToken }))));
    expect(await page.settle()).toBe("open");
    const order = JSON.stringify({ kind: "end" });
    page.write(frame(opcodes.text, Buffer.from(order.padEnd(classMessageBytesMax, " "))));
    expect(await page.settle()).toBe("open");
    send(page, classMessageBytesMax + 1);
    expect(await page.ended).toBe("closed 1009");
  });

  test("has no moment without a run", async () => {
    const port = await open();
    expect(await ask(port, "/class/parameters").answer).toMatch(/^HTTP\/1\.1 404 /u);
  });
});

describe("the log", () => {
  test(`of 100 refused strangers has at most ${refusalLines.burst} lines at once, each with address, code and reason, and then their count`, async () => {
    const port = await open();
    const answers = [];
    for (let i = 0; i < 100; i++) {
      const socket = connect({ port, host: "127.0.0.1" });
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.write("GET /data/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      socket.resume();
      answers.push(new Promise((resolve) => socket.once("close", resolve)));
    }
    await Promise.all(answers);
    const lines = events.filter(({ event }) => event === "worker");
    // If this takes a second on a busy machine, two more may pass.
    expect(lines.length).toBeGreaterThanOrEqual(refusalLines.burst);
    expect(lines.length).toBeLessThan(50);
    for (const line of lines) {
      expect(inEnglish(line)).toMatchObject({
        name: "127.0.0.1",
        error: "ERR_TOKEN",
        reason: "no token, or a wrong one",
      });
    }
    await reception!.close();
    reception!.update();
    const told = () =>
      events.reduce((sum, event) => sum + (event.event === "worker" ? 1 : 0) + countIn(event), 0);
    // On a busy machine the first count may come before the last refusal.
    await until(() => {
      reception!.update();
      return told() >= 100;
    });
    expect(told()).toBe(100);
    expect(events.some(({ event }) => event === "warning")).toBe(true);
    reception = undefined;
  });
});

describe("warnings", () => {
  test("are one each for --open and for a public address without TLS, and contain no token", async () => {
    await open();
    expect(reception!.warnings).toEqual([]);
    await reception!.close();
    await open({ open: true, joinToken: undefined, host: "0.0.0.0" });
    expect(reception!.joinToken).toBe(null);
    expect(reception!.warnings.map(sayAtTerminal)).toEqual([
      expect.stringMatching(/^no token is needed: everyone who reaches this port may join/u),
      expect.stringMatching(/^listening on every address of this machine without TLS: /u),
    ]);
    expect(JSON.stringify(reception!.warnings)).not.toContain(adminToken);
  });
});

/** How many refusals a warning sums up. */
function countIn(event: CoordinatorEvent): number {
  const isCount = event.event === "warning" && hasCode(event.message, "more-refused");
  return isCount ? Number(event.message.values["count"]) : 0;
}

function now(): number {
  return performance.now();
}

/** Sends the token in a message of this many bytes. */
function send(peer: RawPeer, length: number): void {
  const text = JSON.stringify({ token: adminToken, x: "" }).padEnd(length, " ");
  peer.write(frame(opcodes.text, Buffer.from(text)));
}
