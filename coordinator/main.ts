/**
 * @file The coordinator as a program: from validated options to a listening server and a running job, and to an
 * orderly end. Wiring only: the wired parts make every decision.
 */
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { nanoid } from "nanoid";

import { known } from "../shared/assert.ts";
import { selfTest } from "../shared/engine/self-test.ts";
import { instantiateKernel } from "../shared/kernels/kernel.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { createMemoryLink } from "../shared/protocol/memory-link.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import { hasCode, type Sentence } from "../shared/words/sentence.ts";
import { createConsole, jsonLine } from "./console/console.ts";
import { jobControl } from "./console/job-control.ts";
import { logEntryOf } from "./console/log-entry.ts";
import { chooseMode } from "./console/mode.ts";
import type { Console } from "./console/types.ts";
import type { Urls } from "./edge/addresses.ts";
import { createDataRoute, type DataRoute } from "./edge/data-route.ts";
import { createPages } from "./edge/pages.ts";
import type { PeerHandler, PeerSocket } from "./edge/peer.ts";
import { codeOf, interruptedCode, steppedDownCode } from "./exit-code.ts";
import { beginToLead, type LeadingStart } from "./leading.ts";
import { Monitor } from "./monitor/monitor.ts";
import type { CoordinatorCommand, ProgramWorld } from "./program-world.ts";
import { Reception } from "./reception.ts";
import { newRunId } from "./run-id.ts";
import { prepareRun, type PreparedRun, type SetupWorld } from "./run-setup.ts";
import type { Handover } from "./run/handover.ts";
import type { CoordinatorEvent, CoordinatorView } from "./run/view.ts";
import { type RunEnd, Runs } from "./runs.ts";
import type { Series } from "./series.ts";
import { nodeDisk } from "./storage/disk.ts";
import { HandoverKeeper } from "./storage/handover-keeper.ts";
import { machineMemory } from "./storage/machine-memory.ts";
import { claimRunFolder, orDiscard } from "./storage/run-lock.ts";
import { BreakItEvents } from "./watch/break-it-events.ts";
import { BreakIt } from "./watch/break-it.ts";
import { Control } from "./watch/control.ts";
import { DashboardFeed } from "./watch/dashboard-feed.ts";
import { createRunRoute } from "./watch/run-route.ts";
import { runViewOf } from "./watch/run-view.ts";
import { isLocalName, startLocalWorkers, startWorkerInside } from "./workers/local-workers.ts";
import { placeLocalWorkers } from "./workers/placement.ts";
import { WorkerSessions } from "./workers/worker-sessions.ts";

/** How often lateness and silence are checked: a fraction of the smallest grace for a late share. */
const tickMs = 10;
/** Milliseconds of a monotonic clock. */
const now = () => performance.now();

function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/** How often the console and the dashboards get a snapshot. */
const viewMs = 200;

/**
 * Runs the coordinator until its run is over (with `--exit`) or until it is asked to end.
 *
 * @returns The exit code: 0 if its last run finished, 130 if it was interrupted and its state is on disk, and 1 if it
 *   failed or its state is on no disk.
 * @throws OperatorError before anything listens.
 */
export async function runCoordinator(
  command: CoordinatorCommand,
  world: ProgramWorld,
): Promise<number> {
  const { options } = command;
  const kernelBytes = await readFile(join(world.build, "kernel.wasm"));
  const preparing = prepareRun(options, command.run, {
    kernel: instantiateKernel(kernelBytes),
    memoryBytes: machineMemory(),
    disk: nodeDisk,
    claim: claimRunFolder,
    newRunId,
    collectGarbage: world.collectGarbage,
    loaded: command.loaded,
    progress: (said) => {
      // The event about the data says what is learned from them.
      if (!hasCode(said, "table-task")) world.tell(said);
    },
  });
  // A download takes minutes.
  const prepared = await Promise.race([preparing, world.signals.ended]);
  if (typeof prepared === "string") return interruptedCode;
  return await runPrepared(command, world, { kernelBytes, prepared });
}

/**
 * Runs a coordinator whose first run is prepared.
 *
 * @param start.series - Decides which runs follow it; absent: none but those that dashboards start.
 */
export async function runPrepared(
  command: CoordinatorCommand,
  world: ProgramWorld,
  start: Omit<ProgramStart, "identity">,
): Promise<number> {
  const kernel = instantiateKernel(start.kernelBytes);
  const identity = { kernel: kernel.id, selfTest: selfTest(kernel) };
  const program = async () => await new Program(command, world, { ...start, identity }).run();
  return await orDiscard(start.prepared, program);
}

