/** @file A first opinion keeps a copy of an answer, because a socket's memory is not the coordinator's. */
import { expect, test } from "vitest";

import { Opinions } from "../../../../coordinator/audit/opinions.ts";
import type { Answer } from "../../../../coordinator/dispatch/answer.ts";

test("keeps a copy of an answer that arrived in a Buffer, in memory that the next opinion reuses", () => {
  const opinions = new Opinions();
  opinions.begin(4);
  const message = Buffer.alloc(64, 7);
  const first = opinions.add("a", answer([0, 2], message.subarray(16, 24)));
  message.fill(9);
  expect(Array.from(first.values)).toEqual(Array.from({ length: 8 }, () => 7));

  opinions.confirm(first);
  const second = opinions.add("b", answer([2, 4], message.subarray(32, 40)));
  expect(second.values).toBe(first.values);
  expect(Array.from(second.values)).toEqual(Array.from({ length: 8 }, () => 9));
  expect(Array.from(message)).toEqual(Array.from({ length: 64 }, () => 9));
});

function answer([start, end]: [start: number, end: number], values: Uint8Array): Answer {
  return { block: { start, end }, samples: 1, values, lossSum: 1, correct: 0 };
}
