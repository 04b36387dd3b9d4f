/** @file What holds for every section of the page: its texts, its numbers, its formula and its code. */
import { describe, expect, test } from "vitest";

import { mathOf, sourceOf } from "../../../../build-learn.ts";
import { sections } from "../../../../coordinator/learn/sections/sections.ts";
import { known } from "../../../../shared/assert.ts";
import { languages } from "../../../../shared/words/language.ts";
import { PenSpy } from "../../../support/fixtures/learn/pen-spy.ts";
import { sceneOf } from "../../../support/fixtures/learn/scene.ts";

/** What is on the screen at once, before the answer and after it. */
const wordsMax = 90;

const cases = sections.flatMap((section) =>
  languages.map((language) => ({ id: section.id, section, language })),
);

test("sections have different names, and come in the order of the slides", () => {
  expect(new Set(sections.map(({ id }) => id)).size).toBe(sections.length);
  const firsts = sections.map(({ slides }) => Number.parseInt(slides, 10));
  expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
});

describe.each(cases)("$id in $language", ({ section, language }) => {
  const scene = sceneOf(section, { language });
  const open = sceneOf(section, { language, isRevealed: false });

  test("says everything: no text lacks a value, and none is empty", () => {
    const values = section.values(scene);
    const texts = Object.keys(section.texts[language]).map((key) => scene.say(key, values));
    for (const text of [...texts, section.describe(scene)]) {
      expect(text).not.toMatch(/\?(?!\s|$|»|”)|NaN|undefined|Infinity|[{}]/u);
      expect(text.trim()).not.toBe("");
    }
  });

  test(`shows at most ${wordsMax} words at once`, () => {
    const values = section.values(scene);
    const said = (...keys: readonly string[]) =>
      keys.map((key) => scene.say(key, values)).join(" ");
    const before = said("title", "claim", "question");
    const longer = said("right").length > said("wrong").length ? said("right") : said("wrong");
    const after = [said("title", "claim", "careful"), longer, section.describe(scene)].join(" ");
    // The question is written once, before anything is computed.
    expect(section.texts[language]["question"]).not.toMatch(/[{}]/u);
    expect(wordsIn(before)).toBeLessThanOrEqual(wordsMax);
    expect(wordsIn(after)).toBeLessThanOrEqual(wordsMax);
  });

  test("has a name for every control, choice and stop, and at most 3 controls", () => {
    expect(section.controls.length).toBeLessThanOrEqual(3);
    const { x, y } = section.drag ?? {};
    const fields = [...section.controls, x, y].filter((name) => name !== undefined);
    const choices = section.controls.flatMap((name) => {
      const field = section.schema[name];
      return field?.kind === "choice" ? field.of : [];
    });
    const stops = Object.values(section.stops?.(scene.model) ?? {}).flatMap((each) => each ?? []);
    for (const key of [...fields, ...choices, ...stops.map(({ text }) => text)]) {
      expect(section.texts[language]).toHaveProperty([key]);
    }
  });

  test("draws both phases within its axes, and nothing that is not a number", () => {
    for (const each of [open, scene]) {
      const pen = new PenSpy(section.axes(each));
      section.drawMap?.(pen.pen, each);
      section.draw(pen.pen, each);
      expect(pen.calls).toBeGreaterThan(5);
      expect(pen.strange).toEqual([]);
    }
  });

  test("has a table with as many cells in each row as in its head", () => {
    const { head, rows } = section.table(scene);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) expect(row.length).toBe(head.length);
  });
});

describe.each(sections)("$id", (section) => {
  test("has a formula without inline styles, whose places have numbers", () => {
    const math = mathOf(section).join();
    const { model, step } = sceneOf(section);
    const places = [...math.matchAll(/val-(\w+)/gu)].map(([, name = ""]) => name);
    const values = section.formula.values(model, step);
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places)).toEqual(new Set(Object.keys(values)));
    for (const value of Object.values(values)) expect(value).toBeTypeOf("number");
  });

  test("points to code that exists", async () => {
    expect(section.code.length).toBeGreaterThan(0);
    for (const place of section.code) {
      const { source } = await sourceOf(place);
      expect(source).toContain(place.name);
      expect(source.split("\n").length).toBeGreaterThan(3);
    }
  });

  test("computes the same model twice, and its bet has an answer within the axes", () => {
    const [one, other] = [sceneOf(section), sceneOf(section)];
    expect(one.model).toEqual(other.model);
    const truth = known(section.bet.truth(one.model), "an answer");
    const { x, y } = section.axes(one);
    const { on } = section.bet;
    expect(on === "y" || (truth.x >= x.from && truth.x <= x.to)).toBe(true);
    expect(on === "x" || (truth.y >= y.from && truth.y <= y.to)).toBe(true);
    expect(section.bet.isRight(truth, truth, one.model)).toBe(true);
  });
});

function wordsIn(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
