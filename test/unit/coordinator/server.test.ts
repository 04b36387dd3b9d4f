/** @file The limits of the edge, on real sockets of loopback. What the coordinator does with a peer is not tested here. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { afterEach, describe, expect, test } from "vitest";

import { Access } from "../../../coordinator/access.ts";
import { Places } from "../../../coordinator/places.ts";
import type { Refusal } from "../../../coordinator/refusal-log.ts";
import {
  listen,
  type RunningServer,
  serverLimits,
  type ServerOptions,
  type Visitor,
} from "../../../coordinator/server.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import {
  chunksMax,
  closeGraceMs,
  connectionPlaces,
  fragmentsMax,
  httpBodyBytesMax,
  httpCheckMs,
  httpHeaderBytesMax,
  httpHeaderFieldsMax,
  httpHeaderTimeoutMs,
  httpRequestsPerConnectionMax,
  httpStalledMs,
  pongsPendingMax,
  retryAfterSeconds,
  strangerPlaces,
  unauthenticatedBytesMax,
  workersPerAddressMax,
} from "../../../shared/protocol/limits.ts";
import { frame, opcodes, RawPeer } from "../../support/raw-peer.ts";

let server: RunningServer | undefined;
let refusals: Refusal[] = [];
let visitors: Visitor[] = [];
let received: number[] = [];

afterEach(async () => {
  await server?.close();
  [server, refusals, visitors, received] = [undefined, [], [], []];
});

/** A server with one page, one protected path, and one entrance that keeps its visitors. */
async function start(changes: Partial<ServerOptions> = {}): Promise<number> {
  server = await listen({
    host: "127.0.0.1",
    port: 0,
    certificate: undefined,
    access: new Access({
      joinToken: "join-token",
      adminToken: "admin-token",
      hosts: [],
      origins: [],
    }),
    routes: [
      {
        prefix: "/members",
        role: "member",
        handle: (_, response) => !!response.end("for members"),
      },
      { prefix: "/admins", role: "admin", handle: (_, response) => !!response.end("for admins") },
      { prefix: "/page", role: "anybody", handle: (_, response) => !!response.end("for all") },
    ],
    entrances: new Map([
      [
        "/socket",
        {
          messageBytesMax: () => 100_000,
          accept(visitor) {
            visitors.push(visitor);
            visitor.raw.on("error", () => undefined);
            visitor.raw.on("message", (data: Buffer) => received.push(data.length));
          },
        },
      ],
    ]),
    refused: (refusal) => refusals.push(refusal),
    ...changes,
  });
  return server.port;
}

