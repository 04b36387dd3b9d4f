import { describe, expect, test } from "vitest";

import { beatMs, DriftWatch } from "../../../../worker/browser/drift-watch.ts";

/** Beats with these gaps in milliseconds, starting at 0. Returns whether the tab counts as slowed after each. */
function beats(watch: DriftWatch, gapsMs: readonly number[]): boolean[] {
  let nowMs = 0;
  watch.beat(nowMs);
  return gapsMs.map((gapMs) => {
    nowMs += gapMs;
    watch.beat(nowMs);
    return watch.isSlowed;
  });
}

describe("the watch over a hidden tab", () => {
  test("takes timers that fire once per second, 3 times in a row, for a tab that is slowed down", () => {
    expect(beats(new DriftWatch(), [1000, 1000, 1000])).toEqual([false, false, true]);
  });

  test("takes single beats that are late by 0.6 s for a busy machine", () => {
    const busy = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? beatMs : beatMs + 600));
    expect(beats(new DriftWatch(), busy).some(Boolean)).toBe(false);
  });

  test("takes one beat that is 5 s late for a stopped tab", () => {
    expect(beats(new DriftWatch(), [beatMs + 5_001])).toEqual([true]);
  });

  test("believes that a tab is free again after 40 beats on time, and at once when it is visible", () => {
    const watch = new DriftWatch();
    const onTime = Array.from({ length: 40 }, () => beatMs);
    const after = beats(watch, [60_000, ...onTime]);
    expect(after.slice(-2)).toEqual([true, false]);
    beats(watch, [60_000]);
    watch.reset();
    expect(watch.isSlowed).toBe(false);
  });
});
