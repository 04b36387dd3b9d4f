/**
 * @file A small program that copies its standard input to its standard output. It may block where its parent may
 * not; see `output.ts`. Bundled as `output-pump.js`.
 */
import { readSync, writeSync } from "node:fs";

const bytes = Buffer.alloc(65_536);

// Ctrl-C goes to every process of a terminal. This one ends only with its input, after everything has been written.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"])
  process.on(signal, () => undefined);

let length = read();
while (length > 0 && write(bytes.subarray(0, length))) length = read();

/** @returns The number of bytes read; 0 at the end of the input. */
function read(): number {
  try {
    return readSync(0, bytes);
  } catch {
    // Windows reports the end of a pipe as an error.
    return 0;
  }
}

/** @returns Whether the reader is still there. */
function write(rest: Uint8Array): boolean {
  try {
    for (let at = 0; at < rest.length;) at += writeSync(1, rest, at);
    return true;
  } catch {
    return false;
  }
}
