/**
 * @file The workers that can take work in a run: ready, connected, not paused. It knows which are late and how fast
 * each is, but nothing of sockets. Pure.
 */
import type { WorkerSpeed } from "./assignment.ts";
import type { Holding } from "./holdings.ts";
import type { Round } from "./round.ts";
import type { SpeedEstimate } from "./speed.ts";

/** A worker that is ready for work. */
export interface ReadyWorker {
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  /** Where it connects from. Two opinions from two subnets are worth more than two from one. */
  readonly subnet: string;
  /** Whether others compute for it. */
  readonly isRelay?: boolean;
  /** How many do, if it has said so. */
  readonly workersBelow?: number;
  /** Whether it computes in the coordinator's own process. */
  readonly isInside?: boolean;
  /** Outlives its time in the crew: a worker that returns keeps its measured speed. */
  readonly speed: SpeedEstimate;
}

export interface CrewWorker extends ReadyWorker {
  readonly isRelay: boolean;
  readonly isInside: boolean;
  /** Of a relay: how many compute for it. */
  workersBelow: number;
  /** It missed its deadline and has not answered since. Until it does, it gets no more work. */
  late: boolean;
  /** When it answered the last block of a share. */
  freeMs: number;
  /** The digest of the point that it was sent last, in a run whose points move by updates. */
  held: string | undefined;
  /** What it held when a round was closed without it. */
  overdue: Overdue | undefined;
}

export interface Overdue {
  readonly round: Round;
  readonly holding: Holding;
  /** Its first answer told how slow it was. It will drop the rest of its old share for the next one, but may not. */
  isMeasured: boolean;
}

export class Crew {
  readonly #workers = new Map<string, CrewWorker>();
  /** Asked for at every step, and changes when somebody joins or leaves. */
  #names: readonly string[] | undefined;

  get size(): number {
    return this.#workers.size;
  }

  /** Those who compute: a relay's workers instead of the relay, which is ready only while it has one. */
  get computingCount(): number {
    let count = 0;
    for (const { isRelay, workersBelow } of this.#workers.values()) {
      count += isRelay ? Math.max(workersBelow, 1) : 1;
    }
    return count;
  }

  /** Adds a worker. Its claimed speed is believed up to that of the fastest measured worker. */
  add({ id, name, subnet, speed, ...rest }: ReadyWorker): void {
    const { isRelay = false, isInside = false, workersBelow = 1 } = rest;
    const shown = [...this.#workers.values()].filter((worker) => worker.speed.isMeasured);
    if (shown.length > 0)
      speed.limitClaim(Math.min(...shown.map((worker) => worker.speed.sampleMs)));
    this.#names = undefined;
    const free = {
      late: false,
      freeMs: Number.NEGATIVE_INFINITY,
      held: undefined,
      overdue: undefined,
    };
    this.#workers.set(id, { id, name, subnet, speed, isRelay, isInside, workersBelow, ...free });
  }

  remove(id: string): boolean {
    this.#names = undefined;
    return this.#workers.delete(id);
  }

  get(id: string): CrewWorker | undefined {
    return this.#workers.get(id);
  }

  /** Whether two workers are from different subnets, or all workers are from the second one's subnet. */
  areIndependent(firstId: string, secondId: string): boolean {
    const first = this.get(firstId)?.subnet;
    const second = this.get(secondId)?.subnet;
    if (first !== undefined && first !== second) return true;
    return [...this.#workers.values()].every(({ subnet }) => subnet === second);
  }

  /** Sorted by id, as in every list of workers. */
  get names(): readonly string[] {
    this.#names ??= [...this.#workers.values()]
      .toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }))
      .map(({ name }) => name);
    return this.#names;
  }

  /** The workers that should get work: everybody on time, or everybody if all are late. */
  available(): CrewWorker[] {
    const all = [...this.#workers.values()];
    const onTime = all.filter(({ late }) => !late);
    return onTime.length > 0 ? onTime : all;
  }
}

/**
 * Overheads up to this many times the smallest one, plus this much, count as equal. Differences between two workers
 * on one machine are noise and must not give one of them all the work.
 */
const overheadTolerance = 2;
const overheadSlackMs = 1;

/**
 * A round may end later by this fraction of an overhead so that one more worker takes part. Nobody notices the
 * difference.
 */
const slackFraction = 0.2;

/**
 * Workers with a measured speed, or all if nobody has one. They get lost blocks before workers that only claim a
 * speed; otherwise a crowd that joins, takes work and leaves could keep a round open for ever.
 */
export function provenAmong(workers: readonly CrewWorker[]): readonly CrewWorker[] {
  const proven = workers.filter(({ speed }) => speed.isMeasured);
  return proven.length > 0 ? proven : workers;
}

/** The input for planning shares, with leaves of this many samples. */
export function speedsOf(workers: readonly CrewWorker[], samplesPerLeaf: number): WorkerSpeed[] {
  const least = workers.reduce((min, { speed }) => Math.min(min, speed.overheadMs), Infinity);
  const tolerated = overheadTolerance * least + overheadSlackMs;
  return workers.map(({ id, speed }) => ({
    workerId: id,
    overheadMs: Math.max(0, speed.overheadMs - tolerated),
    leafMs: speed.sampleMs * samplesPerLeaf,
    slackMs: slackFraction * least,
    // The overhead of a share roughly equals the cost of its blocks.
    roundingMs: least,
  }));
}
