/**
 * @file Which worker computes a block a second time. `audit.test.ts` tests that a run is right whichever worker
 * does.
 */
import { describe, expect, test } from "vitest";

import type { Share } from "../../../../coordinator/dispatch/assignment.ts";
import { withSecondWorkers } from "../../../../coordinator/dispatch/second-workers.ts";
import { subnetOf } from "../../../../coordinator/edge/addresses.ts";

const block = (start: number, end: number) => ({ start, end });

/** Equally fast workers by name, each with one of as many blocks. */
function partnersOf(addresses: Readonly<Record<string, string>>): Record<string, string[]> {
  const ids = Object.keys(addresses);
  const shares: Share[] = ids.map((workerId, i) => ({ workerId, blocks: [block(i, i + 1)] }));
  const speeds = ids.map((workerId) => ({ workerId, overheadMs: 0, leafMs: 1 }));
  const networks = (workerId: string) => subnetOf(addresses[workerId] ?? "");
  const lots = withSecondWorkers(shares, speeds, networks);
  return Object.fromEntries(
    ids.map((id, i) => {
      const holders = lots.filter(({ blocks }) => blocks.some(({ start }) => start === i));
      return [id, holders.map(({ workerId }) => workerId).filter((other) => other !== id)];
    }),
  );
}

describe("the second opinion on each of a worker's blocks", () => {
  test("comes from another address, if there is one", () => {
    const partners = partnersOf({ a: "10.0.0.1", b: "10.0.0.1", c: "10.0.0.1", d: "10.0.0.2" });
    expect([partners["a"], partners["b"], partners["c"]]).toEqual([["d"], ["d"], ["d"]]);
    expect(partners["d"]).toHaveLength(1);
  });

  test("never comes from another address of the same IPv6 network or IPv4 host, if there is any other", () => {
    const partners = partnersOf({
      a: "2001:db8:0:7::1",
      b: "2001:db8:0:7:dead::2",
      c: "10.0.0.2",
      d: "::ffff:10.0.0.2",
    });
    for (const id of ["a", "b"]) expect(["c", "d"]).toContain(partners[id]?.[0]);
    for (const id of ["c", "d"]) expect(["a", "b"]).toContain(partners[id]?.[0]);
  });

  test("comes from the same address if all have it, from each in turn; with one worker, from nobody", () => {
    expect(partnersOf({ a: "10.0.0.1", b: "10.0.0.1", c: "10.0.0.1" })).toEqual({
      a: ["b"],
      b: ["c"],
      c: ["a"],
    });
    expect(partnersOf({ a: "10.0.0.1" })).toEqual({ a: [] });
  });
});
