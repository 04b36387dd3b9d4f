/**
 * @file The program: reads the command line and hands over to the coordinator or the worker. The only place that knows
 * both.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

import { parseCommandLine, type ParsedCommand } from "./coordinator/cli/parse.ts";
import { runFileBytesMax } from "./coordinator/cli/run-file.ts";
import { assertNever } from "./shared/assert.ts";
import { oneLine, OperatorError } from "./shared/operator-error.ts";

// Messages lie outside of V8's heap but count towards its limit, which follows the small heap inside: without this, the
// whole heap is collected every 80 steps of a small network, which costs more than all the rest of a step.
setFlagsFromString("--heap-growing-percent=400");
// A young generation that stays small gives the buffers of received messages back sooner: 15 MB less, as fast.
setFlagsFromString("--semi-space-growth-factor=1");

/** Where this program lies once it is bundled, with the kernel and the pages. */
const build = import.meta.dirname;

async function main(): Promise<number> {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(build, "../package.json"), "utf8"),
  );
  const command = parseCommandLine(process.argv.slice(2), process.env, readStart, version);
  // A token may stand on the command line, and every user of a machine can read command lines: this one is replaced.
  process.title = `promedio ${command.kind}`;
  switch (command.kind) {
    case "print":
      process.stdout.write(command.text.endsWith("\n") ? command.text : `${command.text}\n`);
      return 0;
    case "worker":
      return await runWorker(command);
    case "coordinator":
      return await runCoordinator(command);
    default:
      return assertNever(command);
  }
}

/** A file as text, but never more of it than shows that it is too large: a device has no end. */
function readStart(path: string): string {
  const bytes = Buffer.alloc(runFileBytesMax + 1);
  const file = openSync(path, "r");
  try {
    let length = 0;
    let read: number;
    do {
      read = readSync(file, bytes, length, bytes.length - length, null);
      length += read;
    } while (read > 0);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}

async function runWorker(command: Extract<ParsedCommand, { kind: "worker" }>): Promise<number> {
  const worker = await import("./worker/node/main.ts");
  return await worker.runWorker(command, {
    build,
    write: (line) => process.stderr.write(`${oneLine(line)}\n`),
  });
}

async function runCoordinator(
  command: Extract<ParsedCommand, { kind: "coordinator" }>,
): Promise<number> {
  const coordinator = await import("./coordinator/main.ts");
  return await coordinator.runCoordinator(command, {
    build,
    env: process.env,
    output: process.stdout,
    input: process.stdin,
    interrupted: interrupted(),
  });
}

/** Resolves at the first signal to end; the second one ends the process at once. */
function interrupted(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`promedio: ${oneLine(error.message)}\n`);
  process.exitCode = 1;
}
