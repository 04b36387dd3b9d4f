/** @file The dashboard in a real headless Chromium, with a real run: what it shows, and what its buttons do. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decodeCheckpoint } from "../../../coordinator/storage/checkpoint.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import {
  decodePng,
  eachWithPage,
  openDashboard,
  openPage,
  phase,
  startEndlessRun,
  stop,
} from "../../support/browser/dashboard-page.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { startWorkersHere } from "../../support/processes/test-worker.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

/** To a browser, the machine's name is not a secure origin, but loopback addresses are. */
const plainHost = hostname().toLowerCase();
const browser: Browser | undefined = await launchBrowser([
  `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`,
]);
const small = ["--dataset", "digits:600,100", "--batch-size", "20"];

let cluster: Cluster;
let context: BrowserContext;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, context, page } = stage));

async function step(): Promise<number> {
  const figure = page.locator("#figures div", { has: page.getByText("Step", { exact: true }) });
  const text = await figure.locator("dd").textContent();
  return Number(text!.split("/")[0]!.replaceAll(/\D/gu, ""));
}

/** Picks an option of the form by its name. */
async function fill(settings: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    const field = page.locator(`#again [name=${name}]`);
    const isList = (await field.evaluate(({ tagName }) => tagName)) === "SELECT";
    await (isList ? field.selectOption(value) : field.fill(value));
  }
}

/** Breaks something, and tries again if another worker had already computed the spoilt block. */
async function disturb(
  button: string,
  outcome: string,
  around = { before: async () => {}, after: async () => {} },
): Promise<void> {
  const told = page.locator("#events li").filter({ hasText: outcome });
  const unneeded = page.locator("#events li").filter({ hasText: "was not needed: another" });
  const outcomes = async () => (await told.count()) + (await unneeded.count());
  while ((await told.count()) === 0) {
    const earlier = await outcomes();
    await around.before();
    await page.getByRole("button", { name: button }).click();
    await around.after();
    await expect.poll(outcomes).toBeGreaterThan(earlier);
  }
}

/** The same, in a run that would end before a slow machine has pressed the button: it is paused meanwhile. */
async function disturbWhilePaused(button: string, outcome: string): Promise<void> {
  await disturb(button, outcome, {
    async before() {
      if ((await page.locator("#phase-name").textContent()) === "Paused") return;
      await page.getByRole("button", { name: "Pause" }).click();
      await phase(page, "Paused");
    },
    after: async () => await page.getByRole("button", { name: "Resume" }).click(),
  });
}

