/** @file Which worker holds which blocks in a round, and which answers are honest. */
import { describe, expect, test } from "vitest";

import { Holdings } from "../../../../coordinator/dispatch/holdings.ts";
import type { Block } from "../../../../shared/run/tree.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";

const a = { start: 0, end: 2 };
const b = { start: 2, end: 3 };

const anybody = () => true;

/** Of a round of 4 leaves. */
function newHoldings(): Holdings {
  return new Holdings(4);
}

type Answered = ReturnType<Holdings["answer"]>;

function isHolding(answered: Answered): boolean {
  return answered !== undefined && "outstanding" in answered;
}

function offenceOf(answered: Answered): string | undefined {
  return answered !== undefined && "reason" in answered
    ? sayAtTerminal(answered.reason)
    : undefined;
}

const notAsked = "block [0, 2) was not asked for";

/** Whether every leaf of a block is held by a worker that counts. */
function isHeld(
  holdings: Holdings,
  { start, end }: Block,
  counts: (id: string) => boolean,
): boolean {
  return holdings.heldLeaves(counts).subarray(start, end).every(Boolean);
}

describe("Holdings", () => {
  test("accepts the answers to 2 blocks in any order; the worker is busy until the second", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a, b], 96, 1_000);
    expect([
      holdings.isBusy("ana"),
      isHeld(holdings, a, anybody),
      isHeld(holdings, b, anybody),
    ]).toEqual([true, true, true]);
    expect(isHolding(holdings.answer("ana", b, 1))).toBe(true);
    expect([
      holdings.isBusy("ana"),
      isHeld(holdings, a, anybody),
      isHeld(holdings, b, anybody),
    ]).toEqual([true, true, false]);
    expect(isHolding(holdings.answer("ana", a, 2))).toBe(true);
    expect(holdings.isBusy("ana")).toBe(false);
  });

  test("adds up samples and compute time of one share, and starts again with the next", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a, b], 96, 1_000);
    holdings.answer("ana", a, 3);
    expect(holdings.answer("ana", b, 4)).toMatchObject({
      sinceMs: 1_000,
      samples: 96,
      computeMs: 7,
    });
    holdings.assign("ana", [{ start: 3, end: 4 }], 32, 1_500);
    const answer = holdings.answer("ana", { start: 3, end: 4 }, 5);
    expect(answer).toMatchObject({ sinceMs: 1_500, samples: 32, computeMs: 5 });
  });

  test("adds blocks for a busy worker to its share, timed from the share's beginning", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    holdings.assign("ana", [b], 32, 1_400);
    expect(holdings.byWorker.get("ana")).toMatchObject({ sinceMs: 1_000, samples: 96 });
  });

  test("calls an answer that this worker was not asked for an offence: another's block, or a part of its own", () => {
    const holdings = newHoldings();
    expect(offenceOf(holdings.answer("eve", a, 0))).toBe(notAsked);
    holdings.assign("ana", [a], 64, 1_000);
    holdings.assign("eve", [b], 32, 1_000);
    expect(offenceOf(holdings.answer("eve", a, 0))).toBe(notAsked);
    const part = holdings.answer("ana", { start: 0, end: 1 }, 0);
    expect(offenceOf(part)).toBe("block [0, 1) was not asked for");
    expect(isHeld(holdings, a, anybody)).toBe(true);
  });

  test("calls the second answer to one request an offence", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    holdings.answer("ana", a, 1);
    expect(offenceOf(holdings.answer("ana", a, 1))).toMatch(/was answered before$/u);
  });

  test("accepts both workers' answers to a block and its backup", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    holdings.assign("bea", [a], 64, 1_200);
    expect(isHolding(holdings.answer("bea", a, 1))).toBe(true);
    expect(isHeld(holdings, a, anybody)).toBe(true);
    expect(isHolding(holdings.answer("ana", a, 1))).toBe(true);
    expect(isHeld(holdings, a, anybody)).toBe(false);
  });

  test("considers only workers that count: a block that only ana holds is held by nobody but ana", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    expect(isHeld(holdings, a, (id) => id === "ana")).toBe(true);
    expect(isHeld(holdings, a, (id) => id !== "ana")).toBe(false);
  });

  test("release returns the unanswered blocks, and a late answer to one is no offence, but tells nothing of a share", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a, b], 96, 1_000);
    holdings.answer("ana", a, 1);
    expect(holdings.release("ana")).toEqual([b]);
    expect(holdings.release("ana")).toEqual([]);
    expect([holdings.isBusy("ana"), isHeld(holdings, b, anybody)]).toEqual([false, false]);
    expect(holdings.answer("ana", b, 1)).toBe(undefined);
    expect(offenceOf(holdings.answer("ana", b, 1))).toMatch(/was answered before$/u);
  });

  test("a worker that paused and got the same block again may answer it twice, not three times", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    holdings.release("ana");
    holdings.assign("ana", [a], 64, 1_100);
    expect(isHolding(holdings.answer("ana", a, 1))).toBe(true);
    expect(holdings.answer("ana", a, 1)).toBe(undefined);
    expect(offenceOf(holdings.answer("ana", a, 1))).toMatch(/was answered before$/u);
  });

  test("giveBack frees a block that could not be computed, once, and the same worker may try it again", () => {
    const holdings = newHoldings();
    holdings.assign("ana", [a], 64, 1_000);
    expect(holdings.giveBack("bea", a)).toBe(false);
    expect(holdings.giveBack("ana", b)).toBe(false);
    expect(holdings.giveBack("ana", a)).toBe(true);
    expect(holdings.giveBack("ana", a)).toBe(false);
    expect(offenceOf(holdings.answer("ana", a, 1))).toMatch(/was answered before$/u);
    holdings.assign("ana", [a], 64, 1_100);
    expect(isHolding(holdings.answer("ana", a, 1))).toBe(true);
  });

  test("oldest is the unanswered share that has been out for longest", () => {
    const holdings = newHoldings();
    expect(holdings.oldest()).toBeUndefined();
    holdings.assign("bea", [b], 32, 1_200);
    holdings.assign("ana", [a], 64, 1_100);
    expect(holdings.oldest()).toEqual({ workerId: "ana", block: a, sinceMs: 1_100 });
    holdings.answer("ana", a, 1);
    expect(holdings.oldest()).toEqual({ workerId: "bea", block: b, sinceMs: 1_200 });
    holdings.answer("bea", b, 1);
    expect(holdings.oldest()).toBeUndefined();
  });
});
