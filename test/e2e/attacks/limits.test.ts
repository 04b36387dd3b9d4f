/**
 * @file The time limits with their real values on a real coordinator: peers start something and never end it, all
 * at once, while a run continues.
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { afterAll, beforeAll, expect, test } from "vitest";

import {
  closeGraceMs,
  helloTimeoutMs,
  httpCheckMs,
  httpHeaderTimeoutMs,
  httpKeepAliveMs,
  tlsHandshakeTimeoutMs,
} from "../../../shared/protocol/limits.ts";
import { frame, opcodes, upgradeRequest } from "../../support/attacks/raw-peer.ts";
import { makeCertificate } from "../../support/processes/certificates.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";

let cluster: Cluster;
let coordinator: CoordinatorProcess;
let port: number;

beforeAll(async () => {
  cluster = await Cluster.create();
  const { cert, key } = await makeCertificate(cluster.folder);
  const tls = ["--tls-cert", cert, "--tls-key", key];
  // Two steps an epoch, one a second: at full speed it would take a core for as long as the limits last.
  const size = ["--dataset", "digits:600,100", "--batch-size", "300", "--pace", "slow"];
  const run = [...size, "--epochs", "100000", "--local-workers", "1"];
  coordinator = cluster.coordinator(...tls, ...run);
  port = Number(new URL(String((await coordinator.event("listening"))["url"])).port);
  await coordinator.event("epoch");
});
afterAll(() => cluster.stop());

interface End {
  readonly afterMs: number;
  readonly answer: string;
}

/** How long a connection lives and how it is answered, counted from `begin`, which is called once it is open. */
function lifeOf(socket: Socket, begin: (socket: Socket) => void): Promise<End> {
  return new Promise((resolve) => {
    let answer = "";
    let beganMs = performance.now();
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.once("close", () => resolve({ afterMs: performance.now() - beganMs, answer }));
    const ready = "encrypted" in socket ? "secureConnect" : "connect";
    socket.once(ready, () => {
      beganMs = performance.now();
      begin(socket);
    });
  });
}

const overTls = () => connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
const overTcp = () => connect({ port, host: "127.0.0.1" });

/** One byte every 200 ms: as slow as possible. */
function trickle(text: string) {
  return (socket: Socket) => {
    let at = 0;
    const timer = setInterval(() => socket.write(text[at++] ?? "x", "latin1"), 200);
    socket.once("close", () => clearInterval(timer));
  };
}

test("a peer that never ends what it began is cut when its time is up, not before, and the run does not notice", async () => {
  const before = coordinator.events.length;
  const get = "GET /join HTTP/1.1\r\nHost: localhost\r\n";
  const ends = {
    silence: lifeOf(overTls(), () => undefined),
    "headers byte by byte": lifeOf(overTls(), trickle(`${get}X: `)),
    "an upgrade byte by byte": lifeOf(overTls(), trickle(upgradeRequest(port, "/worker"))),
    "an idle connection": lifeOf(overTls(), (socket) => socket.write(`${get}\r\n`)),
    "no TLS": lifeOf(overTcp(), () => undefined),
    "TLS byte by byte": lifeOf(overTcp(), trickle("\u0016\u0003\u0001\u0002\u0000\u0001")),
    "no hello": lifeOf(overTls(), (socket) => socket.write(upgradeRequest(port, "/worker"))),
    "no token": lifeOf(overTls(), (socket) => socket.write(upgradeRequest(port, "/watch"))),
    "a hello byte by byte": lifeOf(overTls(), (socket) => {
      socket.write(upgradeRequest(port, "/worker"));
      const hello = frame(opcodes.binary, Buffer.alloc(60), { claimedLength: 100 });
      trickle(hello.toString("latin1"))(socket);
    }),
  };
  const times: Record<keyof typeof ends, number> = {
    silence: httpHeaderTimeoutMs,
    "headers byte by byte": httpHeaderTimeoutMs,
    "an upgrade byte by byte": httpHeaderTimeoutMs,
    "an idle connection": httpKeepAliveMs,
    "no TLS": tlsHandshakeTimeoutMs,
    "TLS byte by byte": tlsHandshakeTimeoutMs,
    // They get a close frame and do not answer it.
    "no hello": helloTimeoutMs + closeGraceMs,
    "no token": helloTimeoutMs + closeGraceMs,
    "a hello byte by byte": helloTimeoutMs + closeGraceMs,
  };
  const answers: Partial<Record<keyof typeof ends, RegExp>> = {
    silence: /^(HTTP\/1\.1 408 .*)?$/su,
    "headers byte by byte": /^HTTP\/1\.1 408 /u,
    "an upgrade byte by byte": /^HTTP\/1\.1 408 /u,
    "an idle connection": /^HTTP\/1\.1 200 /u,
    "no hello": /ERR_TIMEOUT/u,
    "no token": /ERR_TIMEOUT/u,
    "a hello byte by byte": /ERR_TIMEOUT/u,
  };
  for (const [what, end] of Object.entries(ends) as [keyof typeof ends, Promise<End>][]) {
    const { afterMs, answer } = await end;
    // These are timers of two processes, and a busy machine is late.
    expect([what, afterMs > times[what] - 500]).toEqual([what, true]);
    expect([what, afterMs < times[what] + httpCheckMs + 10_000]).toEqual([what, true]);
    expect(answer).toMatch(answers[what] ?? /^/u);
  }
  const since = coordinator.events.slice(before);
  const refused = since.filter(({ change }) => change === "refused");
  expect(refused.length).toBeGreaterThan(2);
  expect(refused.every(({ error }) => /^ERR_(TIMEOUT|DECODE)$/u.test(String(error)))).toBe(true);
  expect(since.filter(({ event }) => event === "epoch").length).toBeGreaterThan(3);
  expect(coordinator.stderr).toBe("");
});
