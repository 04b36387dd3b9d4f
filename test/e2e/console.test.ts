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
    await expect.poll(() => text, { timeout: 30_000 }).toMatch(/^epoch 2 /mu);
    process.kill(group, "SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(text).not.toContain("warning");
    const last = text.trimEnd().split("\n").at(-1)!;
    const [, step, path] = /^stopped at step ([\d,]+) of 3,000,000 {2}checkpoint (\S+) {2}/u.exec(
      last,
    )!;
    expect(last).toContain("to go on: promedio coordinator --resume lesson (and --runs");
    const decoded = decodeCheckpoint(await readFile(path!));
    expect(decoded).toMatchObject({
      ok: true,
      checkpoint: { step: Number(step!.replaceAll(",", "")) },
    });
  } finally {
    if (child.exitCode === null) process.kill(group, "SIGKILL");
  }
});
