/**
 * @file The network on the dashboard in a real headless Chromium: what it reads on the pad from finger and pen, its
 * first layer while it learns, and its worst mistakes, which this test recomputes.
 */
import { readFileSync } from "node:fs";

import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { decodeCheckpoint } from "../../../coordinator/storage/checkpoint.ts";
import { argmax, Predictor } from "../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { SentenceError } from "../../../shared/words/sentence.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import {
  eachWithPage,
  openDashboard,
  phase,
  startEndlessRun,
  startShortRun,
} from "../../support/browser/dashboard-page.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();
const [trainCount, testCount] = [2_000, 400];
const data = ["--dataset", `digits:${trainCount},${testCount}`, "--batch-size", "20"];

let cluster: Cluster;
let page: Page;
let devtools: CDPSession;
const problems = eachWithPage(
  browser,
  async (stage) => {
    ({ cluster, page } = stage);
    devtools = await stage.context.newCDPSession(page);
  },
  { hasTouch: true },
);

type Spot = readonly [x: number, y: number];

/** The screen position of a place on the pad, given as fractions of its side. */
async function onPad([x, y]: Spot): Promise<{ x: number; y: number }> {
  const box = (await page.locator("#pad").boundingBox())!;
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

/** All fingers on the pad, by number. */
async function touch(type: "touchStart" | "touchMove" | "touchEnd", ...fingers: Spot[]) {
  const points = await Promise.all(fingers.map(onPad));
  const touchPoints = points.map((point, id) => ({ ...point, id }));
  await devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
}

async function pen(type: "mousePressed" | "mouseMoved" | "mouseReleased", spot: Spot) {
  const at = await onPad(spot);
  const pressed = { button: "left", buttons: 1, clickCount: 1, pointerType: "pen" } as const;
  await devtools.send("Input.dispatchMouseEvent", { type, ...at, ...pressed });
}

/** Draws a 0 with the mouse. */
async function circle(): Promise<void> {
  const box = (await page.locator("#pad").boundingBox())!;
  for (let i = 0; i < 21; i++) {
    const x = 0.5 - 0.22 * Math.sin((i / 10) * Math.PI);
    const y = 0.5 - 0.34 * Math.cos((i / 10) * Math.PI);
    // oxlint-disable-next-line no-await-in-loop -- one pointer
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    // oxlint-disable-next-line no-await-in-loop -- one pointer
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** The part of the pad that has ink on it, in fractions of its side. */
async function inkOnPad(): Promise<{ width: number; height: number }> {
  const [width, height] = await page.evaluate<[number, number]>(`{
    const pad = document.getElementById("pad");
    const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
    const inked = [...data.keys()].filter((i) => i % 4 === 3 && data[i] > 0);
    const xs = inked.map((i) => (i >> 2) % pad.width);
    const ys = inked.map((i) => Math.floor((i >> 2) / pad.width));
    const span = (all) => all.length === 0 ? 0 : Math.max(...all) - Math.min(...all) + 1;
    [span(xs) / pad.width, span(ys) / pad.height];
  }`);
  return { width, height };
}

const answer = (text: string) => page.locator("#answer").filter({ hasText: text }).waitFor();

/** The test samples in the pictures, in their order, with the text below each. */
function pictures(): Promise<{ pixels: number[]; text: string }[]> {
  return page.evaluate(`[...document.querySelectorAll("#mistakes li:not(.filler)")].map((item) => {
    const canvas = item.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { pixels: [...data].filter((_, i) => i % 4 === 0), text: item.textContent };
  })`);
}

/** The first layer's picture as a text, for comparison. */
function weights(): Promise<string> {
  return page.evaluate(`document.getElementById("weights").toDataURL()`);
}

describe.skipIf(browser === undefined)("the network", () => {
  /** One run for the tests that only read its result. */
  let stage: Cluster;
  let trained: CoordinatorProcess;

  beforeAll(async () => {
    stage = await Cluster.create();
    trained = await startShortRun(stage, [...data, "--epochs", "12"], 2);
    await trained.event("finished");
  });
  afterAll(() => stage.stop());

  test("reads a 1 from a finger and from a pen, and a 0 from a mouse; a second finger draws nothing, but may once the first is lifted", async () => {
    await openDashboard(page, trained);
    await phase(page, "Finished");
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const before = await page.evaluate<number>("scrollY");
    await touch("touchStart", [0.5, 0.15]);
    await touch("touchMove", [0.5, 0.4]);
    await touch("touchStart", [0.5, 0.4], [0.1, 0.5]);
    await touch("touchMove", [0.5, 0.6], [0.9, 0.5]);
    await touch("touchMove", [0.5, 0.85], [0.95, 0.9]);
    await touch("touchEnd");
    const ink = await inkOnPad();
    expect(ink.width).toBeLessThan(0.12);
    expect(ink.height).toBeGreaterThan(0.7);
    await answer("The network reads 1");
    // Drawing must not scroll.
    expect(await page.evaluate<number>("scrollY")).toBe(before);
    await touch("touchStart", [0.2, 0.5]);
    await touch("touchMove", [0.8, 0.5]);
    await touch("touchEnd");
    expect((await inkOnPad()).width).toBeGreaterThan(0.6);
    // With the mouse, because a tap right after a stroke counts as the tap that stops its fling.
    await page.getByRole("button", { name: "Clear" }).click();
    await answer("Nothing drawn yet");
    expect(await inkOnPad()).toEqual({ width: 0, height: 0 });

    await pen("mousePressed", [0.48, 0.15]);
    await pen("mouseMoved", [0.5, 0.5]);
    // The hand that rests beside the pen.
    await touch("touchStart", [0.9, 0.9]);
    await touch("touchEnd");
    await pen("mouseMoved", [0.48, 0.85]);
    await pen("mouseReleased", [0.48, 0.85]);
    await pen("mouseMoved", [0.9, 0.1]);
    expect((await inkOnPad()).width).toBeLessThan(0.15);
    await answer("The network reads 1");
    expect(await page.locator("#bars li").count()).toBe(10);

    await page.getByRole("button", { name: "Clear" }).click();
    await answer("Nothing drawn yet");
    await circle();
    await answer("The network reads 0");
    expect(problems).toEqual([]);
  });

  test("shows the misclassified test digits of which it is most certain, the worst first", async () => {
    await openDashboard(page, trained);
    const { checkpoint } = await trained.event("finished");
    await phase(page, "Finished");
    expect(await page.locator("#confusion tbody tr").count()).toBe(10);
    const decoded = decodeCheckpoint(readFileSync(String(checkpoint)));
    if (!decoded.ok) throw new SentenceError(decoded.reason);
    const { config, parameters, step } = decoded.checkpoint;
    await page.locator("#mistakes").scrollIntoViewIfNeeded();
    const { features, targets: labels } = drawDigits(trainCount, testCount).dataset.test;
    const predictor = new Predictor(createPlainKernel(), config);
    const pixelsOf = (sample: number) => [...features.subarray(784 * sample, 784 * (sample + 1))];
    const mistakes = [...labels].flatMap((label, sample) => {
      const values = Float32Array.from(pixelsOf(sample), (byte) => byte / 255);
      const outputs = predictor.outputs(parameters, values);
      const read = argmax(outputs);
      const surer = outputs[read]! - outputs[label]!;
      return read === label ? [] : [{ sample, text: `${label} read as ${read}`, surer }];
    });
    expect(mistakes.length).toBeGreaterThan(12);
    const said = `${mistakes.length} of ${testCount} test samples are wrong at step ${step.toLocaleString("en-US")}`;
    await page.locator("#mistakes-count").filter({ hasText: said }).waitFor();
    await page.locator("#mistakes-count").waitFor();
    const worst = mistakes.toSorted((a, b) => b.surer - a.surer).slice(0, 12);
    const expected = worst.map(({ sample, text }) => ({ pixels: pixelsOf(sample), text }));
    expect(await pictures()).toEqual(expected);
    expect(problems).toEqual([]);
  });
  test("shows the first layer change while it trains, and not while it is paused", async () => {
    await openDashboard(page, await startEndlessRun(cluster));
    await phase(page, "Training");
    await page.locator("#weights").scrollIntoViewIfNeeded();
    const seen = new Set<string>();
    await expect.poll(async () => seen.add(await weights()).size).toBeGreaterThan(4);
    await page.getByRole("button", { name: "Pause" }).click();
    await phase(page, "Paused");
    await page.locator("#weights").scrollIntoViewIfNeeded();
    // The last step's parameters are fetched within a second.
    await page.waitForTimeout(2_000);
    const held = await weights();
    await page.waitForTimeout(1_500);
    expect(await weights()).toBe(held);
    expect(problems).toEqual([]);
  });
});
