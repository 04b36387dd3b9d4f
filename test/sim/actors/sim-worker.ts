/**
 * @file A worker process of the simulator: the product's worker loop on the simulated network, clock and threads.
 * It may be killed and restarted as a new process on the same machine.
 */
import type { Dataset } from "../../../shared/data/dataset.ts";
import { sayAtTerminal } from "../../../shared/words/sentence.ts";
import { Doors } from "../../../worker/doors.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import { coordinatorAddress, type Network } from "../../support/sim/sim-network.ts";
import { Process, type World } from "../../support/sim/sim-world.ts";
import { datasetOf } from "../datasets.ts";
import { lyingTransport, type MachineLie } from "../liar.ts";
import { kernelId } from "./sim-coordinator.ts";
import { SimPool } from "./sim-pool.ts";

/** A machine that participates. */
export interface Machine {
  readonly name: string;
  readonly kind: "node" | "browser";
  /** Virtual time per shard. */
  readonly shardMs: number;
  /** Virtual time to fetch and lay out the dataset. */
  readonly loadMs: number;
  /** `undefined`: honest. */
  readonly lie: MachineLie | undefined;
  /** The relay whose link it was given; absent: the coordinator's. */
  readonly door?: string | undefined;
}

export class SimWorker {
  readonly machine: Machine;
  readonly #world: World;
  readonly #network: Network;
  #process: Process;
  #loop: WorkerLoop | undefined;
  #lives = 0;
  /** Probability that a download fails. */
  downloadErrors = 0;
  pausedByUser = false;

  constructor(world: World, network: Network, machine: Machine) {
    this.#world = world;
    this.#network = network;
    this.machine = machine;
    this.#process = new Process(world, machine.name);
    this.#process.kill();
  }

  get process(): Process {
    return this.#process;
  }

  get loop(): WorkerLoop | undefined {
    return this.#loop;
  }

  get isRunning(): boolean {
    return this.#process.alive && this.#loop?.status.phase !== "stopped";
  }

  /** Starts the process if it is not running. */
  start(): void {
    if (this.isRunning) return;
    this.#process.kill();
    const process = new Process(this.#world, `${this.machine.name}.${++this.#lives}`);
    this.#process = process;
    this.pausedByUser = false;
    this.#loop = this.#createLoop(process);
    process.after(0, "start", () => this.#loop?.start());
  }

  kill(): void {
    this.#process.kill();
  }

  #createLoop(process: Process): WorkerLoop {
    const { machine } = this;
    const world = this.#world;
    const { name, kind, shardMs, loadMs, lie } = machine;
    const doors = new Doors(urlOf(machine.door ?? coordinatorAddress));
    return new WorkerLoop({
      token: "",
      name,
      kind,
      agent: "simulator",
      kernel: kernelId,
      pool: new SimPool({ process, shardMs, loadMs }),
      connect: (events) => {
        const to = { address: addressOf(doors.httpUrl), seesPings: kind === "node" };
        const honest = this.#network.connect(process, to, events);
        return lie === undefined ? honest : lyingTransport(honest, lie, world);
      },
      doors,
      loadDataset: (path) =>
        download({
          process,
          loadMs,
          sha256: path.replace("/data/", ""),
          fails: () =>
            this.#network.listenerAt(addressOf(doors.httpUrl)) === undefined ||
            world.chance(this.downloadErrors),
        }),
      clock: {
        now: () => process.now(),
        after: (delayMs, callback) => process.timer(delayMs, "timer", callback),
      },
      random: () => world.random.uniform(),
      stopsAfterRun: true,
      changed: ({ phase, detail }) =>
        world.note(process.name, `${phase}: ${sayAtTerminal(detail)}`),
    });
  }
}

interface Download {
  readonly process: Process;
  /** Virtual time to fetch and lay out the dataset. */
  readonly loadMs: number;
  readonly sha256: string;
  /** Asked when it is done. */
  readonly fails: () => boolean;
}

export function download({ process, loadMs, sha256, fails }: Download): Promise<Dataset> {
  const { world } = process;
  return new Promise((resolve, reject) => {
    process.after(world.between(1, 1 + loadMs), "download", () => {
      world.promisesPending = true;
      if (fails()) reject(new Error("the download failed"));
      else resolve(datasetOf(sha256));
    });
  });
}

/** As a worker knows it. */
export function urlOf(address: string): string {
  return `http://${address}`;
}

export function addressOf(url: string): string {
  return url.replace("http://", "");
}
