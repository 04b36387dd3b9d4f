import { basename } from "node:path";

import { describe, expect, test } from "vitest";

import type { Disk } from "../../coordinator/storage/disk.ts";
import { RunFolder } from "../../coordinator/storage/run-folder.ts";
import { sayAtTerminal } from "../../shared/words/sentence.ts";
import { cases, stride } from "../support/fixtures/effort.ts";
import type { Plan } from "./faults.ts";
import { refugeFolder, runFolder } from "./scenario.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";

/** Two workers and an adam run of 4 epochs on machines without faults: only the test breaks something. */
const quiet = (drawn: Plan): Plan => ({
  ...drawn,
  scenario: "adam",
  machines: [1, 2].map((number) => ({
    name: `worker${number}`,
    kind: "node",
    shardMs: 0.2,
    loadMs: 1,
    lie: undefined,
  })),
  relays: [],
  minWorkers: 1,
  checkpointEvery: { every: 1, unit: "epochs" },
  network: {
    latencyMs: [0.1, 0.1],
    bytesPerMs: [1e6, 1e6],
    jitter: 0,
    cutProbability: 0,
    lostHandshake: 0,
    queueScale: 1,
  },
  diskDelayMs: [0.2, 0.4],
  diskErrors: 0,
  diskLies: false,
  downloadErrors: 0,
  meanMs: new Map(),
  coordinatorEvents: undefined,
  faultsMs: 60_000,
});

async function live(options: Omit<SimulationOptions, "plan">) {
  const simulation = new Simulation({ ...options, plan: quiet });
  const ending = await simulation.run();
  return { simulation, ending };
}

const { ending: undisturbed, simulation: whole } = await live({ seed: 1 });
/** Events until the run is over. What follows is its shutdown. */
let eventsOfRun = 0;
await live({
  seed: 1,
  beforeEvent: ({ coordinator, world }) => {
    if (coordinator?.ended === undefined) eventsOfRun = world.eventCount;
  },
});

/** A process dies after the odd events, and power fails after the even ones, unless all are tried. */
const offsets = { process: 0, power: stride(2) - 1 } as const;

describe("a coordinator that dies", () => {
  test.each(["process", "power"] as const)(
    "(%s) after one event of a small run, every second with either death, resumes to the same fingerprint",
    async (how) => {
      expect(undisturbed.violation).toBeUndefined();
      expect(eventsOfRun).toBeGreaterThan(90);
      let resumed = 0;
      let tried = 0;
      for (let event = 1 + offsets[how]; event <= eventsOfRun; event += stride(2)) {
        tried += 1;
        const { ending } = await live({
          seed: event,
          beforeEvent: (simulation) => {
            if (simulation.world.eventCount === event) simulation.crashCoordinator(how);
          },
        });
        expect(ending.violation, `after event ${event}`).toBeUndefined();
        resumed += ending.resumes;
      }
      expect(resumed).toBeGreaterThan(tried / 4);
    },
  );

  test.each(["process", "power"] as const)(
    "(%s) at any one disk operation of a small run, done, torn or not done, resumes to the same fingerprint",
    async (how) => {
      const operations = whole.disk.operationCount;
      expect(operations).toBeGreaterThan(30);
      for (let index = 0; index < operations; index++) {
        for (const fate of fatesAt(index, how)) {
          for (let seed = 1; seed <= cases(1); seed++) {
            const { ending, fates } = await dieAt({ index, how, fate, seed });
            expect(fates).toBeGreaterThan(0);
            expect(ending.violation, `operation ${index}, ${fate}, seed ${seed}`).toBeUndefined();
          }
        }
      }
    },
  );
});

describe("metrics.jsonl", () => {
  test("has each epoch once even if the run is stopped before an evaluation and dies after it, before its checkpoint", async () => {
    let stopped = false;
    let died = false;
    const { ending } = await live({
      seed: 1,
      beforeEvent: (simulation) => {
        const { judge, disk } = simulation;
        if (judge.commits === 4 && !stopped) {
          stopped = true;
          for (const { process: worker } of simulation.workers) worker.pause(500);
          void simulation.stopCoordinator();
        }
        const isWritten = (disk.peek(`${runFolder}/metrics.jsonl`)?.length ?? 0) > 0;
        if (isWritten && !died) {
          died = true;
          simulation.crashCoordinator("process");
        }
      },
    });
    expect(stopped && died).toBe(true);
    expect(ending).toMatchObject({ violation: undefined, resumes: 2 });
  });
});

/**
 * The fates to try at an operation: every second one with either death. The turn shifts after 7 operations, so that the same
 * operation of another epoch has the other fates.
 */
