/** @file The limits of the edge on real loopback sockets. What the coordinator does with a peer is not tested here. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { Access } from "../../../../coordinator/edge/access.ts";
import { Quota } from "../../../../coordinator/edge/limits/quota.ts";
import { listen, serverLimits } from "../../../../coordinator/edge/server.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import {
  closeGraceMs,
  connectionPlaces,
  httpBodyBytesMax,
  httpCheckMs,
  httpHeaderBytesMax,
  httpHeaderFieldsMax,
  httpHeaderTimeoutMs,
  httpRequestsPerConnectionMax,
  httpStalledMs,
  httpUnansweredMax,
  retryAfterSeconds,
  strangerPlaces,
  workersPerAddressMax,
} from "../../../../shared/protocol/limits.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { RawPeer, upgradeRequest } from "../../../support/attacks/raw-peer.ts";
import { closeAfterEach, edge, get, start, statusOf, talk } from "./server-fixture.ts";

closeAfterEach();

describe("routes", () => {
  test("are open to their role: 200 or 401, for 3 roles and 3 routes", async () => {
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
    const codes = edge.refusals.map(({ code, address }) => `${code} ${address}`);
    expect(codes).toEqual(Array.from({ length: 3 }, () => "ERR_TOKEN 127.0.0.1"));
  });

  test("with 1 place, answer the second request at once with 503, and the next one when the place is free", async () => {
    const { port, quota, waiting } = await startSlow({ inAll: 1, perAddress: 1 });
    const first = talk(port, get("/slow"));
    while (waiting.length === 0) await delay(5);
    const second = await talk(port, get("/slow"));
    expect(statusOf(second)).toBe(503);
    expect(second).toMatch(new RegExp(`\\r\\nretry-after: ${retryAfterSeconds}\\r\\n`, "iu"));
    expect(edge.refusals).toMatchObject([{ code: "ERR_FULL" }]);
    waiting[0]!();
    expect(statusOf(await first)).toBe(200);
    while (quota.taken > 0) await delay(5);
    const third = talk(port, get("/slow"));
    while (waiting.length === 1) await delay(5);
    waiting[1]!();
    expect(statusOf(await third)).toBe(200);
  });
});

describe("an answer that is not read", () => {
  test("is given up after a while and its place freed; one that is read slowly arrives", async () => {
    const quota = new Quota({ inAll: 2, perAddress: 2 });
    const body = Buffer.alloc(32 * 2 ** 20, 7);
    const port = await start({
      limits: { stalledMs: 2_000 },
      routes: [
        {
          prefix: "/large",
          role: "anybody",
          quota,
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
      // 32 MiB in about 4 s, whatever the chunk size.
      slow.pause();
      setTimeout(() => slow.resume(), (4_000 * chunk.length) / body.length);
    });
    const slowIsDone = once(slow, "close");
    while (quota.taken < 2) await delay(5);
    while (quota.taken === 2) await delay(5);
    expect(length).toBeLessThan(body.length);
    await slowIsDone;
    expect(length).toBeGreaterThan(body.length);
    while (quota.taken > 0) await delay(5);
    expect(inEnglish(edge.refusals)).toEqual([
      {
        address: "127.0.0.1",
        code: "ERR_TIMEOUT",
        reason: "the peer read nothing of its answer for 2 s",
      },
    ]);
    deaf.destroy();
  });
});

describe("requests that do not wait for the previous answer", () => {
  const page = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const waits = "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n";

  test(`are answered when there are ${httpUnansweredMax}, in order, including the last, although the first takes its time`, async () => {
    const { port, waiting } = await startSlow();
    const answers = talk(port, waits + page.repeat(httpUnansweredMax - 2) + get("/members"));
    while (waiting.length === 0) await delay(5);
    await delay(50);
    // The ones behind it are not even inspected.
    expect(inEnglish(edge.refusals)).toEqual([]);
    waiting[0]!();
    const statuses = (await answers).split("HTTP/1.1 ").slice(1);
    expect(statuses.map((answer) => answer.slice(0, 3))).toEqual([
      ...Array<string>(httpUnansweredMax - 1).fill("200"),
      "401",
    ]);
    expect(statuses[0]).toContain("done");
  });

  test("are cut with one line if there is one more, and 1,000 of them with one line too", async () => {
    const { port, quota } = await startSlow();
    for (const count of [httpUnansweredMax, 1_000]) {
      expect(await talk(port, waits + page.repeat(count))).toBe("");
    }
    const line = {
      address: "127.0.0.1",
      code: "ERR_RATE",
      reason: `more than ${httpUnansweredMax} requests without an answer`,
    };
    expect(inEnglish(edge.refusals)).toEqual([line, line]);
    while (quota.taken > 0) await delay(5);
  });

  test("take one place together, and give it back when their peer leaves", async () => {
    const { port, quota, waiting } = await startSlow();
    const peer = await RawPeer.connect(port);
    peer.write(waits.repeat(httpUnansweredMax));
    while (waiting.length === 0) await delay(5);
    expect([quota.taken, waiting.length]).toEqual([1, 1]);
    peer.destroy();
    while (quota.taken > 0) await delay(5);
    expect(waiting).toHaveLength(1);
  });

  test("are not followed by an upgrade: it is cut, before answers could appear between its frames", async () => {
    const { port } = await startSlow();
    expect(await talk(port, waits + upgradeRequest(port, "/socket"))).toBe("");
    expect(edge.refusals).toMatchObject([{ code: "ERR_RATE", address: "127.0.0.1" }]);
    expect(edge.visitors).toEqual([]);
  });
});

/** A path with few places that answers on request; and the other paths. */
async function startSlow(limit = { inAll: 2, perAddress: 2 }) {
  const waiting: (() => void)[] = [];
  const quota = new Quota(limit);
  const port = await start({
    routes: [
      {
        prefix: "/slow",
        role: "anybody",
        quota,
        handle: (_, response) => waiting.push(() => response.end("done")) > 0,
      },
      { prefix: "/members", role: "viewer", handle: (_, response) => !!response.end() },
      { prefix: "/page", role: "anybody", handle: (_, response) => !!response.end("for all") },
    ],
  });
  return { port, quota, waiting };
}

