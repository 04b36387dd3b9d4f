/**
 * @file The file that a download grows in: `<path>.<pid>.part`, of one process alone, so that two programs that
 * download the same file at the same time do not write into each other's. A part whose process is gone is taken over,
 * so an interrupted download continues at the next start.
 */
import { readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { isRunning } from "../storage/process-identity.ts";

/**
 * The part file of this process for a path. It need not exist.
 *
 * @param path - Of the file once it is complete; its folder exists.
 */
export async function ownPart(path: string): Promise<string> {
  const own = `${path}.${process.pid}.part`;
  const names = await readdir(dirname(path));
  if (names.includes(basename(own))) return own;
  for (const name of names) {
    if (!isAbandoned(name, basename(path))) continue;
    try {
      // Of two programs that both want it, the rename succeeds for one.
      // oxlint-disable-next-line no-await-in-loop
      await rename(join(dirname(path), name), own);
      return own;
    } catch {
      continue;
    }
  }
  return own;
}

/** Whether a file of the folder is a part of `file` that no running process writes. */
function isAbandoned(name: string, file: string): boolean {
  if (name === `${file}.part`) return true;
  const pid = name.startsWith(`${file}.`)
    ? /^(\d+)\.part$/u.exec(name.slice(file.length + 1))
    : null;
  return pid !== null && !isRunning({ pid: Number(pid[1]), started: null });
}
