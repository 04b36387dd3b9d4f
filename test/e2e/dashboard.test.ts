/** @file The dashboard in a real headless Chromium, over a real run: what it shows, and what its buttons do. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type * as AxeCore from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../support/browser.ts";
import { Cluster, type CoordinatorProcess } from "../support/cluster.ts";
import { readQrCode } from "../support/qr-reader.ts";

const browser: Browser | undefined = await launchBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const small = ["--dataset", "digits:600,100", "--batch-size", "20"];
const endless = [...small, "--local-workers", "2", "--epochs", "50000"];

let cluster: Cluster;
let context: BrowserContext;
let page: Page;
const problems: string[] = [];

afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  cluster = await Cluster.create();
  problems.length = 0;
  if (browser === undefined) return;
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  page = await openPage(context);
});
afterEach(async () => {
  await context?.close();
  await cluster.stop();
});

/** A page whose console errors and requests to other hosts are noted: there must be none. */
async function openPage(inside: BrowserContext): Promise<Page> {
  const opened = await inside.newPage();
  opened.on("pageerror", ({ message }) => problems.push(message));
  opened.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  opened.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") problems.push(request.url());
  });
  return opened;
}

async function open(coordinator: CoordinatorProcess): Promise<void> {
  await page.goto(String((await coordinator.event("listening")).dashboardUrl));
  await page.getByText("Connected", { exact: true }).waitFor();
}

function phase(name: string) {
  return page
    .locator("#phase-name")
    .filter({ hasText: new RegExp(`^${name}$`, "u") })
    .waitFor();
}

