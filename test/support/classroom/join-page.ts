/** @file What somebody does on the join page in a lesson, in any browser: joins, draws a digit, and reads what it is taken for. */
import { expect } from "vitest";

import { click, draw, seven, type Tab, textIn, until } from "../browser/tab.ts";

/** Draws a seven on the join page, which computes meanwhile, and looks at its column. */
export async function drawsWhileItHelps(tab: Tab, joinUrl: string): Promise<void> {
  await tab.open(joinUrl);
  await until(tab, `document.querySelector("#state").dataset.state === "helping"`);
  await click(tab, "#draw");
  await until(tab, `document.querySelector("#pad canvas")`);
  await says(tab, 7);
  await draw(tab, "#pad canvas", seven);
  expect(await textIn(tab, "#drawn-answer", "%")).toMatch(
    /^After [\d,]+ steps?, the network reads a \d \(\d+ %\)/u,
  );
  // The last row is p₉ − y₉.
  const lastRow = `[...document.querySelectorAll("#drawn-column td")].at(-1)?.dataset.sign`;
  await until(tab, `${lastRow} === "1"`);
  await says(tab, 9);
  await until(tab, `${lastRow} === "-1"`);
  await click(tab, "#drawn-clear");
  await textIn(tab, "#drawn-answer", "Draw on the square");
}

/** Chooses the digit that is being drawn. */
async function says(tab: Tab, digit: number): Promise<void> {
  await tab.evaluate(`(() => {
    const choice = document.querySelector("#drawn-digit");
    choice.value = "${digit}";
    choice.dispatchEvent(new Event("change"));
  })()`);
}
