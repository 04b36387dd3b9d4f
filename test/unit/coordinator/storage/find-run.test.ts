/** What `--resume` names, and what is beside it: other folders, moved data, lost files, checkpoints alone. */
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { prepareRun, type PreparedRun } from "../../../../coordinator/run-setup.ts";
import { type Disk, nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { findRun } from "../../../../coordinator/storage/find-run.ts";
import { createRunFolder, type RunFolder } from "../../../../coordinator/storage/run-folder.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { SentenceError } from "../../../../shared/words/sentence.ts";
import { inEnglish } from "../../../support/fixtures/in-english.ts";
import { parseCoordinator } from "../cli/support.ts";
import { tinyFiles, writeFiles } from "../datasets/idx-files.ts";
import { checkpointAt } from "./checkpoint-fixture.ts";

let place = "";
let runs = "";
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "promedio-runs-"));
  runs = join(place, "runs");
});
afterEach(() => rm(place, { recursive: true }));

/** A disk on which this user may read nothing below a folder. */
function without(folder: string): Disk {
  const guarded = <Rest extends unknown[], Result>(
    run: (path: string, ...rest: Rest) => Promise<Result>,
  ) => {
    return async (path: string, ...rest: Rest): Promise<Result> => {
      if (!path.startsWith(`${folder}/`) && path !== folder) return await run(path, ...rest);
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    };
  };
  const { readFile: read, readdir, stat } = nodeDisk;
  return { ...nodeDisk, readFile: guarded(read), readdir: guarded(readdir), stat: guarded(stat) };
}

async function newRun(id: string): Promise<RunFolder> {
  const created = await createRunFolder(nodeDisk, runs, id, { id });
  if (!created.found) throw new SentenceError(created.reason);
  return created.folder;
}

const firstName = "step-00000001.safetensors";

describe("findRun", () => {
  test("finds 1 of 2 runs by id, by path and by the path of a checkpoint, which then is the only one", async () => {
    await newRun("a");
    const folder = await newRun("b");
    await folder.writeCheckpoint(checkpointAt(1));
    const file = join(folder.path, "checkpoints", firstName);
    for (const wanted of ["b", folder.path, file]) {
      expect(await findRun(nodeDisk, runs, wanted)).toMatchObject({
        kind: "run",
        folder: { id: "b" },
        file: wanted === file ? file : undefined,
      });
    }
    expect(await folder.readSetup()).toEqual({ ok: true, setup: { id: "b" } });
  });

  test("finds, of 3, the run that was written last, and no folder that is not a run", async () => {
    const folders = [await newRun("a"), await newRun("b"), await newRun("c")];
    await mkdir(join(runs, "zzz"));
    await mkdir(join(runs, "half-set-up/checkpoints"), { recursive: true });
    await writeFile(join(runs, "notes.txt"), "");
    for (const folder of folders) {
      await utimes(join(folder.path, "config.json"), 1, 1);
      await utimes(join(folder.path, "checkpoints"), 2, 2);
    }
    await folders[1]!.writeCheckpoint(checkpointAt(1));
    const found = await findRun(nodeDisk, runs);
    expect(found).toMatchObject({ kind: "run", folder: { id: "b" }, notes: [] });
  });

  test("says what exists instead if 0 runs match", async () => {
    expect(inEnglish(await findRun(nodeDisk, join(runs, "none")))).toEqual({
      kind: "none",
      reason: `no run in ${join(runs, "none")}; start one without --resume`,
    });
    await newRun("a");
    await mkdir(join(runs, "lost+found"));
    expect(inEnglish(await findRun(nodeDisk, runs, "b"))).toEqual({
      kind: "none",
      reason: `no run b, nor ${join(runs, "b")}; runs there: a`,
    });
  });

  test("passes over a folder beside the runs that this user may not read, with a line", async () => {
    await newRun("a");
    await mkdir(join(runs, "lost+found"));
    const disk = without(join(runs, "lost+found"));
    const found = await findRun(disk, runs);
    expect(inEnglish(found)).toMatchObject({
      kind: "run",
      folder: { id: "a" },
      notes: [`${join(runs, "lost+found")} is skipped: this user has no permission for it`],
    });
    expect(await findRun(disk, runs, "a")).toMatchObject({ kind: "run", folder: { id: "a" } });
    expect(inEnglish(await findRun(disk, runs, "b"))).toMatchObject({
      reason: `no run b, nor ${join(runs, "b")}; runs there: a`,
    });
  });

  test("names the folder if the only one, or the named one, may not be read", async () => {
    await newRun("a");
    const disk = without(join(runs, "a"));
    expect(inEnglish(await findRun(disk, runs))).toMatchObject({
      reason: `${join(runs, "a")} is skipped: this user has no permission for it`,
    });
    expect(inEnglish(await findRun(disk, runs, "a"))).toMatchObject({
      reason: `cannot look for runs in ${join(runs, "a")}: this user has no permission for it`,
    });
  });

  test("takes a folder without config.json for a run if it has a checkpoint", async () => {
    const folder = await newRun("a");
    await folder.writeCheckpoint(checkpointAt(1));
    await rm(folder.setupPath);
    const file = join(folder.path, "checkpoints", firstName);
    for (const wanted of [undefined, "a", file]) {
      const found = await findRun(nodeDisk, runs, wanted);
      expect(found).toMatchObject({ kind: "run", folder: { id: "a" } });
    }
  });

  test("takes a checkpoint in any other folder for a file alone, whatever is above it", async () => {
    const folder = await newRun("a");
    await folder.writeCheckpoint(checkpointAt(1));
    const file = join(runs, "a/copies", firstName);
    await mkdir(join(runs, "a/copies"));
    await copyFile(join(folder.path, "checkpoints", firstName), file);
    expect(await findRun(nodeDisk, runs, file)).toEqual({ kind: "file", path: file });
  });
});

