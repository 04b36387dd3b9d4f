/** @file A disk in memory that never fails: files by path; the only folders are those in their paths. */
import type { Disk } from "../../../coordinator/storage/disk.ts";

export function memoryDisk(files: Map<string, Uint8Array>): Disk {
  const below = (folder: string) => {
    const prefix = `${folder.replace(/\/$/u, "")}/`;
    return [...files.keys()].filter((path) => path.startsWith(prefix));
  };
  const read = (path: string) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw missing(path);
    return bytes;
  };
  return {
    readFile: async (path) => read(path),
    async *chunks(path) {
      yield read(path);
    },
    writeFile: async (path, bytes) => void files.set(path, bytes),
    append: async (path, bytes) => {
      files.set(path, Uint8Array.from([...(files.get(path) ?? []), ...bytes]));
    },
    truncate: async (path, sizeBytes) => void files.set(path, read(path).subarray(0, sizeBytes)),
    rename: async (from, to) => {
      files.set(to, read(from));
      files.delete(from);
    },
    unlink: async (path) => void files.delete(path),
    mkdir: async () => undefined,
    readdir: async (folder) => {
      const names = below(folder).map((path) => path.slice(folder.replace(/\/$/u, "").length + 1));
      if (names.length === 0) throw missing(folder);
      return [...new Set(names.map((name) => name.split("/", 1)[0] ?? name))];
    },
    stat: async (path) => {
      const bytes = files.get(path);
      if (bytes !== undefined) return { kind: "file", sizeBytes: bytes.length, modifiedMs: 0 };
      if (below(path).length > 0) return { kind: "folder", sizeBytes: 0, modifiedMs: 0 };
      return undefined;
    },
    syncDirectory: async () => undefined,
  };
}

function missing(path: string): Error {
  const error = new Error(`ENOENT: no such file or directory, ${path}`);
  return Object.assign(error, { code: "ENOENT" });
}