test("the limits that these tests shorten are the protocol's by default", () => {
  expect(serverLimits).toEqual({
    connections: connectionPlaces,
    strangers: strangerPlaces,
    headerTimeoutMs: httpHeaderTimeoutMs,
    stalledMs: httpStalledMs,
  });
});

describe("connections", () => {
  test.each([
    ["of an address", { inAll: 10, perAddress: 3 }],
    ["in all", { inAll: 3, perAddress: 10 }],
  ])(
    "over the limit %s get 503 and are cut; one that leaves frees its place",
    async (_, connections) => {
      const port = await start({ limits: { connections } });
      const held = [];
      for (let i = 0; i < 3; i++) held.push(await RawPeer.upgrade(port, "/socket"));
      const refused = await talk(port, "");
      expect(statusOf(refused)).toBe(503);
      expect(refused).toContain(`\r\nRetry-After: ${retryAfterSeconds}\r\n`);
      expect(edge.refusals).toMatchObject([{ code: "ERR_FULL", address: "127.0.0.1" }]);
      held[0]!.destroy();
      let answer = refused;
      while (statusOf(answer) !== 200) answer = await talk(port, get("/page"));
      expect(statusOf(answer)).toBe(200);
      for (const peer of held) peer.destroy();
    },
  );

  test("have more places than workers and dashboards need, in total and per address", () => {
    expect(connectionPlaces.perAddress).toBeGreaterThan(workersPerAddressMax);
    expect(strangerPlaces.perAddress).toBeLessThan(strangerPlaces.inAll);
    expect(connectionPlaces.perAddress).toBeLessThan(connectionPlaces.inAll);
  });

  test("whose headers do not arrive in time get 408 and are cut, silent ones too", async () => {
    const port = await start({ limits: { headerTimeoutMs: 300 } });
    const beganMs = performance.now();
    const answers = await Promise.all([
      talk(port, ""),
      talk(port, "GET / HT"),
      talk(port, "GET /page HTTP/1.1\r\nHost: localhost\r\nX: slow"),
    ]);
    expect(performance.now() - beganMs).toBeLessThan(300 + httpCheckMs + 2_000);
    for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1.1 408|$)/u);
    // Browsers open connections ahead: the one that sent nothing is no line for the operator.
    expect(edge.refusals.map(({ code }) => code)).toEqual(["ERR_TIMEOUT", "ERR_TIMEOUT"]);
  });

  test("that ask for a socket's path without an upgrade get 426, or 503 if no place is left", async () => {
    const port = await start({ limits: { strangers: { inAll: 1, perAddress: 1 } } });
    const answer = await talk(port, get("/socket"));
    expect(answer).toMatch(/^HTTP\/1\.1 426 [^]*\r\nUpgrade: websocket\r\n/u);
    expect(edge.refusals).toEqual([]);
    // What a proxy leaves of an upgrade.
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    expect(statusOf(await talk(port, get("/socket", key)))).toBe(426);
    expect(edge.refusals.map(({ reason }) => reason.code)).toEqual(["upgrade-stripped"]);
    await RawPeer.upgrade(port, "/socket");
    expect(statusOf(await talk(port, get("/socket")))).toBe(503);
  });

  test("that begin with a TLS handshake are reported as such", async () => {
    const port = await start();
    await talk(port, "\u0016\u0003\u0001\u0002\u0000");
    expect(edge.refusals.map(({ reason }) => reason.code)).toEqual(["https-on-http-port"]);
  });

  test(`answer ${httpRequestsPerConnectionMax} requests; with one more they are cut, and one line reports it`, async () => {
    const port = await start();
    const request = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const socket = connect({ port, host: "127.0.0.1" });
    let [asked, answers] = [0, 0];
    const ask = () => {
      const count = asked < httpRequestsPerConnectionMax ? httpUnansweredMax : 1;
      asked += count;
      socket.write(request.repeat(count));
    };
    socket.on("data", (chunk) => {
      answers += chunk.toString("latin1").split("HTTP/1.1 200").length - 1;
      if (answers === asked) ask();
    });
    ask();
    await once(socket, "close");
    expect([asked, answers]).toEqual([
      httpRequestsPerConnectionMax + 1,
      httpRequestsPerConnectionMax,
    ]);
    const reason = `more than ${httpRequestsPerConnectionMax.toLocaleString("en")} requests on one connection`;
    expect(inEnglish(edge.refusals)).toEqual([{ address: "127.0.0.1", code: "ERR_RATE", reason }]);
  });
});

