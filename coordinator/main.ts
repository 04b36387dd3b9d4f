/**
 * @file The coordinator as a program: from validated options to a listening server and a running job, and to an
 * orderly end. Wiring only: every decision is made in what is wired.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { ReadStream, WriteStream } from "node:tty";

import { customAlphabet, nanoid } from "nanoid";

import { known } from "../shared/assert.ts";
import { instantiateKernel } from "../shared/kernels/kernel.ts";
import { selfTest } from "../shared/run/self-test.ts";
import type { Urls } from "./addresses.ts";
import type { ParsedCommand } from "./cli/parse.ts";
import { type Console, createConsole } from "./console/console.ts";
import { chooseMode } from "./console/mode.ts";
import { Coordinator } from "./coordinator.ts";
import { createDataRoute, type DataRoute } from "./data-route.ts";
import { nodeDisk } from "./disk.ts";
import { startLocalWorkers } from "./local-workers.ts";
import { createPages } from "./pages.ts";
import { Reception } from "./reception.ts";
import { Referee } from "./referee.ts";
import { type JobEnd, RunJob } from "./run-job.ts";
import { prepareRun, type PreparedRun } from "./run-setup.ts";
import { runViewOf, titleOf } from "./run-view.ts";
import { TrainingRun } from "./training-run.ts";
import type { CoordinatorEvent, CoordinatorView } from "./view.ts";

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
  readonly #console: Console;
  readonly #reception: Reception;
  readonly #data: DataRoute = createDataRoute();
  readonly #job: RunJob;
  readonly #ended: Promise<JobEnd>;
  #run: TrainingRun | undefined;
  #stopKey: (() => void) | undefined;

  constructor({ options }: CoordinatorCommand, world: ProgramWorld, prepared: PreparedRun) {
    this.#options = options;
    this.#world = world;
    this.#prepared = prepared;
    this.#console = this.#createConsole();
    this.#reception = new Reception({
      settings: options,
      pages: createPages(join(world.build, "pages")),
      data: this.#data,
      report: (event) => this.#console.event(event),
      now: () => performance.now(),
    });
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
      joinToken: this.#reception.joinToken,
      now: () => performance.now(),
      newSession: () => nanoid(),
      report: (event) => this.#report(event),
    });
    const { urls, localUrl } = await this.#reception.open(coordinator);
    const { url, joinUrl, dashboardUrl } = urls;
    this.#report({ event: "listening", url, joinUrl, dashboardUrl });
    for (const message of this.#reception.warnings) this.#report({ event: "warning", message });
    const stopReloading = this.#reloadOnHangUp();
    const stopLocalWorkers = this.#startLocalWorkers(localUrl);
    const stopClocks = this.#startClocks(coordinator, urls);
    this.#startRun(coordinator);
    const code = await this.#untilTheEnd(coordinator);
    stopClocks();
    stopReloading();
    coordinator.close("the coordinator is ending");
    await Promise.all([stopLocalWorkers(), this.#reception.close()]);
    this.#console.update(this.#view(coordinator, urls));
    this.#console.close();
    return code;
  }

  /** SIGHUP is how a program that renews certificates says so. @returns What stops listening for it. */
  #reloadOnHangUp(): () => void {
    if (this.#options.tls === undefined) return () => {};
    const reload = () => this.#reception.reloadCertificate();
    process.on("SIGHUP", reload);
    return () => process.off("SIGHUP", reload);
  }

  #startRun(coordinator: Coordinator): void {
    const { config, plan, store, folder, resume, dataset, notes } = this.#prepared;
    for (const message of notes) this.#report({ event: "warning", message });
    const { minWorkers } = this.#options;
    const referee = new Referee({ kernel: store.kernel, config, dataset: dataset.dataset });
    const run = coordinator.start((send) => {
      return new TrainingRun({
        id: folder.id,
        config,
        plan,
        store,
        effects: this.#job.effects(send),
        minWorkers,
        canCompute: (unit, parameters) => referee.canCompute(unit, parameters),
        resume,
      });
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
    return startLocalWorkers({
      program: join(this.#world.build, "promedio.js"),
      url,
      joinToken: this.#reception.joinToken,
      env: this.#world.env,
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
      // Whoever may watch may not control: the admin token stays on the operator's own screen.
      this.#reception.update({ ...view, dashboardUrl: urls.watchUrl });
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
    this.#reception.report(event);
  }
}

const newSuffix = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 4);

/** `20261123-134501-x7kq`: sorts by time, and two coordinators of one second do not meet. */
function newRunId(): string {
  const [date, time] = new Date().toISOString().split("T");
  const digits = `${date}-${known(time, "a time of day").slice(0, 8)}`.replaceAll(/[-:]/gu, "");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-${newSuffix()}`;
}
