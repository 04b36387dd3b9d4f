import { describe, expect, test } from "vitest";

import { cases } from "../support/fixtures/effort.ts";
import { faultNames } from "./faults.ts";
import { scenarios } from "./scenario.ts";
import { type Ending, simulate } from "./simulation.ts";

const seedCount = cases(200);

describe("the simulator", () => {
  test(`gives the same trace twice for every tenth of ${seedCount} seeds, whatever was simulated in between`, async () => {
    const seeds = Array.from({ length: seedCount / 10 }, (_, index) => 10 * (index + 1));
    const firsts: Ending[] = [];
    for (const seed of seeds) firsts.push(await simulate({ seed }));
    for (const first of firsts) {
      const lines: string[] = [];
      const second = await simulate({ seed: first.seed, reader: (line) => lines.push(line) });
      expect(second).toEqual(first);
      expect(lines.length).toBeGreaterThan(first.events - 1);
    }
  });

  test("gives another trace for each of 5 seeds", async () => {
    const endings = await Promise.all([1, 2, 3, 4, 5].map((seed) => simulate({ seed })));
    expect(new Set(endings.map(({ trace }) => trace)).size).toBe(5);
  });

  test(`${seedCount} seeds of faults: the sequential trainer's parameters after every step`, async () => {
    const endings: Ending[] = [];
    for (let seed = 1; seed <= seedCount; seed++) endings.push(await simulate({ seed }));
    const failed = endings.filter(({ violation }) => violation !== undefined);
    const lines = failed.map(({ seed, violation }) => {
      return `SEED=${seed}  ${violation}\n  replay: npm run sim -- --seed ${seed}`;
    });
    expect(lines.join("\n")).toBe("");
    expectVariety(endings);
  });
});

/** Seeds in which nothing happens prove nothing. */
function expectVariety(endings: readonly Ending[]): void {
  for (const name of faultNames) {
    const seeds = endings.filter(({ faults }) => (faults.get(name) ?? 0) > 0);
    expect({ name, inManySeeds: seeds.length > 15 }).toEqual({ name, inManySeeds: true });
  }
  expect(new Set(endings.map(({ scenario }) => scenario)).size).toBe(Object.keys(scenarios).length);
  expect(Math.max(...endings.map(({ workers }) => workers))).toBeGreaterThan(50);
  expect(endings.filter(({ resumes }) => resumes > 0).length).toBeGreaterThan(30);
}
