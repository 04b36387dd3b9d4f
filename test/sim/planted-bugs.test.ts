import { describe, expect, test } from "vitest";

import { plantedBugs, seedThatCatches } from "./planted-bugs.ts";

const seedsMax = 1_000;

describe(`within ${seedsMax} seeds the simulator finds that`, () => {
  test.each(Object.entries(plantedBugs))("%s", async (name, bug) => {
    const ending = await seedThatCatches(bug, seedsMax);
    const [line] = (ending?.violation ?? "no seed catches it").split("\n");
    expect(line, `seed ${ending?.seed}`).toMatch(bug.caughtAs);
    process.stdout.write(`caught by seed ${ending?.seed}: ${name} (${line})\n`);
  });
});
