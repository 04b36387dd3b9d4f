/**
 * @file The program: reads the command line and starts the coordinator or the worker. The only file that knows
 * both.
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only checks
import "./coordinator/cli/node-version.ts";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join, relative } from "node:path";

import { hasBanner } from "./coordinator/cli/invocation.ts";
import { parseCommandLine, type ParsedCommand } from "./coordinator/cli/parse.ts";
import { runFileBytesMax } from "./coordinator/cli/run-file.ts";
import { jobControl, surviveLostTerminal } from "./coordinator/console/job-control.ts";
import { LineQueue } from "./coordinator/console/line-queue.ts";
import { Output } from "./coordinator/console/output.ts";
import { Signals } from "./coordinator/console/signals.ts";
import { Heap, tuneHeap } from "./coordinator/heap.ts";
import type { StartInside } from "./coordinator/workers/local-workers.ts";
import { assertNever } from "./shared/assert.ts";
import { oneLine } from "./shared/error-text.ts";
import { type LogEntry, type LogForm, logLine, noteOf } from "./shared/log.ts";
import { OperatorError } from "./shared/operator-error.ts";
import { quoted, sayAtTerminal, type Sentence, sentence } from "./shared/words/sentence.ts";

const collectHeap = tuneHeap();

/** The folder of the bundled program, the kernel and the pages. */
const build = import.meta.dirname;

// From here on no reader of the output can stop the program, whether it is slow or goes away.
const pump = join(build, "output-pump.js");
const output = new Output(process.stdout, pump);
const errors = new Output(process.stderr, pump);
const errorLines = new LineQueue(errors, sayAtTerminal);
const tell = (line: string) => errorLines.add(oneLine(line));
/** Known once the command line is read. */
let logged: { readonly form: LogForm; readonly secrets: readonly string[] } | undefined;

/** Writes a line on standard error, or with `--log json` an object. */
function log(entry: LogEntry): void {
  if (logged?.form !== "json") return tell(entry.message);
  errorLines.add(logLine(entry, new Date().toISOString(), logged.secrets));
}
surviveLostTerminal();
// Node would print its own warnings synchronously.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => {
  log(noteOf(quoted(message), "warning", `promedio: ${name}: ${message}`));
});

async function main(): Promise<number> {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(build, "../package.json"), "utf8"),
  );
  const [, path = "promedio", ...argv] = process.argv;
  const script = relative(process.cwd(), path);
  const command = parseCommandLine(argv, process.env, readStart, version, script);
  if (command.kind === "coordinator" && command.options.json) warnOfBanner(script);
  logged = logOf(command);
  // The command line may contain a token, and every user of a machine can read the command lines of others. Replace
  // it.
  process.title = `promedio ${command.kind}`;
  switch (command.kind) {
    case "print":
      output.write(command.text.endsWith("\n") ? command.text : `${command.text}\n`);
      return 0;
    case "worker":
      return await runWorker(command);
    case "relay":
      return await runRelay(command);
    case "coordinator":
      return await runCoordinator(command);
    case "compare": {
      const compare = await import("./coordinator/compare/main.ts");
      return await compare.runCompare(command, programWorld());
    }
    case "inspect": {
      const inspect = await import("./coordinator/inspect/main.ts");
      return await inspect.runInspect(command, { write: (text) => output.write(text), tell });
    }
    case "learn": {
      const learn = await import("./coordinator/tools/learn.ts");
      const interrupted = new Signals(jobControl).ended;
      return await learn.runLearn(command, {
        build,
        write: (text) => output.write(text),
        interrupted,
      });
    }
    case "summary": {
      const summary = await import("./coordinator/inspect/summary.ts");
      return await summary.runSummary(command, { write: (text) => output.write(text), tell });
    }
    case "predict":
    case "evaluate":
    case "explain":
    case "export": {
      const tools = await import("./coordinator/tools/main.ts");
      return await tools.runTool(command, { build, write, tell, input: process.stdin });
    }
    default:
      return assertNever(command);
  }
}

