/**
 * @file The dashboard's charts in a real headless Chromium: the values under the pointer are exactly those of its
 * CSV, for the run itself and for a run that it is compared with, against step and against time. And the notification of
 * the end.
 */
import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { figuresIn } from "../../../coordinator/dashboard/charts/figures.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import {
  eachWithPage,
  openDashboard,
  openPage,
  phase,
  startShortRun,
} from "../../support/browser/dashboard-page.ts";
import type { Cluster } from "../../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();
const figures = figuresIn("en-US");
const batchSize = 20;
/** 90 steps: each has its own point in the chart. */
const run = ["--dataset", "digits:600,100", "--batch-size", String(batchSize), "--epochs", "3"];

let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

interface Row {
  readonly step: number;
  readonly seconds: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
}

async function csv(): Promise<Row[]> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Metrics as CSV" }).click(),
  ]);
  const [head, ...lines] = readFileSync(await download.path(), "utf8")
    .trimEnd()
    .split("\n");
  const names = head!.split(",");
  const rows = lines.map((line) => line.split(",").map(Number));
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])) as never);
}

/** What the legend of a chart with this curve shows at places along it, keyed by the names of its curves. */
async function readings(chart: string, curve: string): Promise<Record<string, string>[]> {
  await page.locator(`#${chart}`).scrollIntoViewIfNeeded();
  await page.locator(`#${chart} .u-label`).getByText(curve, { exact: true }).waitFor();
  const { x, y, width, height } = (await page.locator(`#${chart} .u-over`).boundingBox())!;
  const found: Record<string, string>[] = [];
  for (let place = 0; place < 12; place++) {
    // oxlint-disable-next-line no-await-in-loop -- one pointer
    await page.mouse.move(x + ((place + 0.5) / 12) * width, y + height / 2);
    // oxlint-disable-next-line no-await-in-loop -- one pointer
    const rows = await page.evaluate<[string, string][]>(`new Promise((resolve) => {
      const read = () => [...document.querySelectorAll("#${chart} .u-series")].map((row) => [
        row.querySelector(".u-label").textContent,
        row.querySelector(".u-value").textContent,
      ]);
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(read())));
    })`);
    found.push(Object.fromEntries(rows));
  }
  return found;
}

/** What the legend says about a curve, by the beginning of its name, at the last place of a chart. */
async function atEnd(chart: string, curve: string): Promise<string | undefined> {
  await page.locator(`#${chart}`).scrollIntoViewIfNeeded();
  const label = page.locator(`#${chart} .u-label`, { hasText: new RegExp(`^${curve}`, "u") });
  await label.waitFor();
  const { x, y, width, height } = (await page.locator(`#${chart} .u-over`).boundingBox())!;
  await page.mouse.move(x + width - 2, y + height / 2);
  return await page.evaluate<string>(`new Promise((resolve) => {
    const read = () => [...document.querySelectorAll("#${chart} .u-series")]
      .find((row) => row.querySelector(".u-label").textContent.startsWith("${curve}"))
      .querySelector(".u-value").textContent;
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(read())));
  })`);
}

/** The wrong readings of a curve: those that are not in `right`. */
async function wrong(chart: string, curve: string, right: readonly string[], along = "Step") {
  const known = (await readings(chart, curve)).filter((reading) => reading[curve] !== "–");
  expect(known.length).toBeGreaterThan(2);
  const said = known.map((reading) => `${reading[along]}: ${reading[curve]}`);
  return said.filter((saying) => !right.includes(saying));
}

/** All correct readings of a curve. */
function sayings(
  rows: readonly Row[],
  value: (row: Row, before: Row) => string,
  place = ({ step }: Row) => figures.compact(step),
): string[] {
  return rows.map((row, i) => `${place(row)}: ${value(row, rows[i - 1] ?? row)}`);
}

const loss = (row: Row) => figures.shortest(row.loss);
const accuracy = (row: Row) => figures.shortestPercent(row.accuracy);
const seconds = (row: Row) => figures.shortest(row.seconds);
const rate = (row: Row) => figures.shortest(row.learningRate);
const norm = (row: Row) => figures.shortest(row.gradientNorm);
const pace = (row: Row, before: Row) =>
  figures.compact((batchSize * (row.step - before.step)) / (row.seconds - before.seconds));

