/** @file Injects the faults: each kind at its own rate, with randomly chosen victims. */
import { quoted } from "../../shared/words/sentence.ts";
import type { SimDisk } from "../support/sim/sim-disk.ts";
import type { Link, Network } from "../support/sim/sim-network.ts";
import type { Cancel, World } from "../support/sim/sim-world.ts";
import type { SimCoordinator } from "./actors/sim-coordinator.ts";
import type { SimRelay } from "./actors/sim-relay.ts";
import type { SimWorker } from "./actors/sim-worker.ts";
import type { FaultName, Plan } from "./faults.ts";

/** The parts of a simulation that can be broken. */
interface Breakable {
  readonly world: World;
  readonly plan: Plan;
  readonly faults: Map<FaultName, number>;
  readonly disk: SimDisk;
  readonly network: Network;
  readonly workers: readonly SimWorker[];
  readonly relays: readonly SimRelay[];
  readonly coordinator: SimCoordinator | undefined;
  crashCoordinator(how: "process" | "power"): void;
  stopCoordinator(): Promise<void>;
}

export class Injector {
  readonly #simulation: Breakable;
  readonly #cancels = new Map<string, Cancel>();
  #stopped = false;

  constructor(simulation: Breakable) {
    this.#simulation = simulation;
  }

  start(): void {
    const { plan } = this.#simulation;
    for (const [name, meanMs] of plan.meanMs) this.#plan(name, meanMs);
    this.#planCrash();
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  #plan(name: FaultName, meanMs: number): void {
    const { world, faults } = this.#simulation;
    const happen = () => {
      faults.set(name, (faults.get(name) ?? 0) + 1);
      this.#faults[name]();
      this.#plan(name, meanMs);
    };
    this.#cancels.set(name, world.after(world.interval(meanMs), name, happen));
  }

  /**
   * Kills the coordinator after so many events, so that it dies between any two events, not only when a timer
   * fires.
   */
  #planCrash(): void {
    const { plan, world } = this.#simulation;
    const { coordinatorEvents } = plan;
    if (coordinatorEvents === undefined) return;
    let next = world.eventCount + coordinatorEvents;
    const step = world.step.bind(world);
    world.step = () => {
      if (world.eventCount >= next && !this.#stopped) {
        next = world.eventCount + Math.round(coordinatorEvents * world.between(0.5, 2));
        this.#simulation.crashCoordinator(world.chance(0.5) ? "process" : "power");
      }
      return step();
    };
  }

  #later(delayMs: number, label: string, run: () => void): void {
    this.#simulation.world.after(delayMs, label, () => {
      if (!this.#stopped) run();
    });
  }

  #onLink(act: (link: Link) => void): void {
    const { network, world } = this.#simulation;
    const links = [...network.links].filter(({ isUp }) => isUp);
    if (links.length > 0) act(world.pick(links));
  }

  #onWorker(act: (worker: SimWorker) => void): void {
    const { workers, world } = this.#simulation;
    const running = workers.filter(({ isRunning }) => isRunning);
    if (running.length > 0) act(world.pick(running));
  }

  #onRelay(act: (relay: SimRelay) => void): void {
    const { relays, world } = this.#simulation;
    const running = relays.filter(({ isRunning }) => isRunning);
    if (running.length > 0) act(world.pick(running));
  }

  readonly #faults: Readonly<Record<FaultName, () => void>> = {
    "cut a link": () => {
      const { world } = this.#simulation;
      this.#onLink((link) =>
        link.break({ workerMs: world.scale(0.1, 3_000), serverMs: world.scale(0.1, 3_000) }),
      );
    },
    "leave a link half-open": () => {
      const { world } = this.#simulation;
      const [workerMs, serverMs] = world.pick([
        [null, null],
        [null, 10],
        [10, null],
      ] as const);
      this.#onLink((link) => link.break({ workerMs, serverMs }));
    },
    "stall a link": () => {
      const { world } = this.#simulation;
      this.#onLink((link) => link.stall(world.nowMs + world.scale(10, 40_000)));
    },
    "stop reading": () => {
      const { world } = this.#simulation;
      this.#onLink((link) => link.stallDown(world.nowMs + world.scale(10, 40_000)));
    },
    "pause a worker": () => {
      const { world } = this.#simulation;
      this.#onWorker(({ process }) => process.pause(world.scale(10, 120_000)));
    },
    "pause the coordinator": () => {
      const { world, coordinator } = this.#simulation;
      coordinator?.process.pause(world.scale(10, 20_000));
    },
    "kill a worker": () => {
      const { world } = this.#simulation;
      this.#onWorker((worker) => {
        worker.kill();
        this.#later(world.scale(10, 20_000), "worker starts again", () => worker.start());
      });
    },
    "kill the coordinator": () => this.#simulation.crashCoordinator("process"),
    "cut the coordinator's power": () => this.#simulation.crashCoordinator("power"),
    "stop the coordinator": () => void this.#simulation.stopCoordinator(),
    "jump the wall clock": () => {
      const { world } = this.#simulation;
      const jumpMs = world.scale(10, 1e8);
      world.wallOffsetMs += world.chance(0.5) ? jumpMs : -jumpMs;
    },
    "fill the disk": () => {
      const { world, disk } = this.#simulation;
      disk.faults.isFull = true;
      this.#later(world.scale(10, 10_000), "space on the disk", () => (disk.faults.isFull = false));
    },
    "join in a storm": () => {
      for (const worker of this.#simulation.workers) worker.start();
    },
    "leave in a storm": () => {
      const { workers, world } = this.#simulation;
      for (const { loop, process } of workers) {
        if (process.alive && world.chance(0.7)) loop?.leave(quoted("going home"));
      }
      this.#later(world.scale(10, 10_000), "back from home", () => {
        for (const worker of workers) worker.start();
      });
    },
    "pause by the user": () => {
      const { world } = this.#simulation;
      this.#onWorker((worker) => {
        const { loop, process } = worker;
        worker.pausedByUser = true;
        loop?.pause(quoted("the tab is hidden"));
        this.#later(world.scale(10, 10_000), "the user resumes", () => {
          if (process.alive && worker.loop === loop) loop?.resume();
        });
      });
    },
    "pause the run": () => {
      const { world, coordinator } = this.#simulation;
      if (coordinator?.process.alive !== true) return;
      coordinator.run?.pause();
      this.#later(world.scale(10, 5_000), "the run goes on", () => {
        if (coordinator.process.alive) coordinator.run?.resume(coordinator.now());
      });
    },
    "network change": () => {
      this.#onWorker(({ loop }) => loop?.check());
    },
    "kill a relay": () => {
      const { world } = this.#simulation;
      this.#onRelay((relay) => {
        relay.kill();
        this.#later(world.scale(10, 20_000), "a relay starts again", () => relay.start());
      });
    },
    "pause a relay": () => {
      const { world } = this.#simulation;
      this.#onRelay(({ process }) => process?.pause(world.scale(10, 60_000)));
    },
    "cut a relay off": () => {
      const { network, world } = this.#simulation;
      this.#onRelay(({ process }) => {
        const untilMs = world.nowMs + world.scale(10, 60_000);
        for (const link of network.links) {
          if (link.worker === process || link.server?.process === process) link.stall(untilMs);
        }
      });
    },
  };
}
