/** @file Leaders and standbys on an engine in memory, with a clock that the test advances. */
import { describe, expect, test } from "vitest";

import type { Cluster } from "../../../../coordinator/cluster/cluster.ts";
import { Lead } from "../../../../coordinator/cluster/lead.ts";
import { Shelf } from "../../../../coordinator/cluster/shelf.ts";
import { Standby } from "../../../../coordinator/cluster/standby.ts";
import { FakeClock } from "../../../support/processes/fake-coordinator.ts";
import { MemoryEngine } from "../../../support/sim/memory-cluster.ts";

const leaseMs = 10_000;

function world() {
  const clock = new FakeClock();
  const engine = new MemoryEngine({ leaseMs, now: () => clock.now() });
  const said: string[] = [];
  /** Advances the clock in small steps, with time for every promise in between. */
  const pass = async (ms: number) => {
    for (let done = 0; done < ms; done += 100) {
      clock.advance(100);
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const lead = async (id: string, cluster: Cluster, isStopped = () => false) => {
    const term = await cluster.acquire(
      { id, url: "", run: "", checkpoint: null, best: null, isOver: false },
      1,
    );
    const led: { doors: readonly string[]; isLost: boolean } = { doors: [], isLost: false };
    const leader = new Lead({
      cluster,
      own: { id, url: "" },
      term: term ?? 0,
      shelf: new Shelf({ readFile: async () => new Uint8Array() }, "admin-token"),
      report: ({ code }) => said.push(`${id}: ${code}`),
      // A process that is stopped has no timers either.
      after: (ms, callback) =>
        clock.after(ms, () => {
          const retry = () => (isStopped() ? void clock.after(100, retry) : callback());
          retry();
        }),
    });
    await leader.begin(`http://${id}`, {
      current: () => undefined,
      doors: (_, urls) => (led.doors = urls),
    });
    void leader.lost.then(() => (led.isLost = true));
    return { leader, led };
  };
  const standBy = (id: string, cluster: Cluster) => {
    const outcome: { term?: number | undefined; leader?: string } = {};
    const lookedMs: number[] = [];
    const standby = new Standby({
      cluster,
      own: { id, url: `http://${id}` },
      term: 0,
      follow: async ({ url }) => {
        outcome.leader = url;
        lookedMs.push(clock.now());
        return 7;
      },
      endsWithRun: false,
      report: ({ code }) => said.push(`${id}: ${code}`),
      now: () => clock.now(),
      sleep: (ms) => new Promise((resolve) => void clock.after(ms, () => resolve())),
    });
    void (async () => {
      const end = await standby.wait();
      if (end?.kind === "leads") outcome.term = end.term;
    })();
    return { outcome, lookedMs };
  };
  return { clock, engine, said, pass, lead, standBy };
}

describe("a standby", () => {
  test("follows the leader, is one of its doors, and never leads while it renews", async () => {
    const { engine, said, pass, lead, standBy } = world();
    const { led } = await lead("one", engine.connect());
    const { outcome } = standBy("two", engine.connect());
    await pass(60_000);
    expect(outcome).toEqual({ leader: "http://one" });
    expect(led.doors).toEqual(["http://one", "http://two"]);
    expect(said).toEqual(["two: stands-by-ready"]);
  });

  test("leads within a lease and a look after the leader was last heard, with a higher term", async () => {
    const { engine, pass, lead, standBy } = world();
    let isStopped = false;
    const { leader, led } = await lead("one", engine.connect(), () => isStopped);
    const { outcome } = standBy("two", engine.connect());
    await pass(1_000);
    isStopped = true;
    await pass(leaseMs + 1_000 + 200);
    expect(outcome.term).toBeGreaterThan(leader.term);
    expect(led.isLost).toBe(false);
    isStopped = false;
    await pass(4_000);
    expect(led.isLost).toBe(true);
  });

  // The first look is over 100 ms after the start, and the leader renews after 3,333.
  test("looks a tenth of a lease after it looked, and at once when the leader renews its lease", async () => {
    const { engine, pass, lead, standBy } = world();
    await lead("one", engine.connect());
    const { lookedMs } = standBy("two", engine.connect());
    await pass(4_200);
    const gaps = lookedMs.slice(1).map((ms, i) => ms - (lookedMs[i] ?? 0));
    expect(gaps).toEqual([1_000, 1_000, 1_000, 300]);
  });

  test("leads at once when the leader was asked to end", async () => {
    const { engine, pass, lead, standBy } = world();
    const { leader } = await lead("one", engine.connect());
    const { outcome } = standBy("two", engine.connect());
    await pass(1_000);
    await leader.end();
    // Without a look of its own: those are a second apart.
    await pass(100);
    expect(outcome.term).toBeGreaterThan(leader.term);
  });

  test("does not lead after all servers were down for a minute: the leader has its lease again", async () => {
    const { engine, said, pass, lead, standBy } = world();
    const { leader, led } = await lead("one", engine.connect());
    const { outcome } = standBy("two", engine.connect());
    await pass(1_000);
    const { term } = leader;
    engine.isDown = true;
    await pass(60_000);
    engine.isDown = false;
    await pass(20_000);
    expect(outcome.term).toBe(undefined);
    expect(led.isLost).toBe(false);
    expect(leader.term).toBeGreaterThan(term);
    expect(said).toEqual([
      "two: stands-by-ready",
      "two: waits-for-cluster",
      "one: leads-without-cluster",
      "one: cluster-is-back",
      "two: stands-by-ready",
    ]);
  });

  test("does not lead either after the servers lost all that they had", async () => {
    const { engine, pass, lead, standBy } = world();
    const { leader, led } = await lead("one", engine.connect());
    const { outcome } = standBy("two", engine.connect());
    await pass(60_000);
    const { term } = leader;
    engine.isDown = true;
    await pass(5_000);
    engine.forget();
    engine.isDown = false;
    await pass(20_000);
    expect(outcome.term).toBe(undefined);
    expect(led.isLost).toBe(false);
    expect(leader.term).toBeGreaterThan(term);
  });
});