interface ProgramStart {
  /** The first run. */
  readonly prepared: PreparedRun;
  readonly kernelBytes: Uint8Array<ArrayBuffer>;
  /** The kernel that every worker must have, and the bits that it must compute. */
  readonly identity: { readonly kernel: string; readonly selfTest: string };
  readonly series?: Series;
  /** Absent: it is the only coordinator of its run. */
  readonly leading?: LeadingStart | undefined;
}

/** One listening coordinator and its runs, one after the other. */
class Program {
  readonly #options: CoordinatorCommand["options"];
  readonly #world: ProgramWorld;
  readonly #kernelBytes: Uint8Array<ArrayBuffer>;
  readonly #console: Console;
  readonly #reception: Reception;
  readonly #data: DataRoute = createDataRoute();
  readonly #coordinator: WorkerSessions;
  /** Accepts a connection of a worker in this process. */
  readonly #acceptInside: (socket: PeerSocket) => PeerHandler;
  readonly #runs: Runs;
  readonly #control: Control;
  readonly #breakItEvents: BreakItEvents;
  readonly #feed: DashboardFeed;
  readonly #monitor: Monitor;
  /** The first run. */
  readonly #prepared: PreparedRun;
  readonly #handover: HandoverKeeper;
  readonly #series: Series | undefined;
  readonly #leading: LeadingStart | undefined;
  /** From the end of one run of a series to the start of the next. */
  #following = Promise.resolve();
  #isEnding = false;
  /** The first run has ended, or the whole series. */
  #firstEnded: (end: RunEnd) => void = () => {};
  /** Known once it listens. */
  #urls: Urls | undefined;

