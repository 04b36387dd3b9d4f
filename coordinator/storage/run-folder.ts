/**
 * @file What a run leaves on disk. `find-run.ts` finds it again.
 *
 *     <runs>/<id>/config.json                             how the run was set up
 *                 checkpoints/step-00000123.safetensors   the last three
 *                             best.safetensors            the epoch with the lowest loss
 *                 handover.json                           who may come back, and what happened before
 *                 metrics.jsonl                           one line per event, ordered by `step`
 *
 * Invariant 6 (nothing lost) rests on three rules:
 *
 * 1. A checkpoint appears under its name whole or not at all: temporary file, flush, rename, flush of the folder.
 * 2. Metrics reach the disk before the checkpoint that counts their steps. So the lines beyond the newest
 *    checkpoint are exactly those that a resumed run writes again, and it removes them first.
 * 3. A failing disk costs checkpoints and metrics, never the run: every failure is a value with a reason.
 */
import { basename, dirname, join } from "node:path";

import { decodeText } from "../../shared/decode-text.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { Handover } from "../run/handover.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  type DecodedCheckpoint,
  encodeCheckpoint,
} from "./checkpoint.ts";
import {
  type Disk,
  isMissing,
  type DiskOutcome,
  readSmall,
  replaceFile,
  temporarySuffix,
} from "./disk.ts";
import { type FoundHandover, readHandover, writeHandover } from "./handover-file.ts";
import { MetricsFile } from "./metrics-file.ts";
import { OperationQueue } from "./operation-queue.ts";

/** Two to fall back on if the newest is damaged. */
const checkpointsKept = 3;
export const configName = "config.json";
/** A thousand times its usual size. */
const setupBytesMax = 2 ** 20;
export const checkpointsName = "checkpoints";
export const handoverName = "handover.json";
export const bestName = "best.safetensors";
const stepName = /^step-(\d{8,16})\.safetensors$/u;

/** A checkpoint to continue from. `notes` has one line for each damaged checkpoint that was skipped. */
export type FoundCheckpoint =
  | {
      readonly found: true;
      readonly path: string;
      readonly checkpoint: Checkpoint;
      readonly fingerprint: string;
      readonly notes: readonly Sentence[];
    }
  | {
      readonly found: false;
      readonly reason: Sentence;
      readonly notes: readonly Sentence[];
      /** Whether something could not be read, so that there may be a checkpoint after all. */
      readonly isUncertain: boolean;
    };

/** The path of a checkpoint, or the reason why it was not written. */
export type WrittenCheckpoint =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: Sentence };

export type CreatedRun =
  | { readonly found: true; readonly folder: RunFolder }
  | { readonly found: false; readonly reason: Sentence };

/**
 * Sets up the folder of a new run.
 *
 * @param runs - The folder of all runs; created if necessary.
 * @param setup - Written to `config.json` unchanged: the run config and whatever else a resumed run needs.
 */
export async function createRunFolder(
  disk: Disk,
  runs: string,
  id: string,
  setup: unknown,
): Promise<CreatedRun> {
  const path = join(runs, id);
  try {
    if ((await disk.stat(join(path, configName))) !== undefined) {
      return { found: false, reason: sentence("run-exists", { path }) };
    }
    await makeFolders(disk, runs, join(path, checkpointsName));
    await replaceFile(disk, join(path, configName), setupBytes(setup));
    return { found: true, folder: new RunFolder(disk, path) };
  } catch (error) {
    return {
      found: false,
      reason: sentence("cannot-set-up", { path, reason: systemReason(error) }),
    };
  }
}

