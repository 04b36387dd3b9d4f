/** @file What remains of the live console on the terminal. */
import { describe, expect, test } from "vitest";

import { createStyle } from "../../../../../coordinator/console/view/style.ts";
import { type RunRemains, summaryLines } from "../../../../../coordinator/console/view/summary.ts";
import type { Phase } from "../../../../../coordinator/run/view.ts";
import { quoted } from "../../../../../shared/words/sentence.ts";
import { fakeView } from "./fake-view.ts";

function summary(remains: RunRemains, phase: Phase = "training"): string[] {
  return summaryLines(fakeView({ workers: 1, progress: 0.4, phase }), remains, createStyle(false));
}

describe("the summary", () => {
  test.each([
    [{ path: "runs/step-3752", step: 3752 }, "runs/step-3752"],
    [
      { path: "runs/step\u001B[2J-938", step: 938 },
      "runs/step-938 (of step 938: what came after it is not saved)",
    ],
    [null, "not written"],
  ])("of a run stopped at step 3,752 says how much of it is saved: %j", (saved, told) => {
    const ending = {
      event: "stopped",
      run: "k3x9",
      step: 3752,
      totalSteps: 9380,
      checkpoint: saved?.path ?? null,
      checkpointStep: saved?.step ?? null,
      resume: "promedio start --resume k3x9",
    } as const;
    const lines = summary({ ending, saved: undefined }, "stopped");
    expect(lines).toContain(`checkpoint  ${told}`);
    expect(lines).toContain("to go on    promedio start --resume k3x9");
    expect(summary({ ending: null, saved })).toContain(`checkpoint  ${told}`);
  });

  test("names no checkpoint if the process ends before one is known", () => {
    expect(summary({ ending: null, saved: undefined }).join("\n")).not.toContain("checkpoint");
  });

  test("praises a finished run, unless it is no better than a guess", () => {
    const view = fakeView({ workers: 1, progress: 1, phase: "finished" });
    const stateOf = (isBetterThanGuess: boolean) => {
      const run = { ...view.run!, isBetterThanGuess };
      return summaryLines({ ...view, run }, { ending: null, saved: null }, createStyle(false))[1];
    };
    expect(stateOf(true)).toContain("✓ finished at step 9,380");
    expect(stateOf(false)).toContain("■ finished at step 9,380");
  });

  test("says why a run failed, and that it cannot be continued", () => {
    const failed = { event: "failed", step: 3752, reason: quoted("step 3752 diverged") } as const;
    const lines = summary({ ending: failed, saved: null }, "failed");
    expect(lines).toContain("state       ✗ failed");
    expect(lines).toContain("reason      step 3752 diverged");
    expect(lines.join("\n")).not.toContain("to go on");
  });
});
