import { describe, expect, test } from "vitest";

import {
  checkpointInterval,
  type CheckpointInterval,
  intervalOf,
  isCheckpointDue,
} from "../../../../coordinator/run/checkpoint-interval.ts";

describe("an interval between checkpoints", () => {
  test.each<[string, CheckpointInterval]>([
    ["3", { every: 3, unit: "epochs" }],
    ["1epoch", { every: 1, unit: "epochs" }],
    ["500steps", { every: 500, unit: "steps" }],
    ["500 steps", { every: 500, unit: "steps" }],
    ["10min", { every: 10, unit: "minutes" }],
    ["2 minutes", { every: 2, unit: "minutes" }],
  ])("%s is read", (given, interval) => {
    expect(intervalOf(given)).toEqual(interval);
    expect(checkpointInterval.read(given)).toBe(given);
  });

  test.each(["", "0", "0min", "-1", "1.5min", "steps", "10s", "5 h", "1e3", "10 000steps"])(
    "%o is refused",
    (given) => {
      expect(checkpointInterval.read(given)).toBeUndefined();
    },
  );
});

/** The steps after which one is due in a run of 12 steps, 4 an epoch, one step a minute. */
const dueAt = (given: string) => {
  const interval = intervalOf(given)!;
  let last = { step: 0, ms: 0 };
  return Array.from({ length: 12 }, (_, i) => i + 1).filter((step) => {
    const now = { step, ms: 60_000 * step };
    const isDue = isCheckpointDue(interval, now, last, step % 4 === 0 ? step / 4 : undefined);
    if (isDue) last = now;
    return isDue;
  });
};

describe("a checkpoint", () => {
  test.each([
    ["1", [4, 8, 12]],
    ["2epochs", [8]],
    ["5steps", [5, 10]],
    ["4steps", [4, 8, 12]],
    ["3min", [3, 6, 9, 12]],
    ["7min", [7]],
  ])("every %s is due after steps %o of 12", (given, steps) => {
    expect(dueAt(given)).toEqual(steps);
  });

  test("every 5 steps is due at step 12 after a resume at step 9, and not at step 9 itself", () => {
    const interval = intervalOf("5steps")!;
    const last = { step: 9, ms: 0 };
    expect(isCheckpointDue(interval, { step: 9, ms: 0 }, last, undefined)).toBe(false);
    expect(isCheckpointDue(interval, { step: 12, ms: 0 }, last, undefined)).toBe(true);
  });
});
