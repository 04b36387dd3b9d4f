import { describe, expect, test } from "vitest";

import { plantedBugs, seedThatCatches } from "./planted-bugs.ts";
import { relayBugs } from "./relay-bugs.ts";

const seedsMax = 1_000;

describe(`within ${seedsMax} seeds the simulator finds that`, () => {
  test.each(Object.entries({ ...plantedBugs, ...relayBugs }))("%s", async (name, bug) => {
    const ending = await seedThatCatches(bug, seedsMax);
    const [line] = (ending?.violation ?? "no seed catches it").split("\n");
    expect(line, `seed ${ending?.seed}`).toMatch(bug.caughtAs);
    const isRecorded = bug.seeds.some((seed) => seed === ending?.seed);
    const advice = isRecorded ? "" : "; it is found faster with this seed in its list";
    process.stdout.write(`caught by seed ${ending?.seed}: ${name} (${line})${advice}\n`);
  });
});
