/** @file Pens of `/learn`: where the numbers and labels of axes are. */
import { expect, test } from "vitest";

import { PenSpy } from "../../../support/fixtures/learn/pen-spy.ts";

const size = { width: 1000, height: 470 };

test.each([1, 1.4, 2.1])(
  "type that is %s times as large has as much more room below and beside the axes",
  (scale) => {
    const axes = {
      x: { from: 0, to: 6, ticks: [3], label: "devices" },
      y: { from: 0, to: 3, ticks: [1], label: "cost" },
    };
    const { pen, words, places } = new PenSpy(axes, size, scale);
    pen.drawAxes();
    expect(words).toEqual(["1", "3", "devices", "cost"]);
    const [one, three, devices, cost] = places as [number, number][];
    const { left, top, height } = pen.frame;
    const letters = 13 * scale;
    // A canvas of the test has 7 pixels for a letter.
    expect(one![0] + 7).toBeCloseTo(left - 8 * scale, 9);
    expect(three![1] - letters).toBeGreaterThan(top + height);
    expect(devices![1] - letters).toBeGreaterThan(three![1]);
    expect(devices![1]).toBeLessThan(size.height - 5 * scale);
    expect(cost![1]).toBeLessThan(top - 10 * scale);
    expect(cost![1] - letters).toBeGreaterThan(0);
  },
);
