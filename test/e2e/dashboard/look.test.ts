/**
 * @file The looks of the dashboard in a real headless Chromium: every width, dark and light, English and Spanish,
 * to a camera and to a screen reader; and nothing in it jumps.
 */
import { setTimeout as delay } from "node:timers/promises";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Language } from "../../../shared/words/language.ts";
import { say } from "../../../shared/words/say.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import {
  decodePng,
  eachWithPage,
  openDashboard,
  openPage,
  phase,
  startEndlessRun,
  startShortRun,
  stop,
} from "../../support/browser/dashboard-page.ts";
import { readQrCode } from "../../support/browser/qr-reader.ts";
import { firstOf } from "../../support/fixtures/effort.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { startWorkersHere } from "../../support/processes/test-worker.ts";

const browser: Browser | undefined = await launchBrowser();
const small = ["--dataset", "digits:600,100", "--batch-size", "20"];

let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

describe.skipIf(browser === undefined)("the dashboard's looks, while a run trains,", () => {
  /** One run for all these tests, which only look at it. */
  let stage: Cluster;
  let training: CoordinatorProcess;

  beforeAll(async () => {
    stage = await Cluster.create();
    // More workers than any step needs, so that those with a share change from step to step.
    training = await startEndlessRun(stage, { workers: 4 });
    await training.event("epoch", ({ epoch }) => Number(epoch) > 2);
  });
  afterAll(() => stage.stop());

  test("a phone reads its QR code, dark and light", async () => {
    await openDashboard(page, training);
    const { joinUrl } = await training.event("listening");
    await page.locator("#qr svg").waitFor();
    for (const colorScheme of ["dark", "light"] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await page.emulateMedia({ colorScheme });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect([colorScheme, readQrCode(await photograph("#qr"))]).toEqual([colorScheme, joinUrl]);
    }
  });

  test.each(firstOf(1, [390, 1440]))(
    "nothing jumps while it opens and trains at %i px",
    async (width) => {
      page = await openPage(page.context(), problems);
      await page.setViewportSize({ width, height: 900 });
      await page.addInitScript(`{
      globalThis.shifts = [];
      const note = ({ startTime, value, sources }) =>
        shifts.push({ startTime, value, ids: sources.map(({ node }) => node?.id) });
      const observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
      observer.observe({ type: "layout-shift", buffered: true });
    }`);
      await openDashboard(page, training);
      await phase(page, "Training");
      for (const title of ["curves", "workers", "promedio", "draw", "mistakes", "runs"]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await page.evaluate(`document.getElementById("${title}-title").scrollIntoView()`);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await delay(500);
      }
      const shifts = await page.evaluate<{ value: number }[]>("shifts");
      // A column of figures grows by a digit now and then. A card that moved would count a hundred times as much.
      expect(shifts.filter(({ value }) => value > 0.002)).toEqual([]);
      // A machine that is busy shows this reason for a moment. Its space is there before it is.
      expect(await movedBy("#title", "#phase-detail", longestWait("en"))).toBe(0);
      expect(await movedBy("#title", "#phase-detail", longestWait("es"))).toBe(0);
    },
  );

  test("it speaks Spanish to a reader whose browser asks for it, and to one who picks it", async () => {
    await openDashboard(page, training);
    await page.getByLabel("Language").selectOption("es");
    await page.getByText("Pruébala tú").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    const spanish = await browser!.newContext({ locale: "es-MX" });
    const other = await openPage(spanish, problems);
    await other.goto(String((await training.event("listening")).dashboardUrl));
    await other.getByText("Entrenando", { exact: true }).waitFor();
    await spanish.close();
    expect(problems).toEqual([]);
  });

  test("nothing is cut off sideways and axe-core finds no violation, on a phone, a tablet and a desk", async () => {
    await openDashboard(page, training);
    await phase(page, "Training");
    await page.locator("#confusion tbody tr").first().waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await phase(page, "Paused");
    for (const { colorScheme, ...size } of [
      { width: 390, height: 844, colorScheme: "dark" },
      { width: 1024, height: 768, colorScheme: "light" },
      { width: 1440, height: 900, colorScheme: "dark" },
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await lookAt(size, colorScheme);
    }
    await page.getByRole("button", { name: "Resume" }).click();
    await phase(page, "Training");
    expect(problems).toEqual([]);
  });
});

describe.skipIf(browser === undefined)("the dashboard's looks", () => {
  test("in Spanish nothing remains in English, whatever happens", async () => {
    const coordinator = await startEndlessRun(cluster, { flags: ["--shard-size", "5"] });
    const { joinUrl } = await coordinator.event("listening");
    await openDashboard(page, coordinator);
    await page.getByLabel("Language").selectOption("es");
    await page.getByText("Entrenando", { exact: true }).waitFor();
    const told = (text: string) => page.locator("#events li").filter({ hasText: text }).first();
    const choose = (name: string) => page.locator("#victim").selectOption({ label: name });
    await choose("local 1");
    await page.getByRole("button", { name: "Corromper su próximo gradiente" }).click();
    await told("ahora un valor es NaN").waitFor();
    await page.getByRole("button", { name: "Hacerlo mentir en un bit" }).click();
    await told("siguen siendo números").waitFor();
    // A liar may be detected, and gone, at any moment.
    await choose("local 2");
    await page.getByRole("button", { name: "Retrasarlo 5 s" }).click();
    await told("se retiene 5 s").waitFor();
    await page.getByRole("button", { name: "Cortar su conexión" }).click();
    await told("se perdió la conexión").waitFor();
    await fetch(`${new URL(String(joinUrl)).origin}/run/1/checkpoint`);
    await told("ERR_TOKEN").waitFor();
    await page.locator("#again [name=learningRate]").fill("fast");
    await page.getByRole("button", { name: "Empezar" }).click();
    await page.getByText("debe ser un número mayor que 0").waitFor();
    await page.getByRole("button", { name: "Detener" }).click();
    await page.getByRole("button", { name: /^¿/u }).click();
    await page.getByText("Detenido", { exact: true }).waitFor();
    await told("se detuvo en el paso").waitFor();
    expect(englishIn(await page.locator("body").innerText())).toEqual([]);
    expect(englishIn(await labelsOf(page))).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("a phone's page is no wider with the curves of three runs, and their legend does not move under the pointer", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const coordinator = await startShortRun(cluster, [...small, "--epochs", "1"]);
    await openDashboard(page, coordinator);
    await page.getByLabel("Language").selectOption("es");
    for (const number of [1, 2, 3]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await page.locator(`#runs [data-run="${number}"]`, { hasText: "Terminado" }).waitFor();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      if (number < 3) await page.getByRole("button", { name: "Empezar" }).click();
    }
    const chart = page.locator("#loss");
    await chart.scrollIntoViewIfNeeded();
    await chart.locator(".u-label").getByText("#2", { exact: true }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    const before = await chart.boundingBox();
    await chart.locator(".u-over").hover();
    await chart.locator(".u-value").getByText("2,", { exact: false }).first().waitFor();
    expect(await chart.boundingBox()).toEqual(before);
  });

  test("axe-core finds no violation from a refusal to the end of a run, in dark and light by turns; there is something to break as soon as somebody is connected", async () => {
    const coordinator = cluster.coordinator(...small, "--epochs", "50000", "--min-workers", "3");
    const { dashboardUrl, joinUrl } = await coordinator.event("listening");
    const schemes: ("dark" | "light")[] = ["dark", "light"];
    const found = async (state: string) => {
      await phase(page, state);
      schemes.reverse();
      const violations: string[] = [];
      for (const colorScheme of firstOf(1, schemes)) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        violations.push(...(await violationsIn(page)));
      }
      return violations;
    };
    await page.goto(String(dashboardUrl).replace(/#.*/u, ""));
    await phase(page, "This link has no token.*");
    await page.goto("about:blank");
    await page.goto(String(dashboardUrl).replace(/token=.*/u, "token=not-the-token"));
    expect(await found("This link's token is not right.*")).toEqual([]);
    await page.goto("about:blank");
    await openDashboard(page, coordinator);
    expect(await found("Waiting")).toEqual([]);
    await page.getByText("there is nobody to disturb").waitFor();
    const disabled = () => page.locator("#break-it button:disabled").count();
    expect(await disabled()).toBe(4);
    cluster.worker(String(joinUrl));
    await expect.poll(disabled).toBe(0);
    await startWorkersHere(cluster, coordinator, { count: 2, paceMs: 20 });
    expect(await found("Training")).toEqual([]);
    // Other tests look at a paused run, and a stopped one looks like a finished one.
    await stop(page);
    await page.locator("#again [name=epochs]").fill("1");
    await page.getByRole("button", { name: "Start this run" }).click();
    expect(await found("Finished")).toEqual([]);
    expect(problems).toEqual([]);
  });
});

/** At this size and in these colours: nothing is cut off sideways, and axe-core finds no violation. */
async function lookAt(size: { width: number; height: number }, colorScheme: "dark" | "light") {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const scroll = () => page.locator("html").evaluate(({ scrollWidth }) => scrollWidth);
  await expect.poll(scroll).toBeLessThanOrEqual(size.width);
  // A time of day is on one line, however long the event's text.
  const lines = await page.evaluate<number>(`{
    const range = document.createRange();
    const linesOf = (time) => (range.selectNodeContents(time), range.getClientRects().length);
    Math.max(...Array.from(document.querySelectorAll("#events time"), linesOf));
  }`);
  expect([size.width, lines]).toEqual([size.width, 1]);
  expect([size.width, await violationsIn(page)]).toEqual([size.width, []]);
}

/** The longest reason for waiting that a page shows, in one of its languages. */
function longestWait(language: Language): string {
  const values = { block: "224–255", step: 12_345, worker: "Chrome, Android 12", seconds: 12.3 };
  return say(language, sentence("waiting-for-block", values));
}

/** How far one element moves, in pixels, when another one shows this text. */
async function movedBy(moved: string, changed: string, text: string): Promise<number> {
  return await page.evaluate<number>(`{
    const moved = document.querySelector("${moved}");
    const changed = document.querySelector("${changed}");
    const top = moved.getBoundingClientRect().top;
    const before = changed.textContent;
    changed.textContent = ${JSON.stringify(text)};
    const now = moved.getBoundingClientRect().top;
    changed.textContent = before;
    now - top;
  }`);
}

/** An element as a camera sees it: its pixels on the screen, plus some of its surroundings. */
async function photograph(selector: string) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
  const clip = { x: x - 16, y: y - 16, width: width + 32, height: height + 32 };
  return await decodePng(page, await page.screenshot({ clip }));
}

/** Texts that are spoken but not visible. */
function labelsOf(opened: Page): Promise<string> {
  return opened.locator("[aria-label]").evaluateAll((all) => {
    return all.map((each) => each.getAttribute("aria-label")).join("\n");
  });
}

/** Words that almost every English sentence contains and no Spanish one. */
const englishWords =
  /\b(?:the|of|is|was|were|and|for|with|that|this|its|worker|step|batch|block|left|lost|closed|sent|found|value|run|waiting|loss|open|out)\b/iu;

/** The lines of a text that contain an English word. */
function englishIn(text: string): string[] {
  return text.split("\n").filter((line) => englishWords.test(line));
}
