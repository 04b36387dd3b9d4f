/**
 * @file Lying workers on real processes and sockets: each is disconnected with code and reason and named on every
 * screen, and the fingerprint is that of honest workers.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

import { eventLine } from "../../../coordinator/console/view/event-line.ts";
import { createStyle } from "../../../coordinator/console/view/style.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import { known } from "../../../shared/assert.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { closeStatus } from "../../../shared/protocol/errors.ts";
import { quoted, sayAtTerminal } from "../../../shared/words/sentence.ts";
import { lies, oneUnitInTheLastPlace } from "../../support/attacks/lies.ts";
import { RawPeer } from "../../support/attacks/raw-peer.ts";
import { ignorance, rightBytes } from "../../support/attacks/right-messages.ts";
import { inEnglish } from "../../support/fixtures/in-english.ts";
import type { Cluster, CoordinatorProcess } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { startTestWorker } from "../../support/processes/test-worker.ts";
import type { Told } from "../../support/trainers/direct-run.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const run = ["--dataset", "digits:1000,100", "--batch-size", "200", "--epochs", "20"];
const tokens = ["--join-token", "join-token-of-liars", "--admin-token", "admin-token-of-liars"];
const named = /^ERR_MISMATCH: block \[\d+, \d+\) of step (\d+) differs from the recomputed one/u;

let cluster: Cluster;
let expected: unknown;

eachWithCluster((fresh) => (cluster = fresh));

beforeAll(async () => {
  expected = await undisturbedFingerprint(...run);
});

/** A run that starts once there are this many workers besides its own, honest one. */
function start(audit: string, others: number): CoordinatorProcess {
  const workers = ["--local-workers", "1", "--min-workers", String(others + 1)];
  return cluster.coordinator("--audit", audit, ...workers, ...tokens, ...run);
}

async function joinAs(
  coordinator: CoordinatorProcess,
  name: string,
  tell: (result: Told, count: number) => Told,
) {
  const { joinUrl } = await coordinator.event("listening");
  return startTestWorker({ joinUrl: String(joinUrl), name, tell });
}

/** The events that a dashboard receives until its second snapshot. */
async function eventsOnDashboard(coordinator: CoordinatorProcess): Promise<CoordinatorEvent[]> {
  const { host } = new URL(String((await coordinator.event("listening"))["url"]));
  const socket = new WebSocket(`ws://${host}/watch`);
  const events: CoordinatorEvent[] = [];
  return await new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send(JSON.stringify({ token: "join-token-of-liars" })));
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString());
      if (message.kind === "event") events.push(message.event);
      if (message.kind !== "state") return;
      resolve(events);
      socket.close();
    });
  });
}

/** Says hello with the session of an earlier worker. */
async function comeBack(coordinator: CoordinatorProcess, session: string): Promise<string> {
  const wasm = await readFile(join(import.meta.dirname, "../../../build/kernel.wasm"));
  const { port } = new URL(String((await coordinator.event("listening"))["url"]));
  const peer = await RawPeer.upgrade(Number(port));
  const { id } = instantiateKernel(wasm);
  const knowledge = { ...ignorance, token: "join-token-of-liars", kernel: id };
  peer.send(rightBytes("hello", knowledge, { session }));
  return await peer.ended;
}

describe("a worker that changes one value by one unit in the last place", () => {
  test.each([
    // Its first 20 answers are right, so that parameters and open sums already depend on it when it starts lying.
    ["quorum", 20],
    ["sample", 0],
  ] as const)(
    "under %s, from its answer %i on, is disconnected and named on every screen, stays away, and the fingerprint is right",
    async (audit, honestUntil) => {
      const coordinator = start(audit, 1);
      const liar = await joinAs(coordinator, "mallory", (result, count) =>
        count < honestUntil ? result : oneUnitInTheLastPlace(result, count),
      );
      const left = await coordinator.event("worker", ({ name, change }) => {
        return name === "mallory" && change !== "joined";
      });
      expect(left).toMatchObject({ change: "left", kind: "node" });
      expect(`${String(left["error"])}: ${String(left["reason"])}`).toMatch(named);
      expect(left["reason"]).toMatch(/ \(127\.0\.0\.1\)$/u);
      const { failed, detail, refusal } = await liar.stopped;
      expect([failed, detail.code]).toEqual([true, "result-was-wrong"]);
      expect(`ERR_MISMATCH: ${sayAtTerminal(known(refusal ?? undefined, "a refusal"))}`).toMatch(
        named,
      );
      const closure = { status: closeStatus.ERR_MISMATCH, reason: quoted("ERR_MISMATCH") };
      expect(liar.closures).toEqual([closure]);
      expect(liar.count).toBeGreaterThan(honestUntil);

      const finished = await coordinator.event("finished");
      expect(finished["fingerprint"]).toBe(expected);

      const told = (await eventsOnDashboard(coordinator)).filter(
        (event) => event.event === "worker" && event.name === "mallory",
      );
      const shown = known(told.at(-1), "an event");
      const { code, values, ...printed } = left;
      expect(inEnglish(shown)).toEqual(printed);
      expect(shown).toMatchObject({ reason: { code, values } });
      const line = eventLine(shown, createStyle(false));
      expect(line).toMatch(/^worker left: mallory \(node, 1 thread\): ERR_MISMATCH: block /u);

      expect(await comeBack(coordinator, liar.session)).toBe(`closed ${closeStatus.ERR_MISMATCH}`);
      const refused = await coordinator.event("worker", ({ change }) => change === "refused");
      expect(refused).toMatchObject({
        name: "127.0.0.1",
        error: "ERR_MISMATCH",
        reason: "mallory has sent a wrong result before",
      });
    },
  );

  test("is found among 4 under quorum, 3 of which lie in 3 ways: all three are disconnected, the honest one finishes", async () => {
    const coordinator = start("quorum", 3);
    const liars = await Promise.all(
      Object.entries(lies).map(([what, lie]) => joinAs(coordinator, what, (result) => lie(result))),
    );
    const statuses = await Promise.all(liars.map(({ stopped }) => stopped));
    expect(statuses.map(({ detail }) => detail.code)).toEqual(
      Array.from({ length: 3 }, () => "result-was-wrong"),
    );
    expect((await coordinator.event("finished"))["fingerprint"]).toBe(expected);
    const left = coordinator.events.filter(({ event, change }) => {
      return event === "worker" && change === "left";
    });
    const names = left.map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(new Set(names)).toEqual(new Set(Object.keys(lies)));
    for (const { error, reason } of left) {
      expect(`${String(error)}: ${String(reason)}`).toMatch(named);
    }
  });
});

test("a worker that tells the truth through the same detour is disconnected under neither policy", async () => {
  for (const audit of ["quorum", "sample"]) {
    const coordinator = start(audit, 1);
    const honest = await joinAs(coordinator, "alice", (result) => result);
    const finished = await coordinator.event("finished");
    expect([audit, finished["fingerprint"]]).toEqual([audit, expected]);
    expect([audit, honest.closures]).toEqual([audit, []]);
    expect(honest.count).toBeGreaterThan(0);
    honest.leave();
  }
});
