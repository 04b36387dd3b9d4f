import { describe, expect, test } from "vitest";

import {
  activityView,
  answered,
  answersSince,
  led,
  type Lesson,
  newLesson,
} from "../../../../coordinator/classroom/lesson.ts";
import type {
  Activity,
  Answer,
  LecturerMessage,
} from "../../../../coordinator/classroom/messages.ts";
import { known } from "../../../../shared/assert.ts";
import { classAnswersMax } from "../../../../shared/protocol/limits.ts";
import { Random } from "../../../../shared/random.ts";
import { activities, answers, answerTo, lecturerMessages } from "./samples.ts";

const [bet, column, rates, writing] = activities as [Activity, Activity, Activity, Activity];
const [tap] = answers as [Answer];
const moment = { run: 1, step: 20 };

function lead(lesson: Lesson, ...messages: LecturerMessage[]): Lesson {
  return messages.reduce((now, message) => led(now, message, moment), lesson);
}

function opened(activity: Activity): Lesson {
  return lead(newLesson, { kind: "open", activity });
}

const tapAt = (x: number): Answer => ({ kind: "bet", x, y: 0 });
const close = { kind: "close" } as const;
const reveal = { kind: "reveal" } as const;
const again = { kind: "again" } as const;
const end = { kind: "end" } as const;

/** What only the lecturer may change. */
function ledPart(lesson: Lesson): unknown {
  const { following, opened: count, activity } = lesson;
  if (activity === null) return { following, count };
  const { number, phase, round, activity: what, moment: at } = activity;
  return { following, count, number, phase, round, what, at };
}

test("property: no answer changes what only the lecturer may change, in 3,000 messages of 20 seats", () => {
  const random = new Random(20);
  const pick = <Each>(of: readonly Each[]): Each =>
    known(of[random.below(of.length)], "one of them");
  let lesson = newLesson;
  let counted = 0;
  for (let i = 0; i < 3_000; i++) {
    if (random.below(20) === 0) {
      lesson = lead(lesson, pick(lecturerMessages));
      continue;
    }
    const before = lesson;
    const number = (before.activity?.number ?? 0) + pick([0, 0, 0, 1, -1]);
    const round = (before.activity?.round ?? 1) + pick([0, 0, 0, 1, -1]);
    lesson = answered(lesson, random.below(20), answerTo(number, round, pick(answers)));
    expect(ledPart(lesson)).toEqual(ledPart(before));
    if (lesson === before) continue;
    counted += 1;
    // It counted, so it was to the open activity, in its round and of its kind.
    const { activity } = before;
    expect([activity?.phase, activity?.number, activity?.round]).toEqual(["open", number, round]);
    expect(lesson.activity?.entries.length).toBeLessThanOrEqual(40);
  }
  expect(counted).toBeGreaterThan(100);
});

describe("a bet", () => {
  test("is secret while it is open, shown when it is closed, and counted all the time", () => {
    let lesson = opened(bet);
    lesson = answered(lesson, 1, answerTo(1, 1, tapAt(1)));
    lesson = answered(lesson, 2, answerTo(1, 1, tapAt(2)));
    expect(answersSince(lesson, 0)).toEqual([]);
    expect(activityView(lesson)).toMatchObject({ phase: "open", round: 1, answered: 2 });
    const seen = lesson.version;
    lesson = lead(lesson, close);
    expect(answersSince(lesson, seen).map(({ answer }) => answer)).toEqual([tapAt(1), tapAt(2)]);
    expect(answersSince(lesson, lesson.version)).toEqual([]);
    expect(activityView(lesson)).toMatchObject({ phase: "closed", answered: 2, moment });
  });

  test("counts once a seat: the last tap", () => {
    let lesson = opened(bet);
    for (const x of [1, 2, 3]) lesson = answered(lesson, 7, answerTo(1, 1, tapAt(x)));
    const told = answersSince(lead(lesson, close), 0);
    expect(told).toEqual([{ id: 1, round: 1, answer: tapAt(3) }]);
  });

  test("that is closed or revealed takes no more taps", () => {
    for (const after of [[close], [reveal], [close, reveal], [end]]) {
      const lesson = lead(opened(bet), ...after);
      expect(answered(lesson, 1, answerTo(1, 1, tap))).toBe(lesson);
    }
  });

  test("is voted on again before or after the answer; the first votes stay, those before them go", () => {
    for (const before of [[close], [close, reveal]]) {
      let lesson = answered(opened(bet), 1, answerTo(1, 1, tapAt(1)));
      lesson = lead(lesson, ...before, again);
      expect(activityView(lesson)).toMatchObject({ phase: "open", round: 2, answered: 0 });
      expect(answered(lesson, 1, answerTo(1, 1, tapAt(9)))).toBe(lesson);
      lesson = answered(lesson, 1, answerTo(1, 2, tapAt(2)));
      expect(answersSince(lesson, 0).map(({ round }) => round)).toEqual([1]);
      lesson = lead(lesson, close);
      expect(answersSince(lesson, 0).map(({ round }) => round)).toEqual([1, 2]);
      lesson = lead(lesson, again);
      expect(answersSince(lesson, 0).map(({ round }) => round)).toEqual([2]);
    }
    const open = opened(bet);
    expect(lead(open, again)).toBe(open);
  });
});

test.each([column, rates])("answers to $kind are seen at once", (activity) => {
  const answer = known(
    answers.find(({ kind }) => kind === activity.kind),
    "an answer",
  );
  const lesson = answered(opened(activity), 1, answerTo(1, 1, answer));
  expect(answersSince(lesson, 0).map((told) => told.answer)).toEqual([answer]);
});

test("drawings are secret until the lecturer closes", () => {
  const answer = known(answers[3], "a drawing");
  const lesson = answered(opened(writing), 1, answerTo(1, 1, answer));
  expect(answersSince(lesson, 0)).toEqual([]);
  expect(answersSince(lead(lesson, close), 0)).toHaveLength(1);
});

test(`a round has at most ${classAnswersMax} answers; who is in may still change theirs`, () => {
  let lesson = opened(bet);
  for (let seat = 0; seat < classAnswersMax; seat++) {
    lesson = answered(lesson, seat, answerTo(1, 1, tapAt(0)));
  }
  expect(activityView(lesson)?.answered).toBe(classAnswersMax);
  expect(answered(lesson, classAnswersMax, answerTo(1, 1, tapAt(1)))).toBe(lesson);
  expect(answered(lesson, 5, answerTo(1, 1, tapAt(1)))).not.toBe(lesson);
});

test("another activity starts with nothing, and its number tells late answers from its own", () => {
  let lesson = answered(opened(bet), 1, answerTo(1, 1, tap));
  lesson = lead(lesson, { kind: "open", activity: bet });
  expect(activityView(lesson)).toMatchObject({ number: 2, answered: 0, round: 1 });
  expect(answered(lesson, 1, answerTo(1, 1, tap))).toBe(lesson);
  expect(activityView(lead(lesson, end))).toBe(null);
});

test("what is followed stays when an activity opens and ends", () => {
  const lesson = lead(newLesson, { kind: "follow", link: "at=cost" });
  expect(lesson.following).toBe("at=cost");
  expect(lead(lesson, { kind: "follow", link: "at=cost" })).toBe(lesson);
  expect(lead(lesson, { kind: "open", activity: column }, end).following).toBe("at=cost");
  expect(lead(lesson, { kind: "follow", link: null }).following).toBe(null);
});
