/** @file Which worker holds which blocks in a round, and which answers are honest. */
import { describe, expect, test } from "vitest";

import { type Holding, Round } from "../../../../coordinator/dispatch/round.ts";
import type { Block } from "../../../../shared/run/tree.ts";

const a = { start: 0, end: 2 };
const b = { start: 2, end: 3 };

const anybody = () => true;

function openRound(): Round {
  return new Round("gradient", 7, 4, 1_000);
}

function isHolding(answer: Holding | string): answer is Holding {
  return typeof answer !== "string";
}

/** Whether every leaf of a block is held by a worker that counts. */
function isHeld(round: Round, { start, end }: Block, counts: (id: string) => boolean): boolean {
  return round.heldLeaves(counts).subarray(start, end).every(Boolean);
}

describe("Round", () => {
  test("accepts the answers to 2 blocks in any order; the worker is busy until the second", () => {
    const round = openRound();
    round.assign("ana", [a, b], 96, 1_000);
    expect([round.isBusy("ana"), isHeld(round, a, anybody), isHeld(round, b, anybody)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(isHolding(round.answer("ana", b, 1))).toBe(true);
    expect([round.isBusy("ana"), isHeld(round, a, anybody), isHeld(round, b, anybody)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isHolding(round.answer("ana", a, 2))).toBe(true);
    expect(round.isBusy("ana")).toBe(false);
  });

  test("adds up samples and compute time of one share, and starts again with the next", () => {
    const round = openRound();
    round.assign("ana", [a, b], 96, 1_000);
    round.answer("ana", a, 3);
    expect(round.answer("ana", b, 4)).toMatchObject({ sinceMs: 1_000, samples: 96, computeMs: 7 });
    round.assign("ana", [{ start: 3, end: 4 }], 32, 1_500);
    const answer = round.answer("ana", { start: 3, end: 4 }, 5);
    expect(answer).toMatchObject({ sinceMs: 1_500, samples: 32, computeMs: 5 });
  });

  test("adds blocks for a busy worker to its share, timed from the share's beginning", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    round.assign("ana", [b], 32, 1_400);
    expect(round.holdings.get("ana")).toMatchObject({ sinceMs: 1_000, samples: 96 });
  });

  test("calls an answer that this worker was not asked for unknown: another's block, or a part of its own", () => {
    const round = openRound();
    expect(round.answer("eve", a, 0)).toBe("unknown");
    round.assign("ana", [a], 64, 1_000);
    round.assign("eve", [b], 32, 1_000);
    expect(round.answer("eve", a, 0)).toBe("unknown");
    expect(round.answer("ana", { start: 0, end: 1 }, 0)).toBe("unknown");
    expect(isHeld(round, a, anybody)).toBe(true);
  });

  test("calls the second answer to one request repeated", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    round.answer("ana", a, 1);
    expect(round.answer("ana", a, 1)).toBe("repeated");
  });

  test("accepts both workers' answers to a block and its backup", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    round.assign("bea", [a], 64, 1_200);
    expect(isHolding(round.answer("bea", a, 1))).toBe(true);
    expect(isHeld(round, a, anybody)).toBe(true);
    expect(isHolding(round.answer("ana", a, 1))).toBe(true);
    expect(isHeld(round, a, anybody)).toBe(false);
  });

  test("considers only workers that count: a block that only ana holds is held by nobody but ana", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    expect(isHeld(round, a, (id) => id === "ana")).toBe(true);
    expect(isHeld(round, a, (id) => id !== "ana")).toBe(false);
  });

  test("release returns the unanswered blocks, and a late answer to one is withdrawn, not unknown", () => {
    const round = openRound();
    round.assign("ana", [a, b], 96, 1_000);
    round.answer("ana", a, 1);
    expect(round.release("ana")).toEqual([b]);
    expect(round.release("ana")).toEqual([]);
    expect([round.isBusy("ana"), isHeld(round, b, anybody)]).toEqual([false, false]);
    expect(round.answer("ana", b, 1)).toBe("withdrawn");
    expect(round.answer("ana", b, 1)).toBe("repeated");
  });

  test("a worker that paused and got the same block again may answer it twice, not three times", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    round.release("ana");
    round.assign("ana", [a], 64, 1_100);
    expect(isHolding(round.answer("ana", a, 1))).toBe(true);
    expect(round.answer("ana", a, 1)).toBe("withdrawn");
    expect(round.answer("ana", a, 1)).toBe("repeated");
  });

  test("giveBack frees a block that could not be computed, once, and the same worker may try it again", () => {
    const round = openRound();
    round.assign("ana", [a], 64, 1_000);
    expect(round.giveBack("bea", a)).toBe(false);
    expect(round.giveBack("ana", b)).toBe(false);
    expect(round.giveBack("ana", a)).toBe(true);
    expect(round.giveBack("ana", a)).toBe(false);
    expect(round.answer("ana", a, 1)).toBe("repeated");
    round.assign("ana", [a], 64, 1_100);
    expect(isHolding(round.answer("ana", a, 1))).toBe(true);
  });

  test("oldest is the unanswered share that has been out for longest", () => {
    const round = openRound();
    expect(round.oldest()).toBeUndefined();
    round.assign("bea", [b], 32, 1_200);
    round.assign("ana", [a], 64, 1_100);
    expect(round.oldest()).toEqual({ workerId: "ana", block: a, sinceMs: 1_100 });
    round.answer("ana", a, 1);
    expect(round.oldest()).toEqual({ workerId: "bea", block: b, sinceMs: 1_200 });
    round.answer("bea", b, 1);
    expect(round.oldest()).toBeUndefined();
  });
});
