/**
 * @file How fast `/learn` answers its readers: from a slider's input to all pixels of the section, for every slider of
 * every section; and how soon a new browser shows the first picture.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";

import { NetworkLab } from "../../../coordinator/learn/models/network/lab.ts";
import { answerSlice, sliceSides } from "../../../coordinator/learn/models/network/planes/slice.ts";
import { trainOwn } from "../../../coordinator/learn/models/network/source.ts";
import { racers, raceSteps } from "../../../coordinator/learn/models/race.ts";
import { sections } from "../../../coordinator/learn/sections/sections.ts";
import { compileKernel } from "../../../shared/kernels/kernel.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { createPageServer, listenLocally } from "../../support/processes/local-server.ts";
import type { Report } from "../tools/report.ts";

/** One frame of a 60 Hz screen. */
const frameMs = 1000 / 60;
const firstPictureMs = 1_000;
/** A phone is about as much slower than this machine, and an answer within this time still feels immediate on it. */
const slowdown = 4;
const slowMs = 100;
/** Inputs to each slider, and on the slowed processor. */
const inputs = 60;
const slowInputs = 20;
const opens = 5;

export async function benchLearn(report: Report): Promise<void> {
  await measureSlices(report);
  const browser = await launchBrowser();
  if (browser === undefined)
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  const server = createPageServer();
  try {
    const url = `${await listenLocally(server)}/learn`;
    await measureOpening(browser, url, report);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const bets = sections.map(({ id }) => `${id}.bet=!`).join("&");
    await page.goto(`${url}#${bets}`);
    await page.locator("body[data-shown]").waitFor();
    const session = await page.context().newCDPSession(page);
    const slowDown = async (rate: number) =>
      await session.send("Emulation.setCPUThrottlingRate", { rate });
    for (const { id } of sections) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const times = await measureSection(page, id, inputs);
      if (times.length === 0) {
        report.absent(`${id}: input to pixels`, "the section has no slider");
        continue;
      }
      const size = id === "race" ? `, ${raceSteps} steps × ${racers.length} optimizers` : "";
      const name = `${id}${size}: input to pixels, 95th percentile`;
      report.figure(name, "ms", [lateOf(times)], { below: frameMs });
      // oxlint-disable-next-line no-await-in-loop
      await slowDown(slowdown);
      // oxlint-disable-next-line no-await-in-loop
      const slowTimes = await measureSection(page, id, slowInputs);
      // oxlint-disable-next-line no-await-in-loop
      await slowDown(1);
      const slowName = `  the same on a processor slowed ${slowdown} ×`;
      report.figure(slowName, "ms", [lateOf(slowTimes)], { below: slowMs });
    }
  } finally {
    await browser.close();
    server.close();
  }
}

/** The grids of a slice, which a web worker computes: the first one is the answer to an input, the last one is refined to. */
async function measureSlices(report: Report): Promise<void> {
  const wasm = await readFile(join(import.meta.dirname, "../../../build/kernel.wasm"));
  const source = trainOwn(await compileKernel(wasm));
  const lab = new NetworkLab(await compileKernel(wasm), source);
  const [first, finest] = [sliceSides[0], sliceSides[sliceSides.length - 1] ?? sliceSides[0]];
  const times = { first: [] as number[], finest: [] as number[] };
  for (let seed = 1; seed <= inputs + 1; seed++) {
    const question = { kind: "slice", step: 100, plane: "random", seed, count: 200 } as const;
    const start = performance.now();
    answerSlice(lab, { ...question, side: first });
    // The first one also compiles.
    if (seed > 1) times.first.push(performance.now() - start);
    if (seed % 20 !== 0) continue;
    const next = performance.now();
    answerSlice(lab, { ...question, side: finest });
    times.finest.push(performance.now() - next);
  }
  const late = lateOf(times.first);
  const name = `slices: first grid, ${first} × ${first}, 95th percentile`;
  report.figure(name, "ms", [late], { below: frameMs });
  report.figure(`slices: ${finest} × ${finest} from it`, "ms", times.finest);
}

function lateOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(0.95 * times.length)] ?? 0;
}

async function measureOpening(browser: Browser, url: string, report: Report): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < opens; i++) {
    // oxlint-disable-next-line no-await-in-loop -- each in a new browser profile
    const context = await browser.newContext();
    // oxlint-disable-next-line no-await-in-loop
    const page = await context.newPage();
    // oxlint-disable-next-line no-await-in-loop
    await page.goto(url);
    // oxlint-disable-next-line no-await-in-loop
    await page.locator("body[data-shown]").waitFor();
    // oxlint-disable-next-line no-await-in-loop
    times.push(await page.evaluate<number>(nextFrame));
    // oxlint-disable-next-line no-await-in-loop
    await context.close();
  }
  report.figure("first picture in a new browser", "ms", times, { below: firstPictureMs });
}

/** The time since the page was asked for, when the next frame is on the screen. */
const nextFrame = `new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))`;

/**
 * Moves each slider of a section, and adds up what an input costs: its listener, and the page's frame after it. Our own
 * callback is in the same frame, after the page's, because it was asked for later.
 */
async function measureSection(page: Page, id: string, count: number): Promise<readonly number[]> {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await page.locator(`#${id} .outcome:not(:empty)`).waitFor();
  return await page.evaluate<number[]>(`(async () => {
    const times = [];
    for (const slider of document.querySelectorAll("#${id} .controls input[type=range], #${id} .stage .control input")) {
      for (let i = 0; i < ${count}; i++) {
        slider.value = String(((i * 37) % 100) * slider.max / 100);
        const before = performance.now();
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        const handled = performance.now() - before;
        times.push(await new Promise((resolve) => requestAnimationFrame((start) =>
          resolve(handled + performance.now() - start))));
      }
    }
    return times;
  })()`);
}
