import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { scoreFields } from "../../../../coordinator/run/measures/scores.ts";
import type { Score } from "../../../../coordinator/run/view.ts";
import { encodeCheckpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { type Disk, nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { findRun } from "../../../../coordinator/storage/find-run.ts";
import { createRunFolder, RunFolder } from "../../../../coordinator/storage/run-folder.ts";
import { SentenceError } from "../../../../shared/words/sentence.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { checkpointAt } from "./checkpoint-fixture.ts";

let runs = "";
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), "promedio-runs-"));
});
afterEach(() => rm(runs, { recursive: true }));

type Operation = keyof Disk;

/** The real disk until `failAt` makes an operation fail; then it leaves what a full disk or a crash leaves. */
function faultyDisk(failAt: (operation: Operation, path: string, count: number) => boolean): Disk {
  let count = 0;
  const guarded = <T extends unknown[], R>(
    operation: Operation,
    run: (path: string, ...rest: T) => Promise<R>,
    leave: (path: string, ...rest: T) => Promise<unknown> = async () => undefined,
  ) => {
    return async (path: string, ...rest: T): Promise<R> => {
      count += 1;
      if (!failAt(operation, path, count)) return run(path, ...rest);
      await leave(path, ...rest);
      throw new Error(`ENOSPC: no space left on device, ${operation}`);
    };
  };
  return {
    readFile: guarded("readFile", nodeDisk.readFile),
    chunks: nodeDisk.chunks,
    writeFile: guarded("writeFile", nodeDisk.writeFile, (path, bytes) =>
      nodeDisk.writeFile(path, half(bytes)),
    ),
    append: guarded("append", nodeDisk.append, (path, bytes) => nodeDisk.append(path, half(bytes))),
    truncate: guarded("truncate", nodeDisk.truncate),
    rename: guarded("rename", nodeDisk.rename),
    unlink: guarded("unlink", nodeDisk.unlink),
    mkdir: guarded("mkdir", nodeDisk.mkdir),
    readdir: guarded("readdir", nodeDisk.readdir),
    stat: guarded("stat", nodeDisk.stat),
    syncDirectory: guarded("syncDirectory", nodeDisk.syncDirectory),
  };
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length / 2);
}

async function newRun(id = "a", disk: Disk = nodeDisk): Promise<RunFolder> {
  const created = await createRunFolder(disk, runs, id, { id });
  if (!created.found) throw new SentenceError(created.reason);
  return created.folder;
}

function checkpointPath(name: string, id = "a"): string {
  return join(runs, id, "checkpoints", name);
}

function step(number: number): string {
  return `step-${String(number).padStart(8, "0")}.safetensors`;
}

