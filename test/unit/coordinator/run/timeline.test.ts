/** @file How the time of the last steps was spent. */
import { expect, test } from "vitest";

import { Holdings } from "../../../../coordinator/dispatch/holdings.ts";
import type { Round } from "../../../../coordinator/dispatch/round.ts";
import { Timeline } from "../../../../coordinator/run/timeline.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

/** A round of 10 ms in which `fast` computed 4 ms of 6, and `slow` did not answer. */
function playedRound(step: number): Round {
  const holdings = new Holdings(2);
  holdings.assign("fast", [{ start: 0, end: 1 }], 32, 100 * step);
  holdings.assign("slow", [{ start: 1, end: 2 }], 32, 100 * step + 1);
  holdings.answer("fast", { start: 0, end: 1 }, 4);
  const fast = holdings.byWorker.get("fast");
  if (fast !== undefined) fast.doneMs = 100 * step + 6;
  return {
    kind: "gradient",
    step,
    leafCount: 2,
    roots: [{ start: 0, end: 2 }],
    openedMs: 100 * step,
    holdings,
  };
}

/** 3 parameters. */
const config = testConfig({ layers: [2, 1], activation: "relu", output: "linear", loss: "mse" });

function times(downloadMs: number, computeMs: number, uploadMs: number) {
  return { downloadMs, computeMs, uploadMs };
}

test("reports the last 6 steps, who was late, and how much was computed in parallel", () => {
  const timeline = new Timeline();
  for (let step = 1; step <= 8; step++) timeline.add(playedRound(step), 100 * step + 10);
  const { speedUp, steps } = timeline.view((id) => id.toUpperCase(), config);
  expect(speedUp).toBeCloseTo(0.4, 12);
  expect(steps.map(({ step }) => step)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(steps[0]?.shares).toEqual([
    // Parameters and one gradient have the same size: half of the 2 ms each way.
    { worker: "FAST", startMs: 300, endMs: 306, ...times(1, 4, 1), samples: 32, isLate: false },
    { worker: "SLOW", startMs: 301, endMs: 310, ...times(9, 0, 0), samples: 32, isLate: true },
  ]);
  expect(timeline.view((id) => id, config).speedUp).toBeNull();
});

test("a worker that returns 3 gradients for one set of parameters uploads for three times as long", () => {
  const holdings = new Holdings(8);
  const blocks = [0, 2, 4].map((start) => ({ start, end: start + 1 }));
  holdings.assign("one", blocks, 32, 0);
  for (const block of blocks) holdings.answer("one", block, 2);
  holdings.byWorker.get("one")!.doneMs = 14;
  const timeline = new Timeline();
  timeline.add(
    {
      kind: "gradient",
      step: 1,
      leafCount: 8,
      roots: [{ start: 0, end: 8 }],
      openedMs: 0,
      holdings,
    },
    20,
  );
  const [share] = timeline.view((id) => id, config).steps[0]!.shares;
  expect(share).toMatchObject(times(2, 6, 6));
});
