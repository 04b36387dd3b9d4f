/**
 * @file What somebody does on `/learn` in a lesson, in any browser: takes part in each of its five parts, alone with a lecturer.
 */
import { expect } from "vitest";

import { answersOf } from "../../../coordinator/learn/classroom/class-state.ts";
import { click, draw, seven, type Tab, textIn, until } from "../browser/tab.ts";
import type { ClassClient } from "./class-client.ts";

const section = "learning-rate";

/** Enters the lesson. */
export async function entersLesson(tab: Tab, joinUrl: string): Promise<void> {
  await tab.open(joinUrl.replace("/join", "/learn"));
  await textIn(tab, ".class-bar strong", "1 person");
}

/** *Bet*: taps on the picture, and sees its bet among the others' and the answer. */
export async function bets(tab: Tab, teacher: ClassClient): Promise<void> {
  teacher.lead({ kind: "open", activity: { kind: "bet", section, link: `at=${section}&seed=3` } });
  await textIn(tab, `#${section} .aside`, "The class bets now.");
  await click(tab, `#${section} .stage`);
  await teacher.until(({ activity }) => activity?.answered === 1);
  teacher.lead({ kind: "close" });
  await teacher.until((state) => answersOf(state, "bet").length === 1);
  teacher.lead({ kind: "reveal" });
  await textIn(tab, `#${section} .aside`, "near the answer");
  expect(await textIn(tab, `#${section} .outcome`)).toMatch(/\d/u);
  teacher.lead({ kind: "end" });
  await until(tab, `document.querySelector("#${section} .aside").textContent === ""`);
}

/** *Follow me*: sees the lecturer's section, answer and cursor; lets go with one tap, and comes back with another. */
export async function follows(tab: Tab, teacher: ClassClient): Promise<void> {
  const shown = "at=momentum&momentum.bet=!";
  const cursor = `Number(document.querySelector("#momentum .player input").value)`;
  teacher.lead({ kind: "follow", link: `${shown}&cursor=momentum.9` });
  await until(tab, `document.querySelector("#momentum[data-revealed]") && ${cursor} === 9`);
  await click(tab, ".class-buttons button");
  await textIn(tab, ".class-bar [role=status]", "on your own");
  teacher.lead({ kind: "follow", link: `${shown}&cursor=momentum.4` });
  await teacher.until(({ following }) => following?.endsWith(".4") === true);
  expect(await tab.evaluate(cursor)).toBe(9);
  await click(tab, ".class-buttons button");
  await until(tab, `${cursor} === 4`);
  teacher.lead({ kind: "follow", link: null });
  await textIn(tab, ".class-bar strong", "1 person");
}

/** *My column*: is dealt a digit of the batch, and then draws one. */
export async function fillsInColumn(tab: Tab, teacher: ClassClient): Promise<void> {
  teacher.lead({ kind: "open", activity: { kind: "column" } });
  const column = () => answersOf(teacher.state, "column")[0]?.answer;
  await teacher.until(() => column()?.isDrawn === false);
  await click(tab, ".class-own summary");
  await draw(tab, ".class-own .pad canvas", seven);
  await teacher.until(() => column()?.isDrawn === true);
  // The last row is p₉ − y₉, and the first three never learn.
  const values = column()?.values ?? [];
  expect(values.slice(0, 3)).toEqual([0, 0, 0]);
  expect(Math.sign(values.at(-1) ?? NaN)).toBe(column()?.picture.startsWith("9") === true ? -1 : 1);
  await textIn(tab, ".class-own .numbers", "is yours");
}

/** *A rate each*: trains with the rate that it is dealt. */
export async function trains(tab: Tab, teacher: ClassClient): Promise<void> {
  const what = { kind: "rates", optimizer: "adam", steps: 25 } as const;
  teacher.lead({ kind: "open", activity: what });
  await teacher.until((state) => answersOf(state, "rates").length > 0);
  const [told] = answersOf(teacher.state, "rates");
  expect(told?.answer).toMatchObject({ steps: 25, cost: expect.any(Number) });
  await textIn(tab, ".class-own .numbers", "the cost went from");
}

/** *Our handwriting*: draws a digit, and sees what it was taken for. */
export async function writes(tab: Tab, teacher: ClassClient): Promise<void> {
  teacher.lead({ kind: "open", activity: { kind: "writing" } });
  await teacher.until(({ activity }) => activity?.activity.kind === "writing");
  await draw(tab, ".class-own .pad canvas", seven);
  await teacher.until(({ activity }) => activity?.answered === 1);
  teacher.lead({ kind: "close" });
  await textIn(tab, ".gallery li");
  expect(await textIn(tab, ".class-panel > .numbers", "digit right")).toMatch(/\d+\s?%/u);
  teacher.lead({ kind: "end" });
  await until(tab, `document.querySelector(".class-panel") === null`);
}
