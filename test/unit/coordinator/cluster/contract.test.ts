/** @file One contract for both clusters: in memory, and NATS where its server is installed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Claim, Cluster } from "../../../../coordinator/cluster/cluster.ts";
import { natsCluster } from "../../../../coordinator/cluster/nats.ts";
import { addressOf, NatsServers, natsIsMissing } from "../../../support/processes/nats-servers.ts";
import { MemoryEngine } from "../../../support/sim/memory-cluster.ts";

/** An engine as the contract sees it. */
interface Engine {
  connect(): Promise<Cluster>;
  /** Lets this much time pass. */
  pass(ms: number): Promise<void>;
}

const leaseMs = 1_000;

function memory(): Engine {
  let nowMs = 0;
  const engine = new MemoryEngine({ leaseMs, now: () => nowMs });
  return {
    connect: async () => engine.connect(),
    pass: async (ms) => void (nowMs += ms),
  };
}

const servers = new NatsServers(1);
let buckets = 0;

function nats(): Engine {
  buckets += 1;
  const address = { ...addressOf(servers.ports), name: `contract-${buckets}` };
  return {
    connect: () => natsCluster(address, leaseMs),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

function claimOf(id: string, rest: Partial<Claim> = {}): Claim {
  return {
    id,
    url: `http://${id}:8080`,
    run: "",
    checkpoint: null,
    best: null,
    isOver: false,
    ...rest,
  };
}

/** Counts calls, and lets a test wait for them. */
function callCounter() {
  const counter = {
    count: 0,
    wake: () => {},
    call: () => {
      counter.count += 1;
      counter.wake();
    },
    async reach(wanted: number): Promise<void> {
      while (counter.count < wanted) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other
        await new Promise<void>((resolve) => (counter.wake = resolve));
      }
    },
  };
  return counter;
}

beforeAll(async () => {
  if (!natsIsMissing) await servers.start();
});
afterAll(() => servers.stop());

const engines = [
  { name: "in memory", create: memory, isMissing: false },
  {
    name: natsIsMissing ? "NATS (skipped: no nats-server)" : "NATS",
    create: nats,
    isMissing: natsIsMissing,
  },
];

describe.each(engines)("a cluster $name", ({ create, isMissing }) => {
  test.skipIf(isMissing)(
    "gives its lease once, and shows the claim as it was renewed",
    async () => {
      const one = await create().connect();
      expect((await one.look()).leader).toBe(undefined);
      const term = await one.acquire(claimOf("one"), 1);
      expect(term).toBeGreaterThanOrEqual(1);
      expect(await one.acquire(claimOf("one"), 1)).toBe(undefined);
      const checkpoint = { step: 7, sha256: "ab".repeat(32) };
      expect(await one.renew(claimOf("one", { run: "run-1", checkpoint }))).toBe(true);
      const { leader } = await one.look();
      expect(leader).toEqual({ ...claimOf("one", { run: "run-1", checkpoint }), term });
      await one.close();
    },
  );

  test.skipIf(isMissing)("is free again after a release, for a higher term", async () => {
    const one = await create().connect();
    const first = (await one.acquire(claimOf("one"), 1)) ?? 0;
    await one.release();
    expect((await one.look()).leader).toBe(undefined);
    expect(await one.renew(claimOf("one"))).toBe(false);
    expect(await one.acquire(claimOf("one"), first + 1)).toBeGreaterThan(first);
    await one.close();
  });

  test.skipIf(isMissing)("gives a term of at least what was asked for", async () => {
    const one = await create().connect();
    expect(await one.acquire(claimOf("one"), 1_000)).toBe(1_000);
    expect((await one.look()).leader?.term).toBe(1_000);
    await one.close();
  });

  test.skipIf(isMissing)("lists its members by id, until they withdraw", async () => {
    const one = await create().connect();
    const members = ["b", "a"].map((id) => ({ id, kind: "relay" as const, url: `http://${id}` }));
    for (const member of members) await one.announce(member);
    expect((await one.look()).members).toEqual(members.toReversed());
    await one.withdraw({ id: "a" });
    expect((await one.look()).members).toEqual(members.slice(0, 1));
    await one.close();
  });
});

describe.each(engines)("a cluster $name of several", ({ create, isMissing }) => {
  test.skipIf(isMissing)("has one leader of ten that want to lead at once", async () => {
    const engine = create();
    const ten = await Promise.all(Array.from({ length: 10 }, () => engine.connect()));
    const terms = await Promise.all(
      ten.map((cluster, index) => cluster.acquire(claimOf(`c${index}`), 1)),
    );
    expect(terms.filter((term) => term !== undefined)).toHaveLength(1);
    const winner = terms.findIndex((term) => term !== undefined);
    expect((await ten[0]?.look())?.leader?.id).toBe(`c${winner}`);
    await Promise.all(ten.map((cluster) => cluster.close()));
  });

  test.skipIf(isMissing)("keeps a lease that is renewed, and frees one that is not", async () => {
    const engine = create();
    const [one, other] = [await engine.connect(), await engine.connect()];
    const first = (await one.acquire(claimOf("one"), 1)) ?? 0;
    for (let renewal = 0; renewal < 3; renewal++) {
      await engine.pass(leaseMs / 2);
      expect(await one.renew(claimOf("one"))).toBe(true);
    }
    expect(await other.acquire(claimOf("other"), 1)).toBe(undefined);
    await engine.pass(leaseMs * 1.5);
    expect((await other.look()).leader).toBe(undefined);
    expect(await other.acquire(claimOf("other"), 1)).toBeGreaterThan(first);
    // The old leader wakes up.
    expect(await one.renew(claimOf("one"))).toBe(false);
    await one.release();
    expect((await one.look()).leader?.id).toBe("other");
    await Promise.all([one.close(), other.close()]);
  });

  test.skipIf(isMissing)(
    "tells whoever watches of each change of the lease, until they stop",
    async () => {
      const engine = create();
      const [one, other] = [await engine.connect(), await engine.connect()];
      const calls = callCounter();
      const stop = other.watch(calls.call);
      // The watch has begun when it has called once, or knows of nothing before it.
      await one.acquire(claimOf("one"), 1);
      await calls.reach(1);
      for (const change of [() => one.renew(claimOf("one")), () => one.release()]) {
        const before = calls.count;
        // oxlint-disable-next-line no-await-in-loop -- one change after the other
        await change();
        // oxlint-disable-next-line no-await-in-loop
        await calls.reach(before + 1);
      }
      stop();
      const before = calls.count;
      await one.acquire(claimOf("one"), 1);
      await one.look();
      expect(calls.count).toBe(before);
      await Promise.all([one.close(), other.close()]);
    },
  );

  test.skipIf(isMissing)("forgets a member that is silent", async () => {
    const engine = create();
    const one = await engine.connect();
    await one.announce({ id: "a", kind: "coordinator", url: "http://a" });
    await engine.pass(leaseMs * 1.5);
    expect((await one.look()).members).toEqual([]);
    await one.close();
  });
});
