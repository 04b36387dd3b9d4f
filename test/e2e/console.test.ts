/** @file The console of a real coordinator process in a pipe: its last output when it is asked to end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { decodeCheckpoint } from "../../coordinator/storage/checkpoint.ts";
import type { Cluster } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

const program = join(import.meta.dirname, "../../build/promedio.js");

let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));

test("Ctrl-C, which every process of the terminal receives: the last line names the checkpoint of the step where it stopped", async () => {
  const runs = join(cluster.folder, "runs");
  const place = ["--host", "127.0.0.1", "--port", "0", "--runs", runs, "--name", "lesson"];
  const run = ["--dataset", "digits:600,100", "--batch-size", "20", "--epochs", "100000"];
  const args = [program, "coordinator", ...place, ...run, "--local-workers", "2"];
  // In its own group, as a shell would start it.
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const group = -child.pid!;
  try {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += String(chunk)));
    child.stderr.on("data", (chunk: Buffer) => (text += String(chunk)));
    await expect.poll(() => text).toMatch(/^epoch 2 /mu);
    process.kill(group, "SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    expect(text).not.toContain("warning");
    const last = text.trimEnd().split("\n").at(-1)!;
    const [, step, path] = /^stopped at step ([\d,]+) of 3,000,000 {2}checkpoint (\S+) {2}/u.exec(
      last,
    )!;
    const [, command = ""] = /to go on: (.+)$/u.exec(last)!;
    expect(command).toMatch(/^node \S*promedio\.js coordinator .*--resume lesson$/u);
    const decoded = decodeCheckpoint(await readFile(path!));
    expect(decoded).toMatchObject({
      ok: true,
      checkpoint: { step: Number(step!.replaceAll(",", "")) },
    });
    // Typed as it stands, it continues there, and does not wait for workers from elsewhere.
    const typed = spawn("sh", ["-c", `exec ${command} --json`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let lines = "";
    typed.stdout.on("data", (chunk: Buffer) => (lines += String(chunk)));
    await expect.poll(() => lines).toContain('"event":"epoch"');
    typed.kill("SIGTERM");
    const [again] = await once(typed, "close");
    expect(again).toBe(130);
    const events = lines
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.find(({ event }) => event === "resumed").step).toBe(
      Number(step!.replaceAll(",", "")),
    );
    expect(events.at(-1)).toMatchObject({ event: "stopped", run: "lesson" });
  } finally {
    if (child.exitCode === null) process.kill(group, "SIGKILL");
  }
});
