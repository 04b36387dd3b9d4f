/** How a coordinator ends, and what a program that started it reads: its exit code, its last line, nothing but JSON. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { expect, test } from "vitest";

import { AdminSocket } from "../../support/processes/admin-socket.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { freePort, listenLocally } from "../../support/processes/local-server.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const root = join(import.meta.dirname, "../../..");
const data = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];
const admin = ["--admin-token", "the-teachers-token"];

let cluster: Cluster;
eachWithCluster((fresh) => (cluster = fresh));

async function send(port: number, command: string): Promise<void> {
  const socket = new AdminSocket(port, "the-teachers-token");
  expect(await socket.command(JSON.stringify({ command, id: 1 }))).toMatchObject({ error: null });
  socket.close();
}

test("with --exit a stop from the dashboard ends the coordinator with 130, after a stopped event", async () => {
  const port = await freePort();
  const run = ["--name", "lesson", "--local-workers", "1", ...data, "--epochs", "100000"];
  const coordinator = cluster.coordinator("--port", String(port), "--exit", ...admin, ...run);
  await coordinator.event("epoch");
  await send(port, "stop");
  expect(await coordinator.exited).toBe(130);
  const { step, checkpointStep, resume } = await coordinator.event("stopped");
  expect(coordinator.events.at(-1)?.event).toBe("stopped");
  expect(checkpointStep).toBe(step);
  expect(resume).toMatch(/coordinator .*--exit .*--resume lesson$/u);
});

test("a stopped run that is continued ends like one that was not, as the same run", async () => {
  const run = ["--local-workers", "1", ...data, "--epochs", "40"];
  const expected = await undisturbedFingerprint(...run);
  const port = await freePort();
  const coordinator = cluster.coordinator("--port", String(port), ...admin, ...run);
  await coordinator.event("epoch", ({ epoch }) => Number(epoch) >= 2);
  await send(port, "stop");
  const { run: id, step } = await coordinator.event("stopped");
  await send(port, "resume");
  expect(await coordinator.event("resumed")).toMatchObject({ run: id, step });
  expect((await coordinator.event("finished")).fingerprint).toBe(expected);
  coordinator.child.kill("SIGINT");
  expect(await coordinator.exited).toBe(0);
});

test("a signal during a download that stalls ends it with 130 within seconds", async () => {
  const mirror = createServer(() => undefined);
  const url = await listenLocally(mirror);
  cluster.atEnd(() => mirror.close().closeAllConnections());
  const cache = ["--cache", join(cluster.folder, "cache")];
  const coordinator = cluster.coordinator("--dataset", "mnist", "--mnist-mirror", url, ...cache);
  await once(mirror, "request");
  coordinator.child.kill("SIGINT");
  expect(await coordinator.exited).toBe(130);
});

test("a finished run can be extended by another process while this one still shows it, to the same bits", async () => {
  const run = ["--local-workers", "1", "--name", "lesson", ...data];
  const first = cluster.coordinator(...run, "--epochs", "2");
  await first.event("finished");
  const second = cluster.coordinator("--local-workers", "1", "--exit", "--resume", "--epochs", "4");
  const { fingerprint } = await second.event("finished");
  expect(fingerprint).toBe(await undisturbedFingerprint(...data, "--epochs", "4"));
  expect(await second.exited).toBe(0);
  const third = cluster.coordinator("--local-workers", "1", "--resume", "--epochs", "100000");
  await third.event("epoch");
  const refused = cluster.coordinator("--resume");
  expect(await refused.exited).toBe(1);
  expect(refused.stderr).toContain(`is being trained by process ${third.child.pid}`);
  first.child.kill("SIGINT");
  expect(await first.exited).toBe(0);
  // The first one leaves the lock of the third.
  const again = cluster.coordinator("--resume");
  expect(await again.exited).toBe(1);
});

/** Runs a script of this package as a person types it. */
async function npm(...words: readonly string[]): Promise<{ output: string; errors: string }> {
  const place = ["--port", "0", "--host", "127.0.0.1", "--runs", join(cluster.folder, "runs")];
  const run = ["--exit", "--json", ...data, "--epochs", "1"];
  const child = spawn("npm", [...words, "--", ...place, ...run], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  cluster.atEnd(() => child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (errors += String(chunk)));
  await once(child, "close");
  return { output, errors };
}

test("npm start --silent prints JSON lines and nothing else; with its banner, npm start says how to leave it out", async () => {
  const { output, errors } = await npm("start", "--silent");
  const events = output
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ event: "finished" });
  expect(errors).toBe("");
  const loud = await npm("start");
  expect(loud.output).toMatch(/^\n> promedio/u);
  expect(loud.errors).toContain(
    "npm printed a banner before the JSON lines: npm start --silent -- --json leaves it out",
  );
});

test("--log json: every line on standard error is an object, nothing is on standard output, and no token anywhere", async () => {
  const place = ["--port", "0", "--host", "127.0.0.1", "--runs", join(cluster.folder, "runs")];
  const options = ["--exit", "--log", "json", "--webhook", "http://127.0.0.1:1/secret-path"];
  const args = [join(root, "build/promedio.js"), "start", ...place, ...admin, ...options];
  const child = spawn(process.execPath, [...args, ...data, "--epochs", "1"]);
  const texts = { out: "", log: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.log += chunk.toString()));
  await once(child, "close");
  expect(texts.out).toBe("");
  const entries = texts.log.trim().split("\n").map(entryIn);
  expect(entries.at(0)).toMatchObject({ event: "listening", level: "info" });
  expect(entries.at(-1)).toMatchObject({ level: "warning", code: "webhook-failed" });
  const end = entries.find(({ event }) => event === "finished");
  expect(end?.["fingerprint"]).toMatch(/^[\da-f]{64}$/u);
  expect(texts.log).not.toMatch(/the-teachers-token|secret-path|token=\w/u);
});

function entryIn(line: string): Record<string, unknown> {
  const entry: Record<string, unknown> = JSON.parse(line);
  expect(Object.keys(entry)).toEqual(expect.arrayContaining(["time", "level", "message", "code"]));
  return entry;
}

test("a start whose port is taken leaves no run behind, so that the latest run is still the one before", async () => {
  const server = createServer();
  const port = new URL(await listenLocally(server)).port;
  const coordinator = cluster.coordinator("--port", port, "--host", "127.0.0.1", ...data);
  expect(await coordinator.exited).toBe(1);
  expect(coordinator.stderr).toMatch(/port \d+ on 127\.0\.0\.1 is in use/u);
  server.close();
  expect(await readdir(join(cluster.folder, "runs"))).toEqual([]);
});
