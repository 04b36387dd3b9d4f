/**
 * @file One process per run folder: a file `lock` names the process that trains it. A lock whose process is gone, after
 * `kill -9` or a power cut, is taken over.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { link, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

import * as z from "zod/mini";

import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { identityOf, isRunning } from "./process-identity.ts";

const lockSchema = z.object({
  pid: z.int(),
  started: z.nullable(z.string()),
  host: z.string(),
  since: z.string(),
});
type Lock = z.infer<typeof lockSchema>;

/**
 * Claims a run's folder for this process, until it releases it or ends.
 *
 * @param folder - Path of the run's folder.
 * @returns A function that releases it, safe to call twice.
 * @throws OperatorError if another process has it, with its id and since when, or if the lock cannot be written.
 */
export async function claimRunFolder(folder: string): Promise<() => void> {
  const path = join(folder, "lock");
  const own: Lock = {
    ...identityOf(process.pid),
    host: hostname(),
    since: new Date().toISOString(),
  };
  const temporary = join(folder, `.lock.${process.pid}.${randomUUID()}`);
  try {
    await writeFile(temporary, `${JSON.stringify(own)}\n`);
  } catch (cause) {
    const reason = systemReason(cause);
    throw new OperatorError(sentence("run-lock-failed", { folder, reason }), { cause });
  }
  try {
    await takeLock(path, temporary);
  } finally {
    await unlink(temporary).catch(() => {});
  }
  const releaseThis = () => {
    process.off("exit", releaseThis);
    removeOwnLock(path);
  };
  // One process may train many runs, one after the other.
  process.once("exit", releaseThis);
  return releaseThis;
}

/** Runs a program, and discards its new run if an `OperatorError` says that it could not begin. */
export async function orDiscard<T>(run: ClaimedRun, program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof OperatorError) await discardNewRun(run);
    throw error;
  }
}

/**
 * Removes the folder of a new run that could not begin, because its port was taken or its certificate cannot be used.
 * Otherwise it would be the latest run, without a checkpoint. A folder that holds anything else stays.
 *
 * @param run.resume - Where it continues; `undefined`: it is new.
 * @param run.release - Gives back its claim.
 */
async function discardNewRun({ resume, folder, release }: ClaimedRun): Promise<void> {
  release?.();
  if (resume !== undefined) return;
  try {
    await rmdir(join(folder.path, "checkpoints"));
    await unlink(join(folder.path, "config.json"));
    await rmdir(folder.path);
  } catch {
    // It holds something that is not ours to remove, or the disk fails. An unused folder does no harm.
  }
}

interface ClaimedRun {
  readonly resume: unknown;
  readonly folder: { readonly path: string };
  readonly release: (() => void) | undefined;
}

/** A hard link fails if its name exists, so of two processes one gets the lock. */
async function takeLock(path: string, temporary: string): Promise<void> {
  if (await isLinked(temporary, path)) return;
  const holder = await readLock(path);
  // Whether a process on another machine that shares the disk is still running cannot be told from here.
  if (holder !== undefined && (holder.host !== hostname() || isRunning(holder))) {
    const { pid, host, since } = holder;
    const folder = dirname(path);
    // This process has it already: a run that is continued after it was stopped.
    if (pid === process.pid && host === hostname()) return;
    throw new OperatorError(sentence("run-in-use", { folder, pid: String(pid), host, since }));
  }
  // Renamed to a name of our own first: of two that found the same stale lock, one succeeds.
  const stale = `${temporary}.stale`;
  await rename(path, stale).catch(() => {});
  const taken = await readLock(stale);
  // Another process was faster, and this is its lock: give it back.
  if (taken !== undefined && taken.pid !== holder?.pid) await link(stale, path).catch(() => {});
  await unlink(stale).catch(() => {});
  if (await isLinked(temporary, path)) return;
  await takeLock(path, temporary);
}

async function isLinked(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EEXIST") return false;
    // Some file systems have no hard links; an exclusive write is nearly as good.
    return await isWritten(temporary, path);
  }
}

async function isWritten(temporary: string, path: string): Promise<boolean> {
  try {
    await writeFile(path, await readFile(temporary), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    const reason = systemReason(error);
    throw new OperatorError(sentence("run-lock-failed", { folder: path, reason }), {
      cause: error,
    });
  }
}

/** The lock's holder; `undefined` for a lock that is gone or damaged. */
async function readLock(path: string): Promise<Lock | undefined> {
  try {
    const read = lockSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the lock if it is still this process's. Synchronous, because the process may be exiting. */
function removeOwnLock(path: string): void {
  try {
    const lock = lockSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    if (lock.pid === process.pid && lock.host === hostname()) unlinkSync(path);
  } catch {
    // The folder is gone, or the disk: the next process finds that this one is not running.
  }
}
