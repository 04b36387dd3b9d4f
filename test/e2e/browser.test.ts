/** @file Real pages in a headless Chromium and Firefox: they join, and train to the same bits. */
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../support/browser/browser.ts";
import { openPage } from "../support/browser/dashboard-page.ts";
import { findFirefox, type Firefox, openFirefox } from "../support/browser/firefox.ts";
import { cases } from "../support/fixtures/effort.ts";
import { Cluster, type CoordinatorProcess } from "../support/processes/cluster.ts";
import { undisturbedFingerprint } from "../support/trainers/undisturbed-run.ts";

const browser: Browser | undefined = await launchBrowser();
const firefoxPath = findFirefox();

const data = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];
const run = [...data, "--epochs", "8"];

let cluster: Cluster;
let expected: string;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  expected = await undisturbedFingerprint(...run);
});
afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  cluster = await Cluster.create();
});
afterEach(() => cluster.stop());

async function joinUrlOf(coordinator: CoordinatorProcess): Promise<string> {
  return String((await coordinator.event("listening")).joinUrl);
}

describe.skipIf(browser === undefined)("Chromium", () => {
  beforeEach(async () => {
    problems.length = 0;
    page = await openPage(await browser!.newContext(), problems);
  });
  afterEach(() => page.context().close());

  test("a page alone trains to the fingerprint of a Node worker, without an error or a foreign request", async () => {
    const coordinator = cluster.coordinator("--exit", ...run);
    await page.goto(await joinUrlOf(coordinator));
    expect((await coordinator.event("finished")).fingerprint).toBe(expected);
    const joined = await coordinator.event("worker", ({ change }) => change === "joined");
    expect(joined.kind).toBe("browser");
    expect(problems).toEqual([]);
  });

  test("a page with 2 threads and a Node worker together give the fingerprint of one worker, in int8", async () => {
    const inBytes = [...run, "--wire", "int8"];
    const alone = cluster.coordinator("--local-workers", "1", "--exit", ...inBytes);
    const { fingerprint } = await alone.event("finished");
    const coordinator = cluster.coordinator("--exit", "--min-workers", "2", ...inBytes);
    const joinUrl = await joinUrlOf(coordinator);
    await page.goto(joinUrl);
    await page.getByLabel("Threads").fill("2");
    cluster.worker(joinUrl, "--name", "node");
    const end = await coordinator.event("finished");
    expect(end.fingerprint).toBe(fingerprint);
    expect(end.fingerprint).not.toBe(expected);
    const kinds = coordinator.events
      .filter(({ change }) => change === "joined")
      .map(({ kind }) => kind);
    // Changing the threads gives the page a new worker; the old one may have joined before.
    expect(new Set(kinds)).toEqual(new Set(["browser", "node"]));
    expect(problems).toEqual([]);
  });
});

describe.skipIf(firefoxPath === undefined)("Firefox", () => {
  let firefox: Firefox | undefined;
  afterEach(() => firefox?.stop());

  // Beside the others below, every result of it is compared.
  test.runIf(cases(1) > 1)(
    "joins, trains alone, and reaches the fingerprint of a Node worker",
    async () => {
      const coordinator = cluster.coordinator("--exit", ...run);
      firefox = await openFirefox(firefoxPath!, await joinUrlOf(coordinator));
      const joined = await coordinator.event("worker", ({ change }) => change === "joined");
      expect(joined).toMatchObject({
        kind: "browser",
        name: expect.stringMatching(/^Firefox, /u),
      });
      expect((await coordinator.event("finished")).fingerprint).toBe(expected);
    },
  );

  test.skipIf(browser === undefined)(
    "reads a text beside Chromium and Node, each result compared with another's",
    async () => {
      const text = `--dataset=text:${join(import.meta.dirname, "../../LICENSE")}`;
      const model = "--model=gpt:layers=1,heads=2,width=16,dropout=0.2";
      const gpt = ["--exit", text, "--context=16", model, "--steps=30", "--wire=int8"];
      const coordinator = cluster.coordinator(...gpt, "--min-workers=3", "--audit=quorum");
      const joinUrl = await joinUrlOf(coordinator);
      cluster.worker(joinUrl, "--name", "node");
      page = await openPage(await browser!.newContext(), problems);
      await page.goto(joinUrl);
      firefox = await openFirefox(firefoxPath!, joinUrl);
      const { fingerprint } = await coordinator.event("finished");
      await page.context().close();
      const joined = coordinator.events.filter(({ change }) => change === "joined");
      const kinds = joined.map(({ kind }) => String(kind));
      expect(joined.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^Firefox, /u));
      expect(kinds.filter((kind) => kind === "browser")).toHaveLength(2);
      expect(kinds).toHaveLength(3);
      expect(fingerprint).toBe(await undisturbedFingerprint(...gpt));
    },
  );
});
