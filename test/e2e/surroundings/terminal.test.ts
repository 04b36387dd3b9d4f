/**
 * The program's surroundings, on real terminals: nobody reads them, they close, the program is suspended and
 * continued. None of this costs a step.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

import { escape } from "../../../coordinator/console/view/style.ts";
import { makeCertificate } from "../../support/processes/certificates.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { freePort } from "../../support/processes/local-server.ts";
import { hasPseudoTerminals, PseudoTerminal } from "../../support/processes/pseudo-terminal.ts";
import { startTestWorker } from "../../support/processes/test-worker.ts";

const program = join(import.meta.dirname, "../../../build/promedio.js");
const enterScreen = `${escape}[?1049h`;
const data = ["--dataset", "digits:600,100", "--batch-size", "20", "--epochs", "100000"];

let cluster: Cluster;
let terminals: PseudoTerminal[] = [];

eachWithCluster((fresh) => (cluster = fresh));
afterEach(async () => {
  await Promise.all(terminals.map((terminal) => terminal.stop()));
  terminals = [];
});

function open(...args: ConstructorParameters<typeof PseudoTerminal>): PseudoTerminal {
  const terminal = new PseudoTerminal(...args);
  terminals.push(terminal);
  return terminal;
}

/** The command line of a coordinator that anybody may watch, with a worker of its own. */
function coordinator(port: number, ...more: readonly string[]): string[] {
  return alone(port, "--local-workers", "1", ...more);
}

/** The same, for a worker inside this process, which leaves most of the machine to the others. */
function coordinatorOf(port: number, ...more: readonly string[]): string[] {
  const joinUrl = `http://127.0.0.1:${port}/join`;
  const worker = startTestWorker({ joinUrl, name: "ana", paceMs: 5 });
  cluster.atEnd(() => worker.leave());
  return alone(port, ...more);
}

function alone(port: number, ...more: readonly string[]): string[] {
  const place = ["--host", "127.0.0.1", "--port", String(port), "--runs", runs()];
  const run = ["--name", "lesson", "--open", ...data];
  return [process.execPath, program, "coordinator", ...place, ...run, ...more];
}

function runs(): string {
  return join(cluster.folder, "runs");
}

/** Committed steps, requested over HTTP; `undefined` while nobody answers. */
async function committedStep(port: number): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://127.0.0.1:${port}/run/parameters`, { signal });
    await response.arrayBuffer();
    const step = response.headers.get("promedio-step");
    return step === null ? undefined : Number(step);
  } catch {
    return undefined;
  }
}

/** The same, once somebody answers. */
async function answeredStep(port: number): Promise<number> {
  let step: number | undefined;
  while (step === undefined) step = await committedStep(port);
  return step;
}

async function reaches(port: number, step: number): Promise<void> {
  const reached = async () => (await committedStep(port)) ?? -1;
  await expect.poll(reached, { interval: 100 }).toBeGreaterThanOrEqual(step);
}

