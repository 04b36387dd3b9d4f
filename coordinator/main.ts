/**
 * @file The coordinator as a program: from validated options to a listening server and a running job, and to an
 * orderly end. Wiring only: every decision is made in what is wired.
 */
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { ReadStream, WriteStream } from "node:tty";

import { customAlphabet, nanoid } from "nanoid";

import { known } from "../shared/assert.ts";
import { instantiateKernel } from "../shared/kernels/kernel.ts";
import { selfTest } from "../shared/run/self-test.ts";
import { type Urls, urlsOf } from "./addresses.ts";
import type { ParsedCommand } from "./cli/parse.ts";
import { type Console, createConsole } from "./console/console.ts";
import { chooseMode } from "./console/mode.ts";
import { Coordinator } from "./coordinator.ts";
import { createDataRoute, type DataRoute } from "./data-route.ts";
import { nodeDisk } from "./disk.ts";
import { startLocalWorkers } from "./local-workers.ts";
import { createPages } from "./pages.ts";
import { type JobEnd, RunJob } from "./run-job.ts";
import { prepareRun, type PreparedRun } from "./run-setup.ts";
import { runViewOf, titleOf } from "./run-view.ts";
import { type AcceptSocket, listen, type RunningServer } from "./server.ts";
import { TrainingRun } from "./training-run.ts";
import type { CoordinatorEvent, CoordinatorView } from "./view.ts";
import { Watchers } from "./watchers.ts";

/** How often lateness and silence are looked for; a fraction of the least grace that a late share gets. */
const tickMs = 10;
/** How often the console and dashboards get a snapshot. */
const viewMs = 200;

export interface ProgramWorld {
  /** Folder of what the build made: the kernel, the pages, the program itself. */
  readonly build: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: WriteStream;
  readonly input: ReadStream;
  /** Resolves when the process is asked to end (SIGINT, SIGTERM). */
  readonly interrupted: Promise<string>;
}

type CoordinatorCommand = Extract<ParsedCommand, { kind: "coordinator" }>;

/**
 * Runs the coordinator until its run is over (with `--exit`) or until it is asked to end.
 *
 * @returns The exit code: 1 for a run that failed, with `--exit`.
 * @throws OperatorError before anything is listening.
 */
