/**
 * @file Makes the README's first picture from two real runs: `npm run screenshots`. Both are `promedio start
 * --exit` on a simulated terminal; in the second, one of the two worker processes is killed with SIGKILL during the
 * run. The picture is refused unless both end with the same fingerprint.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ReadStream } from "node:tty";

import { parseCommandLine } from "../../../coordinator/cli/parse.ts";
import { runCoordinator } from "../../../coordinator/main.ts";
import { known } from "../../../shared/assert.ts";
import { Terminal } from "../processes/terminal.ts";
import { filmOf, type Frame } from "./terminal-film.ts";

const root = join(import.meta.dirname, "../../..");
const picture = join(import.meta.dirname, "pictures/killed-worker.svg");
const columns = 100;
/** Between two frames. The console draws a view five times a second. */
const frameMs = 250;
/** In one reel: a slow machine's run is shown in larger steps, not in a larger file. */
const framesMax = 30;
const holdMs = 7_000;
/** About half of the run is done by then. */
const killAtPercent = 45;
const bytesMax = 400_000;

// So that paths on the screen are as short as in a person's own folder.
const home = process.cwd();
const folder = await mkdtemp(join(tmpdir(), "promedio-film-"));
process.chdir(folder);
try {
  await film();
} finally {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function film(): Promise<void> {
  const calm = await record({ rows: 14, kills: false });
  const hit = await record({ rows: 24, kills: true });
  const { kill } = hit;
  if (kill === undefined) throw new Error("the run was over before a worker could be killed");
  if (calm.fingerprint !== hit.fingerprint) throw new Error("the fingerprints differ");
  const command = "$ promedio start --exit";
  const svg = filmOf({
    columns,
    reels: [
      { title: command, rows: 10, frames: calm.frames, lit: calm.fingerprint },
      {
        title: command,
        rows: 23,
        frames: hit.frames,
        note: { atMs: kill.atMs, text: `$ kill -9 ${kill.pid}` },
        lit: hit.fingerprint,
      },
    ],
    caption: "a worker killed on the way, and the same 13,002 parameters to the last bit",
    description: `Two runs of promedio start with two workers each. In the second, one worker is killed at ${killAtPercent} %. Both end with the fingerprint ${hit.fingerprint}.`,
    holdMs,
  });
  if (svg.length > bytesMax) throw new Error(`${svg.length} bytes, at most ${bytesMax}`);
  await writeFile(picture, svg);
  process.stdout.write(`${picture}: ${Math.round(svg.length / 1000)} kB\n`);
}

interface Recording {
  readonly frames: readonly Frame[];
  readonly fingerprint: string;
  readonly kill: { readonly atMs: number; readonly pid: number } | undefined;
}

/** Films one run from its first step to the summary that it leaves on the terminal. */
async function record({ rows, kills }: { rows: number; kills: boolean }): Promise<Recording> {
  const terminal = new Terminal(columns, rows);
  const frames: Frame[] = [];
  let kill: Recording["kill"];
  let beganMs: number | undefined;
  const ended = new AbortController();
  const run = start(terminal).finally(() => ended.abort());
  while (!ended.signal.aborted) {
    const percent = percentOf(terminal.lines);
    if (percent !== undefined) {
      beganMs ??= performance.now();
      const atMs = performance.now() - beganMs;
      frames.push({ atMs, rows: terminal.runs });
      if (kills && kill === undefined && percent >= killAtPercent) {
        const pid = busyWorker(terminal.lines);
        process.kill(pid, "SIGKILL");
        kill = { atMs, pid };
      }
    }
    await delay(frameMs, undefined, { signal: ended.signal }).catch(() => {});
  }
  await run;
  const atMs = performance.now() - (beganMs ?? 0);
  frames.push({ atMs, rows: terminal.runs });
  const fingerprint = /^fingerprint ([\da-f]{64})$/mu.exec(terminal.lines.join("\n"))?.[1];
  if (fingerprint === undefined) throw new Error(`no fingerprint: ${terminal.lines.join("\n")}`);
  return { frames: thinned(frames), fingerprint, kill };
}

/** The program itself, as `promedio start --exit` would run it on a terminal. */
async function start(terminal: Terminal): Promise<void> {
  const place = ["--host", "127.0.0.1", "--port", "0"];
  const command = parseCommandLine(["start", "--exit", ...place], {}, () => new Uint8Array(0), "");
  if (command.kind !== "coordinator") throw new Error("a coordinator was asked for");
  const code = await runCoordinator(command, {
    build: join(root, "build"),
    env: {},
    output: terminal,
    tell: () => {},
    log: () => {},
    input: new PassThrough() as unknown as ReadStream,
    signals: { ended: new Promise(() => {}), onReload: () => {} },
  });
  if (code !== 0) throw new Error(`the run ended with exit code ${code}`);
}

/** How much of the run is done, once there is a step; read from the screen, as a person would. */
function percentOf(lines: readonly string[]): number | undefined {
  const [, percent] = /(\d+) % {2}epoch /u.exec(lines.join("\n")) ?? [];
  return percent === undefined ? undefined : Number(percent);
}

/** The worker that currently computes most. Children are numbered in the order in which they were started. */
function busyWorker(lines: readonly string[]): number {
  const shares = lines.flatMap((line) => {
    const [, number, percent] = /^local (\d) .* ([\d.]+) % /u.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), percent: Number(percent) }];
  });
  const [busiest] = shares.toSorted((a, b) => b.percent - a.percent);
  const pid = workerPids()[(busiest?.number ?? 1) - 1];
  if (pid === undefined) throw new Error(`no worker to kill:\n${lines.join("\n")}`);
  return pid;
}

function workerPids(): number[] {
  const processes = execFileSync("ps", ["-A", "-o", "ppid=", "-o", "pid=", "-o", "args="], {
    encoding: "utf8",
  });
  return processes
    .split("\n")
    .map((line) => line.trim().split(/\s+/u))
    .filter(([parent, , ...args]) => {
      return Number(parent) === process.pid && args.join(" ") === "promedio worker";
    })
    .map(([, pid]) => Number(pid))
    .toSorted((a, b) => a - b);
}

/** At most `framesMax` of the frames, evenly spaced, the first and the last among them. */
function thinned(frames: readonly Frame[]): Frame[] {
  const step = Math.max(1, (frames.length - 1) / (framesMax - 1));
  const count = Math.min(frames.length, framesMax);
  return Array.from({ length: count }, (_, i) => known(frames[Math.round(i * step)], "a frame"));
}