/** Waits for the coordinator's pings, one every two seconds. */
async function hearsPings(port: number, count: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/watch`, { perMessageDeflate: false });
  await once(socket, "open");
  socket.send(JSON.stringify({ token: "" }));
  for (let heard = 0; heard < count; heard++) await once(socket, "ping");
  socket.terminate();
}

/** The last checkpoint's step. */
async function savedStep(): Promise<number> {
  const names = await readdir(join(runs(), "lesson/checkpoints"));
  return Math.max(...names.map((name) => Number(/^step-(\d+)/u.exec(name)?.[1] ?? 0)));
}

/** Runs a shell's command line, and returns its standard error. */
async function shell(line: string): Promise<string> {
  const child = spawn("sh", ["-c", line], { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += String(chunk)));
  await once(child, "close");
  return text;
}

/** A command quoted for a shell. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

async function shows(terminal: PseudoTerminal, text: string): Promise<void> {
  const isShown = () => terminal.text.includes(text) || terminal.words.includes(text);
  await expect.poll(isShown, { message: text }).toBe(true);
}

/** Types a line and waits for the answer. */
async function says(terminal: PseudoTerminal, line: string, answer: string): Promise<void> {
  terminal.forget();
  terminal.type(`${line}\r`);
  await shows(terminal, answer);
}

/** A command on a terminal that is full from the start. */
function behindAFullTerminal(command: readonly string[]): string[] {
  const filling = "head -c 200000 /dev/zero | tr '\\0' . & sleep 0.3";
  return ["sh", "-c", `${filling}; exec ${quoted(command)}`];
}

/** An interactive shell on a terminal. */
async function openShell(): Promise<PseudoTerminal> {
  const terminal = open(["bash", "--norc", "--noprofile", "-i"], { env: { HISTFILE: "" } });
  // In two parts, so that it differs from the echo of what was typed.
  await says(terminal, "PS1='rea''dy> '", "ready> ");
  return terminal;
}

describe.runIf(hasPseudoTerminals())("a terminal that nobody reads", () => {
  test.each([
    ["the live console", [], {}],
    ["plain lines", [], { TERM: "dumb" }],
    ["JSON lines", ["--json"], {}],
  ])(
    "costs %s frames or lines, but no step, no answer and no ping, and does not delay the end",
    async (_what, args, env) => {
      const port = await freePort();
      const command = behindAFullTerminal(coordinatorOf(port, ...args));
      const terminal = open(command, { isRead: false, env });
      await reaches(port, 1);
      await hearsPings(port, 1);
      const before = await answeredStep(port);
      await reaches(port, before + 50);
      process.kill(await terminal.pid, "SIGTERM");
      expect(await terminal.exited).toBe(130);
      expect(await savedStep()).toBeGreaterThan(before);
    },
  );

  test("shows the newest frame when it is read again, and the rest of the run at the end", async () => {
    const port = await freePort();
    const terminal = open(behindAFullTerminal(coordinatorOf(port)), { isRead: false });
    await reaches(port, 50);
    terminal.read(true);
    await expect.poll(() => terminal.screens).toBe(1);
    terminal.type("\u0003");
    expect(await terminal.exited).toBe(130);
    expect(terminal.screens).toBe(0);
    expect(terminal.words).toContain("stopped at step");
  });

  test("costs nothing to a program that may not open it a second time, as after su, or on Windows", async () => {
    const count = join(cluster.folder, "count");
    const writer = join(import.meta.dirname, "../../support/processes/pumped-writer.ts");
    const tsx = join(import.meta.dirname, "../../../node_modules/tsx/dist/cli.mjs");
    const command = behindAFullTerminal([process.execPath, tsx, writer, count]);
    const terminal = open(command, { isRead: false });
    const turns = async () => Number(await readFile(count, "utf8").catch(() => "0"));
    await expect.poll(turns).toBeGreaterThanOrEqual(20);
    terminal.read(true);
    await shows(terminal, "the last line");
    expect(terminal.words).toContain("line 19 ");
    expect(await terminal.exited).toBe(3);
  });

  test("costs a worker its lines, and no block", async () => {
    const training = cluster.coordinator("--exit", "--dataset", "digits:600,100", "--epochs", "1");
    const { joinUrl } = await training.event("listening");
    const command = [process.execPath, program, "worker", String(joinUrl)];
    const terminal = open(behindAFullTerminal(command), { isRead: false });
    await training.event("finished");
    expect(await terminal.exited).toBe(0);
  });
});

describe("a reader that goes away", () => {
  test.each(["--help", "--version", "start --help", "start --print-config"])(
    "gets half of %s at most, and no stack trace is left",
    async (args) => {
      const run = `"${process.execPath}" "${program}" ${args}`;
      expect(await shell(`{ sleep 0.2; ${run}; echo "code $?" >&2; } | true`)).toBe("code 0\n");
    },
  );

  test("and had both outputs of a program that fails: the exit code says so", async () => {
    const run = `"${process.execPath}" "${program}" start --epochs nonsense`;
    const code = `"${cluster.folder}/code"`;
    await shell(`{ sleep 0.2; ${run} 2>&1; echo $? >${code}; } | true`);
    expect(await shell(`cat ${code} >&2`)).toBe("1\n");
  });

  test("leaves a worker running: worker … 2>&1 | head -1", async () => {
    const training = cluster.coordinator("--exit", "--dataset", "digits:600,100", "--epochs", "1");
    const { joinUrl } = await training.event("listening");
    const worker = quoted([process.execPath, program, "worker", String(joinUrl)]);
    const line = shell(`${worker} 2>&1 | head -1`);
    await training.event("finished");
    expect(training.events.filter(({ change }) => change === "left")).toEqual([]);
    await line;
  });

  test("leaves a coordinator running: start --json | head -1", async () => {
    const port = await freePort();
    const command = quoted([...coordinator(port, "--json"), "--exit", "--epochs", "3"]);
    const errors = await shell(`{ ${command}; echo "code $?" >&2; } | head -1 >/dev/null`);
    expect(errors).toBe("code 0\n");
    expect(await savedStep()).toBe(90);
  });

  test("leaves a program running whose disk is full: its lines go to /dev/full", async () => {
    const command = quoted([...coordinator(await freePort()), "--exit", "--epochs", "3"]);
    const errors = await shell(`${command} >/dev/full 2>/dev/full; echo "code $?" >&2`);
    expect(errors).toBe("code 0\n");
  });
});

describe.runIf(hasPseudoTerminals())("a terminal that is closed", () => {
  test.each([
    ["the live console", {}],
    ["plain lines", { TERM: "dumb" }],
  ])(
    "ends a coordinator with %s like SIGTERM: it saves, and exits with 130",
    async (_what, env) => {
      const port = await freePort();
      const terminal = open(coordinator(port, "--checkpoint-every", "100000"), { env });
      await reaches(port, 100);
      terminal.hangUp();
      expect(await terminal.exited).toBe(130);
      expect(await savedStep()).toBeGreaterThanOrEqual(100);
    },
  );

  test("ends a coordinator with TLS too, although SIGHUP reloads the certificate while it is open", async () => {
    const { cert, key } = await makeCertificate(cluster.folder);
    const files = ["--tls-cert", cert, "--tls-key", key, "--checkpoint-every", "100000"];
    const terminal = open(coordinator(await freePort(), ...files), { env: { TERM: "dumb" } });
    await shows(terminal, "epoch 3 ");
    process.kill(await terminal.pid, "SIGHUP");
    await shows(terminal, "the TLS certificate was read again");
    await shows(terminal, "epoch 6 ");
    terminal.hangUp();
    expect(await terminal.exited).toBe(130);
    expect(await savedStep()).toBeGreaterThanOrEqual(180);
  });

  test("ends the worker that was started on it, with 0", async () => {
    const training = cluster.coordinator(...data);
    const { joinUrl } = await training.event("listening");
    const terminal = open([process.execPath, program, "worker", String(joinUrl)]);
    await training.event("epoch");
    terminal.hangUp();
    expect(await terminal.exited).toBe(0);
    await training.event("worker", ({ change }) => change === "left");
  });
});

describe.runIf(hasPseudoTerminals())("a job of a shell", () => {
  test("started in the background trains and prints lines; in the foreground Ctrl-C ends it", async () => {
    const port = await freePort();
    const terminal = await openShell();
    await says(terminal, `${quoted(coordinator(port))} &`, "listening: ");
    await reaches(port, 50);
    // The shell says "Stopped" about a job that the system stopped for drawing or for reading keys. The sum, because the
    // terminal shows what was typed, too.
    await says(terminal, "jobs; echo listed $((40 + 2))", "listed 42");
    expect(terminal.text).toContain("Running");
    expect(terminal.screens).toBe(0);
    await says(terminal, "fg", "lesson");
    terminal.type("\u0003");
    await shows(terminal, "stopped at step");
    await shows(terminal, "ready> ");
    expect(await savedStep()).toBeGreaterThanOrEqual(50);
  });

  test("suspended with Ctrl-Z restores the screen, continues to train in the background, and draws in the foreground", async () => {
    const port = await freePort();
    const terminal = await openShell();
    terminal.forget();
    terminal.type(`${quoted(coordinator(port))}\r`);
    await expect.poll(() => terminal.screens).toBe(1);
    await reaches(port, 50);
    terminal.type("\u001A");
    await expect.poll(() => terminal.screens).toBe(0);
    await shows(terminal, "Stopped");
    expect(await committedStep(port)).toBe(undefined);

    await says(terminal, "bg; stty -a; echo listed", "\nlisted");
    // The shell's own mode, not one without echo and lines.
    expect(terminal.text).toMatch(/ icanon .* echo /su);
    const before = await answeredStep(port);
    await reaches(port, before + 50);
    await says(terminal, "jobs; echo again", "\nagain");
    expect(terminal.text).toContain("Running");
    expect(terminal.screens).toBe(0);

    await says(terminal, "fg", enterScreen);
    // A key works again without Enter.
    terminal.forget();
    terminal.type("?");
    await shows(terminal, "this help");
    terminal.type("\u0003");
    await shows(terminal, "stopped at step");
    await shows(terminal, "ready> ");
  });

  test("stopped by a signal that cannot be caught takes back the screen and the keys when continued", async () => {
    const port = await freePort();
    const terminal = await openShell();
    terminal.forget();
    const pidFile = join(cluster.folder, "pid");
    const command = ["sh", "-c", `echo $$ >"${pidFile}"; exec "$@"`, "sh", ...coordinator(port)];
    terminal.type(`${quoted(command)}\r`);
    await expect.poll(() => terminal.screens).toBe(1);
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGSTOP");
    await shows(terminal, "Stopped");
    await says(terminal, "fg", enterScreen);
    terminal.forget();
    terminal.type("?");
    await shows(terminal, "this help");
    terminal.type("\u0003");
    await shows(terminal, "stopped at step");
    await shows(terminal, "ready> ");
  });
});
