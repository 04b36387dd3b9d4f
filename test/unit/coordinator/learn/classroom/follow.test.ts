import { expect, test } from "vitest";

import { readLecturer } from "../../../../../coordinator/classroom/messages.ts";
import {
  cursorIn,
  followed,
  questionOf,
  withCursor,
  withoutPlaces,
} from "../../../../../coordinator/learn/classroom/follow.ts";
import { sections } from "../../../../../coordinator/learn/sections/sections.ts";
import { linkLengthMax, linkOf, stateIn } from "../../../../../coordinator/learn/state/link.ts";
import { classLinkLengthMax } from "../../../../../shared/protocol/limits.ts";

const lead = stateIn("at=momentum&seed=4&momentum.bet=1,2!&adam.bet=3,4", sections);
const own = stateIn("at=cost&adam.bet=7,8&cost.bet=1,1&momentum.beta=0.5!", sections);

test("a page that follows shows the lecturer's section, seed, values and answers, with its own bets", () => {
  const link = linkOf(withoutPlaces(lead), sections);
  expect(link).not.toMatch(/[1-4],/u);
  const shown = followed(stateIn(link, sections), own);
  expect([shown.at, shown.seed]).toEqual(["momentum", 4]);
  expect(shown.sections["momentum"]?.bet).toEqual({ place: undefined, isRevealed: true });
  expect(shown.sections["adam"]?.bet).toEqual({ place: { x: 7, y: 8 }, isRevealed: false });
  expect(shown.sections["cost"]?.bet).toEqual({ place: { x: 1, y: 1 }, isRevealed: false });
});

test("what a link fixes is fixed on the page that it opened, and on no page that follows it", () => {
  const fixing = stateIn("at=adam&adam.hatM=off!", sections);
  const link = linkOf(withoutPlaces(fixing), sections);
  const shown = followed(stateIn(link, sections), own);
  expect(shown.sections["adam"]).toMatchObject({ state: { hatM: "off" }, fixed: [] });
  expect(shown.sections["momentum"]?.fixed).toEqual(["beta"]);
});

test("a question has the values and the seed of the lecturer's page, and no bet", () => {
  const state = stateIn(
    "seed=4&learning-rate.rate=0.1&learning-rate.bet=1,2!&adam.bet=3,4",
    sections,
  );
  const link = linkOf(questionOf(state, "learning-rate"), sections);
  expect(link).toBe("at=learning-rate&seed=4&learning-rate.rate=0.1");
});

test("a link of every section with its answer shown is one that the lesson takes", () => {
  expect(classLinkLengthMax).toBe(linkLengthMax);
  const drawing = `3.${"A-_9".repeat(33).slice(0, 131)}`;
  const all = sections.map(({ id }) => `${id}.bet=!`).join("&");
  const state = stateIn(`at=cost&seed=77&${all}&backpropagation.digit=${drawing}`, sections);
  const link = linkOf(withoutPlaces(state), sections);
  expect(readLecturer(JSON.stringify({ kind: "follow", link }))).toEqual({ kind: "follow", link });
});

test.each([
  { step: 12, isPlaying: false },
  { step: 0, isPlaying: true },
])("a link keeps the cursor %o and is still one that the lesson and the page read", (cursor) => {
  const plain = linkOf(withoutPlaces(lead), sections);
  const link = withCursor(plain, "learning-rate", cursor);
  expect(cursorIn(link)).toEqual({ id: "learning-rate", ...cursor });
  expect(readLecturer(JSON.stringify({ kind: "follow", link }))).toEqual({ kind: "follow", link });
  expect(stateIn(link, sections)).toEqual(stateIn(plain, sections));
});

test("a link has no cursor that nobody moved, and none for which there is no room", () => {
  const cursor = { step: 7, isPlaying: true };
  expect(withCursor("at=adam", "adam", undefined)).toBe("at=adam");
  expect(cursorIn("at=adam")).toBe(undefined);
  const long = "a".repeat(linkLengthMax - 5);
  expect(withCursor(long, "adam", cursor)).toBe(long);
  for (const bad of ["&cursor=adam", "&cursor=adam.x", "&cursor=.3", "&cursor=adam.3.stops"]) {
    expect(cursorIn(`at=adam${bad}`)).toBe(undefined);
  }
});
