/**
 * A coordinator that is killed and resumed: everybody who was there finds their way back, under their names, and sees what
 * happened before.
 */
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage, openPage, phase } from "../../support/browser/dashboard-page.ts";
import { AdminSocket } from "../../support/processes/admin-socket.ts";
import type { Cluster, CoordinatorProcess } from "../../support/processes/cluster.ts";
import { freePort } from "../../support/processes/local-server.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const browser: Browser | undefined = await launchBrowser();
const data = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];

let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => {
  cluster = stage.cluster;
  page = stage.page;
});

/** A coordinator of the run `lesson`, on one port in all its lives. */
function lesson(port: number, ...more: readonly string[]): CoordinatorProcess {
  return cluster.coordinator("--port", String(port), ...more);
}

/** What was handed over so far, as it stands in the file. */
async function handedOver(): Promise<string> {
  const path = join(cluster.folder, "runs/lesson/handover.json");
  return await readFile(path, "utf8").catch(() => "");
}

async function kill(coordinator: CoordinatorProcess): Promise<void> {
  coordinator.child.kill("SIGKILL");
  await coordinator.exited;
}

async function joins(coordinator: CoordinatorProcess, name: string): Promise<void> {
  await coordinator.event("worker", (event) => event.change === "joined" && event.name === name);
}

describe.skipIf(browser === undefined)("a coordinator that is killed and resumed", () => {
  test("gets its workers, its pages and its dashboard back, and the run's fingerprint", async () => {
    const run = [...data, "--epochs", "25"];
    const expected = await undisturbedFingerprint(...run);
    const port = await freePort();
    const first = lesson(port, "--name", "lesson", "--min-workers", "3", ...run);
    const { joinUrl, dashboardUrl } = await first.event("listening");
    const workers = ["ana", "ben"].map((name) => cluster.worker(String(joinUrl), "--name", name));
    await page.goto(String(joinUrl));
    await page.getByLabel("Name").fill("tablet");
    await page.getByLabel("Name").press("Enter");
    const dashboard = await openPage(page.context(), problems);
    await dashboard.goto(String(dashboardUrl));
    await first.event("epoch", ({ epoch, workers: count }) => Number(epoch) >= 3 && count === 3);
    for (const name of ["ana", "ben", "tablet"]) {
      await expect.poll(handedOver).toContain(`"${name}"`);
    }
    await kill(first);
    await phase(dashboard, "Not connected .*");

    const second = lesson(port, "--resume", "lesson", "--min-workers", "3");
    const listening = await second.event("listening");
    await Promise.all(["ana", "ben", "tablet"].map((name) => joins(second, name)));
    expect((await second.event("finished")).fingerprint).toBe(expected);
    const joined = second.events.filter(({ change }) => change === "joined");
    expect(new Set(joined.map(({ name }) => name))).toEqual(new Set(["ana", "ben", "tablet"]));
    expect(second.events.filter(({ change }) => change === "refused")).toEqual([]);
    // New ones, so that nobody can read the old ones in a log of the new process.
    expect(listening.joinUrl).not.toBe(joinUrl);
    await dashboard.getByText("Connected", { exact: true }).waitFor();
    await phase(dashboard, "Finished");
    expect(await dashboard.locator("#controls").isVisible()).toBe(true);
    second.child.kill("SIGTERM");
    for (const worker of workers) {
      if (worker.exitCode === null) await once(worker, "exit");
      expect(worker.exitCode).toBe(0);
    }
  });

  test("shows its operator the same dashboard again: controls, curves, log and other runs", async () => {
    const port = await freePort();
    const start = ["--name", "first", "--local-workers", "1", ...data, "--epochs", "2"];
    const first = lesson(port, ...start, "--admin-token", "the-teachers-token");
    await first.event("finished");
    const admin = new AdminSocket(port, "the-teachers-token");
    const settings = { dataset: "digits:600,100", epochs: "100000", batchSize: "20" };
    await admin.command(JSON.stringify({ command: "start", id: 1, settings }));
    admin.close();
    const { run } = await first.event("started", (event) => event.run !== "first");
    await page.goto(String((await first.event("listening")).dashboardUrl));
    await first.event("epoch", ({ epoch }) => Number(epoch) >= 20);
    await page.locator("#events").getByText("local 1").first().waitFor();
    await kill(first);

    const second = lesson(port, "--resume", String(run), "--local-workers", "1");
    await second.event("epoch");
    await phase(page, "Training");
    await page.locator("#controls").waitFor();
    await expect.poll(() => page.locator("#runs tbody tr").count()).toBe(2);
    expect(await page.locator("#runs").textContent()).toMatch(/#2Training.*#1Finished/u);
    // The run of before began in the process that was killed.
    const log = () => page.locator("#events").textContent();
    await expect.poll(log).toMatch(/continues at step .*started/su);
    await expect.poll(() => page.getByText("continues at step").count()).toBe(1);
    const { step: resumedAt } = await second.event("resumed");
    const download = page.waitForEvent("download");
    await page.locator("#save-csv").click();
    const csv = await readFile(await (await download).path(), "utf8");
    const [, firstPoint = ""] = csv.split("\n");
    expect(Number(firstPoint.split(",")[0])).toBeLessThan(Number(resumedAt));
    expect(problems.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });

  test("shows the result of a run that was finished, and a page that joins then is told so", async () => {
    const port = await freePort();
    const start = ["--name", "lesson", "--local-workers", "1", ...data, "--epochs", "3"];
    const first = lesson(port, ...start);
    const end = await first.event("finished");
    await expect.poll(handedOver).toContain('"event":"finished"');
    await kill(first);
    const second = lesson(port, "--resume", "lesson");
    const { joinUrl, dashboardUrl } = await second.event("listening");
    await second.event("finished");
    await page.goto(String(dashboardUrl));
    await phase(page, "Finished");
    expect(await page.locator("#fingerprint").textContent()).toContain(String(end.fingerprint));
    expect(await page.locator("#promedio thead th").count()).toBeGreaterThan(2);
    const late = await openPage(page.context(), problems);
    await late.goto(String(joinUrl));
    await late.getByRole("heading", { name: "The run is over" }).waitFor();
    await page.locator("#workers").getByText("waiting for a run").waitFor();
  });

  test("forgets the earlier tokens when it is given others", async () => {
    const port = await freePort();
    const first = lesson(port, "--name", "lesson", ...data, "--epochs", "100000");
    const { joinUrl } = await first.event("listening");
    const worker = cluster.worker(String(joinUrl), "--name", "ana");
    await first.event("epoch");
    await kill(first);
    const second = lesson(port, "--resume", "lesson", "--join-token", "another-token");
    await second.event("worker", ({ error }) => error === "ERR_TOKEN");
    if (worker.exitCode === null) await once(worker, "exit");
    expect(worker.exitCode).toBe(1);
  });

  test("leaves no token in the run's folder, and lets only its user read what it hands over", async () => {
    const first = lesson(await freePort(), "--name", "lesson", ...data);
    const { joinUrl, dashboardUrl } = await first.event("listening");
    const text = await handedOver();
    for (const url of [joinUrl, dashboardUrl]) {
      const token = String(url).split("token=")[1]!;
      expect(token).toMatch(/^\w{24}$/u);
      expect(text).not.toContain(token);
    }
    const { mode } = await stat(join(cluster.folder, "runs/lesson/handover.json"));
    // Windows has no such bits.
    expect(mode & 0o777).toBe(process.platform === "win32" ? mode & 0o777 : 0o600);
  });
});
