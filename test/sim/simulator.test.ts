import { describe, expect, test } from "vitest";

import { cases } from "../support/fixtures/effort.ts";
import { faultNames } from "./faults.ts";
import { scenarios } from "./scenario.ts";
import { type Ending, simulate } from "./simulation.ts";
import { relayFaultNames } from "./trees.ts";

/** Each scenario and each kind of fault twice: see `drawPlan`. */
const seedCount = cases(36);

describe("the simulator", () => {
  test("gives another trace for each of 5 seeds", async () => {
    const endings = await Promise.all([1, 2, 3, 4, 5].map((seed) => simulate({ seed })));
    expect(new Set(endings.map(({ trace }) => trace)).size).toBe(5);
  });

  test(`${seedCount} seeds of faults, a quarter of them in trees of relays: the sequential trainer's parameters after every step, and one trace per seed`, async () => {
    const endings: Ending[] = [];
    for (let seed = 1; seed <= seedCount; seed++) endings.push(await simulate({ seed }));
    const failed = endings.filter(({ violation }) => violation !== undefined);
    const lines = failed.map(({ seed, violation }) => {
      return `SEED=${seed}  ${violation}\n  replay: npm run sim -- --seed ${seed}`;
    });
    expect(lines.join("\n")).toBe("");
    expectVariety(endings);

    // A tenth of them once more, after all the others: nothing of one simulation reaches into another.
    for (const first of endings.filter(({ seed }) => seed % 10 === 0)) {
      const trace: string[] = [];
      const reader = (line: string) => void trace.push(line);
      const second = await simulate({ seed: first.seed, reader });
      expect(second).toEqual(first);
      expect(trace.length).toBeGreaterThan(first.events - 1);
    }
  });
});

/** Seeds in which nothing happens prove nothing. */
function expectVariety(endings: readonly Ending[]): void {
  for (const name of faultNames) {
    const seeds = endings.filter(({ faults }) => (faults.get(name) ?? 0) > 0);
    expect({ name, inSomeSeeds: seeds.length > 5 }).toEqual({ name, inSomeSeeds: true });
  }
  for (const name of relayFaultNames) {
    expect({ name, happens: endings.some(({ faults }) => (faults.get(name) ?? 0) > 0) }).toEqual({
      name,
      happens: true,
    });
  }
  expect(new Set(endings.map(({ relays }) => relays)).size).toBeGreaterThan(3);
  expect(new Set(endings.map(({ scenario }) => scenario)).size).toBe(Object.keys(scenarios).length);
  expect(Math.max(...endings.map(({ workers }) => workers))).toBeGreaterThan(40);
  expect(endings.filter(({ resumes }) => resumes > 0).length).toBeGreaterThan(seedCount / 5);
}
