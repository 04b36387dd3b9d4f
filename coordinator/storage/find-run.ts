/**
 * @file Finds what `--resume` names: a run, one checkpoint of a run, or a checkpoint file alone. A folder is a run if it
 * has a setup or a checkpoint, because every checkpoint has the run's config. Whatever else is beside the runs, such as
 * `lost+found`, is passed over.
 */
import { basename, dirname, join } from "node:path";

import { type Sentence, sentence, type Value } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { type Disk, type DiskEntry, isMissing } from "./disk.ts";
import { checkpointsName, configName, isCheckpointName, RunFolder } from "./run-folder.ts";

export type FoundRun =
  | {
      readonly kind: "run";
      readonly folder: RunFolder;
      /** The path of the only checkpoint that will do; `undefined`: the newest. */
      readonly file: string | undefined;
      /** One line for each folder that could not be searched, and may be a newer run. */
      readonly notes: readonly Sentence[];
    }
  /** A checkpoint that belongs to no run's folder, for example a downloaded one. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "none"; readonly reason: Sentence };

/**
 * Finds a run to resume.
 *
 * @param wanted - Its id, the path of its folder, or of a checkpoint; `undefined` for the run that was written last.
 */
export async function findRun(disk: Disk, runs: string, wanted?: string): Promise<FoundRun> {
  try {
    return await (wanted === undefined ? latestRun(disk, runs) : namedRun(disk, runs, wanted));
  } catch (error) {
    const path = wanted === undefined ? runs : join(runs, wanted);
    const why = { path, reason: systemReason(error) };
    return { kind: "none", reason: sentence("cannot-look-for-runs", why) };
  }
}

async function latestRun(disk: Disk, runs: string): Promise<FoundRun> {
  let latest: { readonly path: string; readonly writtenMs: number } | undefined;
  const notes: Sentence[] = [];
  for (const id of await namesIn(disk, runs)) {
    const path = join(runs, id);
    // One after the other: a folder of runs may have thousands.
    // oxlint-disable-next-line no-await-in-loop
    const writtenMs = await lastWrittenMs(disk, path).catch((error: unknown) => {
      notes.push(sentence("folder-passed-over", { path, reason: systemReason(error) }));
      return -Infinity;
    });
    if (writtenMs > (latest?.writtenMs ?? -Infinity)) latest = { path, writtenMs };
  }
  if (latest === undefined) {
    const reason = notes[0] ?? sentence("no-run-in-folder", { path: runs });
    return { kind: "none", reason };
  }
  return { kind: "run", folder: new RunFolder(disk, latest.path), file: undefined, notes };
}

/** When a run last wrote a checkpoint, or was set up; −∞ if the folder is not a run. */
async function lastWrittenMs(disk: Disk, path: string): Promise<number> {
  const setup = await disk.stat(join(path, configName));
  const checkpoints = await disk.stat(join(path, checkpointsName));
  if (setup === undefined && !(await hasCheckpoint(disk, path, checkpoints))) return -Infinity;
  return Math.max(setup?.modifiedMs ?? -Infinity, checkpoints?.modifiedMs ?? -Infinity);
}

async function namedRun(disk: Disk, runs: string, wanted: string): Promise<FoundRun> {
  for (const path of [join(runs, wanted), wanted]) {
    // oxlint-disable-next-line no-await-in-loop -- the second path is a fallback
    const entry = await disk.stat(path);
    if (entry?.kind === "file") return await runOfFile(disk, path);
    // oxlint-disable-next-line no-await-in-loop
    if (entry?.kind === "folder" && (await isRun(disk, path))) return runAt(disk, path);
  }
  const ids = await runIds(disk, runs);
  const values = { name: wanted, path: join(runs, wanted), runs: ids };
  return { kind: "none", reason: sentence("no-such-run", values) };
}

/** The run to which a checkpoint belongs, or the file alone. */
async function runOfFile(disk: Disk, file: string): Promise<FoundRun> {
  const folder = dirname(file);
  const isInRun = basename(folder) === checkpointsName && (await isRun(disk, dirname(folder)));
  return isInRun ? runAt(disk, dirname(folder), file) : { kind: "file", path: file };
}

function runAt(disk: Disk, path: string, file?: string): FoundRun {
  return { kind: "run", folder: new RunFolder(disk, path), file, notes: [] };
}

async function isRun(disk: Disk, path: string): Promise<boolean> {
  if ((await disk.stat(join(path, configName))) !== undefined) return true;
  return await hasCheckpoint(disk, path, await disk.stat(join(path, checkpointsName)));
}

async function hasCheckpoint(
  disk: Disk,
  path: string,
  checkpoints: DiskEntry | undefined,
): Promise<boolean> {
  if (checkpoints?.kind !== "folder") return false;
  return (await disk.readdir(join(path, checkpointsName))).some(isCheckpointName);
}

async function runIds(disk: Disk, runs: string): Promise<Value> {
  const names = await namesIn(disk, runs);
  const are = await Promise.all(
    names.map((name) => isRun(disk, join(runs, name)).catch(() => false)),
  );
  const ids = names.filter((_, index) => are[index]);
  return ids.length === 0 ? sentence("none") : ids.toSorted();
}

/** Names in the folder of runs; none if it does not exist yet. */
async function namesIn(disk: Disk, runs: string): Promise<string[]> {
  try {
    return await disk.readdir(runs);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
