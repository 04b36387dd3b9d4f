/** @file Workers that lie about values, combined with all the other faults. */
import { describe, expect, test } from "vitest";

import { Audit } from "../../coordinator/audit/audit.ts";
import { cases } from "../support/fixtures/effort.ts";
import { audited } from "./faults.ts";
import { type Ending, simulate } from "./simulation.ts";

const seedCount = cases(12);

function simulateAudited(seed: number): Promise<Ending> {
  return simulate({ seed, plan: (drawn) => audited(drawn, seed) });
}

/** The first seed that reveals a broken method of `Audit`; `undefined` if none does. */
async function seedThatCatches<Name extends "counted" | "reliesOn">(
  name: Name,
  broken: Audit[Name],
): Promise<Ending | undefined> {
  const original = Audit.prototype[name];
  Audit.prototype[name] = broken;
  try {
    for (let seed = 1; seed <= seedCount; seed++) {
      const ending = await simulateAudited(seed);
      if (ending.violation !== undefined) return ending;
    }
    return undefined;
  } finally {
    Audit.prototype[name] = original;
  }
}

describe("the simulator with audits", () => {
  test(`${seedCount} seeds: liars are disconnected, no honest worker is, and every step is right`, async () => {
    const endings: Ending[] = [];
    for (let seed = 1; seed <= seedCount; seed++) endings.push(await simulateAudited(seed));
    const failed = endings.filter(({ violation }) => violation !== undefined);
    const lines = failed.map(({ seed, violation }) => `SEED=${seed}  ${violation}`);
    expect(lines.join("\n")).toBe("");
    expect(endings.filter(({ expelled }) => expelled > 0).length).toBeGreaterThan(seedCount / 4);
  });

  test("detects an audit that believes every first answer", async () => {
    const ending = await seedThatCatches("counted", () => undefined);
    // Or an honest worker, whose late answer differs from the lie that counted, is expelled.
    expect(ending?.violation).toMatch(/fingerprint|loss|is honest/u);
  });

  test("detects an audit that keeps the other results of a liar", async () => {
    const ending = await seedThatCatches("reliesOn", () => false);
    expect(ending?.violation).toBeDefined();
  });
});
