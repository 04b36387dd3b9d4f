/**
 * @file A coordinator beside other programs on the same machine and port: its local workers still reach it. Also
 * the address that others are given.
 */
import { createServer, type Server } from "node:http";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { startLocalWorkers } from "../../coordinator/workers/local-workers.ts";
import { sayAtTerminal, type Sentence } from "../../shared/words/sentence.ts";
import type { Cluster } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

const short = ["--dataset", "digits:600,100", "--epochs", "1", "--exit"];
const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

let cluster: Cluster;
eachWithCluster((fresh) => (cluster = fresh));

/** Another program, such as a development server on [::1], and its port. */
async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

test.skipIf(!hasIPv6)(
  "local workers reach their own coordinator while another program has [::1] and the same port",
  async () => {
    const { server, port } = await listen("::1");
    const more = ["--host", "0.0.0.0", "--port", String(port), "--local-workers", "1"];
    const coordinator = cluster.coordinator(...short, ...more);
    const { url } = await coordinator.event("listening");
    expect(url).toBe(`http://127.0.0.1:${port}`);
    await coordinator.event("finished");
    expect(await coordinator.exited).toBe(0);
    server.close();
  },
);

test.skipIf(!hasIPv6)("local workers of a coordinator on :: connect to it", async () => {
  const coordinator = cluster.coordinator(...short, "--host", "::", "--local-workers", "1");
  await coordinator.event("finished");
  expect(await coordinator.exited).toBe(0);
});

test("--join-url is the address that others are given, and requests that name its host are answered", async () => {
  const flags = ["--dataset", "digits:600,100", "--join-url", "https://train.example.org"];
  const coordinator = cluster.coordinator(...flags);
  const { url, joinUrl, otherJoinUrls } = await coordinator.event("listening");
  expect(joinUrl).toMatch(/^https:\/\/train\.example\.org\/join#token=/u);
  expect(otherJoinUrls).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/join#token=/u),
  ]);
  const { port } = new URL(String(url));
  const status = await new Promise<string>((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port: Number(port) });
    socket.write("GET /join HTTP/1.1\r\nHost: train.example.org\r\nConnection: close\r\n\r\n");
    socket.once("data", (data) => resolve(String(data).split("\r\n")[0] ?? ""));
    socket.once("error", reject);
  });
  expect(status).toBe("HTTP/1.1 200 OK");
});

test("a local worker that cannot connect gives a warning at once, with the reason", async () => {
  const program = join(import.meta.dirname, "../../build/promedio.js");
  const { server, port } = await listen("127.0.0.1");
  const said: Sentence[] = [];
  const stop = startLocalWorkers({
    program,
    url: `http://127.0.0.1:${port}`,
    joinToken: null,
    env: process.env,
    count: 1,
    threads: 1,
    failed: (warning) => said.push(warning),
  });
  await expect.poll(() => said.length).toBeGreaterThan(0);
  await stop();
  server.close();
  expect(sayAtTerminal(said[0]!)).toMatch(
    /^local worker 1: it cannot connect to this coordinator \(.*404/u,
  );
});

test("a run that one process trains is refused to a second one, until the first is gone", async () => {
  const run = ["--dataset", "digits:600,100", "--epochs", "100000", "--local-workers", "1"];
  const first = cluster.coordinator("--name", "lesson", ...run);
  await first.event("epoch");
  const second = cluster.coordinator("--resume", "lesson");
  expect(await second.exited).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`lesson is being trained by process ${first.child.pid} on .*: stop that one`, "u"),
  );
  first.child.kill("SIGKILL");
  await first.exited;
  const third = cluster.coordinator("--resume", "lesson");
  await third.event("resumed");
});
