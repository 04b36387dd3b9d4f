/**
 * @file Runs contestants in turns. The speed of a machine changes with its neighbours and its temperature, so only
 * measurements that ran side by side can be compared.
 */
import type { Report } from "./report.ts";

/** The measurement of one turn. */
export interface Turn {
  /** The unit depends on the bench: steps, samples, rounds. */
  readonly perSecond: number;
  /** CPU time per unit of all its processes, in microseconds; `undefined` if not available. */
  readonly cpuMicros?: number | undefined;
}

export interface Contestant {
  readonly name: string;
  /** Runs for a second or two. `undefined`: it cannot run here. */
  readonly turn: () => Promise<Turn | undefined>;
}

/**
 * Runs every contestant `rounds` times, in turns.
 *
 * @returns The turns by name. A contestant that cannot run is reported as absent and has no turns.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  report: Report,
): Promise<(name: string) => Turns> {
  const turns = new Map(contestants.map(({ name }) => [name, new Turns()]));
  const absent = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, turn } of contestants) {
      if (absent.has(name)) continue;
      // In sequence, which is the point.
      // oxlint-disable-next-line no-await-in-loop
      const measured = await inTime(name, turn());
      if (measured !== undefined) turns.get(name)?.add(measured);
      else {
        absent.add(name);
        report.absent(name, "not installed");
      }
    }
  }
  return (name) => turns.get(name) ?? new Turns();
}

/** More than any turn takes on a busy machine. */
const turnMsMax = 300_000;

/** @throws If a contestant hangs, because a bench that waits for ever says nothing. */
async function inTime<Value>(name: string, turn: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${name}: no result after ${turnMsMax / 1000} s`);
    timer = setTimeout(() => reject(error), turnMsMax);
  });
  try {
    return await Promise.race([turn, late]);
  } finally {
    clearTimeout(timer);
  }
}

class Turns {
  readonly perSecond: number[] = [];
  readonly cpuMicros: number[] = [];

  add({ perSecond, cpuMicros }: Turn): void {
    this.perSecond.push(perSecond);
    if (cpuMicros !== undefined) this.cpuMicros.push(cpuMicros);
  }
}
