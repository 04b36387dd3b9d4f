import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { ownPart } from "../../../../coordinator/datasets/part-file.ts";
import { identityOf, isRunning } from "../../../../coordinator/storage/process-identity.ts";
import { claimRunFolder, orDiscard } from "../../../../coordinator/storage/run-lock.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { sentence } from "../../../../shared/words/sentence.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The id of a process that has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid!;
}

function lockOf(pid: number, started: string | null): string {
  return JSON.stringify({ pid, started, host: hostname(), since: "2026-11-28T10:00:00.000Z" });
}

async function holder(): Promise<unknown> {
  return (JSON.parse(await readFile(join(folder, "lock"), "utf8")) as { pid: number }).pid;
}

describe("claimRunFolder", () => {
  test("writes who has the folder, and leaves nothing else behind", async () => {
    await claimRunFolder(folder);
    expect(await holder()).toBe(process.pid);
    expect(await readdir(folder)).toEqual(["lock"]);
    await claimRunFolder(folder);
  });

  test("refuses a folder that a running process has, and says which and since when", async () => {
    const { pid, started } = identityOf(process.ppid);
    await writeFile(join(folder, "lock"), lockOf(pid, started));
    const refused = claimRunFolder(folder);
    await expect(refused).rejects.toThrow(OperatorError);
    await expect(refused).rejects.toThrow(
      new RegExp(`is being trained by process ${pid} on .* since 2026-11-28T10:00`, "u"),
    );
    expect(await holder()).toBe(pid);
  });

  test("releases the folder for the next process, but never takes away its lock", async () => {
    const release = await claimRunFolder(folder);
    release();
    expect(await readdir(folder)).toEqual([]);
    const { pid, started } = identityOf(process.ppid);
    await writeFile(join(folder, "lock"), lockOf(pid, started));
    release();
    expect(await holder()).toBe(pid);
  });

  test("leaves no listener behind for any of the many runs that a process may train", async () => {
    const before = process.listenerCount("exit");
    const release = await claimRunFolder(folder);
    expect(process.listenerCount("exit")).toBe(before + 1);
    release();
    release();
    expect(process.listenerCount("exit")).toBe(before);
  });

  test("takes over the lock of a process that is gone, and a damaged one", async () => {
    await writeFile(join(folder, "lock"), lockOf(await endedPid(), null));
    await claimRunFolder(folder);
    expect(await holder()).toBe(process.pid);
    await writeFile(join(folder, "lock"), '{"pid":');
    await claimRunFolder(folder);
    expect(await holder()).toBe(process.pid);
  });

  test.skipIf(process.platform !== "linux")(
    "takes over a lock whose process id belongs to another process by now",
    async () => {
      await writeFile(join(folder, "lock"), lockOf(process.ppid, "1"));
      await claimRunFolder(folder);
      expect(await holder()).toBe(process.pid);
    },
  );
});

test("isRunning knows this process, another user's, and one that has ended", async () => {
  expect(isRunning(identityOf(process.pid))).toBe(true);
  expect(isRunning(identityOf(1))).toBe(true);
  expect(isRunning({ pid: await endedPid(), started: null })).toBe(false);
});

describe("ownPart", () => {
  test("is another file for each process, and takes over what an ended one left", async () => {
    const path = join(folder, "images.gz");
    const own = `${path}.${process.pid}.part`;
    await writeFile(`${path}.${process.ppid}.part`, "of a running process");
    expect(await ownPart(path)).toBe(own);
    expect(await readdir(folder)).toEqual([`images.gz.${process.ppid}.part`]);
    await writeFile(`${path}.${await endedPid()}.part`, "left behind");
    expect(await ownPart(path)).toBe(own);
    expect(await readFile(own, "utf8")).toBe("left behind");
    expect(await ownPart(path)).toBe(own);
  });
});

describe("orDiscard", () => {
  test("removes a run that has not begun, but no resumed run, no checkpoint and no other file", async () => {
    const left: Record<string, string[]> = {};
    for (const kept of [
      "nothing",
      "a resumed run",
      "checkpoints/step-00000000.safetensors",
      "photo.jpg",
    ]) {
      const run = join(folder, kept.replaceAll(/\W/gu, "-"));
      // oxlint-disable no-await-in-loop -- one folder after the other
      await mkdir(join(run, "checkpoints"), { recursive: true });
      await writeFile(join(run, "config.json"), "{}");
      if (kept.includes(".")) await writeFile(join(run, kept), "");
      const resume = kept === "a resumed run" ? { step: 0 } : undefined;
      const claimed = { resume, folder: { path: run }, release: await claimRunFolder(run) };
      const begun = orDiscard(claimed, () =>
        Promise.reject(new OperatorError(sentence("no-run-yet"))),
      );
      await expect(begun).rejects.toThrow(OperatorError);
      left[kept] = await readdir(run).catch(() => ["no folder"]);
      // oxlint-enable no-await-in-loop
    }
    expect(left).toEqual({
      nothing: ["no folder"],
      "a resumed run": ["checkpoints", "config.json"],
      "checkpoints/step-00000000.safetensors": ["checkpoints", "config.json"],
      "photo.jpg": ["photo.jpg"],
    });
  });
});
