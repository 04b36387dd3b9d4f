import { describe, expect, test } from "vitest";

import { drawCloud, piled } from "../../../../../coordinator/learn/classroom/cloud.ts";
import { drawBet } from "../../../../../coordinator/learn/draw/bet-mark.ts";
import { sections } from "../../../../../coordinator/learn/sections/sections.ts";
import { PenSpy } from "../../../../support/fixtures/learn/pen-spy.ts";
import { sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const axes = { x: { from: 0, to: 10 }, y: { from: 0.01, to: 100, scale: "log" } } as const;

describe("bets", () => {
  test("on an axis make piles: bets at one place lie apart, and say the same value", () => {
    const { pen } = new PenSpy(axes);
    const bets = Array.from({ length: 5 }, () => ({ x: 3, y: 1 }));
    const across = piled(pen, "x", bets);
    expect(across.map(({ x }) => x)).toEqual([3, 3, 3, 3, 3]);
    expect(new Set(across.map(({ y }) => Math.round(pen.frame.y(y)))).size).toBe(5);
    const up = piled(pen, "y", bets);
    expect(up.map(({ y }) => y)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(up.map(({ x }) => Math.round(pen.frame.x(x)))).size).toBe(5);
    expect(piled(pen, "point", bets)).toEqual(bets);
  });

  test.each(sections.map((section) => ({ id: section.id, section })))(
    "of 30 people are drawn on $id, with the answer, and nothing that is no number",
    ({ section }) => {
      const scene = sceneOf(section);
      const spy = new PenSpy(section.axes(scene), { width: 360, height: 290 });
      const { x, y } = section.axes(scene);
      const bets = Array.from({ length: 30 }, (_, i) => ({
        x: x.from + ((x.to - x.from) * i) / 29,
        y: y.from + ((y.to - y.from) * i) / 29,
      }));
      const truth = section.bet.truth(scene.model);
      expect(truth).toBeDefined();
      const { on } = section.bet;
      drawCloud(spy.pen, { on, bets, before: bets, truth, truthText: "respuesta" });
      expect(spy.strange).toEqual([]);
      expect(spy.calls).toBeGreaterThanOrEqual(60);
      expect(spy.words).toContain("respuesta");
    },
  );

  test.each(["x", "y", "point"] as const)(
    "on %s near the answer: on a phone of 320 pixels no words cover the others",
    (on) => {
      const offsets = Array.from({ length: 41 }, (_, i) => (i - 20) / 5);
      const near = offsets.flatMap((right) => offsets.map((down) => ({ right, down })));
      // About the middle, and about the right edge, where words have the least room.
      for (const { right, down, left } of near.flatMap((each) =>
        [150, 280].map((at) => ({ ...each, left: at })),
      )) {
        const spy = new PenSpy(axes, { width: 300, height: 290 });
        const { frame } = spy.pen;
        spy.pen.words("simple", frame.at(left, 60));
        const place = frame.at(left + 12 * right, 50 + 5 * down);
        drawBet(spy.pen, { on, place, text: "tu apuesta", isBold: false });
        const truth = frame.at(left, 50);
        drawCloud(spy.pen, { on, bets: [], before: [], truth, truthText: "respuesta" });
        expect(covered(spy), `${left}: ${right}, ${down}`).toEqual([]);
      }
    },
  );
});

/** Words that cover others, on a canvas that has 7 pixels for a letter. */
function covered({ words, places }: PenSpy): readonly string[] {
  return places.flatMap(([left, top], i) =>
    places.slice(0, i).flatMap(([before, above], j) => {
      const isBeside =
        left >= before + 7 * words[j]!.length || before >= left + 7 * words[i]!.length;
      return isBeside || Math.abs(top - above) >= 16 ? [] : [`${words[j]} ${words[i]}`];
    }),
  );
}
