/** @file What is at a path that the operator named: a failing disk becomes one line for them. */
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { Disk, DiskEntry } from "../storage/disk.ts";

/** @returns `undefined` if there is nothing. @throws OperatorError if the disk doesn't say. */
export async function entryAt(disk: Disk, path: string): Promise<DiskEntry | undefined> {
  return await orUnreadable(path, () => disk.stat(path));
}

/** The names in a folder, in the order of their characters. @throws OperatorError if it can't be read. */
export async function namesIn(disk: Disk, path: string): Promise<string[]> {
  return (await orUnreadable(path, () => disk.readdir(path))).toSorted();
}

async function orUnreadable<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const values = { path, reason: systemReason(cause) };
    throw new OperatorError(sentence("folder-unreadable", values), { cause });
  }
}
