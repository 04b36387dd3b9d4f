/**
 * @file A relay process of the simulator: the product's worker loop upwards and its sessions, dispatch, audit and sums
 * downwards, on the simulated network and clock. It wires what `coordinator/relay/main.ts` wires in the product. It may be killed
 * and restarted as a new process on the same machine.
 */
import { RelayPool } from "../../../coordinator/relay/relay-pool.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import { instantiateKernel, type Kernel } from "../../../shared/kernels/kernel.ts";
import { closeGraceMs } from "../../../shared/protocol/limits.ts";
import { sayAtTerminal, sentence } from "../../../shared/words/sentence.ts";
import { Doors } from "../../../worker/doors.ts";
import type { ComputePool } from "../../../worker/threads/compute-pool.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { coordinatorAddress, type Listener, type Network } from "../../support/sim/sim-network.ts";
import { type Cancel, Process, type World } from "../../support/sim/sim-world.ts";
import type { Judge } from "../judge.ts";
import { kernelId } from "./sim-coordinator.ts";
import { selfTestBits } from "./sim-pool.ts";
import { SimSockets } from "./sim-sockets.ts";
import { addressOf, download, urlOf } from "./sim-worker.ts";

/** A machine that passes work on. Its name is also the address where it listens. */
export interface RelayMachine {
  readonly name: string;
  /** The relay whose link it was given; absent: the coordinator's. */
  readonly door: string | undefined;
  readonly audit: "none" | "sample";
  /** Virtual time to fetch and lay out the dataset. */
  readonly loadMs: number;
}

/** The hooks for planted bugs. */
export interface RelayHooks {
  /** Put between the pool of each relay and its loop. */
  readonly relayPool?: (pool: ComputePool) => ComputePool;
  /** Adds the sums of a relay. */
  readonly relayKernel?: (kernel: Kernel) => Kernel;
}

export interface SimRelayOptions {
  readonly world: World;
  readonly network: Network;
  readonly judge: Judge;
  readonly machine: RelayMachine;
  readonly hooks: RelayHooks;
}

const tickMs = 50;
const crewMs = 1_000;
/** Time of the relay's event loop per message. */
const messageMs = 0.05;

const wasm = await loadKernelWasm();

/** One process, from its start to its end. */
interface Life {
  readonly process: Process;
  readonly sessions: WorkerSessions;
  readonly sockets: SimSockets;
  readonly loop: WorkerLoop;
}

export class SimRelay {
  readonly machine: RelayMachine;
  readonly #options: SimRelayOptions;
  #life: Life | undefined;
  #lives = 0;
  /** Probability that a download fails. */
  downloadErrors = 0;

  constructor(options: SimRelayOptions) {
    this.machine = options.machine;
    this.#options = options;
  }

  get process(): Process | undefined {
    return this.#life?.process;
  }

  get loop(): WorkerLoop | undefined {
    return this.#life?.loop;
  }

  get isRunning(): boolean {
    return this.#life?.process.alive === true && this.#life.loop.status.phase !== "stopped";
  }

  /** Starts the process if it is not running. */
  start(): void {
    if (this.isRunning) return;
    this.kill();
    const life = this.#create();
    this.#life = life;
    life.process.after(0, "start", () => life.loop.start());
  }

  kill(): void {
    this.#life?.process.kill();
  }

  /** Checked after each event. */
  check(): void {
    if (this.#life?.process.alive === true) this.#life.sockets.check();
  }

  #create(): Life {
    const { world, network, judge, machine } = this.#options;
    const process = new Process(world, `${machine.name}-${++this.#lives}`);
    const now = () => process.now();
    let session = 0;
    const sessions = new WorkerSessions({
      kernel: kernelId,
      selfTest: selfTestBits,
      admits: () => true,
      now,
      newSession: () => `${process.name}-${session++}`,
      report: (event) => this.#report(process, event),
    });
    sessions.setDoors(0, [urlOf(machine.door ?? coordinatorAddress)]);
    const sockets = new SimSockets(sessions, judge, now);
    const listener = listenerOf(process, machine.name, sessions, sockets);
    network.listen(listener);
    const cancels: Cancel[] = [
      process.interval(tickMs, "tick", () => {
        sessions.tick();
        sockets.checkSilence();
      }),
    ];
    const stop = () => {
      for (const cancel of cancels) cancel();
      network.unlisten(listener);
      sessions.close("the relay is ending");
      process.after(closeGraceMs + 1_000, "exit", () => {
        const { openCount } = sockets;
        if (openCount > 0) judge.fail(`${openCount} sockets of ${process.name} are left open`);
        process.kill();
      });
    };
    const loop = this.#createLoop(process, sessions, stop);
    cancels.push(tellCrew(process, sessions, loop));
    return { process, sessions, sockets, loop };
  }

