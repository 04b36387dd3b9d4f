/** @file Words and lines of a picture that would cover each other. */
import { describe, expect, test } from "vitest";

import { drawBet } from "../../../../coordinator/learn/draw/bet-mark.ts";
import { besideWords, clearPlace } from "../../../../coordinator/learn/draw/labels.ts";
import { PenSpy } from "../../../support/fixtures/learn/pen-spy.ts";

const box = (left: number, top: number) => ({ left, top, width: 50, height: 20 });
const limits = { height: 100, reach: 60 };

describe("words that would cover others", () => {
  test("stay where they cover none, also if they only touch", () => {
    expect(clearPlace([box(0, 40)], [box(50, 40), box(0, 60)], limits)).toEqual(box(0, 40));
  });

  test("move up or down, whichever is nearer and in the picture", () => {
    expect(clearPlace([box(0, 40)], [box(10, 45)], limits)).toEqual(box(0, 25));
    expect(clearPlace([box(0, 10)], [box(10, 15)], limits)).toEqual(box(0, 35));
  });

  test("change sides where there is no room, and stay where there is none there either", () => {
    const column = [0, 20, 40, 60, 80].map((top) => box(60, top));
    expect(clearPlace([box(60, 40), box(0, 40)], column, limits)).toEqual(box(0, 40));
    expect(clearPlace([box(60, 40)], column, limits)).toEqual(box(60, 40));
  });
});

describe("lines across a picture", () => {
  test("are interrupted by words, and by none beside them", () => {
    const words = [
      { along: [60, 90], across: [10, 30] },
      { along: [20, 40], across: [10, 30] },
      { along: [0, 99], across: [31, 50] },
    ] as const;
    expect(besideWords({ from: 0, to: 100, at: 20 }, words)).toEqual([
      [0, 20],
      [40, 60],
      [90, 100],
    ]);
    expect(besideWords({ from: 30, to: 80, at: 20 }, words)).toEqual([[40, 60]]);
    expect(besideWords({ from: 0, to: 100, at: 5 }, words)).toEqual([[0, 100]]);
  });

  test.each(["x", "y"] as const)("a bet on %s strikes out no words", (on) => {
    const parts = (isStruck: boolean) => {
      const spy = new PenSpy({ x: { from: 0, to: 10 }, y: { from: 0, to: 10 } });
      const { frame } = spy.pen;
      const at = { x: frame.x(5) - 10, y: frame.y(5) + (isStruck ? 4 : 40) };
      if (on === "x" && !isStruck) at.x += 40;
      spy.pen.words("momentum", frame.at(at.x, at.y));
      const before = spy.calls;
      drawBet(spy.pen, { on, place: { x: 5, y: 5 }, text: "", isBold: false });
      // One call is of its own words.
      return spy.calls - before - 1;
    };
    expect(parts(false)).toBe(1);
    expect(parts(true)).toBe(2);
  });
});
