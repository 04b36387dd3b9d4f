/**
 * @file The disk as a run folder needs it: few operations, each complete when its promise resolves. Behind an
 * interface so that the simulator can fill it, tear writes and pull the plug.
 */
import { mkdir, open, readdir, readFile, rename, stat, truncate, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** What `stat` says of a file or a folder. */
export interface DiskEntry {
  readonly kind: "file" | "folder" | "other";
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/**
 * Every operation rejects with an `Error` whose message a person understands; one on a path that does not exist with
 * `code: "ENOENT"`, as Node does. `stat` answers `undefined` then.
 */
export interface Disk {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Creates or replaces a file, and flushes its bytes to the medium. Not atomic: a crash leaves a part. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Adds to the end of a file, creating it if need be, and flushes. A crash or an error may leave a part. */
  readonly append: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Cuts a file to its first bytes. */
  readonly truncate: (path: string, sizeBytes: number) => Promise<void>;
  /** Atomic; replaces what stands at `to`. */
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly unlink: (path: string) => Promise<void>;
  /** Creates a folder and those above it; one that stands already is fine. */
  readonly mkdir: (path: string) => Promise<void>;
  /** Names in a folder, in any order. */
  readonly readdir: (path: string) => Promise<string[]>;
  readonly stat: (path: string) => Promise<DiskEntry | undefined>;
  /** Flushes a folder's names, without which a crash may undo a rename. */
  readonly syncDirectory: (path: string) => Promise<void>;
}

/**
 * Replaces a file so that whoever reads it, after a crash at any instant too, finds the old bytes or the new ones.
 * Leaves `<path>.tmp` behind only if the process dies before the rename.
 */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}${temporarySuffix}`;
  try {
    await disk.writeFile(temporary, bytes);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined); // The first error is the one to tell.
    throw error;
  }
  await disk.syncDirectory(dirname(path));
}

/**
 * Reads a file that may not be large.
 *
 * @throws Error with a message for people when it is larger, or no file: a device may never end.
 */
export async function readSmall(disk: Disk, path: string, bytesMax: number): Promise<Uint8Array> {
  const entry = await disk.stat(path);
  if (entry !== undefined && entry.kind !== "file") throw new Error("it is not a file");
  if (entry !== undefined && entry.sizeBytes > bytesMax) {
    throw new Error(`it has ${entry.sizeBytes} bytes, at most ${bytesMax} are read`);
  }
  return await disk.readFile(path);
}

export const temporarySuffix = ".tmp";

/** The real one. */
export const nodeDisk: Disk = {
  readFile: (path) => readFile(path),
  writeFile: (path, bytes) => writeAndFlush(path, "w", bytes),
  append: (path, bytes) => writeAndFlush(path, "a", bytes),
  truncate: (path, sizeBytes) => truncate(path, sizeBytes),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  mkdir: async (path) => void (await mkdir(path, { recursive: true })),
  readdir: (path) => readdir(path),
  stat: statOrUndefined,
  syncDirectory,
};

/** Whether an operation failed because its path does not exist, or goes through a file as if it were a folder. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}

/** What became of an operation that may fail without harm to the run. The reason is one line for the operator. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function writeAndFlush(path: string, flags: "w" | "a", bytes: Uint8Array): Promise<void> {
  const file = await open(path, flags);
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

/** Windows has no such operation: it refuses to open a folder, and its renames need none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