  /** The worker upwards, whose threads are the sessions' workers. */
  #createLoop(process: Process, sessions: WorkerSessions, stop: () => void): WorkerLoop {
    const { world, network, hooks } = this.#options;
    const { name, door, audit, loadMs } = this.machine;
    const doors = new Doors(urlOf(door ?? coordinatorAddress), (term, urls) =>
      sessions.setDoors(term, urls),
    );
    const noWorkers = sentence("waiting-for-workers", { missing: 1 });
    let run = 0;
    const pool = new RelayPool({
      workers: sessions,
      createKernel: () => {
        const kernel = instantiateKernel(wasm);
        return hooks.relayKernel?.(kernel) ?? kernel;
      },
      selfTest: selfTestBits,
      audit,
      auditSeeds: () => [world.random.nextUint32()],
      newRunId: () => `${process.name}-run${run++}`,
      now: () => process.now(),
      staffed: (isStaffed) => (isStaffed ? loop.resume() : loop.pause(noWorkers)),
    });
    const loop: WorkerLoop = new WorkerLoop({
      token: "",
      name,
      kind: "relay",
      agent: "simulator",
      kernel: kernelId,
      pool: hooks.relayPool?.(pool) ?? pool,
      connect: (events) =>
        network.connect(process, { address: addressOf(doors.httpUrl), seesPings: true }, events),
      doors,
      loadDataset: (path) =>
        download({
          process,
          loadMs,
          sha256: path.replace("/data/", ""),
          fails: () =>
            network.listenerAt(addressOf(doors.httpUrl)) === undefined ||
            world.chance(this.downloadErrors),
        }),
      clock: {
        now: () => process.now(),
        after: (delayMs, callback) => process.timer(delayMs, "timer", callback),
      },
      random: () => world.random.uniform(),
      stopsAfterRun: true,
      ended: (reason, fingerprint) => sessions.end(reason, fingerprint),
      changed: ({ phase, detail }) => {
        world.note(process.name, `${phase}: ${sayAtTerminal(detail)}`);
        if (phase !== "stopped") return;
        pool.close();
        stop();
      },
    });
    return loop;
  }

  #report({ name, alive }: Process, event: CoordinatorEvent): void {
    const { world, judge } = this.#options;
    if (event.event === "warning") world.note(name, `warning: ${sayAtTerminal(event.message)}`);
    if (event.event !== "worker") return;
    const reason = event.reason === null ? "" : sayAtTerminal(event.reason);
    world.note(name, `${event.name} ${event.change}: ${event.error ?? ""} ${reason}`);
    if (alive) judge.event(event);
  }
}

function listenerOf(
  process: Process,
  address: string,
  sessions: WorkerSessions,
  sockets: SimSockets,
): Listener {
  return {
    address,
    process,
    messageBytesMax: () => sessions.messageBytesMax(),
    accept: (socket) => {
      const handler = sockets.accept(socket);
      return {
        ...handler,
        message: (...fragments) => {
          process.spend(messageMs);
          handler.message(...fragments);
        },
      };
    },
  };
}

/** Tells the node above who is below the relay, whenever that changes. */
function tellCrew(process: Process, sessions: WorkerSessions, loop: WorkerLoop): Cancel {
  let told = "";
  return process.interval(crewMs, "crew", () => {
    const crew = sessions.crewBelow;
    const text = JSON.stringify(crew);
    if (text !== told) loop.tellCrew(crew);
    told = text;
  });
}
