/**
 * @file The pictures of `/learn` on the smallest phone: no words cover others or are cut off, before and after the answer.
 * Only a real canvas knows how wide words are.
 */
import { afterAll, beforeAll, expect, test } from "vitest";

import { sections } from "../../../coordinator/learn/sections/sections.ts";
import { languages } from "../../../shared/words/language.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { comesTo, opensLearn, twoFrames } from "../../support/browser/learn-walk.ts";
import { click, tabOf, until } from "../../support/browser/tab.ts";
import { createPageServer, listenLocally } from "../../support/processes/local-server.ts";

const server = createPageServer();
const browser = await launchBrowser();
let url = "";

beforeAll(async () => {
  url = `${await listenLocally(server)}/learn`;
});
afterAll(async () => {
  await browser?.close();
  server.close();
});

/** Notes where canvases write, until they are cleared. Words are as high as their ink. */
const notes = `{
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    this.canvas.written = [];
    clearRect.apply(this, area);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const { width, actualBoundingBoxAscent, actualBoundingBoxDescent } = this.measureText(text);
    const [top, bottom] = [y - actualBoundingBoxAscent, y + actualBoundingBoxDescent];
    (this.canvas.written ??= []).push({ text, left: x, right: x + width, top, bottom });
    fillText.call(this, text, x, y);
  };
}`;

/** What is wrong with the words in a picture; a pixel is left for rounding. */
function faultsIn(id: string): string {
  return `(() => {
    const stage = document.querySelector("#${id} .stage");
    const written = [...stage.querySelectorAll("canvas")].flatMap((each) => each.written ?? []);
    const isCut = ({ left, right, top, bottom }) =>
      left < 0 || top < 0 || right > stage.clientWidth || bottom > stage.clientHeight;
    const covers = (one, other) =>
      Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
      Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
    return [
      ...(written.length === 0 ? ["nothing is written"] : []),
      ...written.filter(isCut).map(({ text }) => text + " is cut off"),
      ...written.flatMap((one, i) =>
        written.slice(0, i).filter((other) => covers(one, other))
          .map((other) => one.text + " covers " + other.text)),
    ];
  })()`;
}

test.skipIf(browser === undefined).each(languages)(
  "%s: on a screen of 320 pixels no words in a picture cover others or are cut off",
  async (language) => {
    const viewport = { width: 320, height: 700 };
    const context = await browser!.newContext({
      locale: language,
      reducedMotion: "reduce",
      viewport,
    });
    const page = await context.newPage();
    await page.addInitScript(notes);
    const tab = tabOf(page);
    await opensLearn(tab, url);
    const faults: Record<string, readonly string[]> = {};
    const look = async (id: string, when: string) => {
      await until(tab, `document.querySelector("#${id}:not([data-computing], [data-refining])")`);
      await tab.evaluate(twoFrames);
      const found = await tab.evaluate<readonly string[]>(faultsIn(id));
      if (found.length > 0) faults[`${id}, ${when}`] = found;
    };
    for (const { id } of sections) {
      // oxlint-disable no-await-in-loop -- one after the other
      await comesTo(tab, id);
      await look(id, "asked");
      await click(tab, `#${id} .stage`);
      await look(id, "bet");
      await click(tab, `#${id} .betting button`);
      await until(tab, `document.querySelector("#${id}[data-revealed] .outcome:not(:empty)")`);
      await look(id, "answered");
      // oxlint-enable no-await-in-loop
    }
    expect(faults).toEqual({});
    await context.close();
  },
);
