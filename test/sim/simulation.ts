/**
 * @file The life of one seed: a coordinator, relays and workers on faulty machines until the faults end, then on good ones
 * until the run is over, and finally an inspection of what is left. Every event is judged.
 */
import { decodeCheckpoint } from "../../coordinator/storage/checkpoint.ts";
import { known } from "../../shared/assert.ts";
import { closeGraceMs, queuedBytesMax } from "../../shared/protocol/limits.ts";
import { quoted, sayAtTerminal } from "../../shared/words/sentence.ts";
import { SimDisk } from "../support/sim/sim-disk.ts";
import { Network } from "../support/sim/sim-network.ts";
import { World } from "../support/sim/sim-world.ts";
import { type Hooks, SimCoordinator } from "./actors/sim-coordinator.ts";
import { type RelayHooks, SimRelay } from "./actors/sim-relay.ts";
import { SimWorker } from "./actors/sim-worker.ts";
import { presetDatasets } from "./datasets.ts";
import { drawPlan, faultNames, type FaultName, type Plan } from "./faults.ts";
import { Injector } from "./injector.ts";
import { Judge, Violation } from "./judge.ts";
import { runFolder, runsFolder, scenarios } from "./scenario.ts";
import { levelOf, relayFaultNames } from "./trees.ts";

/** Time to detect dead sockets from both ends, back off, load, and recover from the last faults. */
const recoveryMs = 150_000;
/** Without faults, everything comes to rest within this time. */
const restMs = 90_000;
/** A simulation with more events than this runs in circles. */
const eventsMax = 2_000_000;
const waitingEventsMax = 50_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly hooks?: Hooks & RelayHooks;
  /** Receives a line for everything that happens. */
  readonly reader?: (line: string) => void;
  /** Replaces the plan that the seed draws. */
  readonly plan?: (drawn: Plan) => Plan;
  /** Called before each event, so that a test can break something at a chosen one. */
  readonly beforeEvent?: (simulation: Simulation) => void;
}

/** How a seed ended. */
export interface Ending {
  readonly seed: number;
  /** The violated rule; `undefined` if none. */
  readonly violation: string | undefined;
  readonly trace: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly scenario: string;
  readonly workers: number;
  readonly relays: number;
  readonly commits: number;
  readonly resumes: number;
  /** How often a worker was disconnected for a lie. */
  readonly expelled: number;
  readonly faults: ReadonlyMap<FaultName, number>;
}