let isReaderGone = false;
output.on("error", () => (isReaderGone = true));

/** Writes to standard output; resolves when there is room for more, or when nobody reads any longer. */
async function write(text: string | Uint8Array): Promise<void> {
  if (isReaderGone || output.write(text)) return;
  await new Promise<void>((resolve) => {
    output.on("drain", () => resolve());
    output.on("error", () => resolve());
  });
}

/** Reads a file, but only so much that it shows as too large: a device may have no end. */
function readStart(path: string): Uint8Array {
  const bytes = Buffer.alloc(runFileBytesMax + 1);
  const file = openSync(path, "r");
  try {
    let length = 0;
    let read: number;
    do {
      read = readSync(file, bytes, length, bytes.length - length, null);
      length += read;
    } while (read > 0);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** A program that reads the lines cannot skip what npm prints before them. */
function warnOfBanner(script: string): void {
  const { npm_lifecycle_event: event = "" } = process.env;
  if (output.isTTY || !hasBanner({ environment: process.env, script })) return;
  const silent = event === "start" ? "npm start --silent --" : `npm run --silent ${event} --`;
  tell(sayAtTerminal(sentence("npm-banner", { command: `${silent} --json` })));
}

async function runWorker(command: Extract<ParsedCommand, { kind: "worker" }>): Promise<number> {
  const worker = await import("./worker/node/main.ts");
  return await worker.runWorker(command, {
    build,
    env: process.env,
    log,
    interrupted: new Signals(jobControl).ended,
    isChild: true,
  });
}

async function runRelay(command: Extract<ParsedCommand, { kind: "relay" }>): Promise<number> {
  const relay = await import("./coordinator/relay/main.ts");
  return await relay.runRelay(command, {
    build,
    env: process.env,
    log,
    interrupted: new Signals(jobControl).ended,
  });
}

async function runCoordinator(
  command: Extract<ParsedCommand, { kind: "coordinator" }>,
): Promise<number> {
  if (command.options.cluster !== undefined) {
    const clustered = await import("./coordinator/clustered.ts");
    return await clustered.runClustered(command, programWorld());
  }
  const coordinator = await import("./coordinator/main.ts");
  return await coordinator.runCoordinator(command, programWorld());
}

function programWorld() {
  const signals = new Signals(jobControl);
  const told = (said: Sentence) => log(noteOf(said, "info", sayAtTerminal(said)));
  const startInside: StartInside = async (worker) => {
    const { startInsideWorker } = await import("./worker/node/inside.ts");
    return startInsideWorker({ ...worker, build });
  };
  const { env, stdin: input } = process;
  const heap = new Heap(collectHeap).watch();
  // Later, because what the callers have in hand is still referred to.
  const collectGarbage = () => void setImmediate(() => heap.collect());
  return { build, env, output, tell: told, log, input, signals, startInside, collectGarbage };
}

/** What the log looks like, and what must not be in it: an address or a command may contain a password. */
function logOf(command: ParsedCommand): typeof logged {
  if (command.kind === "worker" || command.kind === "relay")
    return { form: command.log, secrets: given(command.joinToken) };
  if (command.kind !== "coordinator") return undefined;
  const { log: form, joinToken, adminToken, webhook, onFinish } = command.options;
  return { form, secrets: given(joinToken, adminToken, webhook, onFinish) };
}

function given(...texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

/** How long the program waits at the end for a reader that accepts nothing. */
const stalledMs = 2_000;

/** Lets the process end: at once if everything has been read, or soon if nobody reads. */
function endOutput(): void {
  let before = -1;
  const look = () => {
    const taken = output.taken + errors.taken;
    if (taken === before) process.exit();
    before = taken;
  };
  look();
  setInterval(look, stalledMs).unref();
  output.end();
  errors.end();
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  log(noteOf(error.said, "error", `promedio: ${error.message}`));
  process.exitCode = 1;
}
endOutput();