describe.skipIf(browser === undefined)("the charts", () => {
  test("show at 12 places the values of the CSV, against step and against time", async () => {
    const schedule = ["--schedule", "cosine", "--learning-rate", "0.02"];
    await openDashboard(page, await startShortRun(cluster, [...run, ...schedule]));
    await phase(page, "Finished");
    const rows = await csv();
    expect(rows).toHaveLength(90);
    // A constant rate or a norm of 0 would also be correct in a chart of something else.
    expect(new Set(rows.map(rate)).size).toBeGreaterThan(60);
    expect(new Set(rows.map(norm)).size).toBeGreaterThan(60);
    expect(await wrong("loss", "training", sayings(rows, loss))).toEqual([]);
    expect(await wrong("accuracy", "training", sayings(rows, accuracy))).toEqual([]);
    expect(await wrong("learning-rate", "Learning rate", sayings(rows, rate))).toEqual([]);
    expect(await wrong("gradient-norm", "Gradient norm", sayings(rows, norm))).toEqual([]);
    expect(await wrong("throughput", "Samples/s", sayings(rows, pace))).toEqual([]);

    await page.getByRole("radio", { name: "Time" }).check({ force: true });
    const timed = (value: typeof pace) => sayings(rows, value, seconds);
    expect(await wrong("loss", "training", timed(loss), "seconds")).toEqual([]);
    expect(await wrong("gradient-norm", "Gradient norm", timed(norm), "seconds")).toEqual([]);
    expect(await wrong("throughput", "Samples/s", timed(pace), "seconds")).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("overlay the evaluations of another run on the current one, in one colour, and remove them", async () => {
    await openDashboard(page, await startShortRun(cluster, run));
    await phase(page, "Finished");
    const first = [await atEnd("loss", "test"), await atEnd("accuracy", "test")];
    await page.locator("#again [name=optimizer]").selectOption("sgd");
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.locator("#runs tr[data-run='2']").filter({ hasText: "Finished" }).waitFor();
    await page.locator("#loss").scrollIntoViewIfNeeded();
    await page.locator("#loss .u-label", { hasText: /^#1 adam/u }).waitFor();
    expect([await atEnd("loss", "#1"), await atEnd("accuracy", "#1")]).toEqual(first);
    // The current run is a different one.
    expect([await atEnd("loss", "test"), await atEnd("accuracy", "test")]).not.toEqual(first);
    const colors = await page.evaluate<string[]>(`
      [...document.querySelectorAll(".u-series")]
        .filter((row) => row.textContent.startsWith("#1"))
        .map((row) => getComputedStyle(row.querySelector(".u-marker")).borderColor)
    `);
    expect(colors).toHaveLength(2);
    expect(colors[0]).toBe(colors[1]);

    await page.getByRole("radio", { name: "Epoch" }).check({ force: true });
    expect([await atEnd("loss", "#1"), await atEnd("loss", "Epoch")]).toEqual([first[0], "3"]);
    await page.reload();
    expect([await atEnd("loss", "#1"), await atEnd("loss", "Epoch")]).toEqual([first[0], "3"]);
    await page.getByRole("checkbox", { name: "Show the curves of run 1" }).uncheck();
    // Charts are only drawn while visible.
    await page.locator("#loss").scrollIntoViewIfNeeded();
    await page.locator("#loss .u-series", { hasText: "#1" }).waitFor({ state: "detached" });
    await page.locator("#accuracy .u-series", { hasText: "#1" }).waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });
});

describe.skipIf(browser === undefined)("the end of a run", () => {
  test("notifies of the end whoever has asked for it, and asks the browser only on a click", async () => {
    page = await openPage(page.context(), problems);
    await page.addInitScript(`
      window.told = [];
      window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() {
          window.told.push("asked");
          return (this.permission = window.told.length === 1 ? "denied" : "granted");
        }
        constructor(title, { body }) {
          super();
          window.told.push(title + " / " + body);
        }
      };`);
    const told = async () => await page.evaluate<string[]>("window.told");
    const coordinator = await startShortRun(cluster, [...run, "--min-workers", "2"]);
    await openDashboard(page, coordinator);
    await phase(page, "Waiting");
    const wish = page.getByLabel("Notify me when the run ends");
    expect([await wish.isChecked(), await told()]).toEqual([false, []]);
    await wish.click();
    await page.getByText("This browser shows no notifications of this page").waitFor();
    expect([await wish.isChecked(), await told()]).toEqual([false, ["asked"]]);
    await wish.click();
    await expect.poll(told).toEqual(["asked", "asked"]);
    cluster.worker(String((await coordinator.event("listening")).joinUrl));
    await expect.poll(told).toHaveLength(3);
    expect((await told()).at(-1)).toMatch(
      /^Finished: digits:600,100 .* \/ Accuracy \d+(?:\.\d+)? ?%$/u,
    );
    expect(problems).toEqual([]);
  });
});
