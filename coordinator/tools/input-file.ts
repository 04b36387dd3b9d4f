/** @file Standard input as a file, because a table is read more than once. */
import { createWriteStream } from "node:fs";
import { mkdtemp, open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Enough to tell JSON lines from a table. */
const beginningBytes = 4096;

/**
 * Keeps a stream in a file of its own while it is used. The file's extension says what it holds: JSON lines if they
 * begin with a brace, else a table.
 */
export async function withFileOf(
  input: NodeJS.ReadableStream,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "promedio-input-"));
  try {
    const path = join(folder, "input");
    await pipeline(input, createWriteStream(path, { mode: 0o600 }));
    const named = (await beginsWithBrace(path)) ? `${path}.jsonl` : `${path}.csv`;
    await rename(path, named);
    await use(named);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function beginsWithBrace(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginningBytes));
    return /^\uFEFF?\s*\{/u.test(buffer.toString("utf8", 0, bytesRead));
  } finally {
    await file.close();
  }
}