function fatesAt(index: number, how: Death["how"]): readonly Fate[] {
  const turn = index + Math.floor(index / 7) + (how === "power" ? 1 : 0);
  return drawnFates.filter((_, i) => (turn + i) % stride(2) === 0);
}

interface Death {
  /** Of the current disk operation. */
  readonly index: number;
  readonly how: "process" | "power";
  /** What becomes of it. */
  readonly fate: Fate;
  /** Determines where it is torn, and what else a power cut destroys. */
  readonly seed: number;
}

/** Kills the coordinator during a disk operation. Returns how many operations were under way. */
async function dieAt({ index, how, fate, seed }: Death) {
  let fates = 0;
  let died = false;
  const { ending } = await live({
    seed,
    beforeEvent: (simulation) => {
      if (died || simulation.disk.operationCount <= index) return;
      died = true;
      fates = withFate(simulation, fate, () => simulation.crashCoordinator(how));
    },
  });
  return { ending, fates };
}

/** As `SimDisk.processDied` draws them, one of three per operation under way. */
const drawnFates = ["done", "torn", "not done"] as const;
type Fate = (typeof drawnFates)[number];

/** Kills a process with one fate for all its disk operations, instead of a drawn one. Returns their number. */
function withFate({ world, disk }: Simulation, fate: Fate, die: () => void): number {
  const { random } = world;
  const draw = random.below.bind(random);
  const underWay = disk.underWay;
  let fates = 0;
  random.below = (bound) => {
    if (bound !== drawnFates.length || fates === underWay) return draw(bound);
    fates += 1;
    return drawnFates.indexOf(fate);
  };
  try {
    die();
  } finally {
    random.below = draw;
  }
  expect(fates).toBe(underWay);
  return fates;
}

describe("a damaged checkpoint", () => {
  test("is noticed for a flip of any of its bytes: the previous one is used, and one line says so", async () => {
    const folder = `${runFolder}/checkpoints`;
    const paths = whole.disk.paths(folder).filter((path) => path.includes("step-"));
    const [newest = "", previous = ""] = paths.toSorted().toReversed();
    const files = new Map(paths.map((path) => [path, whole.disk.peek(path) ?? new Uint8Array(0)]));
    const bytes = files.get(newest) ?? new Uint8Array(0);
    expect(bytes.length).toBeGreaterThan(2_000);
    // The header byte for byte, and every 7th of the rest, so that each place within a number is met.
    const header = 1_000;
    for (let offset = 0; offset < bytes.length; offset += offset < header ? 1 : stride(7)) {
      const flipped = bytes.slice();
      flipped[offset] = (flipped[offset] ?? 0) ^ (1 << (offset % 8));
      const disk = readOnlyDisk(new Map([...files, [newest, flipped]]));
      const found = await new RunFolder(disk, runFolder).latestCheckpoint();
      expect(found.found && found.path, `byte ${offset}`).toBe(previous);
      expect(found.notes).toHaveLength(1);
      expect(found.notes.map(sayAtTerminal)[0]).toMatch(
        /^checkpoint \S+ is damaged \([^\n]+\); using step-\d+/u,
      );
    }
  });

  test("costs only the epoch after the previous one", async () => {
    let damaged = false;
    const warnings = new Set<string>();
    const { ending } = await live({
      seed: 1,
      beforeEvent: (simulation) => {
        const { disk, judge, coordinator } = simulation;
        for (const warning of coordinator?.warnings ?? []) warnings.add(warning);
        const newest = `${runFolder}/checkpoints/step-00000008.safetensors`;
        if (damaged || judge.commits < 10 || disk.peek(newest) === undefined) return;
        damaged = true;
        simulation.crashCoordinator("process");
        disk.damage(newest, (bytes) => bytes.fill(0, 1_000, 1_001));
        simulation.excuse();
      },
    });
    expect(ending).toMatchObject({ violation: undefined, resumes: 1 });
    expect(ending.commits).toBeGreaterThanOrEqual(10 + 16 - 4);
    expect([...warnings]).toEqual([
      expect.stringMatching(/step-00000008\S+ is damaged .+ using step-00000004/u),
    ]);
  });
});

describe("a full disk", () => {
  test("costs checkpoints, with a warning, but not the run; the next checkpoint is written", async () => {
    let fullSteps = 0;
    const warnings = new Set<string>();
    const { simulation, ending } = await live({
      seed: 1,
      beforeEvent: ({ disk, judge, coordinator }) => {
        disk.faults.isFull = judge.commits >= 2 && judge.commits < 6;
        fullSteps = disk.faults.isFull ? judge.commits : fullSteps;
        for (const warning of coordinator?.warnings ?? []) warnings.add(warning);
      },
    });
    expect(ending.violation).toBeUndefined();
    expect(fullSteps).toBe(5);
    expect([...warnings]).toEqual([
      expect.stringMatching(
        /^cannot write checkpoint \S+step-00000004\S+: no space is left on the disk/u,
      ),
    ]);
    const names = simulation.disk.paths(`${runFolder}/checkpoints`).map((path) => basename(path));
    expect(names.toSorted()).toEqual([
      "best.safetensors",
      "step-00000008.safetensors",
      "step-00000012.safetensors",
      "step-00000016.safetensors",
    ]);
  });
});