export async function runCoordinator(
  command: CoordinatorCommand,
  world: ProgramWorld,
): Promise<number> {
  const { options } = command;
  const kernel = instantiateKernel(await readFile(join(world.build, "kernel.wasm")));
  const prepared = await prepareRun(options, command.run, {
    kernel,
    disk: nodeDisk,
    newRunId,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const program = new Program(command, world, prepared);
  return await program.run(kernel.id, selfTest(kernel));
}

/** One listening coordinator with its one run. */
class Program {
  readonly #options: CoordinatorCommand["options"];
  readonly #world: ProgramWorld;
  readonly #prepared: PreparedRun;
  readonly #joinToken: string | null;
  readonly #console: Console;
  readonly #watchers: Watchers;
  readonly #data: DataRoute = createDataRoute();
  readonly #job: RunJob;
  readonly #ended: Promise<JobEnd>;
  #run: TrainingRun | undefined;
  #stopKey: (() => void) | undefined;

  constructor({ options }: CoordinatorCommand, world: ProgramWorld, prepared: PreparedRun) {
    this.#options = options;
    this.#world = world;
    this.#prepared = prepared;
    this.#joinToken = options.open ? null : (options.joinToken ?? newToken());
    this.#watchers = new Watchers(this.#joinToken);
    this.#console = this.#createConsole();
    let end: (end: JobEnd) => void = () => undefined;
    this.#ended = new Promise((resolve) => (end = resolve));
    this.#job = new RunJob({
      folder: prepared.folder,
      checkpointEvery: options.checkpointEvery,
      report: (event) => this.#report(event),
      ended: (how) => end(how),
    });
  }

  async run(kernel: string, selfTestHash: string): Promise<number> {
    const { dataset } = this.#prepared;
    await this.#data.add(dataset.bytes, dataset.dataset.sha256);
    const coordinator = new Coordinator({
      kernel,
      selfTest: selfTestHash,
      joinToken: this.#joinToken,
      now: () => performance.now(),
      newSession: () => nanoid(),
      report: (event) => this.#report(event),
    });
    const server = await this.#listen(coordinator);
    const urls = urlsOf(this.#options.host, server.port, this.#joinToken);
    this.#report({ event: "listening", ...urls });
    const stopLocalWorkers = this.#startLocalWorkers(urls.url);
    const stopClocks = this.#startClocks(coordinator, urls);
    this.#startRun(coordinator);
    const code = await this.#untilTheEnd(coordinator);
    stopClocks();
    coordinator.close("the coordinator is ending");
    await Promise.all([stopLocalWorkers(), server.close()]);
    this.#console.update(this.#view(coordinator, urls));
    this.#console.close();
    return code;
  }

  #listen(coordinator: Coordinator): Promise<RunningServer> {
    const pages = createPages(join(this.#world.build, "pages"));
    const watch: AcceptSocket = (_peer, raw) => this.#watchers.add(raw);
    return listen({
      host: this.#options.host,
      port: this.#options.port,
      messageBytesMax: () => coordinator.messageBytesMax(),
      accept(path, request) {
        if (!isSameOrigin(request)) return undefined;
        if (path === "/watch") return watch;
        return path === "/worker" ? (peer) => coordinator.connect(peer) : undefined;
      },
      request: (request, response) =>
        pages.handle(request, response) || this.#data.handle(request, response),
    });
  }

  #startRun(coordinator: Coordinator): void {
    const { config, plan, store, folder, resume, dataset, notes } = this.#prepared;
    for (const message of notes) this.#report({ event: "warning", message });
    const { minWorkers } = this.#options;
    const run = coordinator.start((send) => {
      const effects = this.#job.effects(send);
      return new TrainingRun({ id: folder.id, config, plan, store, effects, minWorkers, resume });
    }, `/data/${dataset.dataset.sha256}`);
    this.#run = run;
    this.#job.attach(run);
    this.#report({
      event: resume === undefined ? "started" : "resumed",
      run: run.id,
      title: titleOf(config),
      step: run.step,
      totalSteps: plan.totalSteps,
      parameterCount: run.parameterCount,
    });
    run.begin(performance.now());
  }

  /** Waits for the end of the run (and beyond it, unless `--exit`) or for the request to stop; then says goodbye. */
  async #untilTheEnd(coordinator: Coordinator): Promise<number> {
    const stopped = new Promise<string>((resolve) => {
      this.#stopKey = () => resolve("stop key");
    });
    const interrupted = Promise.race([this.#world.interrupted, stopped]);
    const first = await Promise.race([this.#ended, interrupted]);
    if (typeof first === "string") {
      await this.#job.saveNow();
      return 0;
    }
    coordinator.end(first.message, first.fingerprint);
    if (this.#options.exit) return first.reason === "failed" ? 1 : 0;
    await interrupted;
    return 0;
  }

  #startLocalWorkers(url: string): () => Promise<void> {
    const token = this.#joinToken;
    return startLocalWorkers({
      program: join(this.#world.build, "promedio.js"),
      joinUrl: token === null ? url : `${url}/join#token=${token}`,
      count: this.#options.localWorkers,
      threads: this.#options.threads,
      ended: (message) => this.#report({ event: "warning", message }),
    });
  }

  /** @returns What stops them. */
  #startClocks(coordinator: Coordinator, urls: Urls): () => void {
    // After the timers' phase comes the reading of sockets: only then is what has not arrived really late.
    const ticks = setInterval(() => setImmediate(() => coordinator.tick()), tickMs);
    const views = setInterval(() => {
      const view = this.#view(coordinator, urls);
      this.#console.update(view);
      this.#watchers.update(view);
    }, viewMs);
    return () => {
      clearInterval(ticks);
      clearInterval(views);
    };
  }

  #view(coordinator: Coordinator, urls: Urls): CoordinatorView {
    const run = this.#run === undefined ? null : runViewOf(this.#run, performance.now());
    return coordinator.view(urls, run);
  }

  #createConsole(): Console {
    const { output, input, env } = this.#world;
    const { mode, color } = chooseMode({ json: this.#options.json, isTTY: output.isTTY, env });
    return createConsole({
      output,
      input,
      mode,
      color,
      now: () => performance.now(),
      onKey: (action) => this.#key(action),
    });
  }

  #key(action: "pause" | "stop" | "interrupt"): void {
    if (action === "stop") return this.#stopKey?.();
    if (action === "interrupt") return void process.kill(process.pid, "SIGINT");
    const run = this.#run;
    if (run === undefined) return;
    if (run.isPaused) run.resume(performance.now());
    else run.pause();
  }

  #report(event: CoordinatorEvent): void {
    this.#console.event(event);
  }
}

/**
 * Browsers say where a page came from: another site's page may not open a socket here with what it knows of the user.
 * Programs that are no browsers say nothing, and need the token like everybody.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** A token in a URL: letters and digits only, 119 bits. */
const newToken = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 24);
const newSuffix = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 4);

/** `20261123-134501-x7kq`: sorts by time, and two coordinators of one second do not meet. */
function newRunId(): string {
  const [date, time] = new Date().toISOString().split("T");
  const digits = `${date}-${known(time, "a time of day").slice(0, 8)}`.replaceAll(/[-:]/gu, "");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-${newSuffix()}`;
}
