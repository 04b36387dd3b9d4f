/**
 * @file A reader of `/learn`, in any browser: bets in every section by keys, asks for the answer, plays, and comes back by
 * the link.
 */
import { click, type Tab, until } from "./tab.ts";

/** Opens the page and waits until it shows something. */
export async function opensLearn(tab: Tab, url: string): Promise<void> {
  await tab.open(url);
  await until(tab, `document.body?.dataset.shown !== undefined`);
}

/**
 * Bets, reveals and plays in sections, one after another. Readers who want no motion see the end of a course at once.
 *
 * @returns What each section then tells.
 */
export async function walks(tab: Tab, ids: readonly string[]): Promise<readonly string[]> {
  const told: string[] = [];
  for (const id of ids) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    told.push(await visits(tab, id));
  }
  return told;
}

async function visits(tab: Tab, id: string): Promise<string> {
  await comesTo(tab, id);
  await focuses(tab, `#${id} .stage input:not([hidden])`);
  await tab.press("ArrowRight");
  await reveals(tab, id);
  await until(tab, `document.querySelector("#${id}[data-revealed] .outcome:not(:empty)")`);
  await until(tab, `document.querySelector("#${id}:not([data-refining])")`);
  // A slider, if it has one, or the choice that is next.
  const control = `#${id} .controls :is(input[type=range], input:checked)`;
  await focuses(tab, control);
  await tab.press("ArrowLeft");
  await tab.evaluate(twoFrames);
  // The link does not say where in its course a section is, and shows the end of it.
  const player = `#${id} .player:not([hidden]) input`;
  if (await tab.evaluate<boolean>(`document.querySelector("${player}") !== null`)) {
    await focuses(tab, player);
    await tab.press("End");
  }
  // Also what was changed last is then in the link, and drawn.
  await tab.evaluate(linkWritten);
  await until(tab, `document.querySelector("#${id}:not([data-computing], [data-refining])")`);
  return await tab.evaluate<string>(`document.querySelector("#${id} .numbers").textContent`);
}

/** After the next one, the page has drawn. */
export const twoFrames =
  "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";

/**
 * The page writes its link 300 ms after the last change (`linkedAfterMs`). A longer timer of the page's own, set later,
 * ends later, however slow the machine is; the test's clock could not say that.
 */
export const linkWritten = `${twoFrames}.then(() => new Promise((done) => setTimeout(done, 400)))`;

async function reveals(tab: Tab, id: string): Promise<void> {
  const button = `#${id} .betting button`;
  // A headless Firefox never has the focus, and without it a key does not press a button.
  if (tab.browser === "Firefox") return await click(tab, button);
  await focuses(tab, button);
  await tab.press("Enter");
}

/** Comes back by the link, and waits until each section tells what it told. */
export async function restores(
  tab: Tab,
  link: string,
  ids: readonly string[],
  told: readonly string[],
): Promise<void> {
  await tab.open("about:blank");
  await opensLearn(tab, link);
  for (const [i, id] of ids.entries()) {
    // A section is computed when it is on the screen.
    // oxlint-disable-next-line no-await-in-loop
    await comesTo(tab, id);
    const numbers = `document.querySelector("#${id} .numbers").textContent`;
    // oxlint-disable-next-line no-await-in-loop
    await until(tab, `${numbers} === ${JSON.stringify(told[i])}`);
  }
}

/** Brings a section onto the screen, and waits until it was drawn. */
export async function comesTo(tab: Tab, id: string): Promise<void> {
  await tab.evaluate(`document.getElementById("${id}").scrollIntoView({ behavior: "instant" })`);
  // Its numbers are empty until it was drawn for the first time.
  await until(tab, `document.querySelector("#${id}:not([data-computing]) .numbers:not(:empty)")`);
}

async function focuses(tab: Tab, selector: string): Promise<void> {
  await tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
}