export class Simulation {
  readonly world: World;
  readonly plan: Plan;
  readonly judge: Judge;
  readonly disk: SimDisk;
  readonly network: Network;
  readonly workers: readonly SimWorker[];
  readonly relays: readonly SimRelay[];
  readonly faults = new Map<FaultName, number>(
    [...faultNames, ...relayFaultNames].map((name) => [name, 0]),
  );
  readonly #options: SimulationOptions;
  #coordinator: SimCoordinator | undefined;
  #lives = 0;
  /** The disk lost flushed data, so a run may resume further back, once. */
  #excused = false;
  #healed = false;
  #isEnding = false;
  #rejection: unknown;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const world = new World(options.seed);
    world.trace.reader = options.reader;
    this.world = world;
    const drawn = drawPlan(world, options.seed);
    this.plan = options.plan?.(drawn) ?? drawn;
    this.judge = new Judge(world);
    const liars = this.plan.machines.filter(({ lie }) => lie !== undefined);
    this.judge.liars = new Set(liars.map(({ name }) => name));
    this.disk = new SimDisk(world, {
      writeErrors: this.plan.diskErrors,
      readErrors: this.plan.diskErrors,
      isFull: false,
      delayMs: this.plan.diskDelayMs,
    });
    presetDatasets(this.disk);
    this.network = new Network(world, { ...this.plan.network });
    this.workers = this.plan.machines.map((machine) => {
      const worker = new SimWorker(world, this.network, machine);
      worker.downloadErrors = this.plan.downloadErrors;
      return worker;
    });
    const { network, judge } = this;
    this.relays = this.plan.relays.map((machine) => {
      const relay = new SimRelay({ world, network, judge, machine, hooks: options.hooks ?? {} });
      relay.downloadErrors = this.plan.downloadErrors;
      return relay;
    });
  }

  /** Lives this seed's life to its end. Never throws; errors are part of the ending. */
  async run(): Promise<Ending> {
    let violation: string | undefined;
    const rejected = (reason: unknown) => (this.#rejection ??= reason);
    process.on("unhandledRejection", rejected);
    try {
      await this.#live();
    } catch (error) {
      violation = describe(error);
    } finally {
      this.#coordinator?.process.kill();
      for (const machine of [...this.relays, ...this.workers]) machine.kill();
      process.off("unhandledRejection", rejected);
    }
    const { world, plan, judge } = this;
    return {
      seed: this.#options.seed,
      violation,
      trace: world.trace.hash,
      events: world.eventCount,
      virtualMs: world.nowMs,
      scenario: plan.scenario,
      workers: plan.machines.length,
      relays: plan.relays.length,
      commits: judge.commits,
      resumes: judge.resumes,
      expelled: judge.expelled,
      faults: this.faults,
    };
  }

  async #live(): Promise<void> {
    const { plan, world } = this;
    const injector = new Injector(this);
    this.startCoordinator();
    for (const machine of [...this.workers, ...this.relays]) {
      world.after(world.chance(0.7) ? 0 : world.scale(1, plan.faultsMs), "turned on", () => {
        if (!this.#isEnding) machine.start();
      });
    }
    injector.start();
    await this.#until(plan.faultsMs, () => this.#isOver);
    injector.stop();
    this.#heal();
    const slowestMs = Math.max(...plan.machines.map(({ shardMs }) => shardMs));
    const levels = Math.max(0, ...plan.relays.map(({ name }) => levelOf(name, plan.relays)));
    const deadlineMs = world.nowMs + recoveryMs * (1 + levels) + 2_000 * slowestMs;
    await this.#until(deadlineMs, () => this.#isOver);
    if (!this.#isOver) {
      const { run } = this.coordinator ?? {};
      const wait = run?.waitingFor(this.coordinator?.now() ?? 0);
      const why = run === undefined ? "no run" : wait ? sayAtTerminal(wait) : "nothing";
      this.judge.fail(`hangs at step ${run?.step ?? 0} after the faults are over: ${why}`);
    }
    await this.#end();
  }

  get coordinator(): SimCoordinator | undefined {
    return this.#coordinator;
  }

  get #isOver(): boolean {
    return this.#coordinator?.ended !== undefined && this.#coordinator.process.alive;
  }

  // ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async #until(endMs: number, isDone: () => boolean): Promise<void> {
    const { world } = this;
    const clock = { ended: false };
    const cancel = world.after(Math.max(0, endMs - world.nowMs), "time is up", () => {
      clock.ended = true;
    });
    await this.#settle();
    while (!clock.ended && !isDone()) {
      this.#options.beforeEvent?.(this);
      if (!world.step()) break;
      if (world.promisesPending) await this.#settle();
      this.#check();
    }
    cancel();
  }

  /** Runs all continuations of settled promises. */
  async #settle(): Promise<void> {
    this.world.promisesPending = false;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#rejection !== undefined) throw this.#rejection;
  }

  #check(): void {
    const { world, judge, network } = this;
    this.#coordinator?.check();
    for (const relay of this.relays) relay.check();
    if (world.eventCount > eventsMax) judge.fail(`more than ${eventsMax} events`);
    if (world.waiting > waitingEventsMax) judge.fail(`${world.waiting} events wait`);
    const queueMax = queuedBytesMax(0) + 20_000 * network.profile.queueScale;
    if (network.queuedBytesPeak > queueMax) {
      judge.fail(`a queue of ${network.queuedBytesPeak} bytes, at most ${queueMax} are allowed`);
    }
  }

  // ── the coordinator's lives ─────────────────────────────────────────────────────────────────────────────────────

  startCoordinator(): void {
    if (this.#isEnding || this.#coordinator?.process.alive === true) return;
    const { world, network, disk, judge, plan } = this;
    const coordinator = new SimCoordinator({
      world,
      network,
      disk,
      judge,
      settings: known(scenarios[plan.scenario], plan.scenario),
      minWorkers: plan.minWorkers,
      checkpointEvery: plan.checkpointEvery,
      audit: plan.audit,
      hooks: this.#options.hooks ?? {},
      life: ++this.#lives,
      excused: () => this.#excused,
    });
    this.#coordinator = coordinator;
    coordinator.process.atDeath(() => disk.processDied());
    coordinator.process.after(0, "start", () => {
      world.promisesPending = true;
      void this.#boot(coordinator);
    });
  }

  async #boot(coordinator: SimCoordinator): Promise<void> {
    try {
      await coordinator.start();
    } catch (error) {
      this.#rejection ??= error;
    }
    if (coordinator.run !== undefined) this.#excused = false;
    // It told the operator why, and the operator tries again.
    if (coordinator.refused !== undefined) this.#restartLater(this.#healed ? 100 : 2_000);
  }

  /** Ends the coordinator's process, whatever it is doing. It is restarted later. */
  crashCoordinator(how: "process" | "power"): void {
    const coordinator = this.#coordinator;
    if (coordinator === undefined || !coordinator.process.alive) return;
    coordinator.process.kill();
    if (how === "power") {
      this.disk.powerFailed();
      if (this.plan.diskLies && this.world.chance(0.7)) this.#loseFlushed();
    }
    this.#restartLater(this.world.scale(1, 3_000));
  }

  async stopCoordinator(): Promise<void> {
    const coordinator = this.#coordinator;
    if (coordinator === undefined || !coordinator.process.alive) return;
    this.world.promisesPending = true;
    coordinator.process.atDeath(() => this.#restartLater(this.world.scale(1, 3_000)));
    await coordinator.stop();
  }

  #restartLater(delayMs: number): void {
    this.world.after(delayMs, "the operator starts the coordinator", () => this.startCoordinator());
  }

  /** The next life may resume further back than promised, because flushed data were destroyed. */
  excuse(): void {
    this.#excused = true;
  }

  /** The disk reported the newest checkpoint as flushed, but it was not. */
  #loseFlushed(): void {
    const { world, disk } = this;
    const paths = disk.paths(`${runFolder}/checkpoints`).toSorted();
    const newest = paths.findLast((path) => path.includes("step-"));
    if (newest === undefined || disk.peek(newest)?.length === 0) return;
    this.excuse();
    world.note("disk", `loses a part of ${newest}`);
    disk.damage(newest, (bytes) => {
      const at = bytes.length - 1 - world.random.below(Math.min(bytes.length, 2_000));
      if (world.chance(0.3)) return bytes.slice(0, at);
      if (world.chance(0.5)) return bytes.fill(0, at, at + 512);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << world.random.below(8));
      return bytes;
    });
  }

  // ── after the faults ────────────────────────────────────────────────────────────────────────────────────────────

  #heal(): void {
    const { world, network, disk } = this;
    world.note("world", "the faults are over");
    this.#healed = true;
    Object.assign(network.profile, { cutProbability: 0, lostHandshake: 0 });
    network.heal();
    Object.assign(disk.faults, { writeErrors: 0, readErrors: 0, isFull: false });
    this.#coordinator?.process.wake();
    this.#coordinator?.run?.resume(this.#coordinator.now());
    if (this.#coordinator?.process.alive !== true) this.#restartLater(100);
    for (const relay of this.relays) {
      relay.downloadErrors = 0;
      relay.process?.wake();
      relay.start();
    }
    for (const worker of this.workers) {
      worker.downloadErrors = 0;
      worker.process.wake();
      if (worker.pausedByUser && worker.process.alive) worker.loop?.resume();
      worker.pausedByUser = false;
      worker.start();
    }
  }

  /** The run is over: everybody leaves, and nothing may remain. */
  async #end(): Promise<void> {
    const { world, judge, disk, network } = this;
    this.#isEnding = true;
    this.#checkResult();
    const coordinator = known(this.#coordinator, "a coordinator");
    coordinator.close();
    coordinator.process.after(closeGraceMs + 1_000, "exit", () => {
      coordinator.checkClosed();
      coordinator.process.kill();
    });
    world.after(5_000, "everybody goes home", () => {
      for (const { loop, process: machine } of [...this.workers, ...this.relays])
        if (machine?.alive === true) loop?.leave(quoted("done"));
    });
    await this.#until(world.nowMs + restMs, () => false);
    if (network.links.size > 0) judge.fail(`${network.links.size} sockets are left open`);
    if (disk.underWay > 0) judge.fail(`${disk.underWay} disk operations are left`);
    for (const { process: machine } of [...this.workers, ...this.relays]) {
      if (machine?.alive === true && machine.timers > 0)
        judge.fail(`${machine.name} has timers left`);
    }
  }

  #checkResult(): void {
    const { judge, disk } = this;
    const { expected } = judge;
    const finished = judge.finished ?? judge.fail("the run ended, and nobody was told");
    const metrics = disk.peek(`${runFolder}/metrics.jsonl`) ?? new Uint8Array(0);
    const failed = disk.errorCount > 0 || this.faults.get("fill the disk") !== 0;
    judge.checkMetrics(new TextDecoder().decode(metrics), failed);
    const path = finished.checkpoint;
    if (path === null) {
      if (!failed) judge.fail("the finished run has no checkpoint");
      return;
    }
    const decoded = decodeCheckpoint(disk.peek(path) ?? new Uint8Array(0));
    if (!decoded.ok) judge.fail(`the last checkpoint: ${sayAtTerminal(decoded.reason)}`);
    else if (decoded.fingerprint !== expected.fingerprints.at(-1)) judge.fail("last checkpoint");
    if (disk.paths(runsFolder).length !== 1) judge.fail("more than one run");
  }
}

function describe(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Simulates one seed. */
export function simulate(options: SimulationOptions): Promise<Ending> {
  return new Simulation(options).run();
}