/** Writes to a TCP connection and reads until the server closes it. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

const get = (path: string, ...fields: string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...fields, "\r\n"].join("\r\n");

const statusOf = (answer: string) => Number(answer.slice(9, 12));

describe("routes", () => {
  test("open to the role they are for: 200 or 401, for 3 roles and 3 routes", async () => {
    const port = await start();
    const shown = { nobody: "", member: "join-token", admin: "admin-token" };
    const statuses = Object.values(shown).map((token) =>
      Promise.all(
        ["/members", "/admins", "/page"].map(async (path) => {
          return statusOf(await talk(port, get(path, `Authorization: Bearer ${token}`)));
        }),
      ),
    );
    expect(await Promise.all(statuses)).toEqual([
      [401, 401, 200],
      [200, 401, 200],
      [200, 200, 200],
    ]);
    const codes = refusals.map(({ code, address }) => `${code} ${address}`);
    expect(codes).toEqual(Array.from({ length: 3 }, () => "ERR_TOKEN 127.0.0.1"));
  });

  test("with 1 place answer the second request at once with 503, and the next when the place is free", async () => {
    const waiting: (() => void)[] = [];
    const places = new Places({ inAll: 1, perAddress: 1 });
    const port = await start({
      routes: [
        {
          prefix: "/slow",
          role: "anybody",
          places,
          handle: (_, response) => waiting.push(() => response.end("done")) > 0,
        },
      ],
    });
    const first = talk(port, get("/slow"));
    while (waiting.length === 0) await delay(5);
    const second = await talk(port, get("/slow"));
    expect(statusOf(second)).toBe(503);
    expect(second).toMatch(new RegExp(`\\r\\nretry-after: ${retryAfterSeconds}\\r\\n`, "iu"));
    expect(refusals).toMatchObject([{ code: "ERR_FULL" }]);
    waiting[0]!();
    expect(statusOf(await first)).toBe(200);
    while (places.taken > 0) await delay(5);
    const third = talk(port, get("/slow"));
    while (waiting.length === 1) await delay(5);
    waiting[1]!();
    expect(statusOf(await third)).toBe(200);
  });
});

describe("an answer of which nothing is read", () => {
  test("is given up after a while, and its place is free; one that is read slowly comes through", async () => {
    const places = new Places({ inAll: 2, perAddress: 2 });
    const body = Buffer.alloc(32 * 2 ** 20, 7);
    const port = await start({
      limits: { stalledMs: 2_000 },
      routes: [
        {
          prefix: "/large",
          role: "anybody",
          places,
          handle: (_, response) => !!response.end(body),
        },
      ],
    });
    const deaf = await RawPeer.connect(port);
    deaf.stopReading();
    deaf.write(get("/large"));
    const slow = connect({ port, host: "127.0.0.1" });
    slow.write(get("/large"));
    let length = 0;
    slow.on("data", (chunk) => {
      length += chunk.length;
      // 32 MiB in about 4 s, whatever the size of a chunk.
      slow.pause();
      setTimeout(() => slow.resume(), (4_000 * chunk.length) / body.length);
    });
    const slowIsDone = once(slow, "close");
    while (places.taken < 2) await delay(5);
    while (places.taken === 2) await delay(5);
    expect(length).toBeLessThan(body.length);
    await slowIsDone;
    expect(length).toBeGreaterThan(body.length);
    while (places.taken > 0) await delay(5);
    deaf.destroy();
  });
});

test("what these tests shorten is by default what the protocol says", () => {
  expect(serverLimits).toEqual({
    connections: connectionPlaces,
    strangers: strangerPlaces,
    headerTimeoutMs: httpHeaderTimeoutMs,
    stalledMs: httpStalledMs,
  });
});

describe("connections", () => {
  test("over the limit of an address are cut before they say a word; one that leaves makes place", async () => {
    const port = await start({ limits: { connections: { inAll: 10, perAddress: 3 } } });
    const held = [];
    for (let i = 0; i < 3; i++) held.push(await RawPeer.upgrade(port, "/socket"));
    expect(await talk(port, get("/page"))).toBe("");
    expect(refusals).toMatchObject([{ code: "ERR_FULL", address: "127.0.0.1" }]);
    held[0]!.destroy();
    let answer = "";
    while (answer === "") answer = await talk(port, get("/page"));
    expect(statusOf(answer)).toBe(200);
    for (const peer of held) peer.destroy();
  });

  test("have more places than workers and dashboards need, in all and for an address", () => {
    expect(connectionPlaces.perAddress).toBeGreaterThan(workersPerAddressMax);
    expect(strangerPlaces.perAddress).toBeLessThan(strangerPlaces.inAll);
    expect(connectionPlaces.perAddress).toBeLessThan(connectionPlaces.inAll);
  });

  test("whose headers do not come in time get 408 and are cut, silent ones too", async () => {
    const port = await start({ limits: { headerTimeoutMs: 300 } });
    const beganMs = performance.now();
    const answers = await Promise.all([
      talk(port, ""),
      talk(port, "GET / HT"),
      talk(port, "GET /page HTTP/1.1\r\nHost: localhost\r\nX: slow"),
    ]);
    expect(performance.now() - beganMs).toBeLessThan(300 + httpCheckMs + 2_000);
    for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1.1 408|$)/u);
    expect(refusals.map(({ code }) => code)).toContain("ERR_TIMEOUT");
  });

  test(`are closed after ${httpRequestsPerConnectionMax} requests`, async () => {
    const port = await start();
    const request = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const socket = connect({ port, host: "127.0.0.1" });
    let answers = 0;
    const allAnswered = new Promise<void>((resolve) => {
      socket.on("data", (chunk) => {
        answers += chunk.toString("latin1").split("HTTP/1.1 200").length - 1;
        if (answers >= httpRequestsPerConnectionMax) resolve();
      });
    });
    socket.write(request.repeat(httpRequestsPerConnectionMax));
    await allAnswered;
    socket.write(request);
    await once(socket, "close");
    expect(answers).toBe(httpRequestsPerConnectionMax);
  });
});

describe("requests", () => {
  test(`with ${httpHeaderBytesMax} bytes of headers get 431`, async () => {
    const port = await start();
    const answer = await talk(port, get("/page", `X: ${"a".repeat(httpHeaderBytesMax)}`));
    expect(statusOf(answer)).toBe(431);
    expect(refusals).toMatchObject([{ code: "ERR_TOO_LARGE" }]);
    expect(
      statusOf(await talk(port, get("/page", `X: ${"a".repeat(httpHeaderBytesMax - 200)}`))),
    ).toBe(200);
  });

  test(`with ${httpHeaderFieldsMax} fields are answered; with one more they get 431, upgrades too`, async () => {
    const port = await start();
    const fields = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: y`);
    // `get` has 2 of its own, an upgrade 5.
    expect(statusOf(await talk(port, get("/page", ...fields(httpHeaderFieldsMax - 2))))).toBe(200);
    expect(refusals).toEqual([]);
    for (const more of [httpHeaderFieldsMax - 1, 200]) {
      expect(statusOf(await talk(port, get("/page", ...fields(more))))).toBe(431);
    }
    const enough = await RawPeer.upgrade(port, "/socket", fields(httpHeaderFieldsMax - 5));
    expect(await enough.settle()).toBe("open");
    const tooMany = await RawPeer.upgrade(port, "/socket", fields(httpHeaderFieldsMax - 4));
    expect(await tooMany.ended).toBe("HTTP 431");
    expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill("ERR_TOO_LARGE"));
  });

  test(`with ${httpBodyBytesMax} bytes of body are answered, with one more they get 413`, async () => {
    const port = await start();
    const withLength = (length: number) => get("/page", `Content-Length: ${length}`);
    expect(statusOf(await talk(port, withLength(httpBodyBytesMax)))).toBe(200);
    expect(statusOf(await talk(port, withLength(httpBodyBytesMax + 1)))).toBe(413);
  });

  test("with a body, announced in 3 ways, get 413 or 400, and nothing after them is answered", async () => {
    const port = await start();
    const host = "Host: localhost\r\n";
    const smuggled = `GET /page HTTP/1.1\r\n${host}\r\n`;
    const answers = await Promise.all([
      talk(
        port,
        `POST /page HTTP/1.1\r\n${host}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      ),
      talk(
        port,
        `POST /page HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      ),
      talk(
        port,
        `POST /page HTTP/1.1\r\n${host}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      ),
    ]);
    expect(answers.map(statusOf)).toEqual([413, 413, 400]);
    for (const answer of answers) expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
  });

  test("that ask whether to send their body are told no, not to go on", async () => {
    const port = await start();
    const answer = await talk(
      port,
      get("/page", "Expect: 100-continue", "Content-Length: 1000000000"),
    );
    expect(statusOf(answer)).toBe(413);
    expect(refusals).toMatchObject([{ code: "ERR_TOO_LARGE" }]);
  });

  test("with two Host fields get 421, whichever is the right one, and upgrades 4403", async () => {
    const port = await start();
    for (const fields of [
      ["Host: localhost", "Host: evil.example"],
      ["Host: evil.example", "Host: localhost"],
    ]) {
      const request = ["GET /page HTTP/1.1", ...fields, "Connection: close", "\r\n"].join("\r\n");
      expect(statusOf(await talk(port, request))).toBe(421);
      expect(await (await RawPeer.upgrade(port, "/socket", fields)).ended).toBe("closed 4403");
    }
  });

  test("that are no HTTP get 400 and are cut, though the peer keeps its half open", async () => {
    const port = await start();
    expect(statusOf(await talk(port, "\u0016\u0003\u0001 garbage\r\n\r\n"))).toBe(400);
    expect(refusals).toMatchObject([{ code: "ERR_DECODE", address: "127.0.0.1" }]);
  });
});

describe("sockets without a token", () => {
  test(`may send ${unauthenticatedBytesMax} bytes; one more closes them with 4413 and is not read`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    // A frame of more than 125 bytes has a head of 8.
    const first = frame(opcodes.binary, Buffer.alloc(unauthenticatedBytesMax - 8));
    peer.write(first);
    while (received.length === 0) await delay(5);
    expect(first).toHaveLength(unauthenticatedBytesMax);
    peer.write(Buffer.from([0x82]));
    expect(await peer.ended).toBe("closed 4413");
    expect(refusals).toMatchObject([{ code: "ERR_TOO_LARGE", address: "127.0.0.1" }]);
    expect(received).toEqual([unauthenticatedBytesMax - 8]);
  });

  test("may send as much as a message has once they are admitted, and not a byte more than that", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    visitors[0]!.admitted();
    for (let i = 0; i < 3; i++) peer.send(Buffer.alloc(100_000));
    while (received.length < 3) await delay(5);
    peer.send(Buffer.alloc(100_001));
    expect(await peer.ended).toBe("closed 1009");
    expect(received).toEqual([100_000, 100_000, 100_000]);
  });

  test("find no place over the limit: the upgrade gets 503, until one is admitted or leaves", async () => {
    const port = await start({ limits: { strangers: { inAll: 10, perAddress: 2 } } });
    const [first, second] = [
      await RawPeer.upgrade(port, "/socket"),
      await RawPeer.upgrade(port, "/socket"),
    ];
    expect(await (await RawPeer.upgrade(port, "/socket")).ended).toBe("HTTP 503");
    visitors[0]!.admitted();
    const third = await RawPeer.upgrade(port, "/socket");
    expect(await third.settle()).toBe("open");
    expect(await (await RawPeer.upgrade(port, "/socket")).ended).toBe("HTTP 503");
    second.destroy();
    let outcome = "HTTP 503";
    while (outcome === "HTTP 503")
      outcome = await (await RawPeer.upgrade(port, "/socket")).settle();
    expect(outcome).toBe("open");
    first.destroy();
  });
});

describe("frames", () => {
  test(`a message of ${fragmentsMax} fragments comes through, one of ${fragmentsMax + 1} closes the socket`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    const sendIn = (pieces: number) => {
      for (let i = 0; i < pieces; i++) {
        const opcode = i === 0 ? opcodes.binary : opcodes.continuation;
        peer.write(frame(opcode, Buffer.alloc(1), { fin: i === pieces - 1 }));
      }
    };
    sendIn(fragmentsMax);
    while (received.length === 0) await delay(5);
    sendIn(fragmentsMax + 1);
    expect(await peer.ended).toMatch(/^closed 1008$/u);
    expect(received).toEqual([fragmentsMax]);
  });

  test(`a message that comes in more than ${chunksMax(100_000)} pieces closes the socket, however small they are`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    visitors[0]!.admitted();
    peer.write(frame(opcodes.binary, Buffer.alloc(1), { claimedLength: 100_000 }));
    let pieces = 1;
    // The message is never whole. Pieces that follow each other at once may arrive as one.
    while (!peer.isOver && pieces < 20 * chunksMax(100_000)) {
      peer.write(Buffer.alloc(1));
      pieces += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pieces).toBeGreaterThan(chunksMax(100_000));
    expect(await peer.ended).toMatch(/^closed 10(08|09)$/u);
    expect(received).toEqual([]);
  });

  test("a compressed one is refused unread: compression was never agreed on, though it was asked for", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket", [
      "Sec-WebSocket-Extensions: permessage-deflate",
    ]);
    peer.send(Buffer.alloc(10), { reserved: 4 });
    expect(await peer.ended).toBe("closed 1002");
    expect(received).toEqual([]);
  });

  test("pings without end from a peer that reads nothing end its connection, not our memory", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    visitors[0]!.admitted();
    const { raw } = visitors[0]!;
    peer.stopReading();
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => frame(opcodes.ping, Buffer.alloc(125))),
    );
    let peak = 0;
    for (let i = 0; i < 2_000 && raw.readyState === raw.OPEN; i++) {
      peer.write(pings);
      peak = Math.max(peak, raw.bufferedAmount);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(raw.readyState).not.toBe(raw.OPEN);
    // A pong has 127 bytes; what the system takes over before it stops is not counted.
    expect(peak).toBeLessThan(50 * pongsPendingMax * 127);
    peer.destroy();
  });
});

describe("listen", () => {
  test("on a port that is taken is one line for the operator", async () => {
    const port = await start();
    const again = listen({
      host: "127.0.0.1",
      port,
      certificate: undefined,
      access: new Access({ joinToken: null, adminToken: "x", hosts: [], origins: [] }),
      routes: [],
      entrances: new Map(),
      refused: () => undefined,
    });
    await expect(again).rejects.toThrow(OperatorError);
    await expect(again).rejects.toThrow(/^port \d+ on 127\.0\.0\.1 is in use: /u);
  });

  test("closes within the grace though peers do not answer", { timeout: 10_000 }, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    peer.stopReading();
    const idle = talk(port, "");
    const beganMs = performance.now();
    await server!.close();
    server = undefined;
    expect(performance.now() - beganMs).toBeLessThan(2 * closeGraceMs);
    await idle;
    peer.destroy();
  });
});