  constructor(
    { options, resumeWith }: CoordinatorCommand,
    world: ProgramWorld,
    { kernelBytes, identity, prepared, series, leading }: ProgramStart,
  ) {
    this.#options = options;
    this.#world = world;
    this.#kernelBytes = kernelBytes;
    this.#prepared = prepared;
    this.#series = series;
    this.#leading = leading;
    const report = (event: CoordinatorEvent) => this.#report(event);
    this.#console = series?.console ?? world.console ?? this.#createConsole();
    this.#feed = this.#createFeed();
    this.#feed.recall(prepared.handover?.log ?? []);
    this.#monitor = this.#createMonitor();
    const breakIt = new BreakIt();
    this.#reception = this.#createReception(breakIt);
    this.#coordinator = new WorkerSessions({
      ...identity,
      admits: (token) => this.#reception.roleOf(token) !== undefined,
      remembered: prepared.handover?.workers,
      now,
      newSession: () => nanoid(),
      report,
    });
    const coordinator = this.#coordinator;
    this.#acceptInside = (socket) => breakIt.wrap(socket, coordinator.connect(socket));
    this.#runs = new Runs({
      coordinator,
      data: this.#data,
      minWorkers: options.minWorkers,
      pace: options.pace,
      audit: options.audit,
      auditSeeds: () => [...crypto.getRandomValues(new Uint32Array(4))],
      checkpointEvery: options.checkpointEvery,
      prepare: (request) => this.#prepareAgain(request),
      prepareStopped: (stopped) => this.#prepareStopped(stopped),
      resumeCommand: ({ folder }) => {
        if (series !== undefined) return series.again;
        return resumeWith(folder.path === join(options.runs, folder.id) ? folder.id : folder.path);
      },
      report,
      ended: (end) => {
        const letGo = end.kind === "stopped" ? Promise.resolve() : this.#letGo();
        if (series === undefined || end.kind === "stopped") this.#firstEnded(end);
        else this.#following = letGo.then(async () => await this.#follow(series));
      },
      after,
      refuge: () => join(tmpdir(), `promedio-${nanoid()}`),
      now,
    });
    this.#breakItEvents = new BreakItEvents({ runs: this.#runs, coordinator, breakIt, report });
    this.#handover = new HandoverKeeper({
      folder: () => this.#runs.current?.prepared.folder ?? prepared.folder,
      handover: () => this.#handedOver(),
      report,
      after,
    });
    this.#control = new Control({ runs: this.#runs, breakItEvents: this.#breakItEvents });
  }

  async run(): Promise<number> {
    const prepared = this.#prepared;
    await this.#data.add(prepared.dataset, prepared.dataset.dataset.sha256);
    // The pieces of what was compressed.
    this.#world.collectGarbage?.();
    const { urls, localUrl } = await this.#reception.open(this.#coordinator);
    this.#urls = urls;
    // Before anybody knows the tokens: whoever comes in with them can come back.
    await this.#handover.save();
    const { url, joinUrl, otherJoinUrls, dashboardUrl } = urls;
    this.#report({ event: "listening", url, joinUrl, otherJoinUrls, dashboardUrl });
    for (const message of this.#reception.warnings) this.#report({ event: "warning", message });
    if (this.#options.tls !== undefined) {
      this.#world.signals.onReload(() => this.#reception.reloadCertificate());
    }
    await beginToLead(this.#leading, joinUrl, { runs: this.#runs, coordinator: this.#coordinator });
    const stopLocalWorkers = this.#startLocalWorkers(localUrl);
    const stopClocks = this.#startClocks(urls);
    const firstEnd = new Promise<RunEnd>((resolve) => (this.#firstEnded = resolve));
    await this.#runs.begin(prepared);
    const code = await this.#untilTheEnd(firstEnd);
    stopClocks();
    await this.#leading?.lead.end();
    this.#coordinator.close("the coordinator is ending");
    await Promise.all([stopLocalWorkers(), this.#reception.close()]);
    await this.#handover.save();
    this.#console.update(this.#view(urls));
    await this.#monitor.close();
    this.#console.close(this.#runs.current?.job.saved);
    return code;
  }

  #createReception(breakIt: BreakIt): Reception {
    const { lead, origins = [] } = this.#leading ?? {};
    const allowOrigin = [...(this.#options.allowOrigin ?? []), ...origins];
    return new Reception({
      settings: { ...this.#options, allowOrigin },
      hostServer: this.#world.hostServer,
      former: this.#prepared.handover?.tokens,
      pages: createPages(join(this.#world.build, "pages")),
      data: this.#data,
      runs: createRunRoute(() => this.#runs.current),
      current: () => this.#runs.current,
      feed: this.#feed,
      routes: [...(lead === undefined ? [] : [lead.shelf.route]), ...this.#monitor.routes],
      execute: (text) => this.#control.execute(text),
      intercept: (socket, handler) => breakIt.wrap(socket, handler),
      report: (event) => {
        this.#console.event(event);
        if (this.#options.log === "json") this.#world.log(logEntryOf(event));
        this.#feed.event(event);
        this.#monitor.event(event);
        // An epoch is in the run's metrics.
        if (event.event !== "epoch") this.#handover.changed();
      },
      now,
    });
  }

  #createMonitor(): Monitor {
    return new Monitor({
      settings: this.#options,
      disk: nodeDisk,
      current: () => this.#runs.current,
      view: () => this.#view(known(this.#urls, "who asks has found the server")),
      lineOf: jsonLine,
      warn: (message) => this.#report({ event: "warning", message }),
      wallMs: () => Date.now(),
    });
  }

  /** A run that is over leaves its folder to whoever extends it, even while this process still shows it. */
  async #letGo(): Promise<void> {
    const over = this.#runs.current?.prepared;
    if (over === undefined) return;
    await this.#handover.save();
    this.#handover.close(over.folder);
    over.release?.();
  }

  /** A run of a series is over: notes it and starts the next one. */
  async #follow(series: Series): Promise<void> {
    const { current, records } = this.#runs;
    const fingerprint = records.at(-1)?.fingerprint ?? "";
    try {
      await series.ended(known(current, "the run that ended"), fingerprint);
      if (series.isComplete) return this.#firstEnded({ kind: "finished", isSaved: true });
      if (this.#isEnding) return;
      await this.#runs.startPrepared(async () => {
        const prepared = await series.prepareNext(this.#setupWorld());
        // This process knows more than any that had the run before.
        return { ...prepared, handover: undefined };
      });
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#report({ event: "warning", message: error.said });
      this.#firstEnded({ kind: "failed", isSaved: true });
    }
  }

  /** What a process that resumes the current run must know of this one. */
  #handedOver(): Handover {
    const { current, earlierRecords: records } = this.#runs;
    const { handover } = current?.prepared ?? this.#prepared;
    return {
      tokens: this.#reception.handedOver,
      workers: this.#coordinator.remembered.filter(({ name }) => !isLocalName(name)),
      number: current?.number ?? handover?.number ?? 1,
      records: current === undefined ? (handover?.records ?? []) : records,
      log: this.#feed.log,
      promedio: current?.run.promedio ?? handover?.promedio ?? null,
    };
  }

  #createFeed(): DashboardFeed {
    return new DashboardFeed({
      current: () => this.#runs.current,
      records: () => this.#runs.records,
      view: () => {
        const urls = known(this.#urls, "who watches has found the server");
        // Viewers must not control the run, so the admin token stays on the operator's own screen.
        return { ...this.#view(urls), dashboardUrl: urls.watchUrl };
      },
      timeline: () => {
        const nameOf = (workerId: string) => this.#coordinator.nameOf(workerId);
        const run = this.#runs.current?.run;
        return run?.timeline.view(nameOf, run.config) ?? null;
      },
      wallMs: () => Date.now(),
    });
  }

  /** Every run has its own kernel memory, so that the previous run's memory is freed with it. */
  async #prepareAgain(request: RunRequest): Promise<PreparedRun> {
    const options = { ...this.#options, name: undefined, resume: undefined };
    return await prepareRun(options, request, this.#setupWorld());
  }

  /** A run that was stopped goes on as one that another process resumes, with everything that this one knows of it. */
  async #prepareStopped({ folder }: PreparedRun): Promise<PreparedRun> {
    const options = { ...this.#options, name: undefined, resume: folder.path };
    const prepared = await prepareRun(options, { given: {}, origins: {} }, this.#setupWorld());
    return { ...prepared, handover: this.#handedOver() };
  }

  #setupWorld(): SetupWorld {
    return {
      kernel: instantiateKernel(this.#kernelBytes),
      memoryBytes: machineMemory(),
      disk: nodeDisk,
      claim: claimRunFolder,
      newRunId,
      collectGarbage: this.#world.collectGarbage,
      progress: (message) => {
        if (!hasCode(message, "table-task")) this.#report({ event: "warning", message });
      },
      loaded: this.#runs.current?.prepared,
    };
  }

  /** Waits for the end of the first run (and beyond it, unless `--exit`) or for a request to stop. */
  async #untilTheEnd(firstEnd: Promise<RunEnd>): Promise<number> {
    const lost = this.#leading?.lead.lost ?? new Promise<never>(() => {});
    const asked = Promise.race([this.#world.signals.ended, lost]);
    const first = await Promise.race([firstEnd, asked]);
    if (typeof first !== "string" && this.#options.exit) return codeOf(first);
    const why = await asked;
    this.#isEnding = true;
    await this.#following;
    const end = await this.#runs.close();
    if (why === "lost") return steppedDownCode;
    if (this.#series === undefined) return codeOf(end);
    if (this.#series.isComplete) return 0;
    return end?.isSaved === false ? 1 : interruptedCode;
  }

  #startLocalWorkers(url: string): () => Promise<void> {
    const placement = placeLocalWorkers(this.#options, this.#prepared.store.parameterCount);
    const { build, env, startInside } = this.#world;
    const { joinToken } = this.#reception;
    const failed = (message: Sentence) => this.#report({ event: "warning", message });
    if (!placement.isInside || startInside === undefined) {
      const program = join(build, "promedio.js");
      return startLocalWorkers({ ...placement, program, url, joinToken, env, failed });
    }
    const connect = createMemoryLink({ accept: this.#acceptInside, defer: setImmediate });
    const datasetOf = (sha256: string) => {
      const { dataset } = this.#runs.current?.prepared.dataset ?? this.#prepared.dataset;
      return dataset.sha256 === sha256 ? dataset : undefined;
    };
    const worker = { threads: placement.threads, token: joinToken ?? "", connect, datasetOf };
    return startWorkerInside(startInside, worker, failed);
  }

  /** @returns A function that stops them. */
  #startClocks(urls: Urls): () => void {
    // Sockets are read after the timers' phase. Only then is a missing answer really late.
    const ticks = setInterval(() => setImmediate(() => this.#coordinator.tick()), tickMs);
    const look = () => {
      this.#breakItEvents.look();
      this.#runs.look();
      this.#console.update(this.#view(urls));
      this.#reception.update();
    };
    const views = setInterval(() => setImmediate(look), viewMs);
    return () => {
      clearInterval(ticks);
      clearInterval(views);
    };
  }

  #view(urls: Urls): CoordinatorView {
    const { current } = this.#runs;
    const promedio = current?.prepared.handover?.promedio;
    const run = current === undefined ? null : runViewOf({ ...current, promedio }, now());
    return this.#coordinator.view(urls, run);
  }

  #createConsole(): Console {
    const { output, input, env } = this.#world;
    const { json, log } = this.#options;
    const isForeground = jobControl.isForeground();
    const { mode, color } = chooseMode({ json, log, isTTY: output.isTTY, isForeground, env });
    return createConsole({
      output,
      ...(input === undefined ? {} : { input }),
      mode,
      color,
      now: () => performance.now(),
      onKey: (action) => this.#key(action),
      job: jobControl,
    });
  }

  #key(action: "pause" | "stop" | "interrupt"): void {
    if (action === "interrupt") return void process.kill(process.pid, "SIGINT");
    void this.#obey(action).catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error;
      this.#report({ event: "warning", message: error.said });
    });
  }

  /** The keys mean what the dashboard's buttons mean. */
  async #obey(action: "pause" | "stop"): Promise<void> {
    const run = this.#runs.current?.run;
    if (action === "stop") return await this.#runs.stop();
    if (run?.isPaused || run?.outcome?.kind === "stopped") return await this.#runs.resume();
    this.#runs.pause();
  }

  #report(event: CoordinatorEvent): void {
    this.#reception.report(event);
  }
}
