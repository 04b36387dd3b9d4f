/**
 * @file Standard output and standard error, written so that the program never waits for a reader (invariant 4).
 *
 * Node writes to a terminal synchronously. A terminal that nobody reads (a stalled ssh connection, a selection in a
 * Windows console, a stopped tmux client) would stop steps, pings and HTTP answers. Three rules prevent that:
 *
 * 1. No write blocks. Output that is not accepted at once waits in memory, and `write` returns `false` until
 *    `drain`.
 * 2. A reader that goes away (EPIPE, EIO) loses its output, and nothing else happens.
 * 3. The callers limit what waits: `Screen` skips frames and `LineQueue` drops lines while `write` returns `false`.
 */
import { spawn } from "node:child_process";
import { write as writeFile } from "node:fs";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import { isatty, type WriteStream } from "node:tty";

import { known } from "../../shared/assert.ts";
import type { ConsoleOutput } from "./types.ts";

type OutputEvent = Parameters<ConsoleOutput["on"]>[0];
type OutputListener = Parameters<ConsoleOutput["on"]>[1];
/** `process.stdout` or `process.stderr`. */
type StandardStream = WriteStream & { readonly fd: number };

/** The used part of libuv's stream handle. Node does not document it, so every part may be missing. */
interface StreamHandle {
  readonly fd?: number;
  setBlocking?(isBlocking: boolean): number;
}

/** One of the program's two outputs. */
export class Output implements ConsoleOutput {
  readonly isTTY: boolean;
  readonly #stream: StandardStream;
  /** The destination of the bytes: the stream itself, or something between it and the program. */
  readonly #sink: Writable;
  #taken = 0;

  /** @param pump - Path of the bundled `output-pump.ts`. */
  constructor(stream: StandardStream, pump: string) {
    this.#stream = stream;
    this.isTTY = isatty(stream.fd);
    this.#sink = sinkOf(stream, pump);
    // Rule 2. Other listeners may be added for those who want to know.
    for (const each of new Set([stream, this.#sink])) each.on("error", () => undefined);
  }

  /** Cells of a terminal; 0 for anything else. */
  get columns(): number {
    return this.isTTY ? this.#stream.columns : 0;
  }

  get rows(): number {
    return this.isTTY ? this.#stream.rows : 0;
  }

  /** Number of completed writes. If it stays the same while output waits, the reader has stalled. */
  get taken(): number {
    return this.#taken;
  }

  get writableLength(): number {
    return this.#sink.writableLength;
  }

  write(output: string | Uint8Array): boolean {
    return this.#sink.write(output, () => {
      this.#taken += 1;
    });
  }

  on(event: OutputEvent, listener: OutputListener): void {
    this.#source(event).on(event, listener);
  }

  off(event: OutputEvent, listener: OutputListener): void {
    this.#source(event).off(event, listener);
  }

  /** Nothing more will be written. The process stays alive until everything written has been accepted. */
  end(): void {
    if (this.#sink !== this.#stream) this.#sink.end();
  }

  #source(event: OutputEvent): Writable {
    return event === "resize" ? this.#stream : this.#sink;
  }
}

/** Rule 1. Chooses how to write to a stream without blocking. */
function sinkOf(stream: StandardStream, pump: string): Writable {
  const { fd } = stream;
  if (!(stream instanceof Socket)) return fileSink(fd);
  const handle: StreamHandle | undefined = Reflect.get(stream, "_handle");
  // Libuv opens a terminal a second time, so that only this program's writes become asynchronous. If it may not
  // (after `su`), the handle keeps the number of the standard stream, and libuv would retry in a busy loop.
  const isShared = isatty(fd) && (handle?.fd ?? 0) <= 2;
  if (!isShared && handle?.setBlocking?.(false) === 0) return stream;
  return pumpSink(fd, pump);
}

/**
 * Writes to a file in the background. If the disk is full or gone, lines are lost; Node's own stream would throw in
 * the middle of a step.
 */
function fileSink(fd: number): Writable {
  const writeRest = (bytes: Buffer, done: () => void): void => {
    writeFile(fd, bytes, (error, written) => {
      if (error !== null || written === bytes.length) done();
      else writeRest(bytes.subarray(written), done);
    });
  };
  return new Writable({ write: (chunk: Buffer, _encoding, done) => writeRest(chunk, done) });
}

/**
 * Writes through a child process, which may block: for a Windows console, where Node has no other way. The first
 * write starts it. It ends when it has written everything, even if this process was killed.
 */
function pumpSink(fd: number, pump: string): Writable {
  let input: Writable | undefined;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      input ??= startPump(fd, pump, (error) => sink.destroy(error));
      input.write(chunk, done);
    },
    final(done) {
      if (input === undefined) done();
      else input.end(done);
    },
  });
  return sink;
}

function startPump(fd: number, pump: string, failed: (error: Error) => void): Writable {
  const child = spawn(process.execPath, [pump], { stdio: ["pipe", fd, "ignore"] });
  const input = known(child.stdin ?? undefined, "a child with a pipe has an input");
  child.on("error", failed);
  input.on("error", failed);
  return input;
}
