import { PassThrough } from "node:stream";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";

import { Attendance } from "../../../../coordinator/classroom/attendance.ts";
import type { ClassMessage } from "../../../../coordinator/classroom/messages.ts";
import type { Refusal } from "../../../../coordinator/edge/refusal-log.ts";
import {
  adminQuota,
  answerRate,
  classQuota,
  classSeatsMax,
  commandRate,
} from "../../../../shared/protocol/limits.ts";
import { FakeRaw } from "../watch/fake-raw.ts";
import { activities, answers, answerTo } from "./samples.ts";

let refusals: Refusal[];
let nowMs: number;
let moments: number;
let attendance: Attendance;

beforeEach(() => {
  vi.useFakeTimers();
  [refusals, nowMs, moments] = [[], 0, 0];
  attendance = new Attendance({
    roleOf: (token) => (token === "admin" ? "operator" : token === "join" ? "viewer" : undefined),
    refused: (refusal) => refusals.push(refusal),
    takeMoment: () => ({ run: 1, step: ++moments }),
    now: () => nowMs,
  });
});
afterEach(() => vi.useRealTimers());

function enter(greeting: object, address = "10.0.0.9"): FakeRaw {
  const raw = new FakeRaw();
  const stream = new PassThrough();
  attendance.add({ raw: raw as unknown as WebSocket, stream, address, admitted: () => undefined });
  raw.say(JSON.stringify(greeting));
  return raw;
}

function heard(raw: FakeRaw): ClassMessage[] {
  return raw.sent.map((text) => JSON.parse(text) as ClassMessage);
}

function lastLesson(raw: FakeRaw) {
  return heard(raw).findLast((message) => message.kind === "lesson");
}

function say(raw: FakeRaw, message: object): void {
  raw.say(JSON.stringify(message));
}

const rate = (cost: number) => answerTo(1, 1, { kind: "rates", rate: 1, cost, steps: 9 });
const [bet] = activities;
const [tap] = answers;

describe("a page", () => {
  test("with a token gets its role, a seat and the lesson; the count is of those who take part", () => {
    const [one, other, teacher] = [
      enter({ token: "join" }),
      enter({ token: "join" }),
      enter({ token: "admin" }),
    ];
    expect(heard(one)[0]).toMatchObject({ kind: "hello", role: "viewer", seat: 1 });
    expect(heard(other)[0]).toMatchObject({ kind: "hello", role: "viewer", seat: 2 });
    expect(heard(teacher)[0]).toMatchObject({ kind: "hello", role: "operator" });
    attendance.update();
    for (const raw of [one, other, teacher]) expect(lastLesson(raw)).toMatchObject({ people: 2 });
    other.close(1001);
    attendance.update();
    expect(lastLesson(one)).toMatchObject({ people: 1, following: null, activity: null });
  });

  test("without a token, or with a name, is refused with ERR_TOKEN", () => {
    for (const greeting of [{ token: "x" }, {}, { token: "join", name: "Ana" }]) {
      expect(enter(greeting).status).toBe(4401);
    }
    expect(refusals).toHaveLength(3);
  });

  test("that takes part may not lead: it is refused, and the lesson is as before", () => {
    const [member, teacher] = [enter({ token: "join" }), enter({ token: "admin" })];
    const told = teacher.sent.length;
    say(member, { kind: "open", activity: bet });
    expect(member.status).toBe(4422);
    attendance.update();
    expect(heard(teacher).slice(told)).toEqual([
      { kind: "lesson", people: 0, following: null, activity: null },
    ]);
  });

  test("that comes back with its key has its seat, so that its tap still counts once", () => {
    const teacher = enter({ token: "admin" });
    say(teacher, { kind: "open", activity: bet });
    const member = enter({ token: "join" });
    say(member, answerTo(1, 1, tap!));
    const [hello] = heard(member);
    const { key, seat } = hello as { key: string; seat: number };
    member.close(1006);
    const back = enter({ token: "join", key });
    expect(heard(back)[0]).toMatchObject({ seat, key });
    say(back, answerTo(1, 1, { kind: "bet", x: 9, y: 9 }));
    say(teacher, { kind: "close" });
    expect(heard(teacher).findLast(({ kind }) => kind === "answers")).toMatchObject({
      answers: [{ answer: { x: 9, y: 9 } }],
    });
    expect(heard(enter({ token: "join", key: "guessed" }))[0]).not.toMatchObject({ seat });
  });

  test(`that sends ${answerRate.burst} answers at once stays; one more is refused with ERR_RATE; a second later it has ${answerRate.perSecond} more`, () => {
    const [quick, patient] = [enter({ token: "join" }), enter({ token: "join" })];
    for (let i = 0; i < answerRate.burst; i++) {
      for (const raw of [quick, patient]) say(raw, answerTo(1, 1, tap!));
    }
    expect(quick.status).toBe(undefined);
    say(quick, answerTo(1, 1, tap!));
    expect(quick.status).toBe(4430);
    nowMs += 1_000;
    for (let i = 0; i < answerRate.perSecond; i++) say(patient, answerTo(1, 1, tap!));
    expect(patient.status).toBe(undefined);
    say(patient, answerTo(1, 1, tap!));
    expect(patient.status).toBe(4430);
  });

  test("that has not read the last news waits, and then gets everything that it missed", () => {
    const [teacher, slow, quick] = [
      enter({ token: "admin" }),
      enter({ token: "join" }),
      enter({ token: "join" }),
    ];
    say(teacher, { kind: "open", activity: { kind: "rates", optimizer: "sgd", steps: 9 } });
    slow.bufferedAmount = 1;
    const before = slow.sent.length;
    say(quick, rate(0.5));
    attendance.update();
    say(slow, rate(0.25));
    attendance.update();
    expect(slow.sent).toHaveLength(before);
    slow.bufferedAmount = 0;
    attendance.update();
    const told = heard(slow).findLast((message) => message.kind === "answers");
    expect(told?.answers.map(({ answer }) => answer)).toMatchObject([
      { cost: 0.5 },
      { cost: 0.25 },
    ]);
    const count = slow.sent.length;
    attendance.update();
    expect(slow.sent).toHaveLength(count);
  });
});