async function linesOf(folder: RunFolder): Promise<unknown[]> {
  const text = await readFile(folder.metrics.path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe("createRunFolder", () => {
  test("never sets up a second run with 1 name", async () => {
    await newRun("a");
    expect(inEnglish(await createRunFolder(nodeDisk, runs, "a", {}))).toEqual({
      found: false,
      reason: `${join(runs, "a")} exists already; choose another name or resume it`,
    });
  });

  test("leaves 0 runs to be found if the disk is full", async () => {
    const disk = faultyDisk((operation) => operation === "writeFile");
    const created = await createRunFolder(disk, runs, "a", {});
    expect(inEnglish(created)).toMatchObject({
      found: false,
      reason: expect.stringContaining("ENOSPC"),
    });
    expect(await findRun(nodeDisk, runs)).toMatchObject({ kind: "none" });
  });
});

describe("writeCheckpoint", () => {
  test("keeps the last 3 of 5 and the best", async () => {
    const folder = await newRun();
    for (const at of [10, 20, 30, 40, 50]) {
      expect(await folder.writeCheckpoint(checkpointAt(at), { best: at === 20 })).toEqual({
        ok: true,
        path: checkpointPath(step(at)),
      });
    }
    const names = await readdir(join(folder.path, "checkpoints"));
    expect(names.toSorted()).toEqual(["best.safetensors", step(30), step(40), step(50)]);
    expect(await readFile(checkpointPath("best.safetensors"))).toEqual(
      Buffer.from(encodeCheckpoint(checkpointAt(20))),
    );
  });

  test("drops the 2 checkpoints beyond the one that the run went back to", async () => {
    const folder = await newRun();
    for (const at of [10, 20, 30]) await folder.writeCheckpoint(checkpointAt(at));
    await folder.writeCheckpoint(checkpointAt(15));
    const names = await readdir(join(folder.path, "checkpoints"));
    expect(names.toSorted()).toEqual([step(10), step(15)]);
  });

  test("executes 2 overlapping calls one after the other", async () => {
    const folder = await newRun();
    const both = [
      folder.writeCheckpoint(checkpointAt(10)),
      folder.writeCheckpoint(checkpointAt(10)),
    ];
    const written = { ok: true, path: checkpointPath(step(10)) };
    expect(await Promise.all(both)).toEqual([written, written]);
  });

  test("answers a full disk with a reason, keeps the previous checkpoint and leaves no rubbish", async () => {
    let full = false;
    const folder = await newRun(
      "a",
      faultyDisk((operation) => full && operation === "writeFile"),
    );
    await folder.writeCheckpoint(checkpointAt(10));
    full = true;
    expect(inEnglish(await folder.writeCheckpoint(checkpointAt(20)))).toEqual({
      ok: false,
      reason: `cannot write checkpoint ${checkpointPath(step(20))}: ENOSPC: no space left on device, writeFile`,
    });
    expect(await readdir(join(folder.path, "checkpoints"))).toEqual([step(10)]);
    full = false;
    expect(await folder.writeCheckpoint(checkpointAt(30))).toMatchObject({ ok: true });
  });

  test("loses nothing if the process dies at any operation of the second checkpoint", async () => {
    const outcomes = new Set<boolean>();
    for (let dieAt = 1; dieAt <= 12; dieAt++) {
      let operations = -Infinity;
      const disk = faultyDisk(() => {
        operations += 1;
        return operations >= dieAt;
      });
      const folder = await newRun(`run-${dieAt}`, disk);
      await folder.writeCheckpoint(checkpointAt(10));
      operations = 0;
      folder.metrics.record({ step: 20 });
      const { ok } = await folder.writeCheckpoint(checkpointAt(20), { best: true });
      outcomes.add(ok);
      const found = await new RunFolder(nodeDisk, folder.path).latestCheckpoint();
      expect(found).toMatchObject({ found: true, notes: [] });
      expect(ok ? [20] : [10, 20]).toContain(found.found && found.checkpoint.step);
    }
    expect(outcomes).toEqual(new Set([false, true]));
  });

  test("removes a dead process's temporary file", async () => {
    const folder = await newRun();
    await writeFile(checkpointPath(`${step(5)}.tmp`), "half");
    await folder.writeCheckpoint(checkpointAt(10));
    expect(await readdir(join(folder.path, "checkpoints"))).toEqual([step(10)]);
  });
});

describe("latestCheckpoint", () => {
  test("skips 2 damaged files and reports each in one line", async () => {
    const folder = await newRun();
    for (const at of [10, 20, 30]) await folder.writeCheckpoint(checkpointAt(at));
    await writeFile(checkpointPath(step(30)), "");
    const bytes = encodeCheckpoint(checkpointAt(20));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(checkpointPath(step(20)), bytes);
    expect(await folder.latestCheckpoint()).toMatchObject({
      found: true,
      path: checkpointPath(step(10)),
      checkpoint: checkpointAt(10),
    });
    expect(inEnglish(await folder.latestCheckpoint())).toMatchObject({
      notes: [
        `checkpoint ${checkpointPath(step(30))} is damaged (0 bytes are too few for a safetensors file); using ${step(10)}`,
        `checkpoint ${checkpointPath(step(20))} is damaged (its bytes changed after it was written: the hash differs); using ${step(10)}`,
      ],
    });
  });

  test("falls back on the best one if all 3 others are damaged", async () => {
    const folder = await newRun();
    for (const at of [5, 10, 20, 30]) {
      await folder.writeCheckpoint(checkpointAt(at), { best: at === 5 });
    }
    for (const at of [10, 20, 30]) await writeFile(checkpointPath(step(at)), "x");
    expect(await folder.latestCheckpoint()).toMatchObject({ found: true, checkpoint: { step: 5 } });
  });

  test("uses the named one of 2, or none", async () => {
    const folder = await newRun();
    for (const at of [10, 20]) await folder.writeCheckpoint(checkpointAt(at));
    const path = checkpointPath(step(10));
    expect(await folder.latestCheckpoint(path)).toMatchObject({
      found: true,
      checkpoint: { step: 10 },
    });
    await writeFile(path, "x");
    expect(await folder.latestCheckpoint(path)).toMatchObject({ found: false });
  });

  test("says so if there are 0", async () => {
    const folder = await newRun();
    const reason = `no complete checkpoint in ${join(folder.path, "checkpoints")}`;
    expect(inEnglish(await folder.latestCheckpoint())).toEqual({
      found: false,
      reason,
      notes: [],
      isUncertain: false,
    });
  });

  test("is uncertain if the folder, or each of 2 files, can't be read for a moment", async () => {
    const before = await newRun();
    for (const at of [10, 20]) await before.writeCheckpoint(checkpointAt(at));
    const failing: { operation?: Operation } = {};
    const folder = new RunFolder(
      faultyDisk((operation) => operation === failing.operation),
      before.path,
    );
    failing.operation = "readdir";
    expect(await folder.latestCheckpoint()).toMatchObject({ found: false, isUncertain: true });
    failing.operation = "readFile";
    expect(inEnglish(await folder.latestCheckpoint())).toMatchObject({
      found: false,
      isUncertain: true,
      notes: [20, 10].map(
        (at) =>
          `checkpoint ${checkpointPath(step(at))} can't be read (ENOSPC: no space left on device, readFile)`,
      ),
    });
    delete failing.operation;
    expect(await folder.latestCheckpoint()).toMatchObject({
      found: true,
      checkpoint: { step: 20 },
    });
  });
});

describe("metrics", () => {
  test("exist once each after a run that wrote 4 lines, died and resumed at step 20", async () => {
    const before = await newRun();
    for (const at of [10, 20, 30, 40]) before.metrics.record({ step: at, loss: 1 / at });
    await before.metrics.flush();
    await nodeDisk.append(before.metrics.path, new TextEncoder().encode('{"step":5'));
    const { metrics } = new RunFolder(nodeDisk, before.path);
    expect(await metrics.trim(20)).toEqual({ ok: true });
    metrics.record({ step: 30, loss: 1 / 30 });
    expect(await metrics.flush()).toEqual({ ok: true });
    expect(await linesOf(before)).toEqual([10, 20, 30].map((at) => ({ step: at, loss: 1 / at })));
  });

  test("are on the disk before the checkpoint that counts them", async () => {
    const operations: string[] = [];
    const disk = faultyDisk((operation) => {
      operations.push(operation);
      return false;
    });
    const folder = await newRun("a", disk);
    operations.length = 0;
    folder.metrics.record({ step: 10 });
    await folder.writeCheckpoint(checkpointAt(10));
    expect(operations).toEqual([
      "stat",
      "append",
      "syncDirectory",
      "writeFile",
      "rename",
      "syncDirectory",
      "readdir",
    ]);
  });

  test("survive a write that stopped in the middle: 3 lines, each once", async () => {
    let full = false;
    const folder = await newRun(
      "a",
      faultyDisk((operation) => full && operation === "append"),
    );
    folder.metrics.record({ step: 1 });
    await folder.metrics.flush();
    full = true;
    folder.metrics.record({ step: 2 });
    expect(await folder.metrics.flush()).toMatchObject({ ok: false });
    folder.metrics.record({ step: 3 });
    expect(await folder.metrics.flush()).toMatchObject({ ok: false });
    full = false;
    expect(await folder.metrics.flush()).toEqual({ ok: true });
    expect(await linesOf(folder)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  });

  test("take at most 8 MiB while the disk is full, and say how many lines are missing", async () => {
    let full = true;
    const folder = await newRun(
      "a",
      faultyDisk((operation) => full && operation === "append"),
    );
    const text = "x".repeat(2 ** 20);
    for (let i = 0; i < 10; i++) folder.metrics.record({ step: i, text });
    expect(await folder.metrics.flush()).toMatchObject({ ok: false });
    full = false;
    expect(inEnglish(await folder.metrics.flush())).toEqual({
      ok: false,
      reason: `${folder.metrics.path} lacks 3 lines that were recorded while it could not be written`,
    });
    expect(await linesOf(folder)).toHaveLength(7);
  });

  test("are trimmed before the next line if the trim of a resumed run fails at first", async () => {
    const before = await newRun();
    for (const number of [1, 2, 3]) before.metrics.record({ step: number });
    await before.metrics.flush();
    let failing = true;
    const { metrics } = new RunFolder(
      faultyDisk((operation) => failing && operation === "rename"),
      before.path,
    );
    expect(await metrics.trim(1)).toMatchObject({ ok: false });
    metrics.record({ step: 2 });
    expect(await metrics.flush()).toMatchObject({ ok: false });
    expect(await linesOf(before)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
    failing = false;
    expect(await metrics.flush()).toEqual({ ok: true });
    expect(await linesOf(before)).toEqual([{ step: 1 }, { step: 2 }]);
  });

  test("give back their epochs, and pass over what is none", async () => {
    const epoch = {
      event: "epoch",
      step: 10,
      seconds: 1.5,
      trainLoss: Number.NaN,
      trainAccuracy: null,
      learningRate: 0.1,
    };
    const { event: _, ...record } = epoch;
    const { metrics } = await newRun();
    metrics.record({ step: 1, note: "something else" });
    // An earlier version, then the two forms of this one.
    metrics.record({ ...epoch, workers: 3, testLoss: 2, testAccuracy: 0.5 });
    const validation = { split: "validation", loss: Number.NaN, metrics: { rmse: 3, r2: 0.5 } };
    metrics.record({ ...epoch, ...scoreFields(validation as Score) });
    const tested = { split: "test", loss: 1, metrics: { rmse: 4 } };
    metrics.record({ ...epoch, ...scoreFields(tested as Score) });
    await metrics.flush();
    await nodeDisk.append(metrics.path, new TextEncoder().encode('{"event":"epoch","step":1'));
    expect(await metrics.read()).toEqual([
      { ...record, score: { split: "test", loss: 2, metrics: { accuracy: 0.5 } } },
      { ...record, score: validation },
      { ...record, score: tested },
    ]);
  });

  test("trim 0 lines of a missing file", async () => {
    const folder = await newRun();
    expect(await folder.metrics.trim(10)).toEqual({ ok: true });
  });
});
