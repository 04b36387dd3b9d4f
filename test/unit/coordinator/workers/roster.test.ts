/** @file Identities, names and statistics of workers. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { PeerSocket } from "../../../../coordinator/edge/peer.ts";
import type { RememberedWorker } from "../../../../coordinator/run/handover.ts";
import { Roster, type Worker } from "../../../../coordinator/workers/roster.ts";
import { workerNameLengthMax } from "../../../../shared/protocol/limits.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";

countProperties("names");

const socket: PeerSocket = {
  address: "127.0.0.1",
  queuedBytes: 0,
  send: () => {},
  ping: () => {},
  close: () => {},
  terminate: () => {},
};
const peer = { socket, state: "loading", give: () => true } as const;

function introduce(roster: Roster, name: string, session = name): Worker {
  const hello = { name, kind: "browser", agent: "test", threads: 1 } as const;
  return roster.introduce(hello, session);
}

function viewsOf(roster: Roster) {
  return roster.views({ isBusy: () => false, hasRun: true, nowMs: 0 });
}

describe("Roster", () => {
  test("gives 3 workers of one name 3 names", () => {
    const roster = new Roster();
    const names = [1, 2, 3].map((i) => introduce(roster, "ana", `s${i}`).name);
    expect(names).toEqual(["ana", "ana 2", "ana 3"]);
  });

  test("does not collide with a worker that calls itself 'ana 2'", () => {
    const roster = new Roster();
    const names = ["ana 2", "ana", "ana"].map((name, i) => introduce(roster, name, `${i}`).name);
    expect(names).toEqual(["ana 2", "ana", "ana 3"]);
  });

  test("gives 900 workers of one name 900 names, also if one in the middle is free again", () => {
    const roster = new Roster();
    const names = Array.from({ length: 900 }, (_, i) => introduce(roster, "ana", `${i}`).name);
    expect(names.at(-1)).toBe("ana 900");
    expect(new Set(names).size).toBe(900);
    introduce(roster, "ana 902", "her own");
    const more = ["next", "and one"].map((session) => introduce(roster, "ana", session).name);
    expect(new Set([...names, "ana 902", ...more]).size).toBe(903);
  });

  test("cuts a long name for its number between characters, never through a surrogate pair", () => {
    const roster = new Roster();
    const wanted = `x${"😀".repeat(19)}`;
    const names = ["a", "b"].map((session) => introduce(roster, wanted, session).name);
    expect(names).toEqual([wanted, `x${"😀".repeat(18)} 2`]);
  });

  test("gives every worker its own id and a name of 1…40 characters with nothing invisible, whatever it asks", () => {
    const wanted = fc.oneof(
      fc.string({ maxLength: workerNameLengthMax, unit: "binary" }),
      fc.constantFrom("", "   ", "\u0007", "😀".repeat(20), "x".repeat(40)),
    );
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 30 }), (names) => {
        const roster = new Roster();
        const workers = names.map((name, i) => introduce(roster, name, `s${i}`));
        expect(new Set(workers.map(({ name }) => name)).size).toBe(names.length);
        expect(new Set(workers.map(({ id }) => id)).size).toBe(names.length);
        for (const { name } of workers) {
          expect(name.length >= 1 && name.length <= workerNameLengthMax).toBe(true);
          expect(name).not.toMatch(/\p{C}/u);
        }
      }),
    );
  });

  test("recognises a worker by its session, with its earlier name and statistics", () => {
    const roster = new Roster();
    const ana = introduce(roster, "ana", "secret");
    ana.blocksDone = 7;
    expect(roster.find("secret")).toBe(ana);
    expect(ana).toMatchObject({ name: "ana", blocksDone: 7 });
  });

  test("knows nobody by an unknown session, an empty one, a public name or a digest", () => {
    const roster = new Roster();
    const ana = introduce(roster, "ana", "secret");
    for (const session of ["guess", "", ana.id, ana.sessionDigest]) {
      expect(roster.find(session)).toBe(undefined);
    }
  });

  test("remembers 1,000 workers that are gone, forgets the oldest, and never a connected one", () => {
    const roster = new Roster();
    const connected = introduce(roster, "connected");
    connected.peer = peer;
    for (let i = 0; i < 1_100; i++) introduce(roster, `w${i}`);
    expect(roster.get(connected.id)).toBe(connected);
    const kept = Array.from({ length: 1_100 }, (_, i) => i).filter((i) => {
      return roster.get(`w${i + 2}`) !== undefined;
    });
    // The newest is about to be connected, so it is kept in addition to the 1,000.
    expect(kept).toEqual(Array.from({ length: 1_001 }, (_, i) => i + 99));
    expect(roster.find("w5")).toBe(undefined);
    expect(roster.find("w1050")?.name).toBe("w1050");
  });

  test("hands over 2 workers that come back under their names, and no session", () => {
    const before = new Roster();
    introduce(before, "ana", "secret of the first").isBanned = true;
    introduce(before, "ana", "secret of the second");
    expect(JSON.stringify(before.remembered)).not.toContain("secret");
    const roster = new Roster(JSON.parse(JSON.stringify(before.remembered)) as RememberedWorker[]);
    expect(roster.find("secret of the second")).toMatchObject({ name: "ana 2", isBanned: false });
    expect(roster.find("secret of the first")).toMatchObject({ name: "ana", isBanned: true });
    expect(introduce(roster, "ana", "new").name).toBe("ana 3");
    expect(roster.connectedCount).toBe(0);
    expect(viewsOf(roster)).toEqual([]);
  });

  test("counts workers with a socket as connected", () => {
    const roster = new Roster();
    introduce(roster, "gone");
    const here = introduce(roster, "here");
    here.peer = peer;
    expect(roster.connectedCount).toBe(1);
  });

  test("shows workers that are connected or have contributed, with shares that add up to 1", () => {
    const roster = new Roster();
    introduce(roster, "never");
    const gone = introduce(roster, "gone");
    gone.samplesDone = 300;
    const here = introduce(roster, "here");
    here.samplesDone = 100;
    here.peer = { ...peer, state: "ready" };
    const views = roster.views({ isBusy: (id) => id === here.id, hasRun: true, nowMs: 0 });
    expect(views.map(({ name, state, share }) => ({ name, state, share }))).toEqual([
      { name: "gone", state: "gone", share: 0.75 },
      { name: "here", state: "working", share: 0.25 },
    ]);
  });

  test("shows a waiting worker as ready, a paused one as paused although it holds blocks, and share 0 before any work", () => {
    const roster = new Roster();
    for (const state of ["ready", "paused"] as const) {
      const worker = introduce(roster, state);
      worker.peer = { ...peer, state };
    }
    expect(viewsOf(roster).map(({ state, share }) => [state, share])).toEqual([
      ["ready", 0],
      ["paused", 0],
    ]);
    const busy = roster.views({ isBusy: () => true, hasRun: true, nowMs: 0 });
    expect(busy.map(({ state }) => state)).toEqual(["working", "paused"]);
  });

  test("shows a worker that came after the end of a run as waiting, not as preparing", () => {
    const roster = new Roster();
    introduce(roster, "late").peer = peer;
    const [during, after] = [true, false].map((hasRun) => {
      return roster.views({ isBusy: () => false, hasRun, nowMs: 0 }).map(({ state }) => state);
    });
    expect([during, after]).toEqual([["loading"], ["waiting"]]);
  });

  test("never shows a session, because it is the secret that proves an identity", () => {
    const roster = new Roster();
    introduce(roster, "ana", "secret-session").peer = peer;
    expect(JSON.stringify(viewsOf(roster))).not.toContain("secret-session");
  });

  test("counts from 0 again in the next run", () => {
    const roster = new Roster();
    const ana = introduce(roster, "ana");
    [ana.peer, ana.blocksDone, ana.samplesDone] = [peer, 5, 160];
    roster.startRun();
    expect(viewsOf(roster)).toMatchObject([{ blocksDone: 0, share: 0 }]);
  });
});
