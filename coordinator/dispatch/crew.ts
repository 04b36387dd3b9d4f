/**
 * @file The workers that can take work in a run: ready, connected, not paused. Knows who is late and how fast each
 * is; knows nothing of sockets. Pure.
 */
import type { WorkerSpeed } from "./assignment.ts";
import type { Holding, Round } from "./round.ts";
import type { SpeedEstimate } from "./speed.ts";

export interface CrewWorker {
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  /** Where it connects from: two opinions from two networks are worth more than two from one. */
  readonly subnet: string;
  /** Outlives the member: a worker that comes back is as fast as it was. */
  readonly speed: SpeedEstimate;
  /** Took longer than its deadline and has not answered since: until it does, it gets no further work. */
  late: boolean;
  /** What it held when a round was closed without it: its answer tells how slow it was. */
  overdue: { readonly round: Round; readonly holding: Holding } | undefined;
}

/** A member as it joins. */
export type Newcomer = Omit<CrewWorker, "late" | "overdue">;

export class Crew {
  readonly #members = new Map<string, CrewWorker>();

  get size(): number {
    return this.#members.size;
  }

  /** A newcomer's word on its speed is believed up to the fastest that has shown what it can. */
  add({ id, name, subnet, speed }: Newcomer): void {
    const shown = [...this.#members.values()].filter((member) => member.speed.isMeasured);
    if (shown.length > 0)
      speed.limitClaim(Math.min(...shown.map((member) => member.speed.sampleMs)));
    this.#members.set(id, { id, name, subnet, speed, late: false, overdue: undefined });
  }

  remove(id: string): boolean {
    return this.#members.delete(id);
  }

  get(id: string): CrewWorker | undefined {
    return this.#members.get(id);
  }

  /** Whether two come from two networks, or there is nobody here from any other than the second's. */
  areIndependent(firstId: string, secondId: string): boolean {
    const first = this.get(firstId)?.subnet;
    const second = this.get(secondId)?.subnet;
    if (first !== undefined && first !== second) return true;
    return [...this.#members.values()].every(({ subnet }) => subnet === second);
  }

  /** In the order of their ids, as in every list of workers. */
  get names(): string[] {
    const members = [...this.#members.values()];
    const inOrder = members.toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
    return inOrder.map(({ name }) => name);
  }

  /** Who should get work: everybody on time, or everybody when all are late. */
  available(): CrewWorker[] {
    const all = [...this.#members.values()];
    const onTime = all.filter(({ late }) => !late);
    return onTime.length > 0 ? onTime : all;
  }
}

/**
 * Overheads up to this many times the least one, and this much more, are taken as equal: what differs between two
 * workers of one machine is noise, and must not give one of them all the work.
 */
const overheadTolerance = 2;
const overheadSlackMs = 1;

/** A round may end later by this part of an overhead so that one more worker takes part: nobody sees the difference. */
const slackFraction = 0.2;

/**
 * Those that have worked before, or all where none has. What was lost once in a round is theirs: a crowd that joins, takes
 * and leaves could keep a round open for ever among themselves.
 */
export function provenAmong(members: readonly CrewWorker[]): readonly CrewWorker[] {
  const proven = members.filter(({ speed }) => speed.isMeasured);
  return proven.length > 0 ? proven : members;
}

/** What planning shares needs to know, for leaves of so many samples. */
export function speedsOf(members: readonly CrewWorker[], samplesPerLeaf: number): WorkerSpeed[] {
  const least = members.reduce((min, { speed }) => Math.min(min, speed.overheadMs), Infinity);
  const tolerated = overheadTolerance * least + overheadSlackMs;
  return members.map(({ id, speed }) => ({
    workerId: id,
    overheadMs: Math.max(0, speed.overheadMs - tolerated),
    leafMs: speed.sampleMs * samplesPerLeaf,
    slackMs: slackFraction * least,
    // What one share costs besides computing says roughly what its blocks cost.
    roundingMs: least,
  }));
}
