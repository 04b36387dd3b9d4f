/** @file Runs with a delay on real processes, sockets and browsers: one fingerprint, whoever computes and whatever ends. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { openPage } from "../../support/browser/dashboard-page.ts";
import { findFirefox, type Firefox, openFirefox } from "../../support/browser/firefox.ts";
import { firstOf } from "../../support/fixtures/effort.ts";
import type { Cluster, CoordinatorProcess } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const browser: Browser | undefined = await launchBrowser();
const firefoxPath = findFirefox();

const data = ["--dataset=digits:600,100", "--batch-size=20", "--shard-size=5"];
const run = [...data, "--epochs=8", "--optimizer=momentum", "--delay=1"];

let cluster: Cluster;
let expected: string;

eachWithCluster((fresh) => (cluster = fresh));

beforeAll(async () => {
  expected = await undisturbedFingerprint(...run);
});

async function joinUrlOf(coordinator: CoordinatorProcess): Promise<string> {
  return String((await coordinator.event("listening")).joinUrl);
}

describe("a run with a delay of 1", () => {
  const crews = [
    [3, 1],
    [1, 2],
    [2, 2],
    [5, 1],
    [1, 1],
    [2, 1],
  ] as const;

  test.each(firstOf(2, crews))(
    "has one fingerprint: %i workers with %i threads each",
    async (workers, threads) => {
      const crew = [`--min-workers=${workers}`, `--local-workers=${workers}`];
      const coordinator = cluster.coordinator("--exit", ...run, ...crew, `--threads=${threads}`);
      const { fingerprint, steps } = await coordinator.event("finished");
      expect({ fingerprint, steps }).toEqual({ fingerprint: expected, steps: 240 });
      const { title } = await coordinator.event("started");
      expect(title).toMatch(/ · delay 1$/u);
      expect(fingerprint).not.toBe(await undisturbedFingerprint(...run, "--delay=0"));
    },
  );

  test("behind two relays, one of which is killed, it has the same", async () => {
    const coordinator = cluster.coordinator("--exit", "--min-workers=2", ...run);
    const joinUrl = await joinUrlOf(coordinator);
    const relays = [await cluster.relay(joinUrl), await cluster.relay(joinUrl)];
    for (const relay of relays) cluster.worker(relay.joinUrl);
    await coordinator.event("epoch", ({ epoch }) => Number(epoch) >= 3);
    relays[0]?.child.kill("SIGKILL");
    expect((await coordinator.event("finished")).fingerprint).toBe(expected);
  });

  test("killed with SIGKILL and resumed within an epoch, it ends with the same", async () => {
    const kept = ["--name=killed", "--checkpoint-every=7steps"];
    const first = cluster.coordinator("--local-workers=2", ...kept, ...run);
    await first.event("epoch", ({ epoch }) => Number(epoch) >= 2);
    first.child.kill("SIGKILL");
    await first.exited;
    const second = cluster.coordinator("--local-workers=1", "--exit", "--resume");
    await second.event("resumed");
    expect((await second.event("finished")).fingerprint).toBe(expected);
  });
});

describe.skipIf(browser === undefined || firefoxPath === undefined)("browsers", () => {
  let firefox: Firefox | undefined;
  afterEach(() => firefox?.stop());
  afterAll(() => browser?.close());

  test("Chromium, Firefox and Node together confirm each other's results and give the same fingerprint", async () => {
    const coordinator = cluster.coordinator("--exit", ...run, "--min-workers=3", "--audit=quorum");
    const joinUrl = await joinUrlOf(coordinator);
    cluster.worker(joinUrl, "--name", "node");
    const problems: string[] = [];
    const page = await openPage(await browser!.newContext(), problems);
    await page.goto(joinUrl);
    firefox = await openFirefox(firefoxPath!, joinUrl);
    expect((await coordinator.event("finished")).fingerprint).toBe(expected);
    expect(problems).toEqual([]);
    const joined = coordinator.events.filter(({ change }) => change === "joined");
    expect(joined.map(({ kind }) => String(kind)).toSorted()).toEqual([
      "browser",
      "browser",
      "node",
    ]);
    await page.context().close();
  });
});
