import { describe, expect, test } from "vitest";

import type {
  ActivityView,
  ClassMessage,
  Told,
} from "../../../../../coordinator/classroom/messages.ts";
import {
  answersOf,
  type ClassState,
  hears,
  noClass,
} from "../../../../../coordinator/learn/classroom/class-state.ts";

const activity: ActivityView = {
  number: 1,
  activity: { kind: "rates", optimizer: "sgd", steps: 10 },
  phase: "open",
  round: 1,
  answered: 0,
  moment: null,
};

function told(id: number, rate: number, round = 1): Told {
  return { id, round, answer: { kind: "rates", rate, cost: null, steps: 3 } };
}

function after(...messages: readonly ClassMessage[]): ClassState {
  return messages.reduce(hears, noClass);
}

const lesson = (changes: Partial<ActivityView> | null): ClassMessage => ({
  kind: "lesson",
  people: 3,
  following: null,
  activity: changes === null ? null : { ...activity, ...changes },
});
const answers = (number: number, ...list: readonly Told[]): ClassMessage => ({
  kind: "answers",
  activity: number,
  answers: list,
});

describe("a page that hears", () => {
  test("answers keeps them in their order, and a later one with the same id takes the place of the first", () => {
    const state = after(
      lesson({}),
      answers(1, told(2, 0.2), told(1, 0.1)),
      answers(1, told(2, 0.3)),
    );
    expect(answersOf(state, "rates").map(({ answer }) => answer.rate)).toEqual([0.1, 0.3]);
    expect(answersOf(state, "bet")).toEqual([]);
  });

  test("answers to another activity leaves them", () => {
    expect(after(lesson({}), answers(2, told(1, 1))).answers.size).toBe(0);
  });

  test("another activity, or its end, forgets the answers to the last", () => {
    const before = [lesson({}), answers(1, told(1, 1))];
    expect(after(...before, lesson({ answered: 1 })).answers.size).toBe(1);
    expect(after(...before, lesson({ number: 2 })).answers.size).toBe(0);
    expect(after(...before, lesson(null)).answers.size).toBe(0);
  });

  test("of a third round keeps the answers of the second", () => {
    const state = after(
      lesson({ round: 2 }),
      answers(1, told(1, 1, 1), told(2, 1, 2)),
      lesson({ round: 3 }),
    );
    expect([...state.answers.keys()]).toEqual([2]);
  });

  test("another hello starts again, because the coordinator may be another process; on its own seat it goes on", () => {
    const hello = { kind: "hello", role: "viewer", seat: 1, key: "k" } as const;
    const before = after(lesson({}), answers(1, told(1, 1)));
    expect(hears(before, hello)).toEqual({ ...noClass, hello });
    const at = { ...before, hello };
    expect(hears(at, hello)).toEqual(at);
  });
});
