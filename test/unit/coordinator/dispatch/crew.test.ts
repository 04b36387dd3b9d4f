/** @file The workers that can take work. */
import { describe, expect, test } from "vitest";

import { Crew, speedsOf } from "../../../../coordinator/dispatch/crew.ts";
import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { known } from "../../../../shared/assert.ts";

function crewOf(...ids: string[]): Crew {
  const crew = new Crew();
  for (const id of ids)
    crew.add({ id, name: `${id}'s`, subnet: "", speed: new SpeedEstimate(1_000) });
  return crew;
}

function markLate(crew: Crew, id: string): void {
  known(crew.get(id), `${id} is in the crew`).late = true;
}

function idsOf(crew: Crew): string[] {
  return crew.available().map(({ id }) => id);
}

describe("Crew", () => {
  test("gives work to everybody on time, in the order of joining", () => {
    const crew = crewOf("a", "b", "c");
    markLate(crew, "b");
    expect(idsOf(crew)).toEqual(["a", "c"]);
    expect(crew.size).toBe(3);
  });

  test("gives work to late workers if both are late: a slow run is better than none", () => {
    const crew = crewOf("a", "b");
    markLate(crew, "a");
    markLate(crew, "b");
    expect(idsOf(crew)).toEqual(["a", "b"]);
  });

  test("names its 3 members in the order of their ids, whoever was ready first", () => {
    expect(crewOf("w10", "w2", "w1").names).toEqual(["w1's", "w2's", "w10's"]);
  });

  test("two of its members are independent if their subnets differ, or if nobody is from another one", () => {
    const crew = new Crew();
    const add = (id: string, subnet: string) =>
      crew.add({ id, name: id, subnet, speed: new SpeedEstimate(1_000) });
    add("a", "here");
    add("b", "here");
    expect([crew.areIndependent("a", "b"), crew.areIndependent("gone", "b")]).toEqual([true, true]);
    add("c", "there");
    expect([crew.areIndependent("a", "c"), crew.areIndependent("a", "b")]).toEqual([true, false]);
    expect(crew.areIndependent("gone", "b")).toBe(false);
  });

  test("is empty without members", () => {
    expect(idsOf(crewOf())).toEqual([]);
  });

  test("forgets lateness when a worker is added again, and keeps its speed", () => {
    const crew = crewOf("a", "b");
    markLate(crew, "a");
    const { speed } = known(crew.get("a"), "a is in the crew");
    crew.add({ id: "a", name: "a's", subnet: "", speed });
    expect(idsOf(crew)).toEqual(["a", "b"]);
    expect(crew.get("a")?.speed).toBe(speed);
    expect(crew.size).toBe(2);
  });

  test("removes a worker once", () => {
    const crew = crewOf("a");
    expect([crew.remove("a"), crew.remove("a"), crew.size]).toEqual([true, false, 0]);
  });
});

/** Planned overheads of a worker that took 0.5 ms and one that took `slow`, none of it computing. */
function overheads(slow: number): number[] {
  const crew = crewOf("fast", "slow");
  const measure = { computeMs: 0, samples: 32 };
  crew.get("fast")!.speed.observe({ elapsedMs: 0.5, ...measure });
  crew.get("slow")!.speed.observe({ elapsedMs: slow, ...measure });
  return speedsOf(crew.available(), 32).map(({ overheadMs }) => overheadMs);
}

describe("speedsOf", () => {
  test("counts in leaves: 1,000 samples/s are 32 ms for a leaf of 32 samples", () => {
    expect(speedsOf(crewOf("a").available(), 32)).toEqual([
      { workerId: "a", overheadMs: 0, leafMs: 32, slackMs: 0.2, roundingMs: 1 },
    ]);
  });

  test("treats overheads of 0.5 and 0.8 ms as equal, but not 0.5 and 100 ms", () => {
    expect(overheads(0.8)).toEqual([0, 0]);
    expect(overheads(100)).toEqual([0, 98]);
  });
});
