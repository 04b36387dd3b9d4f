/** Real pages in a real headless Chromium: they join, train to the same bits, and show the truth. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../support/browser/browser.ts";
import { openPage } from "../support/browser/dashboard-page.ts";
import { Cluster, type CoordinatorProcess } from "../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();
const args = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];

let cluster: Cluster;
let expected: string;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  const quiet = await Cluster.create();
  const end = await quiet
    .coordinator("--local-workers", "1", "--exit", "--epochs", "20", ...args)
    .event("finished");
  expected = String(end.fingerprint);
  await quiet.stop();
});
afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  cluster = await Cluster.create();
  problems.length = 0;
  page = await openPage(await browser!.newContext(), problems);
});
afterEach(async () => {
  await page.context().close();
  await cluster.stop();
});

async function urlOf(coordinator: CoordinatorProcess, name: "joinUrl" | "dashboardUrl") {
  return String((await coordinator.event("listening"))[name]);
}

describe.skipIf(browser === undefined)("Chromium", () => {
  const run = [...args, "--epochs", "20"];

  test("a page alone trains to the fingerprint of a Node worker, without an error or a foreign request", async () => {
    const coordinator = cluster.coordinator("--exit", ...run);
    await page.goto(await urlOf(coordinator, "joinUrl"));
    expect((await coordinator.event("finished")).fingerprint).toBe(expected);
    const joined = await coordinator.event("worker", ({ change }) => change === "joined");
    expect(joined.kind).toBe("browser");
    expect(problems).toEqual([]);
  });

  test("a page with 2 threads and a Node worker together give the same fingerprint", async () => {
    const coordinator = cluster.coordinator("--exit", "--min-workers", "2", ...run);
    const joinUrl = await urlOf(coordinator, "joinUrl");
    await page.goto(joinUrl);
    await page.getByLabel("Threads").fill("2");
    cluster.worker(joinUrl, "--name", "node");
    const end = await coordinator.event("finished");
    expect(end.fingerprint).toBe(expected);
    const kinds = coordinator.events
      .filter(({ change }) => change === "joined")
      .map(({ kind }) => kind);
    // Changing the threads gives the page a new worker; the old one may have joined before.
    expect(new Set(kinds)).toEqual(new Set(["browser", "node"]));
    expect(problems).toEqual([]);
  });

  test("a page shows that it trains, pauses on request, and resumes", async () => {
    const coordinator = cluster.coordinator(...args, "--epochs", "5000");
    await page.goto(await urlOf(coordinator, "joinUrl"));
    await page.getByRole("heading", { name: "Helping" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("heading", { name: "Paused" }).waitFor();
    await coordinator.event("waiting", ({ reason }) => String(reason).includes("1 more worker"));
    const before = coordinator.events.filter(({ event }) => event === "epoch").length;
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("heading", { name: "Helping" }).waitFor();
    await coordinator.event("epoch", ({ epoch }) => Number(epoch) > before + 1);
    expect(problems).toEqual([]);
  });

  test("a page whose coordinator is killed reconnects by itself when it is resumed", async () => {
    const port = "18473";
    const place = ["--port", port, "--join-token", "a-token-for-tests"];
    const first = cluster.coordinator(...args, "--epochs", "20", ...place, "--name", "lesson");
    await page.goto(await urlOf(first, "joinUrl"));
    await first.event("epoch", ({ epoch }) => Number(epoch) >= 3);
    first.child.kill("SIGKILL");
    await first.exited;
    const second = cluster.coordinator("--resume", "lesson", "--exit", ...place);
    expect((await second.event("finished")).fingerprint).toBe(expected);
  });

  test("a page with a wrong token is refused and says what to do", async () => {
    const coordinator = cluster.coordinator(...run);
    const joinUrl = await urlOf(coordinator, "joinUrl");
    await page.goto(joinUrl.replace(/token=.*/u, "token=not-the-token"));
    await page.getByText("join link", { exact: false }).waitFor();
    const refused = await coordinator.event("worker", ({ change }) => change === "refused");
    expect(refused).toMatchObject({ error: "ERR_TOKEN", code: "token-wrong" });
  });

  test("the dashboard shows the run, its workers and the promedio table", async () => {
    const coordinator = cluster.coordinator("--local-workers", "2", ...args, "--epochs", "5000");
    await page.goto(await urlOf(coordinator, "dashboardUrl"));
    await page.getByText("digits:600,100").first().waitFor();
    await page.getByRole("rowheader", { name: "local 1" }).first().waitFor();
    await coordinator.event("epoch");
    expect(await page.locator("canvas").count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });
});
