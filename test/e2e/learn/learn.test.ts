/**
 * @file The page `/learn` in real browsers, without a coordinator behind it: every section is bet on by keys alone, in
 * Chromium in both languages and on narrow and wide screens, and in Firefox.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { sections } from "../../../coordinator/learn/sections/sections.ts";
import { drawingOf } from "../../../coordinator/learn/state/drawing.ts";
import { languages } from "../../../shared/words/language.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { openDashboard, openPage, startEndlessRun } from "../../support/browser/dashboard-page.ts";
import { openFirefoxTab } from "../../support/browser/firefox-tab.ts";
import { findFirefox } from "../../support/browser/firefox.ts";
import {
  linkWritten,
  opensLearn,
  restores,
  twoFrames,
  walks,
} from "../../support/browser/learn-walk.ts";
import { tabOf } from "../../support/browser/tab.ts";
import { firstOf } from "../../support/fixtures/effort.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import {
  createPageServer,
  listenLocally,
  pagesFolder,
} from "../../support/processes/local-server.ts";

const server = createPageServer();
const browser = await launchBrowser();
const firefox = findFirefox();
const ids = sections.map(({ id }) => id);
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
  const sizes = files.map((file) => gzipSync(readFileSync(join(pagesFolder, file))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(pageBytesMax);
});

describe.skipIf(browser === undefined)("in Chromium", () => {
  test.each(languages)(
    "%s: every section is bet on, answered and played with by keys alone, and a link restores it",
    async (language) => {
      // The keys, the numbers and the link are the same in every language; unit tests read all texts of each.
      const walked = firstOf(1, languages).includes(language) ? ids : ids.slice(0, 1);
      const problems: string[] = [];
      const context = await browser!.newContext({
        locale: language,
        reducedMotion: "reduce",
        viewport: { width: 1280, height: 900 },
      });
      const page = await openPage(context, problems);
      await open(page, url);
      for (const { id, texts } of sections) {
        expect(await page.locator(`#${id} h2`).textContent()).toBe(texts[language].title);
      }
      const tab = tabOf(page);
      const told = await walks(tab, walked);
      expect(await violationsIn(page)).toEqual([]);
      for (const numbers of told) expect(numbers).toMatch(/\d/u);
      await page.evaluate(linkWritten);
      expect(page.url().match(/bet=/gu)).toHaveLength(walked.length);
      await restores(tab, page.url(), walked, told);
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
    await page.evaluate(linkWritten);
    expect(page.url()).toMatch(/backpropagation\.digit=1\.[\w-]{131}/u);
    const [link = ""] = page.url().match(/digit=1\.[\w-]+/u) ?? [];
    // Moved without ink: nothing new is drawn.
    await page.keyboard.press("ArrowLeft");
    expect(await violationsIn(page)).toEqual([]);
    await page.evaluate(linkWritten);
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

  test("a link fixes the values that its maker chooses: neither controls, nor the picture, nor a new bet change them", async () => {
    const problems: string[] = [];
    const context = await browser!.newContext({ locale: "en", reducedMotion: "reduce" });
    const page = await openPage(context, problems);
    await open(page, `${url}#momentum.bet=!&momentum.rate=0.3`);
    const section = page.locator("#momentum");
    await section.scrollIntoViewIfNeeded();
    await section.locator(".outcome:not(:empty)").waitFor();
    await section.getByText("A link that fixes values").click();
    await section.getByLabel("memory β", { exact: true }).nth(1).uncheck();
    await section.getByRole("link", { name: "Copy that link" }).click();
    const link = (await section.locator("details .link-here").getAttribute("href")) ?? "";
    expect(link).toMatch(/rate=0\.3!.*x=[-\d.]+!.*y=[-\d.]+!/u);
    expect(link).not.toMatch(/beta=/u);

    await page.goto("about:blank");
    await open(page, link);
    const rate = section.locator("#momentum-rate");
    await section.locator(".outcome:not(:empty)").waitFor();
    expect(await rate.isDisabled()).toBe(true);
    expect(await section.locator("#momentum-beta").isDisabled()).toBe(false);
    await section.getByText("rate η · fixed").waitFor();
    const numbers = await section.locator(".numbers").textContent();
    await section.locator(".stage").click({ position: { x: 300, y: 150 } });
    await page.evaluate(twoFrames);
    expect(await section.locator(".numbers").textContent()).toBe(numbers);
    expect(await violationsIn(page)).toEqual([]);
    await section.getByRole("button", { name: "Bet again" }).click();
    await page.evaluate(linkWritten);
    expect(page.url()).not.toContain("momentum.bet");
    expect(page.url()).toContain("momentum.rate=0.3!");
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
  test("every section is bet on, answered and played with, and a link restores it", async () => {
    const tab = await openFirefoxTab(firefox!, { width: 1280, height: 900 });
    try {
      await opensLearn(tab, url);
      const told = await walks(tab, ids);
      for (const numbers of told) expect(numbers).toMatch(/\d/u);
      const link = await tab.evaluate<string>("location.href");
      expect(link.match(/bet=/gu)).toHaveLength(ids.length);
      await restores(tab, link, ids, told);
    } finally {
      await tab.close();
    }
  });
});

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator("body[data-shown]").waitFor();
}