describe("a full disk at the end of a run", () => {
  const ofResult = /result is in memory only.+ trying again in/u;

  test("is tried again until there is room: the result is written to its usual place", async () => {
    const { warnings, simulation, ending } = await fullFromStep(13, ({ warnings: said }) => {
      return said.filter((line) => ofResult.test(line)).length < 3;
    });
    expect(ending.violation).toBeUndefined();
    expect(warnings.filter((line) => ofResult.test(line))).toHaveLength(3);
    expect(simulation.judge.finished?.checkpoint).toMatch(/checkpoints\/step-00000016/u);
  });

  test("for a minute is not waited for any longer: the result is written to another place, and the operator is told", async () => {
    const { warnings, simulation, ending } = await fullFromStep(13, ({ nowMs, writesTo }) => {
      return nowMs < 60_000 || !writesTo.startsWith(refugeFolder);
    });
    expect(ending.violation).toBeUndefined();
    const { checkpoint } = simulation.judge.finished ?? {};
    expect(checkpoint).toBe(`${refugeFolder}/step-00000016.safetensors`);
    expect(warnings.at(-1)).toBe(`the result is outside the run's folder: ${checkpoint}`);
    expect(simulation.coordinator?.ended).toMatchObject({ reason: "finished", isSaved: true });
  });

  test("that accepts no write anywhere still ends the run, with its fingerprint and without a path", async () => {
    const { simulation, ending } = await fullFromStep(13, () => true);
    expect(ending.violation).toBeUndefined();
    expect(simulation.judge.finished?.checkpoint).toBe(null);
    expect(simulation.coordinator?.ended).toMatchObject({ reason: "finished", isSaved: false });
  });
});

interface FullDisk {
  /** Since the start of the run. */
  readonly nowMs: number;
  readonly writesTo: string;
  readonly warnings: readonly string[];
}

/** The disk is full from a step on, as long as `stays` says so. */
async function fullFromStep(step: number, stays: (disk: FullDisk) => boolean) {
  let warnings: readonly string[] = [];
  let writesTo = "";
  const { simulation, ending } = await live({
    seed: 1,
    beforeEvent: ({ disk, judge, coordinator, world }) => {
      warnings = [...(coordinator?.warnings ?? [])];
      disk.onOperation = (_index, _name, path) => (writesTo = path);
      const isFull = stays({ nowMs: world.nowMs, writesTo, warnings });
      disk.faults.isFull = judge.commits >= step && isFull;
    },
  });
  return { warnings, simulation, ending };
}

describe("a disk that can't be read for a moment", () => {
  test.each(["readdir", "readFile"] as const)(
    "(%s) costs a coordinator that resumes another start, reported in one line, and no step",
    async (broken) => {
      let died = false;
      const refusals = new Set<string>();
      const { ending } = await live({
        seed: 1,
        beforeEvent: (simulation) => {
          const { judge, disk, coordinator } = simulation;
          if (judge.commits === 10 && !died) {
            died = true;
            simulation.crashCoordinator("process");
          }
          if (coordinator?.refused !== undefined) refusals.add(coordinator.refused);
          disk.onOperation = (_index, name, path) => {
            const isHit = died && refusals.size === 0 && name === broken;
            disk.faults.readErrors = isHit && path.includes("checkpoints") ? 1 : 0;
          };
        },
      });
      expect(ending).toMatchObject({ violation: undefined, resumes: 1, commits: 10 + 16 - 8 });
      expect([...refusals]).toEqual([
        expect.stringMatching(/^[^\n]*checkpoints[^\n]*EIO[^\n]*; try --resume again/u),
      ]);
    },
  );
});

const refuse = () => Promise.reject(new Error("read-only"));

/** Read-only files in memory. */
function readOnlyDisk(files: ReadonlyMap<string, Uint8Array>): Disk {
  return {
    readFile: (path) => Promise.resolve(files.get(path)?.slice() ?? new Uint8Array(0)),
    async *chunks(path) {
      yield await this.readFile(path);
    },
    readdir: () => Promise.resolve([...files.keys()].map((path) => path.split("/").at(-1) ?? "")),
    stat: () => Promise.resolve(undefined),
    writeFile: refuse,
    append: refuse,
    truncate: refuse,
    rename: refuse,
    unlink: refuse,
    mkdir: refuse,
    syncDirectory: refuse,
  };
}
