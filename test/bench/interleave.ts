/**
 * @file Contestants in turns: on a machine whose speed changes with its neighbours and its temperature, only what ran
 * side by side can be compared.
 */
import type { Report } from "./report.ts";

/** What one turn measured. */
export interface Turn {
  /** Whatever the bench counts: steps, samples, rounds. */
  readonly perSecond: number;
  /** CPU time of all its processes for one of them, in microseconds; `undefined` where it can't be had. */
  readonly cpuMicros?: number | undefined;
}

export interface Contestant {
  readonly name: string;
  /** Runs for a second or two. `undefined`: it can't run here. */
  readonly turn: () => Promise<Turn | undefined>;
}

/**
 * Lets everybody run `rounds` times, one after the other.
 *
 * @returns By name. Who can't run is named as absent in the report and has no turns.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  report: Report,
): Promise<(name: string) => RequestQueue> {
  const turns = new Map(contestants.map(({ name }) => [name, new RequestQueue()]));
  const absent = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, turn } of contestants) {
      if (absent.has(name)) continue;
      // One after the other: that is the point.
      // oxlint-disable-next-line no-await-in-loop
      const measured = await turn();
      if (measured !== undefined) turns.get(name)?.add(measured);
      else {
        absent.add(name);
        report.absent(name, "not installed");
      }
    }
  }
  return (name) => turns.get(name) ?? new RequestQueue();
}

export class RequestQueue {
  readonly perSecond: number[] = [];
  readonly cpuMicros: number[] = [];

  add({ perSecond, cpuMicros }: Turn): void {
    this.perSecond.push(perSecond);
    if (cpuMicros !== undefined) this.cpuMicros.push(cpuMicros);
  }
}
