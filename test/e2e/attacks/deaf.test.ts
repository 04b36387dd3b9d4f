/**
 * @file Peers that read nothing, over TLS. There, every waiting byte is already encrypted in its own copy, so the
 * cost of each peer is measured on a real coordinator. Over plain TCP, waiting data are shared.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { known } from "../../../shared/assert.ts";
import { selfTest } from "../../../shared/engine/self-test.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { queuedBytesMax } from "../../../shared/protocol/limits.ts";
import { frame, opcodes, RawPeer } from "../../support/attacks/raw-peer.ts";
import { ignorance, rightBytes } from "../../support/attacks/right-messages.ts";
import { makeCertificate } from "../../support/processes/certificates.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { residentMegabytes } from "../../support/processes/resident.ts";

const token = "join-token-of-the-deaf";
/** Of 784-1024-512-10. */
const parameterCount = 785 * 1024 + 1025 * 512 + 513 * 10;

let cluster: Cluster;
let coordinator: CoordinatorProcess;
let port: number;
/** They stay to the end; otherwise the next one would reuse the memory of the last and seem to cost nothing. */
const peers: RawPeer[] = [];

beforeAll(async () => {
  cluster = await Cluster.create();
  const { cert, key } = await makeCertificate(cluster.folder);
  const tls = ["--tls-cert", cert, "--tls-key", key];
  // A run that does not start leaves the memory unchanged.
  const run = ["--dataset", "digits:600,100", "--layers", "784,1024,512,10", "--min-workers", "11"];
  coordinator = cluster.coordinator("--join-token", token, ...tls, ...run);
  port = Number(new URL(String((await coordinator.event("listening"))["url"])).port);
  await coordinator.event("started");
});
afterAll(async () => {
  for (const peer of peers) peer.destroy();
  await cluster.stop();
});

/** The coordinator's cost in kB per peer, after each of them has done this. */
async function costOf(
  what: string,
  made: readonly RawPeer[],
  act: (peer: RawPeer) => void,
): Promise<number> {
  peers.push(...made);
  await delay(300);
  const before = await memoryOf(coordinator);
  for (const peer of made) {
    peer.stopReading();
    act(peer);
  }
  await delay(1_000);
  expect(made.filter(({ isOver }) => isOver)).toEqual([]);
  const cost = (1024 * ((await memoryOf(coordinator)) - before)) / made.length;
  process.stdout.write(`${what} over TLS: ${cost.toFixed(0)} kB each, of ${made.length}\n`);
  return cost;
}

async function memoryOf({ child }: CoordinatorProcess): Promise<number> {
  return known(await residentMegabytes(known(child.pid, "it runs")), "there is a /proc");
}

async function several(count: number, make: () => Promise<RawPeer>): Promise<RawPeer[]> {
  const made = [];
  for (let i = 0; i < count; i++) made.push(await make());
  return made;
}

function ask(path: string) {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  return (peer: RawPeer) => peer.write(request);
}

const kernel = instantiateKernel(
  await readFile(join(import.meta.dirname, "../../../build/kernel.wasm")),
);
const knowledge = { ...ignorance, token, kernel: kernel.id, selfTest: selfTest(kernel) };

/** A worker that has received the run. */
async function joinAsWorker(): Promise<RawPeer> {
  const peer = await RawPeer.upgrade(port, "/worker", [], true);
  peer.send(rightBytes("hello", knowledge));
  await peer.header("run");
  return peer;
}

function getReady(peer: RawPeer): void {
  const run = known(
    peer.headers.find(({ type }) => type === "run"),
    "a run",
  )["run"];
  peer.send(rightBytes("ready", knowledge, { run, samplesPerSecond: 1e5 }));
}

// Other systems do not report a process's memory.
describe.runIf(process.platform === "linux")("over TLS, a peer that reads nothing costs", () => {
  test("100 kB at most for a page of 250 kB, which needs no token", async () => {
    const connections = await several(300, () => RawPeer.connect(port, true));
    const cost = await costOf("a page that is never read", connections, ask("/dashboard.js"));
    expect(cost).toBeLessThan(100);
  });

  test("a copy of the parameters and less than a third more, for a download of 5.3 MB", async () => {
    const connections = await several(10, () => RawPeer.connect(port, true));
    const cost = await costOf("parameters never read", connections, ask("/run/parameters"));
    expect(cost).toBeLessThan((1.33 * 4 * parameterCount) / 1024);
  });

  test("300 kB at most for a dashboard", async () => {
    const dashboards = await several(50, () => RawPeer.upgrade(port, "/watch", [], true));
    const greeting = frame(opcodes.text, Buffer.from(JSON.stringify({ token })));
    const show = (peer: RawPeer) => peer.write(greeting);
    const cost = await costOf("a dashboard that never reads", dashboards, show);
    expect(cost).toBeLessThan(300);
  });

  test("two messages at most for a worker, which is what its queue may hold", async () => {
    const workers = await several(11, joinAsWorker);
    const cost = await costOf("a worker of 5.3 MB that never reads", workers, getReady);
    expect(1024 * cost).toBeLessThan(queuedBytesMax(parameterCount));
  });
});