async function step(): Promise<number> {
  const text = await page.locator("#figures dd").first().textContent();
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

/** Breaks something, and again while the block that was spoilt is one that another worker had done by then. */
async function disturb(button: string, outcome: string): Promise<void> {
  const told = page.locator("#events li").filter({ hasText: outcome });
  const unneeded = page.locator("#events li").filter({ hasText: "was not needed: another was" });
  const outcomes = async () => (await told.count()) + (await unneeded.count());
  while ((await told.count()) === 0) {
    const before = await outcomes();
    await page.getByRole("button", { name: button }).click();
    await expect.poll(outcomes, { timeout: 30_000 }).toBeGreaterThan(before);
  }
}

/** Moves the mouse along a line over the pad; places are fractions of its side. */
async function stroke(spots: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const box = (await page.locator("#pad").boundingBox())!;
  for (const [i, [x, y]] of spots.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** What a camera sees of an element: its pixels on the screen, with some of what is around it. */
async function photograph(selector: string) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
  const clip = { x: x - 16, y: y - 16, width: width + 32, height: height + 32 };
  const png = (await page.screenshot({ clip })).toString("base64");
  const pixels = await page.evaluate<{
    data: number[];
    width: number;
    height: number;
  }>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png}";
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const drawing = canvas.getContext("2d");
    drawing.drawImage(image, 0, 0);
    return { data: [...drawing.getImageData(0, 0, width, height).data], width, height };
  })()`);
  return { ...pixels, data: Uint8ClampedArray.from(pixels.data) };
}

/** What axe-core finds wrong with the page as it is, in one line each. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- axe-core puts itself there
    const { axe: checker } = globalThis as unknown as { axe: typeof AxeCore };
    const { violations: found } = await checker.run();
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
    );
  });
}

describe.skipIf(browser === undefined)("the dashboard", () => {
  test("shows the curve as it grows, the workers, their time, and both promedio tables", async () => {
    await open(cluster.coordinator(...endless));
    await phase("Training");
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before);
    const shot = () => page.locator("#loss canvas").screenshot();
    const first = await shot();
    await expect.poll(async () => (await shot()).equals(first)).toBe(false);
    await page.getByRole("rowheader", { name: "local 1" }).waitFor();
    await page.locator("#limit").filter({ hasText: "limit" }).waitFor();
    await expect.poll(() => page.locator("#promedio tbody tr").count()).toBe(6);
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

  test("reads a drawn 1 as 1 and a drawn 0 as 0, once the run has learnt", async () => {
    const coordinator = cluster.coordinator("--local-workers", "2", "--epochs", "12");
    await open(coordinator);
    await coordinator.event("finished");
    await phase("Finished");
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const answer = (text: string) =>
      page.locator("#answer").filter({ hasText: text }).waitFor({ timeout: 10_000 });
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

  test("pauses, goes on and stops; nothing is committed meanwhile", async () => {
    await open(cluster.coordinator(...endless));
    await phase("Training");
    await page.getByRole("button", { name: "Pause" }).click();
    await phase("Paused");
    const held = await step();
    await page.waitForFunction((at) => performance.now() > at, 1_000 + (await now()));
    expect(await step()).toBe(held);
    await page.getByRole("button", { name: "Resume" }).click();
    await phase("Training");
    await expect.poll(step).toBeGreaterThan(held);
    await page.getByRole("button", { name: "Stop" }).click();
    await phase("Stopped");
    expect(await page.locator("#fingerprint").textContent()).toMatch(/^Fingerprint [0-9a-f]{64}/u);
    expect(problems).toEqual([]);
  });

  test("trains again: a mistake is one line, the same run gives the same bits, a larger one works too", async () => {
    const coordinator = cluster.coordinator(...small, "--local-workers", "2", "--epochs", "3");
    await open(coordinator);
    await phase("Finished");
    const first = (await coordinator.event("finished")).fingerprint;
    await fill({ learningRate: "fast" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("--learning-rate must be a number above 0").waitFor();
    await fill({ learningRate: "0.01" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("the same bits as run #1").waitFor();
    expect(await page.locator("#fingerprint").textContent()).toContain(String(first));
    // 784,256,10: its gradients don't fit the messages of sockets that were opened for the first model.
    await fill({ optimizer: "sgd", learningRate: "0.1", layers: "784,256,10", epochs: "2" });
    await page.getByRole("button", { name: "Start this run" }).click();
    const third = page.locator("#runs tr[data-run='3']");
    await third.filter({ hasText: "Finished" }).waitFor();
    await page.locator("#runs tr[data-run='1'] input:checked").waitFor();
    // Charts are drawn where they can be seen.
    await page.locator("#loss").scrollIntoViewIfNeeded();
    await page.locator("#loss .u-series").filter({ hasText: "#1" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("break-it: a cut, a delayed and a lying worker change nothing in the fingerprint", async () => {
    const run = ["--dataset", "digits:2000,100", "--batch-size", "20", "--epochs", "60"];
    // Four shards a step, so that both workers have their part in every one.
    const args = [...run, "--shard-size", "5", "--audit", "none"];
    const quiet = cluster.coordinator(...args, "--local-workers", "1", "--exit");
    const expected = (await quiet.event("finished")).fingerprint;
    const coordinator = cluster.coordinator(...args, "--local-workers", "2");
    await open(coordinator);
    await phase("Training");
    const choose = (name: string) => page.locator("#victim").selectOption({ label: name });
    await choose("local 1");
    await disturb("Corrupt its next gradient", "the NaN was refused before it touched a sum");
    expect(await page.getByText("local 1: a value is NaN or infinite").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Delay it 5 s" }).click();
    await page.getByText("all that local 1 sends is held back").waitFor();
    await choose("local 2");
    await page.getByRole("button", { name: "Cut its connection" }).click();
    await page.getByText(/^local 2 left: /u).waitFor();
    const end = await coordinator.event("finished");
    expect(end.fingerprint).toBe(expected);
    await phase("Finished");
    expect(problems).toEqual([]);
  });

  test("a lie of one bit is found under quorum, told step by step, and changes nothing", async () => {
    const run = ["--dataset", "digits:2000,100", "--batch-size", "20", "--epochs", "30"];
    const coordinator = cluster.coordinator(...run, "--shard-size", "5", "--local-workers", "3");
    await open(coordinator);
    const first = (await coordinator.event("finished")).fingerprint;
    await phase("Finished");
    await fill({ audit: "quorum" });
    await page.getByRole("button", { name: "Start this run" }).click();
    await phase("Training");
    await page.locator("#audit-now").filter({ hasText: "quorum" }).waitFor();
    await page.locator("#victim").selectOption({ label: "local 2" });
    await disturb("Make it lie by one bit", "the lie was found: a second worker's answer differed");
    const flipped = page.getByText(/one bit of local 2's gradient for step \d+ is flipped/u);
    expect(await flipped.count()).toBeGreaterThan(0);
    await page.getByText(/^local 2 left: ERR_MISMATCH: block .* differs/u).waitFor();
    await page.getByText("the same bits as run #1, although something was broken in it").waitFor();
    expect(await page.locator("#fingerprint").textContent()).toContain(String(first));
    expect(problems).toEqual([]);
  });

  test("a NaN is refused, computed again, and told so", async () => {
    const coordinator = cluster.coordinator(...endless, "--shard-size", "5", "--audit", "none");
    await open(coordinator);
    await phase("Training");
    await disturb("Corrupt its next gradient", "the NaN was refused before it touched a sum");
    await page.locator("#audit-now").filter({ hasText: "none" }).waitFor();
    await disturb("Make it lie by one bit", "nobody found the lie: step");
    expect(problems).toEqual([]);
  });

  test.each(["dark", "light"] as const)("a phone reads its QR code, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const coordinator = cluster.coordinator(...endless);
    await open(coordinator);
    const { joinUrl } = await coordinator.event("listening");
    await page.locator("#qr svg").waitFor();
    expect(readQrCode(await photograph("#qr"))).toBe(joinUrl);
  });

  test("whoever only may join may watch, without controls, and may not order", async () => {
    const coordinator = cluster.coordinator(...endless);
    const { joinUrl } = await coordinator.event("listening");
    await page.goto(String(joinUrl).replace("/join", "/"));
    await phase("Training");
    await page.getByText("You are watching.").waitFor();
    for (const name of ["Pause", "Start this run", "Cut its connection"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
    const status = await page.evaluate(async () => {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/watch`);
      const token = new URLSearchParams(location.hash.slice(1)).get("token");
      socket.addEventListener("open", () => {
        socket.send(JSON.stringify({ token }));
        socket.send(JSON.stringify({ order: "pause", id: 1 }));
      });
      return await new Promise((resolve) => {
        socket.addEventListener("close", ({ code }) => resolve(code));
      });
    });
    expect(status).toBe(4405);
    await phase("Training");
  });

  test("says that it lost the coordinator, and is back by itself when that is", async () => {
    const place = ["--port", "18474", "--admin-token", "an-admin-token-for-tests"];
    const first = cluster.coordinator(...endless, ...place, "--name", "lesson");
    await open(first);
    await phase("Training");
    await first.event("epoch", ({ epoch }) => Number(epoch) >= 20);
    first.child.kill("SIGKILL");
    await phase("Not connected to the coordinator.*");
    cluster.coordinator("--resume", "lesson", "--local-workers", "1", ...place);
    await page.getByText("Connected", { exact: true }).waitFor();
    await phase("Training");
    await expect.poll(() => page.getByText("goes on at step").count()).toBe(1);
  });

  test("speaks Spanish to who asks for it, and to who picks it", async () => {
    const coordinator = cluster.coordinator(...endless);
    await open(coordinator);
    await page.getByLabel("Language").selectOption("es");
    await page.getByText("Dibuja un dígito").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    const spanish = await browser!.newContext({ locale: "es-MX" });
    const other = await openPage(spanish);
    await other.goto(String((await coordinator.event("listening")).dashboardUrl));
    await other.getByText("Entrenando", { exact: true }).waitFor();
    await spanish.close();
    expect(problems).toEqual([]);
  });

  test("in Spanish nothing is left in English, whatever happens", async () => {
    const coordinator = cluster.coordinator(...endless, "--shard-size", "5");
    const { joinUrl } = await coordinator.event("listening");
    await open(coordinator);
    await page.getByLabel("Language").selectOption("es");
    await page.getByText("Entrenando", { exact: true }).waitFor();
    const told = (text: string) => page.locator("#events li").filter({ hasText: text }).first();
    await page.getByRole("button", { name: "Corromper su próximo gradiente" }).click();
    await told("es ahora NaN").waitFor();
    await page.getByRole("button", { name: "Hacerlo mentir en un bit" }).click();
    await told("siguen siendo números").waitFor();
    await page.getByRole("button", { name: "Retrasarlo 5 s" }).click();
    await told("se retiene 5 s").waitFor();
    await page.getByRole("button", { name: "Cortar su conexión" }).click();
    await told("se perdió la conexión").waitFor();
    await fetch(`${new URL(String(joinUrl)).origin}/run/1/checkpoint`);
    await told("ERR_TOKEN").waitFor();
    await fill({ learningRate: "fast" });
    await page.getByRole("button", { name: "Empezar" }).click();
    await page.getByText("debe ser un número mayor que 0").waitFor();
    await page.getByRole("button", { name: "Detener" }).click();
    await page.getByText("Detenido", { exact: true }).waitFor();
    await told("se detuvo en el paso").waitFor();
    expect(englishIn(await page.locator("body").innerText())).toEqual([]);
    expect(englishIn(await labelsOf(page))).toEqual([]);
    expect(problems).toEqual([]);
  });

  test.each([
    { width: 390, height: 844, colorScheme: "dark" },
    { width: 1024, height: 768, colorScheme: "light" },
    { width: 1440, height: 900, colorScheme: "dark" },
  ] as const)(
    "at $width px, $colorScheme, nothing is cut off sideways and axe-core finds no violation",
    async ({ width, height, colorScheme }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const coordinator = cluster.coordinator(...endless);
      await open(coordinator);
      await phase("Training");
      await coordinator.event("epoch", ({ epoch }) => Number(epoch) > 2);
      await page.locator("#confusion tbody tr").first().waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      await phase("Paused");
      const scroll = () => page.locator("html").evaluate(({ scrollWidth }) => scrollWidth);
      expect(await scroll()).toBeLessThanOrEqual(width);
      expect(await violations()).toEqual([]);
      expect(problems).toEqual([]);
    },
  );
});

function now(): Promise<number> {
  return page.evaluate(() => performance.now());
}

/** What is spoken and never seen. */
function labelsOf(opened: Page): Promise<string> {
  return opened.locator("[aria-label]").evaluateAll((all) => {
    return all.map((each) => each.getAttribute("aria-label")).join("\n");
  });
}

/** Words that hardly an English sentence does without, and no Spanish one has. */
const englishWords =
  /\b(?:the|of|is|was|were|and|for|with|that|this|its|worker|step|batch|block|left|lost|closed|sent|found|value|run|waiting|loss|open|out)\b/iu;

/** The lines of a text that have an English word. */
function englishIn(text: string): string[] {
  return text.split("\n").filter((line) => englishWords.test(line));
}
