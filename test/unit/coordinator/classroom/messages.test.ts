import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";

import {
  readGreeting,
  readLecturer,
  readParticipant,
} from "../../../../coordinator/classroom/messages.ts";
import { classLinkLengthMax, classRowsMax } from "../../../../shared/protocol/limits.ts";
import { codeSpansOf } from "../../../support/fixtures/markdown.ts";
import { activities, answers, answerTo, lecturerMessages, picture } from "./samples.ts";

const asParticipant = (message: unknown) => readParticipant(JSON.stringify(message));
const asLecturer = (message: unknown) => readLecturer(JSON.stringify(message));

test.each(answers)(
  "an answer $kind is read as it was written, and is none of a lecturer's",
  (answer) => {
    const message = answerTo(1, 2, answer);
    expect(asParticipant(message)).toEqual(message);
    expect(asLecturer(message)).toBe(undefined);
  },
);

test.each(lecturerMessages)(
  "$kind of a lecturer is read as it was written, and is no answer",
  (message) => {
    expect(asLecturer(message)).toEqual(message);
    expect(asParticipant(message)).toBe(undefined);
  },
);

describe("a message", () => {
  test("without one of its fields, or with one more, is none", () => {
    for (const answer of answers) {
      for (const name of Object.keys(answer)) {
        const less = { ...answer, [name]: undefined };
        expect(asParticipant({ kind: "answer", activity: 1, round: 1, answer: less })).toBe(
          undefined,
        );
      }
      const more = { kind: "answer", activity: 1, round: 1, answer: { ...answer, name: "Ana" } };
      expect(asParticipant(more)).toBe(undefined);
    }
    for (const message of lecturerMessages) {
      expect(asLecturer({ ...message, more: 1 })).toBe(undefined);
    }
  });

  test.each([
    ["a bet beside the numbers", { kind: "bet", x: null, y: 0 }],
    ["a picture of 130 letters", { kind: "writing", picture: picture.slice(1) }],
    ["a picture of two digits", { kind: "writing", picture: `1${picture}` }],
    ["a picture with markup", { kind: "writing", picture: `3.${"<".repeat(131)}` }],
    [
      `a column of ${classRowsMax + 1} rows`,
      {
        kind: "column",
        picture,
        isDrawn: false,
        values: Array(classRowsMax + 1).fill(0),
        cosine: 0,
      },
    ],
    ["a cosine of 1.01", { kind: "column", picture, isDrawn: false, values: [0], cosine: 1.01 }],
    ["a rate of 0", { kind: "rates", rate: 0, cost: 1, steps: 1 }],
    ["half a step", { kind: "rates", rate: 1, cost: 1, steps: 0.5 }],
    ["an unknown kind", { kind: "name", name: "Ana" }],
  ])("with %s is none", (_, answer) => {
    expect(asParticipant({ kind: "answer", activity: 1, round: 1, answer })).toBe(undefined);
  });

  test.each([
    ["401 steps", { optimizer: "sgd", steps: 401 }],
    ["no step", { optimizer: "sgd", steps: 0 }],
    ["an optimizer that follows no gradient", { optimizer: "local-search", steps: 9 }],
  ])("with %s opens no rates", (_, rates) => {
    expect(asLecturer({ kind: "open", activity: { kind: "rates", ...rates } })).toBe(undefined);
  });

  test("that is no JSON, or no object, is none", () => {
    for (const text of ["", "{", "null", "7", "[]", '"close"']) {
      expect([readParticipant(text), readLecturer(text)]).toEqual([undefined, undefined]);
    }
  });
});

const link = (text: string) => asLecturer({ kind: "follow", link: text });

test(`a link of ${classLinkLengthMax} characters is read; one more, or one with markup, is not`, () => {
  expect(link("a".repeat(classLinkLengthMax))).toBeDefined();
  expect(link("a".repeat(classLinkLengthMax + 1))).toBe(undefined);
  for (const text of ["<b>", "a b", "a#b", '"']) expect(link(text)).toBe(undefined);
});

test("a greeting has a token and maybe the key of a seat, and no name", () => {
  expect(readGreeting({ token: "t" })).toEqual({ token: "t" });
  expect(readGreeting({ token: "t", key: "k" })).toEqual({ token: "t", key: "k" });
  for (const wrong of [undefined, {}, { token: 1 }, { token: "t", name: "Ana" }]) {
    expect(() => readGreeting(wrong)).toThrow(z.core.$ZodError);
  }
});

test("the wire page names every kind of message, activity and answer", () => {
  const page = readFileSync(
    new URL("../../../../shared/protocol/CLASSROOM.md", import.meta.url),
    "utf8",
  );
  const named = new Set(codeSpansOf(page));
  const kinds = [...lecturerMessages, ...activities, ...answers].map(({ kind }) => kind);
  const all = [...kinds, "hello", "lesson", "answers", "answer", "token", "key", "seat"];
  expect(all.filter((kind) => !named.has(kind))).toEqual([]);
});