const dataFolder = () => join(place, "data");

function prepare(...more: readonly string[]): Promise<PreparedRun> {
  const { options, run } = parseCoordinator(["coordinator", "--runs", runs, ...more]);
  return prepareRun(options, run, {
    kernel: createPlainKernel(),
    disk: nodeDisk,
    newRunId: () => "new",
    progress: () => undefined,
  });
}

const setupOf = async (id: string): Promise<unknown> =>
  JSON.parse(await readFile(join(runs, id, "config.json"), "utf8"));

/** A run on IDX files with one checkpoint, of which the path is returned. */
async function aRun(): Promise<string> {
  await mkdir(dataFolder(), { recursive: true });
  await writeFiles(dataFolder(), tinyFiles);
  const run = ["--dataset", `idx:${dataFolder()}`, "--layers", "2,3", "--batch-size", "3"];
  const { folder, config, store } = await prepare(...run, "--name", "a");
  const { step, parameters, state } = store.snapshot();
  const progress = { ...checkpointAt(0).progress, evaluation: null };
  const checkpoint = { config, step, parameters, optimizerState: state, progress };
  const written = await folder.writeCheckpoint(checkpoint);
  if (!written.ok) throw new SentenceError(written.reason);
  return written.path;
}

describe("a resumed run", () => {
  test("whose config.json is lost continues from its checkpoint, and gets a config.json again", async () => {
    await aRun();
    const before = await setupOf("a");
    await rm(join(runs, "a/config.json"));
    await expect(prepare("--resume")).rejects.toThrow(
      "the run was trained on data, which is somewhere on this machine; add --dataset idx:DIR",
    );
    const resumed = await prepare("--resume", "--dataset", `idx:${dataFolder()}`);
    expect(resumed.folder.id).toBe("a");
    expect(await setupOf("a")).toEqual(before);
    await prepare("--resume");
  });

  test("whose data have moved says how to name their new place, and keeps it", async () => {
    await aRun();
    const moved = join(place, "elsewhere");
    await rename(dataFolder(), moved);
    await expect(prepare("--resume")).rejects.toThrow(
      `cannot read the dataset's folder ${dataFolder()}: there is no such file or folder; if the data have moved, add --dataset idx:NEW-PLACE`,
    );
    await prepare("--resume", "--dataset", `idx:${moved}`);
    expect(await setupOf("a")).toMatchObject({ dataset: `idx:${moved}` });
    await prepare("--resume");
  });

  test("is a new one for a checkpoint alone, which stays as it is", async () => {
    const file = join(place, "downloaded.safetensors");
    await copyFile(await aRun(), file);
    const bytes = await readFile(file);
    await rm(join(runs, "a"), { recursive: true });
    const given = ["--resume", file, "--dataset", `idx:${dataFolder()}`];
    const prepared = await prepare(...given);
    expect(prepared.folder.id).toBe("new");
    expect(prepared.resume?.path).toBe(join(runs, "new/checkpoints/step-00000000.safetensors"));
    expect(await readFile(prepared.resume!.path)).toEqual(bytes);
    expect(await readFile(file)).toEqual(bytes);
    expect(await setupOf("new")).toEqual({
      config: prepared.config,
      dataset: `idx:${dataFolder()}`,
    });
    await expect(prepare(...given)).rejects.toThrow(/new exists already/u);
    expect((await prepare(...given, "--name", "b")).folder.id).toBe("b");
  });

  test("from a file that is no checkpoint is refused with its name, and nothing is set up", async () => {
    const file = join(place, "model.safetensors");
    await writeFile(file, "not this");
    await expect(prepare("--resume", file)).rejects.toThrow(
      /^checkpoint .*model\.safetensors is damaged \(/u,
    );
    await expect(prepare("--resume")).rejects.toThrow(/^no run in/u);
  });
});