describe("a lecturer", () => {
  test("opens an activity at a moment of the run, and everybody hears of it", () => {
    const [teacher, member] = [enter({ token: "admin" }), enter({ token: "join" })];
    say(teacher, { kind: "open", activity: bet });
    expect(lastLesson(teacher)?.activity).toMatchObject({ number: 1, moment: { run: 1, step: 1 } });
    attendance.update();
    expect(lastLesson(member)?.activity).toMatchObject({ number: 1, activity: bet, phase: "open" });
    say(teacher, { kind: "close" });
    expect(moments).toBe(1);
  });

  test(`may give ${commandRate.burst} orders at once; one more, or one that is none, is refused`, () => {
    const [teacher, other] = [enter({ token: "admin" }), enter({ token: "admin" })];
    for (let i = 0; i < commandRate.burst; i++) say(teacher, { kind: "end" });
    expect(teacher.status).toBe(undefined);
    say(teacher, { kind: "end" });
    expect(teacher.status).toBe(4430);
    say(other, { kind: "shout" });
    expect(other.status).toBe(4422);
  });
});

describe("places", () => {
  test(`are ${classQuota.perAddress} per address and ${classQuota.inAll} in total, and ${adminQuota.inAll} more for lecturers`, () => {
    for (let i = 0; i < classQuota.perAddress; i++) {
      expect(enter({ token: "join" }, "10.0.0.1").status).toBe(undefined);
    }
    expect(enter({ token: "join" }, "10.0.0.1").status).toBe(4503);
    for (let i = classQuota.perAddress; i < classQuota.inAll; i++) {
      expect(enter({ token: "join" }, `10.0.1.${i % 200}`).status).toBe(undefined);
    }
    expect(enter({ token: "join" }, "10.0.0.2").status).toBe(4503);
    for (let i = 0; i < adminQuota.inAll; i++) {
      expect(enter({ token: "admin" }, "10.0.0.1").status).toBe(undefined);
    }
    expect(enter({ token: "admin" }, "10.0.0.3").status).toBe(4503);
  });

  test(`of ${classSeatsMax} devices are remembered; of more, the first that left is forgotten`, () => {
    const first = enter({ token: "join" });
    const { key } = heard(first)[0] as { key: string };
    first.close(1001);
    const second = enter({ token: "join" });
    const { key: kept } = heard(second)[0] as { key: string };
    for (let i = 0; i < classSeatsMax - 1; i++) enter({ token: "join" }).close(1001);
    expect(heard(enter({ token: "join", key: kept }))[0]).toMatchObject({ seat: 2 });
    expect(heard(enter({ token: "join", key }))[0]).not.toMatchObject({ seat: 1 });
  });
});
