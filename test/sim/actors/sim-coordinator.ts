/**
 * @file A coordinator process of the simulator: the product's own setup, coordinator, run and job on the simulated
 * network, clock and disk. It wires what `main.ts` wires in the product.
 */
import type { AuditPolicy } from "../../../coordinator/audit/audit-policy.ts";
import { Referee } from "../../../coordinator/audit/referee.ts";
import { prepareRun, type PreparedRun } from "../../../coordinator/run-setup.ts";
import type { CheckpointInterval } from "../../../coordinator/run/checkpoint-interval.ts";
import { createRun } from "../../../coordinator/run/create-run.ts";
import type { ParameterStore } from "../../../coordinator/run/parameter-store.ts";
import type { TrainingRun } from "../../../coordinator/run/training-run.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import type { Disk } from "../../../coordinator/storage/disk.ts";
import { type JobEnd, RunJob } from "../../../coordinator/storage/run-job.ts";
import { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import type { Dataset } from "../../../shared/data/dataset.ts";
import { describeData } from "../../../shared/data/description.ts";
import { instantiateKernel, type Kernel } from "../../../shared/kernels/kernel.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import type { CoordinatorMessage } from "../../../shared/protocol/messages.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import type { RunSettings } from "../../../shared/run/settings/run-settings.ts";
import { sayAtTerminal } from "../../../shared/words/sentence.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import type { SimDisk } from "../../support/sim/sim-disk.ts";
import { coordinatorAddress, type Listener, type Network } from "../../support/sim/sim-network.ts";
import { type Cancel, Process, type World } from "../../support/sim/sim-world.ts";
import { type Judge, Violation } from "../judge.ts";
import { optionsOf, refugeFolder, requestOf, runFolder } from "../scenario.ts";
import { selfTestBits } from "./sim-pool.ts";
import { SimSockets } from "./sim-sockets.ts";

const tickMs = 10;
/** Time of the coordinator's event loop per message. */
const messageMs = 0.05;

const wasm = await loadKernelWasm();
let sharedKernel = instantiateKernel(wasm);

/** Coordinators live one after the other, so they share a kernel. Its memory is never allocated twice. */
function takeKernel(): Kernel {
  if (sharedKernel.arena.byteLength > 2 ** 28) sharedKernel = instantiateKernel(wasm);
  return sharedKernel;
}

export const kernelId = sharedKernel.id;

const referees = new Map<string, Referee>();

/**
 * The referee of a run config. It is a pure function of the config and the question, and laying out its memory
 * takes longer than all the questions of one seed. So all coordinators with the same config share one, in its own
 * kernel.
 */
function refereeOf(config: RunConfig, dataset: Dataset): Referee {
  const key = JSON.stringify(config);
  const referee =
    referees.get(key) ?? new Referee({ kernel: instantiateKernel(wasm), config, dataset });
  referees.set(key, referee);
  return referee;
}

/** The hooks for planted bugs. All are optional, and the product knows none of them. */
export interface Hooks {
  readonly disk?: (disk: Disk) => Disk;
  readonly now?: (process: Process) => () => number;
  readonly kernel?: (kernel: Kernel) => Kernel;
  readonly store?: (store: ParameterStore, prepared: PreparedRun) => void;
}

export interface SimCoordinatorOptions {
  readonly world: World;
  readonly network: Network;
  readonly disk: SimDisk;
  readonly judge: Judge;
  readonly settings: RunSettings;
  readonly minWorkers: number;
  readonly checkpointEvery: CheckpointInterval;
  readonly audit: AuditPolicy;
  readonly hooks: Hooks;
  /** How often a coordinator was started before this one. */
  readonly life: number;
  /** Whether the disk lost flushed data, so that a run may resume further back. */
  readonly excused: () => boolean;
}

export class SimCoordinator {
  readonly process: Process;
  coordinator: WorkerSessions | undefined;
  run: TrainingRun | undefined;
  ended: JobEnd | undefined;
  /** Warnings for the operator. */
  readonly warnings: string[] = [];
  /** The reason, if the process ended before it listened. */
  refused: string | undefined;
  /** Bytes of kernel memory used by the run. */
  kernelBytes = 0;
  readonly #options: SimCoordinatorOptions;
  readonly #now: () => number;
  #job: RunJob | undefined;
  #sockets: SimSockets | undefined;
  #listener: Listener | undefined;
  #stopTicking: Cancel = () => undefined;
  #isClosing = false;
  #kernel: Kernel | undefined;
  #kernelBytesBefore = 0;
  #nextSession = 1;
  #isExplained = false;

  constructor(options: SimCoordinatorOptions) {
    this.#options = options;
    const { world, hooks, life } = options;
    this.process = new Process(world, `coordinator${life}`);
    this.#now = hooks.now?.(this.process) ?? (() => this.process.now());
  }

  /** Starts or resumes the run. A bug rejects; an error meant for the operator ends the process. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.refused = error.message;
      this.#options.world.note(this.process.name, `ends: ${error.message}`);
      this.process.kill();
    }
  }

  async #start(): Promise<void> {
    const { world, disk, judge, settings, minWorkers, hooks, excused } = this.#options;
    const mounted = disk.mount(this.process);
    const readErrors = disk.readErrorCount;
    const resume = disk.peek(`${runFolder}/config.json`) !== undefined;
    const kernel = takeKernel();
    this.#kernel = kernel;
    this.#kernelBytesBefore = kernel.arena.byteLength;
    const request = requestOf(resume ? { dataset: settings.dataset ?? "" } : settings);
    const prepared = await prepareRun(optionsOf(resume, minWorkers), request, {
      kernel: hooks.kernel?.(kernel) ?? kernel,
      disk: hooks.disk?.(mounted) ?? mounted,
      newRunId: () => "unused",
      progress: () => undefined,
    });
    const { config, store, folder, resume: from, notes } = prepared;
    for (const note of notes) this.#report({ event: "warning", message: note });
    judge.started(config, from, {
      isDestroyed: excused(),
      isUnread: disk.readErrorCount > readErrors,
    });
    hooks.store?.(store, prepared);
    judge.watchStore(store, () => this.process.alive);
    judge.watchFolder(folder, () => this.process.alive);
    this.#listen(kernel);
    this.#begin(prepared);
    world.note(this.process.name, `runs from step ${from?.step ?? 0}`);
  }

  #listen({ id }: Kernel): void {
    const { network, judge, life } = this.#options;
    const coordinator = new WorkerSessions({
      kernel: id,
      selfTest: selfTestBits,
      admits: () => true,
      now: this.#now,
      newSession: () => `s${life}-${this.#nextSession++}`,
      report: (event) => this.#report(event),
    });
    this.coordinator = coordinator;
    const sockets = new SimSockets(coordinator, judge, this.#now);
    this.#sockets = sockets;
    this.#listener = {
      address: coordinatorAddress,
      process: this.process,
      messageBytesMax: () => coordinator.messageBytesMax(),
      accept: (socket) => {
        // The socket arrived while the server stops listening, which cuts it.
        if (this.#isClosing) socket.terminate();
        const handler = sockets.accept(socket);
        return {
          ...handler,
          message: (...fragments) => {
            this.process.spend(messageMs);
            handler.message(...fragments);
          },
        };
      },
    };
    network.listen(this.#listener);
    this.#stopTicking = this.process.interval(tickMs, "tick", () => {
      coordinator.tick();
      sockets.checkSilence();
    });
  }

  #begin({ config, plan, store, folder, resume, dataset }: PreparedRun): void {
    const { world, minWorkers, checkpointEvery } = this.#options;
    const job = new RunJob({
      folder,
      config,
      plan,
      data: describeData(dataset.dataset),
      resumedFrom: resume,
      checkpointEvery,
      now: this.#now,
      guess: null,
      report: (event) => this.#report(event),
      ended: (end) => this.#end(end),
      after: (delayMs, callback) =>
        this.process.timer(delayMs, "the result is written again", () => {
          world.promisesPending = true;
          callback();
        }),
      refuge: () => refugeFolder,
    });
    this.#job = job;
    const path = `/data/${dataset.dataset.sha256}`;
    const { coordinator } = this;
    if (coordinator === undefined) throw new Violation("it listens before its run starts");
    const run = createRun({
      id: folder.id,
      store,
      dataset: dataset.dataset,
      referee: refereeOf(config, dataset.dataset),
      workers: {
        send: (workerId, header, tensor) => {
          const taken = coordinator.send(workerId, header, tensor);
          this.#noteWork(workerId, header, taken);
          return taken;
        },
        expel: (workerId, reason) => coordinator.expel(workerId, reason),
      },
      output: {
        wantsSnapshot: (step, epochsDone) => job.wantsSnapshot(step, epochsDone),
        save: (snapshot) => {
          world.promisesPending = true;
          job.save(snapshot);
        },
        report: (event) => job.report(event),
        end: (outcome) => {
          world.promisesPending = true;
          job.end(outcome);
        },
      },
      minWorkers,
      audit: { policy: this.#options.audit, seeds: [this.#options.life] },
      progress: resume?.progress,
    });
    coordinator.start(run, path);
    this.run = run;
    run.begin(this.now());
  }

  #noteWork(workerId: string, header: CoordinatorMessage, taken: boolean): void {
    if (header.type !== "work" && header.type !== "update" && header.type !== "evaluate") {
      return;
    }
    const blocks = header.blocks.map((block) => block.join("–")).join(" ");
    const what = `${header.type} of step ${header.step} [${blocks}]`;
    const { world } = this.#options;
    world.note(this.process.name, `${workerId} ${taken ? "gets" : "takes no"} ${what}`);
  }

  #end(end: JobEnd): void {
    if (!this.process.alive) return;
    this.ended = end;
    this.coordinator?.end(end.message, end.fingerprint);
  }

  #report(event: CoordinatorEvent): void {
    const { world, judge } = this.#options;
    const { name } = this.process;
    if (event.event === "warning") this.warnings.push(sayAtTerminal(event.message));
    if (event.event === "warning") world.note(name, `warning: ${sayAtTerminal(event.message)}`);
    if (event.event === "waiting") world.note(name, `waits: ${sayAtTerminal(event.reason)}`);
    if (event.event === "worker") {
      const reason = event.reason === null ? "" : sayAtTerminal(event.reason);
      world.note(name, `${event.name} ${event.change}: ${event.error ?? ""} ${reason}`);
    }
    if (this.process.alive) judge.event(event);
  }

  now(): number {
    return this.#now();
  }

  /** Stops like a process that is asked to end: checkpoint, then goodbye. */
  async stop(): Promise<void> {
    if (this.run !== undefined) await this.#job?.stop(this.run);
    if (!this.process.alive) return;
    this.close();
    this.process.after(100, "exit", () => this.process.kill());
  }

  /** Says goodbye to everybody and accepts no new connections. */
  close(): void {
    const { network } = this.#options;
    this.#isClosing = true;
    if (this.#listener !== undefined) network.unlisten(this.#listener);
    this.coordinator?.close("the coordinator is ending");
  }

  /** It has closed, and everybody had time to leave: nothing may keep its process alive. */
  checkClosed(): void {
    const { judge } = this.#options;
    const openCount = this.#sockets?.openCount ?? 0;
    if (openCount > 0) judge.fail(`${openCount} sockets of the coordinator are left open`);
    this.#stopTicking();
    const { timers } = this.process;
    if (timers > 0) judge.fail(`the coordinator has ${timers} timers left`);
  }

  /** Checked after each of its events. */
  check(): void {
    const { world, judge, network } = this.#options;
    const { run, process } = this;
    if (!process.alive) return;
    this.kernelBytes = (this.#kernel?.arena.byteLength ?? 0) - this.#kernelBytesBefore;
    if (this.kernelBytes > kernelBytesMax) judge.fail(`${this.kernelBytes} bytes of kernel memory`);
    // Its ticks, and a result that waits for space on the disk.
    if (process.timers > 2 + network.links.size) judge.fail(`${process.timers} timers`);
    this.#sockets?.check();
    if (run === undefined || run.outcome !== undefined) return;
    // The explanation after the last event was valid until this one.
    if (this.#isExplained) judge.explainedMs = world.nowMs;
    this.#isExplained = run.waitingFor(this.now()) !== null;
    if (this.#isExplained) judge.explainedMs = world.nowMs;
    const silentMs = world.nowMs - Math.max(judge.progressMs, judge.explainedMs);
    if (silentMs > explainedMs) judge.fail("waits for a second and does not say why");
  }
}

/** A wait must be explained after a second. Allow for two ticks and the current event. */
const explainedMs = 1_000 + 3 * tickMs;
/** Parameters, state and sums of runs with a few dozen leaves. */
const kernelBytesMax = 2 ** 18;
