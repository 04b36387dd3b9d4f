/** @file The dashboard in a real headless Chromium, with a real run: what it shows, and what its buttons do. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

import type { Browser, BrowserContext, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

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
import { type Cluster, undisturbedFingerprint } from "../../support/processes/cluster.ts";
import { startPacedWorkers } from "../../support/processes/test-worker.ts";

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

/** Moves the mouse along a line on the pad; places are fractions of its side. */
async function stroke(spots: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const box = (await page.locator("#pad").boundingBox())!;
  for (const [i, [x, y]] of spots.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** The file that a button offers to the reader. */
async function save(button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

describe.skipIf(browser === undefined)("the dashboard", () => {
  test("shows in a word whether a worker is a browser's or Node's", async () => {
    const coordinator = await startEndlessRun(cluster);
    const helper = await openPage(context, problems);
    await helper.goto(String((await coordinator.event("listening")).joinUrl));
    await openDashboard(page, coordinator);
    const row = (name: string) => page.locator("#workers tbody tr").filter({ hasText: name });
    await row("Chrome").getByRole("cell", { name: "browser", exact: true }).waitFor();
    await row("local 1").getByRole("cell", { name: "Node", exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  test("shows the curve as it grows, the workers, their time, and both promedio tables", async () => {
    await openDashboard(page, await startEndlessRun(cluster));
    await phase(page, "Training");
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before);
    const shot = () => page.locator("#loss canvas").screenshot();
    const first = await shot();
    await expect.poll(async () => (await shot()).equals(first)).toBe(false);
    await page.getByRole("rowheader", { name: "local 1" }).waitFor();
    await page.locator("#limit").filter({ hasText: "Of the workers’ time" }).waitFor();
    // How many samples each column stands for, and six parameters.
    const names = () => page.locator("#promedio tbody th").allTextContents();
    await expect.poll(async () => (await names()).length).toBe(7);
    expect((await names()).slice(0, 2)).toEqual(["samples", "layer 1, pixel 15,15 → neuron 1"]);
    await page.getByLabel("By observation").check({ force: true });
    await page.locator("#promedio").scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator("#promedio thead canvas").count()).toBe(6);
    // Each row's last column is the average of the six before it.
    const row = await page.locator("#promedio tbody tr").last().locator("td").allTextContents();
    const numbers = row.map((text) => Number(text.replace("−", "-")));
    const mean = numbers.slice(0, 6).reduce((sum, value) => sum + value, 0) / 6;
    expect(numbers[6]).toBeCloseTo(mean, 3);
    expect(problems).toEqual([]);
  });

  test("reads a drawn 1 as 1 and a drawn 0 as 0 once the run has learnt", async () => {
    const run = ["--dataset", "digits:3000,400", "--batch-size", "20", "--epochs", "12"];
    const coordinator = cluster.coordinator("--local-workers", "2", ...run);
    await openDashboard(page, coordinator);
    await coordinator.event("finished");
    await phase(page, "Finished");
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const answer = (text: string) => page.locator("#answer").filter({ hasText: text }).waitFor();
    await stroke([
      [0.52, 0.15],
      [0.48, 0.85],
    ]);
    await answer("The network reads 1");
    expect(await page.locator("#bars li").count()).toBe(10);
    await page.getByRole("button", { name: "Clear" }).click();
    await answer("Nothing drawn yet");
    await stroke(
      Array.from({ length: 21 }, (_, i) => [
        0.5 - 0.22 * Math.sin((i / 10) * Math.PI),
        0.5 - 0.34 * Math.cos((i / 10) * Math.PI),
      ]),
    );
    await answer("The network reads 0");
    await page.locator("#mistakes").scrollIntoViewIfNeeded();
    await page.locator("#mistakes li").first().waitFor();
    expect(await page.locator("#confusion tbody tr").count()).toBe(10);
    expect(problems).toEqual([]);
  });

  test("does not praise a run that learned nothing, and says why once", async () => {
    const rate = ["--optimizer", "sgd", "--learning-rate", "1e-8"];
    const flags = [...small, "--local-workers", "1", "--epochs", "2", ...rate];
    const coordinator = cluster.coordinator(...flags);
    await openDashboard(page, coordinator);
    expect(await coordinator.event("finished")).toMatchObject({ isBetterThanGuess: false });
    await phase(page, "Finished");
    expect(await page.title()).toBe("Finished · Promedio");
    await page.locator("#workers").getByText("waiting for a run").waitFor();
    await page
      .getByText("no more accurate than always answering the most frequent class")
      .waitFor();
    expect(await page.locator("#phase").getAttribute("data-phase")).toBe("poor");
    const warnings = page.locator("#events .warning");
    expect(await warnings.filter({ hasText: "a learning rate of 1e-8, 1,000 steps" }).count()).toBe(
      1,
    );
    expect(await warnings.filter({ hasText: "nothing was learned" }).count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test("pauses, resumes and stops; nothing is committed meanwhile", async () => {
    await openDashboard(page, await startEndlessRun(cluster));
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

  test("trains again: a mistake gives one line, the same run gives the same bits, a larger one works too", async () => {
    const coordinator = cluster.coordinator(...small, "--local-workers", "2", "--epochs", "3");
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

  test("offers the checkpoint, the metrics as CSV and the chart as PNG; says when one fails to arrive", async () => {
    const coordinator = cluster.coordinator(...small, "--local-workers", "1", "--epochs", "3");
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

    coordinator.child.kill("SIGKILL");
    await phase(page, "Not connected to the coordinator.*");
    await page.getByRole("button", { name: "Checkpoint" }).click();
    await page.getByText("The checkpoint did not arrive.").waitFor();
  });

  test("break-it: a cut, a delayed and a lying worker do not change the fingerprint", async () => {
    // Four shards per step, so that both workers have a part of every step.
    const flags = ["--shard-size", "5", "--audit", "none"];
    const coordinator = await startEndlessRun(cluster, { flags });
    await openDashboard(page, coordinator);
    await phase(page, "Training");
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
    expect(problems).toEqual([]);
  });

  test("a lie of one bit is found under quorum, reported step by step, and changes nothing", async () => {
    const coordinator = cluster.coordinator(...small, "--shard-size", "5", "--epochs", "5");
    await startPacedWorkers(cluster, coordinator, 3);
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

  test("offers nothing to break while nobody is connected, and everything as soon as somebody is", async () => {
    const coordinator = cluster.coordinator(...small, "--epochs", "50000");
    await openDashboard(page, coordinator);
    await page.getByText("there is nobody to disturb").waitFor();
    const disabled = () => page.locator("#break-it button:disabled").count();
    expect(await disabled()).toBe(4);
    cluster.worker(String((await coordinator.event("listening")).joinUrl));
    await expect.poll(disabled).toBe(0);
  });

  test("a lie of one bit is not found without an audit, and that is reported", async () => {
    const flags = ["--shard-size", "5", "--audit", "none"];
    const coordinator = await startEndlessRun(cluster, { flags });
    await openDashboard(page, coordinator);
    await phase(page, "Training");
    await page.locator("#audit-now").filter({ hasText: "none" }).waitFor();
    await disturb("Make it lie by one bit", "nobody found the wrong result: step");
    expect(problems).toEqual([]);
  });

  test("a viewer may watch, without controls, and may not give commands", async () => {
    const coordinator = await startEndlessRun(cluster);
    const { joinUrl } = await coordinator.event("listening");
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
    const coordinator = await startEndlessRun(cluster);
    const { joinUrl, dashboardUrl } = await coordinator.event("listening");
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

  test("says that it lost the coordinator, and reconnects by itself when it is back", async () => {
    const tokens = ["--join-token", "a-join-token-for-tests", "--admin-token", "an-admin-token"];
    const first = await startEndlessRun(cluster, { flags: [...tokens, "--name", "lesson"] });
    await openDashboard(page, first);
    await phase(page, "Training");
    await first.event("epoch", ({ epoch }) => Number(epoch) >= 2);
    first.child.kill("SIGKILL");
    await phase(page, "Not connected to the coordinator.*");
    const { port } = new URL(String((await first.event("listening")).url));
    cluster.coordinator("--resume", "lesson", "--port", port, ...tokens);
    await page.getByText("Connected", { exact: true }).waitFor();
    await phase(page, "Training");
    await expect.poll(() => page.getByText("continues at step").count()).toBe(1);
  });
});

function now(): Promise<number> {
  return page.evaluate(() => performance.now());
}
