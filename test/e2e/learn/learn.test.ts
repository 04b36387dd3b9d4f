/**
 * @file The page `/learn` in real browsers, without a coordinator behind it: every section is bet on by keys alone, in
 * both languages, on narrow and wide screens.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createPages } from "../../../coordinator/edge/pages.ts";
import { sections } from "../../../coordinator/learn/sections/sections.ts";
import { drawingOf } from "../../../coordinator/learn/state/drawing.ts";
import { languages } from "../../../shared/words/language.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { openDashboard, openPage, startEndlessRun } from "../../support/browser/dashboard-page.ts";
import { findFirefox, openFirefox } from "../../support/browser/firefox.ts";
import { firstOf } from "../../support/fixtures/effort.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { listenLocally } from "../../support/processes/local-server.ts";

const folder = join(import.meta.dirname, "../../../build/pages");
const pages = createPages(folder);
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (!pages.handle(request, response)) response.writeHead(404).end();
});
const browser = await launchBrowser();
const firefox = findFirefox();
let url = "";

beforeAll(async () => {
  url = `${await listenLocally(server)}/learn`;
});
afterAll(async () => {
  await browser?.close();
  server.close();
});

/** What a reader has to load, packed. */
const pageBytesMax = 150_000;

test(`the page is at most ${pageBytesMax} bytes, packed`, () => {
  const files = ["learn.html", "learn.css", "learn.js", "learn-thread.js", "../kernel.wasm"];
  const sizes = files.map((file) => gzipSync(readFileSync(join(folder, file))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(pageBytesMax);
});

describe.skipIf(browser === undefined)("in Chromium", () => {
  test.each(languages)(
    "%s: every section is bet on and answered by keys alone, and a link restores it",
    { timeout: 120_000 },
    async (language) => {
      // The keys, the numbers and the link are the same in every language; unit tests read all texts of each.
      const walked = firstOf(1, languages).includes(language) ? sections : sections.slice(0, 1);
      const problems: string[] = [];
      const context = await browser!.newContext({
        locale: language,
        reducedMotion: "reduce",
        viewport: { width: 1280, height: 900 },
      });
      const page = await openPage(context, problems);
      await open(page, url);
      for (const { id, texts } of sections) {
        const section = page.locator(`#${id}`);
        expect(await section.locator("h2").textContent()).toBe(texts[language].title);
        if (!walked.some((one) => one.id === id)) continue;
        await section.scrollIntoViewIfNeeded();
        await page.locator(`#${id}:not([data-computing])`).waitFor();
        await section.locator(".stage input:not([hidden])").first().focus();
        await page.keyboard.press("ArrowRight");
        await section.locator(".betting button").focus();
        await page.keyboard.press("Enter");
        await section.locator(".outcome:not(:empty)").waitFor();
        await page.locator(`#${id}:not([data-refining])`).waitFor();
      }
      expect(await violationsIn(page)).toEqual([]);
      const told = (await numbersOf(page)).slice(0, walked.length);
      for (const numbers of told) expect(numbers).toMatch(/\d/u);
      await expect.poll(() => page.url().match(/bet=/gu)?.length).toBe(walked.length);
      await page.reload();
      await open(page, page.url());
      for (const [i, { id }] of walked.entries()) {
        // A section is computed when it is on the screen.
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
        const numbers = page.locator(`#${id} .numbers`);
        await expect.poll(() => numbers.textContent(), { timeout: 20_000 }).toBe(told[i]);
      }
      for (const width of [320, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        expect(wide).toBeLessThanOrEqual(width);
      }
      expect(problems).toEqual([]);
      await context.close();
    },
  );

  test("a digit is drawn by keys, which say where the brush is, and travels in the link", async () => {
    const problems: string[] = [];
    const context = await browser!.newContext({ locale: "en", reducedMotion: "reduce" });
    const page = await openPage(context, problems);
    await open(page, `${url}#backpropagation.digit=1&backpropagation.bet=!`);
    const pad = page.locator("#backpropagation .pad canvas");
    const told = page.locator("#backpropagation .pad .brush");
    await pad.scrollIntoViewIfNeeded();
    await page.locator("#backpropagation .outcome:not(:empty)").waitFor();
    await page.locator("#backpropagation .digits input:checked").focus();
    // One "1": down from the first place.
    await page.keyboard.press("Tab");
    expect(await told.textContent()).toBe("Row 4, column 8. Brush up: space to paint.");
    const style = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await page.evaluate(style)).toBe("solid");
    await page.keyboard.press("Space");
    expect(await told.textContent()).toBe("Row 4, column 8. Painting: space to lift it.");
    for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    expect(await told.textContent()).toBe("Row 11, column 8. Brush up: space to paint.");
    // Moved without ink: nothing new is drawn.
    await expect.poll(() => page.url()).toMatch(/backpropagation\.digit=1\.[\w-]{131}/u);
    const [link = ""] = page.url().match(/digit=1\.[\w-]+/u) ?? [];
    await page.keyboard.press("ArrowLeft");
    expect(await violationsIn(page)).toEqual([]);
    expect(page.url()).toContain(link);
    const { pixels } = drawingOf(link.slice("digit=".length));
    const inked = (pixels ?? []).filter((ink) => ink === 1).length;
    expect(inked).toBeGreaterThan(30);
    expect(inked).toBeLessThan(150);
    await page.keyboard.press("Tab");
    expect(await told.textContent()).toBe("");
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a browser that cannot run the kernel says what is missing", async () => {
    const page = await browser!.newPage({ locale: "en" });
    await page.route("**/kernel.wasm", async (route) => await route.fulfill({ body: "none" }));
    await page.goto(url);
    await expect.poll(() => page.locator("#lead").textContent()).toContain("WebAssembly with SIMD");
    await page.close();
  });
});

describe.skipIf(browser === undefined)("beside a run", () => {
  let cluster: Cluster;
  eachWithCluster((fresh) => (cluster = fresh));

  test("the network in the pictures is the one being trained, and the token leaves the address", async () => {
    const coordinator = await startEndlessRun(cluster);
    const problems: string[] = [];
    const context = await browser!.newContext({ locale: "en" });
    const page = await openPage(context, problems);
    await openDashboard(page, coordinator);
    const link = await page
      .getByRole("link", { name: "How neural networks learn" })
      .getAttribute("href");
    await page.goto(new URL(`${link}&one-weight.bet=!`, page.url()).href);
    const told = page.getByText(/is the one being trained now, at step \d/u);
    await told.waitFor();
    expect(page.url()).toMatch(/\/learn#one-weight\.bet=!$/u);
    await page.locator("#one-weight").scrollIntoViewIfNeeded();
    await page
      .locator("#one-weight .numbers")
      .filter({ hasText: /cost of 256 digits is \d/u })
      .waitFor();
    await page.reload();
    await told.waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe.skipIf(firefox === undefined)("in Firefox", () => {
  test("the page starts, and its network too", { timeout: 60_000 }, async () => {
    asked.length = 0;
    const opened = await openFirefox(firefox!, `${url}#at=one-weight`);
    try {
      // The web worker asks for the kernel after the page has, so both scripts run.
      await expect
        .poll(() => asked.filter((path) => path === "/kernel.wasm").length, { timeout: 40_000 })
        .toBeGreaterThanOrEqual(2);
      expect(asked).toContain("/learn-thread.js");
    } finally {
      await opened.stop();
    }
  });
});

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator("body[data-shown]").waitFor();
}

/** The sentence with the numbers of each section. */
async function numbersOf(page: Page): Promise<string[]> {
  return await page.locator(".numbers").allTextContents();
}
