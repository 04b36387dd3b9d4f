/**
 * @file The speed of `ws` itself: a server sends every client the same bytes, each sends them back, and when all
 * have, the next round begins. No protocol and no computing: the upper limit of any trainer over `ws`.
 *
 * Argument: JSON `{ bytes, clients, seconds, processes }`; without `processes`, each client has its own. Prints
 * JSON `{ perSecond, cpuMicros, serverCpuMicros }`: rounds per second, CPU time per round of all processes, and of
 * the server alone.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { AddressInfo } from "node:net";

import { WebSocket, WebSocketServer } from "ws";

interface Arguments {
  readonly bytes: number;
  readonly clients: number;
  readonly seconds: number;
  readonly processes?: number;
}

const argument = process.argv[2] ?? "";
if (argument.startsWith("ws:")) echo(argument, Number(process.argv[3]));
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `step.ts`
else void measure(JSON.parse(argument) as Arguments);

/** Runs clients. On request, the process reports how much CPU time it has used. */
function echo(url: string, count: number): void {
  for (let client = 0; client < count; client++) {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: 2 ** 30,
      generateMask: (mask) => void mask.fill(0),
    });
    socket.on("message", (data) => socket.send(data));
  }
  process.on("message", () => process.send?.(cpuMicros()));
}

async function measure(given: Arguments): Promise<void> {
  const { bytes, clients: count, seconds, processes = count } = given;
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    perMessageDeflate: false,
    maxPayload: 2 ** 30,
  });
  await new Promise((resolve) => server.once("listening", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  const children = Array.from({ length: processes }, () =>
    fork(import.meta.filename, [`ws://127.0.0.1:${port}`, `${count / processes}`]),
  );
  await new Promise<void>((resolve) => {
    server.on("connection", () => server.clients.size === count && resolve());
  });
  const rounds = startRounds(server, Buffer.alloc(bytes));
  await delay(500);
  const reading = async () => {
    const own = cpuMicros();
    return { rounds: rounds(), own, all: await totalCpu(children), time: performance.now() };
  };
  const before = await reading();
  await delay(1000 * seconds);
  const after = await reading();
  for (const child of children) child.kill();
  const done = after.rounds - before.rounds;
  const perSecond = (1000 * done) / (after.time - before.time);
  const result = {
    perSecond,
    cpuMicros: (after.all - before.all) / done,
    serverCpuMicros: (after.own - before.own) / done,
  };
  process.stdout.write(JSON.stringify(result), () => process.exit());
}

/** Starts the first round. Returns a function that counts the finished ones. */
function startRounds(server: WebSocketServer, message: Buffer): () => number {
  let rounds = 0;
  let missing = 0;
  const next = () => {
    missing = server.clients.size;
    for (const client of server.clients) client.send(message);
  };
  for (const client of server.clients) {
    client.on("message", () => {
      if (--missing > 0) return;
      rounds += 1;
      next();
    });
  }
  next();
  return () => rounds;
}

async function totalCpu(children: readonly ChildProcess[]): Promise<number> {
  const asked = children.map((child) => {
    const answer = new Promise<number>((resolve) =>
      child.once("message", (micros) => resolve(Number(micros))),
    );
    child.send("cpu");
    return answer;
  });
  return (await Promise.all(asked)).reduce((sum, micros) => sum + micros, cpuMicros());
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
