/** @file Where the time of the last steps went. */
import { expect, test } from "vitest";

import { Round } from "../../../coordinator/round.ts";
import { Timeline } from "../../../coordinator/timeline.ts";

/** A round of 10 ms in which `fast` computed 4 ms of 6, and `slow` did not answer. */
function playedRound(step: number): Round {
  const round = new Round("gradient", step, 2, 100 * step);
  round.assign("fast", [{ start: 0, end: 1 }], 32, 100 * step);
  round.assign("slow", [{ start: 1, end: 2 }], 32, 100 * step + 1);
  round.answer("fast", { start: 0, end: 1 }, 4);
  const fast = round.holdings.get("fast");
  if (fast !== undefined) fast.doneMs = 100 * step + 6;
  return round;
}

test("tells the last 6 steps, who was late, and how much was computed at once", () => {
  const timeline = new Timeline();
  for (let step = 1; step <= 8; step++) timeline.add(playedRound(step), 100 * step + 10);
  const { speedUp, steps } = timeline.view((id) => id.toUpperCase());
  expect(speedUp).toBeCloseTo(0.4, 12);
  expect(steps.map(({ step }) => step)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(steps[0]?.shares).toEqual([
    { worker: "FAST", startMs: 300, endMs: 306, computeMs: 4, samples: 32, isLate: false },
    { worker: "SLOW", startMs: 301, endMs: 310, computeMs: 0, samples: 32, isLate: true },
  ]);
  expect(timeline.view((id) => id).speedUp).toBeNull();
});
