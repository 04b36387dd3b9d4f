/** @file A link restores everything: the place, the seed, and every section's values and bet. */
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sections } from "../../../../coordinator/learn/sections/sections.ts";
import { type Bet, noBet, settledPlace } from "../../../../coordinator/learn/state/bet.ts";
import { drawingOf, drawingText } from "../../../../coordinator/learn/state/drawing.ts";
import {
  linkLengthMax,
  linkOf,
  nextSeed,
  opened,
  type PageState,
  stateIn,
} from "../../../../coordinator/learn/state/link.ts";
import { type Field, settled } from "../../../../coordinator/learn/state/schema.ts";
import { known } from "../../../../shared/assert.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });

const anyDrawing = fc
  .tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.option(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 784, maxLength: 784 })),
  )
  .map(([digit, pixels]) => drawingText(digit, pixels ?? undefined));

function anyValue(field: Field): fc.Arbitrary<number | string> {
  if (field.kind === "choice") return fc.constantFrom(...field.of);
  if (field.kind === "drawing") return anyDrawing;
  const inside = fc.double({ noNaN: true, min: field.min, max: field.max });
  return inside.map((value) => settled(field, value));
}

const anyBet: fc.Arbitrary<Bet> = fc.record({
  place: fc.option(fc.record({ x: finite, y: finite }).map(settledPlace), { nil: undefined }),
  isRevealed: fc.boolean(),
});

const anyPlace: Bet = { place: { x: 1, y: 2 }, isRevealed: true };

const anyPage: fc.Arbitrary<PageState> = fc.record({
  at: fc.constantFrom("", ...sections.map(({ id }) => id)),
  seed: fc.integer({ min: 1, max: 9999 }),
  sections: fc.record(
    Object.fromEntries(
      sections.map(({ id, schema }) => {
        const fields = Object.entries(schema).map(([name, field]) => [name, anyValue(field)]);
        const fixed = fc.subarray(Object.keys(schema));
        const state = fc.record(Object.fromEntries(fields));
        return [id, fc.record({ state, bet: anyBet, fixed })];
      }),
    ),
  ),
});

test("any state of the page comes back from its link, which has at most 2,000 characters", () => {
  fc.assert(
    fc.property(anyPage, (page) => {
      const link = linkOf(page, sections);
      expect(link.length).toBeLessThanOrEqual(linkLengthMax);
      expect(link).toMatch(/^[\w.,!=&-]*$/u);
      expect(stateIn(`#${link}`, sections)).toEqual(page);
    }),
  );
});

test("the page as it opens has an empty link", () => {
  const page = stateIn("", sections);
  expect(linkOf(page, sections)).toBe("");
  for (const { id, initial } of sections) {
    expect(page.sections[id]).toEqual({ state: initial, bet: noBet, fixed: [] });
  }
});

test("an exclamation mark fixes a value, also one that is as it begins, and it stays when one starts again", () => {
  const link =
    "momentum.beta=0.5!&momentum.rate=0.3&race.surface=ravine!&cost.outlier=!&adam.bet=1,2!";
  const { sections: read } = stateIn(link, sections);
  expect(read["momentum"]).toMatchObject({ state: { beta: 0.5, rate: 0.3 }, fixed: ["beta"] });
  expect(read["race"]).toMatchObject({ state: { surface: "ravine" }, fixed: ["surface"] });
  expect([read["cost"]?.fixed, read["adam"]?.fixed]).toEqual([[], []]);
  const momentum = known(
    sections.find(({ id }) => id === "momentum"),
    "momentum",
  );
  const again = opened(momentum, { ...known(read["momentum"], "its state"), bet: anyPlace });
  const state = { ...momentum.initial, beta: 0.5 };
  expect(again).toEqual({ state, bet: noBet, fixed: ["beta"] });
});

test("any text is a state: unknown names and impossible values are ignored", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const page = stateIn(text, sections);
      expect(stateIn(linkOf(page, sections), sections)).toEqual(page);
    }),
  );
  const odd = "#at=nowhere&seed=-3&cost.loss=huber&cost.outlier=1e9&cost.bet=1,2,3&token=x&%=%";
  const { at, seed, sections: read } = stateIn(odd, sections);
  expect({ at, seed }).toEqual({ at: "", seed: 1 });
  expect(read["cost"]?.state).toMatchObject({ loss: "mse", outlier: 10 });
  expect(read["cost"]?.bet).toEqual(noBet);
});

test("a drawing of 784 dots has 133 characters, and comes back from them", () => {
  const pixels = Float32Array.from({ length: 784 }, (_, i) => ((i * 7919) % 13 < 5 ? 1 : 0));
  const text = drawingText(7, pixels);
  expect(text.length).toBe(133);
  expect(drawingOf(text)).toEqual({ digit: 7, pixels });
  expect(drawingOf("4")).toEqual({ digit: 4, pixels: undefined });
});

test("the next seed is another one that fits into a link", () => {
  expect([nextSeed(1), nextSeed(9998), nextSeed(9999)]).toEqual([2, 9999, 1]);
});