describe("requests", () => {
  test(`with ${httpHeaderBytesMax} bytes of headers get 431`, async () => {
    const port = await start();
    const answer = await talk(port, get("/page", `X: ${"a".repeat(httpHeaderBytesMax)}`));
    expect(statusOf(answer)).toBe(431);
    expect(edge.refusals).toMatchObject([{ code: "ERR_TOO_LARGE" }]);
    expect(
      statusOf(await talk(port, get("/page", `X: ${"a".repeat(httpHeaderBytesMax - 200)}`))),
    ).toBe(200);
  });

  test(`with ${httpHeaderFieldsMax} fields are answered; with one more they get 431, upgrades too`, async () => {
    const port = await start();
    // `get` itself has 2, an upgrade 5.
    expect(statusOf(await talk(port, get("/page", ...fields(httpHeaderFieldsMax - 2))))).toBe(200);
    expect(inEnglish(edge.refusals)).toEqual([]);
    for (const more of [httpHeaderFieldsMax - 1, 200]) {
      expect(statusOf(await talk(port, get("/page", ...fields(more))))).toBe(431);
    }
    const enough = await RawPeer.upgrade(port, "/socket", fields(httpHeaderFieldsMax - 5));
    expect(await enough.settle()).toBe("open");
    const tooMany = await RawPeer.upgrade(port, "/socket", fields(httpHeaderFieldsMax - 4));
    expect(await tooMany.ended).toBe("HTTP 431");
    expect(edge.refusals.map(({ code }) => code)).toEqual(Array(3).fill("ERR_TOO_LARGE"));
  });

  test(`with ${httpBodyBytesMax} bytes of body are answered, with one more they get 413`, async () => {
    const port = await start();
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

  test("that ask whether to send their body are told no, not to continue", async () => {
    const port = await start();
    const answer = await talk(
      port,
      get("/page", "Expect: 100-continue", "Content-Length: 1000000000"),
    );
    expect(statusOf(answer)).toBe(413);
    expect(edge.refusals).toMatchObject([{ code: "ERR_TOO_LARGE" }]);
  });

  test("with two Host fields get 421, whichever is right, and upgrades 4403", async () => {
    const port = await start();
    for (const hosts of [
      ["Host: localhost", "Host: evil.example"],
      ["Host: evil.example", "Host: localhost"],
    ]) {
      const request = ["GET /page HTTP/1.1", ...hosts, "Connection: close", "\r\n"].join("\r\n");
      expect(statusOf(await talk(port, request))).toBe(421);
      expect(await (await RawPeer.upgrade(port, "/socket", hosts)).ended).toBe("closed 4403");
    }
  });

  test("that are not HTTP get 400 and are cut, even if the peer keeps its half open", async () => {
    const port = await start();
    expect(statusOf(await talk(port, "\u0016\u0003\u0001 garbage\r\n\r\n"))).toBe(400);
    expect(edge.refusals).toMatchObject([{ code: "ERR_DECODE", address: "127.0.0.1" }]);
  });
});

describe("listen", () => {
  test("on a port that is taken, gives one line for the operator", async () => {
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

  test(
    "closes within the grace period even if peers do not answer",
    { timeout: 10_000 },
    async () => {
      const port = await start();
      const peer = await RawPeer.upgrade(port, "/socket");
      peer.stopReading();
      const idle = talk(port, "");
      const beganMs = performance.now();
      await edge.server!.close();
      edge.server = undefined;
      expect(performance.now() - beganMs).toBeLessThan(2 * closeGraceMs);
      await idle;
      peer.destroy();
    },
  );
});

function fields(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `X-${i}: y`);
}

function withLength(length: number): string {
  return get("/page", `Content-Length: ${length}`);
}