/** The file that a button offers to the reader. */
async function save(button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

describe.skipIf(browser === undefined)("the dashboard, while a run trains,", () => {
  /** One run for all these tests. The last one stops it. */
  let stage: Cluster;
  let training: CoordinatorProcess;

  beforeAll(async () => {
    stage = await Cluster.create();
    training = await startEndlessRun(stage);
  });
  afterAll(() => stage.stop());

  test("shows the curve as it grows, the workers and what each of them is, their time, and both promedio tables", async () => {
    const helper = await openPage(context, problems);
    await helper.goto(String((await training.event("listening")).joinUrl));
    await openDashboard(page, training);
    await phase(page, "Training");
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before);
    const shot = () => page.locator("#loss canvas").screenshot();
    const first = await shot();
    await expect.poll(async () => (await shot()).equals(first)).toBe(false);
    const row = (name: string) => page.locator("#workers tbody tr").filter({ hasText: name });
    await row("Chrome").getByRole("cell", { name: "browser", exact: true }).waitFor();
    await row("local 1").getByRole("cell", { name: "Node", exact: true }).waitFor();
    await helper.close();
    await page.locator("#limit").filter({ hasText: "Of the workers’ time" }).waitFor();
    // How many samples each column stands for, and six parameters.
    const names = () => page.locator("#promedio tbody th").allTextContents();
    await expect.poll(async () => (await names()).length).toBe(7);
    expect((await names()).slice(0, 2)).toEqual(["samples", "layer 1, pixel 15,15 → neuron 1"]);
    await page.getByLabel("By observation").check({ force: true });
    await page.locator("#promedio").scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator("#promedio thead canvas").count()).toBe(6);
    // Each row's last column is the average of the six before it.
    const cells = await page.locator("#promedio tbody tr").last().locator("td").allTextContents();
    const numbers = cells.map((text) => Number(text.replace("−", "-")));
    const mean = numbers.slice(0, 6).reduce((sum, value) => sum + value, 0) / 6;
    expect(numbers[6]).toBeCloseTo(mean, 3);
    expect(problems).toEqual([]);
  });

  test("a viewer may watch, without controls, and may not give commands", async () => {
    const { joinUrl } = await training.event("listening");
    await page.goto(`${String(joinUrl).replace("/join", "/")}&at=draw`);
    await phase(page, "Training");
    await page.getByText("You are watching.").waitFor();
    // The join page links to this card.
    const top = () =>
      page.locator("#draw-title").evaluate((title) => title.getBoundingClientRect().top);
    await expect.poll(top).toBeLessThan(900);
    for (const name of ["Pause", "Start this run", "Cut its connection"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
    const status = await page.evaluate(async () => {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/watch`);
      const token = new URLSearchParams(location.hash.slice(1)).get("token");
      socket.addEventListener("open", () => {
        socket.send(JSON.stringify({ token }));
        socket.send(JSON.stringify({ command: "pause", id: 1 }));
      });
      return await new Promise((resolve) => {
        socket.addEventListener("close", ({ code }) => resolve(code));
      });
    });
    expect(status).toBe(4405);
    await phase(page, "Training");
  });

  test("copies the join link, over plain http too, and says when the browser forbids it", async () => {
    const { joinUrl, dashboardUrl } = await training.event("listening");
    const copy = page.locator("#copy-link");
    const field = page.locator("#again [name=layers]");
    const copiesFrom = async (host: string) => {
      await page.goto(String(dashboardUrl).replace("127.0.0.1", host));
      await copy.click();
      await copy.filter({ hasText: "Copied" }).waitFor();
      // A keyboard user continues from the same element.
      expect(await page.evaluate("document.activeElement.id")).toBe("copy-link");
      await field.fill("");
      await field.press("Control+V");
      expect(await field.inputValue()).toBe(joinUrl);
      // So that the next case does not find this one's copy.
      await field.fill("something else");
      await field.press("Control+A");
      await field.press("Control+C");
      return await page.evaluate<boolean>("isSecureContext");
    };
    expect(await copiesFrom("127.0.0.1")).toBe(true);
    expect(await copiesFrom(plainHost)).toBe(false);
    await page.evaluate(`document.execCommand = () => false`);
    await copy.filter({ hasText: "Copy the link" }).click();
    await page.getByText("Not copied: press and hold the link").waitFor();
  });

  test("pauses, resumes and stops; nothing is committed meanwhile", async () => {
    await openDashboard(page, training);
    await phase(page, "Training");
    await page.getByRole("button", { name: "Pause" }).click();
    await phase(page, "Paused");
    const held = await step();
    await page.waitForFunction((at) => performance.now() > at, 1_000 + (await now()));
    expect(await step()).toBe(held);
    await page.getByRole("button", { name: "Resume" }).click();
    await phase(page, "Training");
    await expect.poll(step).toBeGreaterThan(held);
    const disabled = page.locator("#break-it button:disabled");
    expect(await disabled.count()).toBe(0);
    await stop(page);
    await page.getByText("there is nothing to break").waitFor();
    expect(await disabled.count()).toBe(4);
    expect(await page.locator("#fingerprint").textContent()).toMatch(/^Fingerprint [0-9a-f]{64}/u);
    const stoppedAt = await step();
    await page.getByRole("button", { name: "Resume" }).click();
    await phase(page, "Training");
    await expect.poll(step).toBeGreaterThan(stoppedAt);
    expect(await page.locator("#runs tbody tr").count()).toBe(1);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(browser === undefined)("the dashboard, when a run is over,", () => {
  /** One coordinator and its runs for all these tests. The last one kills it. */
  let stage: Cluster;
  let coordinator: CoordinatorProcess;

  beforeAll(async () => {
    stage = await Cluster.create();
    coordinator = stage.coordinator(...small, "--local-workers", "2", "--epochs", "3");
  });
  afterAll(() => stage.stop());

  test("offers the checkpoint, the metrics as CSV and the chart as PNG", async () => {
    await openDashboard(page, coordinator);
    const { fingerprint } = await coordinator.event("finished");
    await phase(page, "Finished");
    await page.locator("#loss").scrollIntoViewIfNeeded();
    await page.locator("#loss canvas").waitFor();

    // Against time, the figures of every axis and legend are as short as possible: none has a needless trailing 0.
    await page.evaluate(`{
      globalThis.drawn = new Set();
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (...drawing) {
        drawn.add(drawing[0]);
        return fillText.apply(this, drawing);
      };
    }`);
    await page.getByRole("radio", { name: "Time" }).check({ force: true });
    const drawn = () => page.evaluate<string[]>("[...drawn]");
    await expect.poll(async () => (await drawn()).some((text) => text.endsWith("%"))).toBe(true);
    expect((await drawn()).filter((text) => /\.\d*0%?$/u.test(text))).toEqual([]);

    const checkpoint = await save("Checkpoint");
    expect(checkpoint.name).toMatch(/\.safetensors$/u);
    const decoded = decodeCheckpoint(checkpoint.bytes);
    expect(decoded).toMatchObject({ ok: true, checkpoint: { step: 90 }, fingerprint });

    const csv = await save("Metrics as CSV");
    const lines = csv.bytes.toString().trimEnd().split("\n");
    expect(lines[0]).toBe("step,seconds,loss,accuracy,learningRate,gradientNorm");
    const rows = lines.slice(1).map((line) => line.split(",").map(Number));
    expect(rows.map(([at]) => at)).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
    expect(rows.flat().filter((value) => !Number.isFinite(value))).toEqual([]);

    const png = await save("Chart as PNG");
    const { width, height, data } = await decodePng(page, png.bytes);
    expect(width * height).toBeGreaterThan(100_000);
    // Background, axes and curves: nothing transparent, and more than one colour.
    expect(data.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    expect(new Set(data).size).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  test("trains again: a mistake gives one line, the same run gives the same bits, a larger one works too", async () => {
    await openDashboard(page, coordinator);
    await phase(page, "Finished");
    const first = (await coordinator.event("finished")).fingerprint;
    await fill({ learningRate: "fast" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("learning rate must be a number above 0").waitFor();
    await fill({ layers: "784,5000,5000,10", learningRate: "0.01" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText(/^28,980,010 parameters take about 2.6 GB of memory here/u).waitFor();
    await page.getByRole("button", { name: "Train it all the same" }).waitFor();
    await fill({ layers: "784,16,16,10" });
    await fill({ learningRate: "0.01" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("the same bits as run #1").waitFor();
    expect(await page.locator("#fingerprint").textContent()).toContain(String(first));
    // 784,256,10: its gradients do not fit into the messages of sockets that were opened for the first model.
    await fill({ optimizer: "sgd", learningRate: "0.1", layers: "784,256,10", epochs: "2" });
    await page.getByRole("button", { name: "Start this run" }).click();
    const third = page.locator("#runs tr[data-run='3']");
    await third.filter({ hasText: "Finished" }).waitFor();
    await page.locator("#runs tr[data-run='1'] input:checked").waitFor();
    // Charts are only drawn while visible.
    await page.locator("#loss").scrollIntoViewIfNeeded();
    await page.locator("#loss .u-series").filter({ hasText: "#1" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("does not praise a run that learned nothing, and says why once; says when a file fails to arrive", async () => {
    await openDashboard(page, coordinator);
    await phase(page, "Finished");
    const earlier = await page.locator("#runs tbody tr").count();
    await fill({ optimizer: "sgd", learningRate: "1e-8", layers: "784,16,16,10", epochs: "2" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await coordinator.event("finished", (end) => end["isBetterThanGuess"] === false);
    await page.locator(`#runs tr[data-run='${earlier + 1}']`, { hasText: "Finished" }).waitFor();
    expect(await page.title()).toBe("Finished · Promedio");
    await page.locator("#workers").getByText("waiting for a run").first().waitFor();
    await page
      .getByText("no more accurate than always answering the most frequent class")
      .waitFor();
    expect(await page.locator("#phase").getAttribute("data-phase")).toBe("poor");
    const warnings = page.locator("#events .warning");
    const said = (text: string) => warnings.filter({ hasText: text }).count();
    await expect.poll(() => said("nothing was learned")).toBe(1);
    expect(await said("a learning rate of 1e-8, 1,000 steps")).toBe(1);
    expect(problems).toEqual([]);

    coordinator.child.kill("SIGKILL");
    await phase(page, "Not connected to the coordinator.*");
    await page.getByRole("button", { name: "Checkpoint" }).click();
    await page.getByText("The checkpoint did not arrive.").waitFor();
  });
});

describe.skipIf(browser === undefined)("the dashboard", () => {
  test("break-it: a NaN, a cut and a delayed worker do not change the fingerprint; a lie of one bit is not found without an audit, and that is reported", async () => {
    // Four shards per step, so that both workers have a part of every step.
    const flags = ["--shard-size", "5", "--audit", "none"];
    const coordinator = await startEndlessRun(cluster, { flags });
    await openDashboard(page, coordinator);
    await phase(page, "Training");
    await page.locator("#audit-now").filter({ hasText: "none" }).waitFor();
    const choose = (name: string) => page.locator("#victim").selectOption({ label: name });
    await choose("local 1");
    await disturb("Corrupt its next gradient", "the NaN was refused before it touched a sum");
    expect(await page.getByText("local 1: a value is NaN or infinite").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Delay it 5 s" }).click();
    await page.getByText("everything local 1 sends is held back").waitFor();
    await choose("local 2");
    await page.getByRole("button", { name: "Cut its connection" }).click();
    await page.getByText(/^local 2 left: /u).waitFor();
    await stop(page);
    const steps = ["--steps", String(await step()), "--epochs", "50000"];
    const expected = await undisturbedFingerprint(...small, "--shard-size", "5", ...steps);
    expect(await page.locator("#fingerprint").textContent()).toContain(expected);
    await page.getByRole("button", { name: "Resume" }).click();
    await phase(page, "Training");
    await choose("local 1");
    await disturb("Make it lie by one bit", "nobody found the wrong result: step");
    expect(problems).toEqual([]);
  });

  test("a lie of one bit is found under quorum, reported step by step, and changes nothing", async () => {
    const coordinator = cluster.coordinator(...small, "--shard-size", "5", "--epochs", "5");
    await startWorkersHere(cluster, coordinator, { count: 3, paceMs: 20 });
    await openDashboard(page, coordinator);
    const first = (await coordinator.event("finished")).fingerprint;
    await phase(page, "Finished");
    await fill({ audit: "quorum" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await phase(page, "Paused");
    await page.locator("#audit-now").filter({ hasText: "quorum" }).waitFor();
    await page.locator("#victim").selectOption({ label: "local 2" });
    await disturbWhilePaused(
      "Make it lie by one bit",
      "the wrong result was found: a second worker's result differed",
    );
    const flipped = page.getByText(/one bit of local 2's gradient for step \d+ is flipped/u);
    expect(await flipped.count()).toBeGreaterThan(0);
    await page.getByText(/^local 2 left: block .* differs .*\(ERR_MISMATCH\)$/u).waitFor();
    await page.getByText("the same bits as run #1, although something was broken in it").waitFor();
    expect(await page.locator("#fingerprint").textContent()).toContain(String(first));
    expect(problems).toEqual([]);
  });
});

function now(): Promise<number> {
  return page.evaluate(() => performance.now());
}
