/**
 * @file The disk operations that a run folder needs; each is complete when its promise resolves. An interface, so
 * that the simulator can fill the disk, tear writes and pull the plug.
 */
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, stat, truncate, unlink } from "node:fs/promises";
import { dirname } from "node:path";

import { type Sentence, sentence, SentenceError } from "../../shared/words/sentence.ts";

/** The result of `stat` for a file or a folder. */
export interface DiskEntry {
  readonly kind: "file" | "folder" | "other";
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/**
 * Every operation rejects with an `Error` whose message a person understands. If the path does not exist, the error
 * has `code: "ENOENT"`, as in Node; `stat` resolves to `undefined` instead.
 */
export interface Disk {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The bytes of a file piece by piece, for files that need not fit into memory. */
  readonly chunks: (path: string) => AsyncIterable<Uint8Array>;
  /**
   * Creates or replaces a file and flushes its bytes to the medium. Not atomic: a crash may leave part of it.
   * A new file gets the permissions of `mode`, by default those of every new file.
   */
  readonly writeFile: (path: string, bytes: Uint8Array, mode?: number) => Promise<void>;
  /** Appends to a file, creating it if necessary, and flushes. A crash or an error may leave part of it. */
  readonly append: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Truncates a file to its first `sizeBytes` bytes. */
  readonly truncate: (path: string, sizeBytes: number) => Promise<void>;
  /** Atomic; replaces an existing `to`. */
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly unlink: (path: string) => Promise<void>;
  /** Creates a folder and its parents. An existing folder is fine. */
  readonly mkdir: (path: string) => Promise<void>;
  /** Names in a folder, in any order. */
  readonly readdir: (path: string) => Promise<string[]>;
  readonly stat: (path: string) => Promise<DiskEntry | undefined>;
  /** Flushes a folder's entries. Without this, a crash may undo a rename. */
  readonly syncDirectory: (path: string) => Promise<void>;
}

/**
 * Replaces a file atomically: a reader finds the old bytes or the new ones, even after a crash at any instant.
 * Leaves `<path>.tmp` behind only if the process dies before the rename.
 */
export async function replaceFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  mode?: number,
): Promise<void> {
  const temporary = `${path}${temporarySuffix}`;
  try {
    await disk.writeFile(temporary, bytes, mode);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined); // Report the first error.
    throw error;
  }
  await disk.syncDirectory(dirname(path));
}

/**
 * Reads a file that must be small.
 *
 * @throws Error with a message for people if it is larger, or is not a file (a device may never end).
 */
export async function readSmall(disk: Disk, path: string, bytesMax: number): Promise<Uint8Array> {
  const entry = await disk.stat(path);
  if (entry !== undefined && entry.kind !== "file") throw new SentenceError(sentence("is-no-file"));
  if (entry !== undefined && entry.sizeBytes > bytesMax) {
    throw new SentenceError(sentence("file-too-large", { bytes: entry.sizeBytes, bytesMax }));
  }
  return await disk.readFile(path);
}

export const temporarySuffix = ".tmp";

/** Few pieces, and each small beside what is made of it. */
const chunkBytes = 2 ** 18;

/** The real disk. */
export const nodeDisk: Disk = {
  readFile: (path) => readFile(path),
  chunks: (path) => createReadStream(path, { highWaterMark: chunkBytes }),
  writeFile: (path, bytes, mode) => writeAndFlush(path, "w", bytes, mode),
  append: (path, bytes) => writeAndFlush(path, "a", bytes),
  truncate: (path, sizeBytes) => truncate(path, sizeBytes),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  mkdir: async (path) => void (await mkdir(path, { recursive: true })),
  readdir: (path) => readdir(path),
  stat: statOrUndefined,
  syncDirectory,
};

/** Whether an operation failed because its path does not exist, or treats a file as a folder. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}

/** The result of an operation that may fail without harming the run. The reason is one line for the operator. */
export type DiskOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: Sentence };

async function writeAndFlush(
  path: string,
  flags: "w" | "a",
  bytes: Uint8Array,
  mode?: number,
): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function statOrUndefined(path: string): Promise<DiskEntry | undefined> {
  try {
    const entry = await stat(path);
    const kind = entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
    return { kind, sizeBytes: entry.size, modifiedMs: entry.mtimeMs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Windows has no such operation. It refuses to open a folder, and its renames do not need it. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