function setupBytes(setup: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(setup, null, 2)}\n`);
}

/**
 * Creates a run's folders and flushes every name on the path that may be new. A crash that undoes one of them would
 * lose everything below it.
 */
async function makeFolders(disk: Disk, runs: string, path: string): Promise<void> {
  const isNew = (await disk.stat(runs)) === undefined;
  let top = runs;
  while ((await disk.stat(dirname(top))) === undefined) top = dirname(top);
  await disk.mkdir(path);
  for (let folder = path; folder !== top; folder = dirname(folder)) {
    await disk.syncDirectory(dirname(folder));
  }
  // Always flush, because an earlier process may have died right here. A parent that cannot be read is not new.
  const flushed = disk.syncDirectory(dirname(top));
  await (isNew ? flushed : flushed.catch(() => undefined));
}

/** The folder of one run. Operations may overlap; they are executed one after the other. */
export class RunFolder {
  readonly path: string;
  /** Name of the folder. */
  readonly id: string;
  /** The path of the setup that `createRunFolder` wrote. */
  readonly setupPath: string;
  readonly metrics: MetricsFile;
  readonly #handoverPath: string;
  readonly #disk: Disk;
  readonly #checkpoints: string;
  readonly #queue = new OperationQueue();

  constructor(disk: Disk, path: string) {
    this.path = path;
    this.id = basename(path);
    this.setupPath = join(path, configName);
    this.metrics = new MetricsFile(disk, join(path, "metrics.jsonl"));
    this.#handoverPath = join(path, handoverName);
    this.#disk = disk;
    this.#checkpoints = join(path, checkpointsName);
  }

  /** The setup passed to `createRunFolder`. The caller must validate it, because people edit files. */
  async readSetup(): Promise<
    | { readonly ok: true; readonly setup: unknown }
    | { readonly ok: false; readonly reason: Sentence }
  > {
    const path = this.setupPath;
    try {
      const text = decodeText(await readSmall(this.#disk, path, setupBytesMax));
      return { ok: true, setup: JSON.parse(text) };
    } catch (error) {
      return { ok: false, reason: sentence("cannot-read", { path, reason: systemReason(error) }) };
    }
  }

  /** Replaces the setup, for a run whose setup was lost or whose data have moved. */
  writeSetup(setup: unknown): Promise<DiskOutcome> {
    return this.#queue.run(async () => {
      const path = this.setupPath;
      try {
        await replaceFile(this.#disk, path, setupBytes(setup));
        return { ok: true };
      } catch (error) {
        const why = { path, reason: systemReason(error) };
        return { ok: false, reason: sentence("cannot-write", why) };
      }
    });
  }

  /** What the process before this one handed over. */
  readHandover(): Promise<FoundHandover> {
    return this.#queue.run(() => readHandover(this.#disk, this.#handoverPath));
  }

  writeHandover(handover: Handover): Promise<DiskOutcome> {
    return this.#queue.run(() => writeHandover(this.#disk, this.#handoverPath, handover));
  }

  /**
   * Writes a checkpoint, then deletes those that are no longer needed.
   *
   * @param options.best - Whether to keep it as `best.safetensors` too.
   * @param options.bytes - Its file, if that exists already.
   * @returns Once it is safe on the medium, or the reason why it is not.
   */
  writeCheckpoint(
    checkpoint: Checkpoint,
    { best = false, bytes }: { readonly best?: boolean; readonly bytes?: Uint8Array } = {},
  ): Promise<WrittenCheckpoint> {
    return this.#queue.run(async () => {
      const path = join(this.#checkpoints, nameOf(checkpoint));
      try {
        const file = bytes ?? encodeCheckpoint(checkpoint);
        await this.metrics.flush(); // Rule 2. Losing metrics is no reason to lose the checkpoint as well.
        await replaceFile(this.#disk, path, file);
        if (best) await replaceFile(this.#disk, join(this.#checkpoints, bestName), file);
        await this.#prune(checkpoint.step);
        return { ok: true, path };
      } catch (error) {
        const why = { path, reason: systemReason(error) };
        return { ok: false, reason: sentence("cannot-write-checkpoint", why) };
      }
    });
  }

  /** Replaces `best.safetensors` alone, in a copy of a run whose best checkpoint is not its newest. */
  writeBest(bytes: Uint8Array): Promise<WrittenCheckpoint> {
    return this.#queue.run(() => this.#write(bytes, join(this.#checkpoints, bestName)));
  }

  /** Writes a checkpoint to another folder: the last resort if this one can no longer be written. */
  writeElsewhere(checkpoint: Checkpoint, folder: string): Promise<WrittenCheckpoint> {
    return this.#queue.run(() =>
      this.#write(encodeCheckpoint(checkpoint), join(folder, nameOf(checkpoint))),
    );
  }

  /** Creates the file's folder if it is missing. */
  async #write(bytes: Uint8Array, path: string): Promise<WrittenCheckpoint> {
    try {
      await this.#disk.mkdir(dirname(path));
      await replaceFile(this.#disk, path, bytes);
      return { ok: true, path };
    } catch (error) {
      const why = { path, reason: systemReason(error) };
      return { ok: false, reason: sentence("cannot-write-checkpoint", why) };
    }
  }

  /**
   * Finds the newest undamaged checkpoint.
   *
   * @param file - If given, the path of the only checkpoint that will do.
   */
  latestCheckpoint(file?: string): Promise<FoundCheckpoint> {
    return this.#queue.run(async () => {
      const bad: Sentence[] = [];
      let isUncertain = false;
      try {
        const paths = file === undefined ? await this.#pathsNewestFirst() : [file];
        for (const path of paths) {
          const decoded = await readCheckpoint(this.#disk, path);
          if (decoded.ok) {
            const { checkpoint, fingerprint } = decoded;
            const name = basename(path);
            const notes = bad.map((reason) => sentence("using-checkpoint", { reason, name }));
            return { found: true, path, checkpoint, fingerprint, notes };
          }
          isUncertain ||= decoded.isUnread;
          bad.push(decoded.reason);
        }
        const reason = sentence("no-whole-checkpoint", { path: this.#checkpoints });
        return { found: false, reason, notes: bad, isUncertain };
      } catch (error) {
        const why = { path: this.#checkpoints, reason: systemReason(error) };
        const reason = sentence("cannot-read", why);
        return { found: false, reason, notes: bad, isUncertain: true };
      }
    });
  }

  /** Steps from the newest on, then the best one, which is older than some but better than nothing. */
  async #pathsNewestFirst(): Promise<string[]> {
    const names = await this.#checkpointNames();
    const steps = stepsIn(names).toSorted((a, b) => b.step - a.step);
    const ordered = steps.map(({ name }) => name);
    if (names.includes(bestName)) ordered.push(bestName);
    return ordered.map((name) => join(this.#checkpoints, name));
  }

  /** A missing folder has no checkpoints, so nothing is lost by a start from step 0. */
  async #checkpointNames(): Promise<string[]> {
    try {
      return await this.#disk.readdir(this.#checkpoints);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /**
   * Keeps the last few checkpoints up to the one just written. Those beyond it are damaged, or belong to a future
   * that the operator left by resuming from an earlier one. Temporary files belong to a dead process. If a file
   * cannot be removed, the next checkpoint tries again.
   */
  async #prune(writtenStep: number): Promise<void> {
    const names = await this.#disk.readdir(this.#checkpoints).catch(() => []);
    const kept = stepsIn(names)
      .filter(({ step }) => step <= writtenStep)
      .toSorted((a, b) => b.step - a.step)
      .slice(0, checkpointsKept)
      .map(({ name }) => name);
    for (const name of names) {
      const superfluous = stepName.test(name)
        ? !kept.includes(name)
        : name.endsWith(temporarySuffix);
      if (superfluous)
        await this.#disk.unlink(join(this.#checkpoints, name)).catch(() => undefined);
    }
  }
}

/**
 * Reads one checkpoint. A damaged file stays damaged, but a read that failed (`isUnread`) may succeed at the next try.
 */
export async function readCheckpoint(
  disk: Disk,
  path: string,
): Promise<
  | Extract<DecodedCheckpoint, { ok: true }>
  | { readonly ok: false; readonly reason: Sentence; readonly isUnread: boolean }
> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.readFile(path);
  } catch (error) {
    const why = { path, reason: systemReason(error) };
    return { ok: false, reason: sentence("checkpoint-unreadable", why), isUnread: true };
  }
  const decoded = decodeCheckpoint(bytes);
  if (decoded.ok) return decoded;
  const reason = sentence("checkpoint-damaged", { path, reason: decoded.reason });
  return { ok: false, reason, isUnread: false };
}

function nameOf({ step }: Checkpoint): string {
  return `step-${String(step).padStart(8, "0")}.safetensors`;
}

/** Whether a file of the checkpoints' folder is a checkpoint, going by its name. */
export function isCheckpointName(name: string): boolean {
  return name === bestName || stepName.test(name);
}

function stepsIn(names: readonly string[]): { readonly name: string; readonly step: number }[] {
  return names.flatMap((name) => {
    const digits = stepName.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, step: Number(digits) }];
  });
}
