/**
 * @file What a test does to a page, whatever the browser: it reads the page, uses the mouse, and waits. Chromium is driven by
 * Playwright, Firefox by WebDriver BiDi (`firefox-tab.ts`).
 */
import { setTimeout as delay } from "node:timers/promises";

import type { Page } from "playwright-core";

import { patienceMs } from "./browser.ts";

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export type Key = "ArrowLeft" | "ArrowRight" | "End" | "Enter";

export interface Tab {
  readonly browser: "Chromium" | "Firefox";
  open(url: string): Promise<void>;
  /** The value of an expression, or of its promise, in the page; it has to be JSON. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Presses and releases a key, by its `KeyboardEvent.key`. */
  press(key: Key): Promise<void>;
  /** Presses the mouse, moves it along a way and lets it go. In CSS pixels of the viewport. */
  drag(way: readonly Spot[]): Promise<void>;
  close(): Promise<void>;
}

export function tabOf(page: Page): Tab {
  return {
    browser: "Chromium",
    async open(url) {
      await page.goto(url);
    },
    evaluate: async (expression) => await page.evaluate(expression),
    press: async (key) => await page.keyboard.press(key),
    async drag([first, ...rest]) {
      if (first === undefined) return;
      const { mouse } = page;
      await mouse.move(first.x, first.y);
      await mouse.down();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      for (const { x, y } of rest) await mouse.move(x, y);
      await mouse.up();
    },
    close: async () => await page.close(),
  };
}

/** Waits until an expression is true in the page. */
export async function until(tab: Tab, expression: string): Promise<void> {
  await valueOf(tab, `Boolean(${expression})`, expression);
}

/** Waits until the text of an element contains a part. @returns That text; read again, it may be another one. */
export async function textIn(tab: Tab, selector: string, part = ""): Promise<string> {
  const text = `document.querySelector(${JSON.stringify(selector)})?.textContent`;
  const found = `((text) => text?.includes(${JSON.stringify(part)}) && text)(${text})`;
  return await valueOf<string>(tab, found, `"${part}" in ${selector}`);
}

/** The first value of an expression that counts as true. @param what - Says what was awaited if it never comes. */
async function valueOf<Value>(tab: Tab, expression: string, what: string): Promise<Value> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- again and again
    const value = await tab.evaluate<Value | undefined>(expression);
    if (value) return value;
    if (performance.now() > deadlineMs) throw new Error(`${tab.browser}: never ${what}`);
    // oxlint-disable-next-line no-await-in-loop
    await delay(50);
  }
}

/** Clicks on the middle of an element. */
export async function click(tab: Tab, selector: string): Promise<void> {
  await tab.drag([await spotIn(tab, selector, { x: 0.5, y: 0.5 })]);
}

/** Draws on an element. @param way - In parts of its width and height. */
export async function draw(tab: Tab, selector: string, way: readonly Spot[]): Promise<void> {
  const spots = [];
  // oxlint-disable-next-line no-await-in-loop -- the first one may scroll
  for (const each of way) spots.push(await spotIn(tab, selector, each));
  await tab.drag(spots);
}

async function spotIn(tab: Tab, selector: string, part: Spot): Promise<Spot> {
  const found = `document.querySelector(${JSON.stringify(selector)})`;
  await until(tab, `${found}?.getClientRects().length`);
  return await tab.evaluate<Spot>(`(() => {
    const found = ${found};
    const isInSight = ({ top, bottom }) => top >= 0 && bottom <= innerHeight - 120;
    if (!isInSight(found.getBoundingClientRect())) found.scrollIntoView({ block: "center" });
    const { left, top, width, height } = found.getBoundingClientRect();
    return { x: left + ${part.x} * width, y: top + ${part.y} * height };
  })()`);
}

/** A seven, in parts of a pad. */
export const seven: readonly Spot[] = [
  { x: 0.25, y: 0.2 },
  { x: 0.5, y: 0.2 },
  { x: 0.75, y: 0.2 },
  { x: 0.6, y: 0.5 },
  { x: 0.45, y: 0.85 },
];
