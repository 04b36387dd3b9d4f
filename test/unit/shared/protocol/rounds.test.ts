import { describe, expect, test } from "vitest";

import { encodeMessage } from "../../../../shared/protocol/codec.ts";
import {
  decodeCoordinatorMessage,
  decodeWorkerMessage,
} from "../../../../shared/protocol/messages.ts";
import {
  answerFor,
  askFor,
  blockOf,
  isResult,
  isTrainingResult,
  isWork,
  kindAsked,
  sumsOf,
} from "../../../../shared/protocol/rounds.ts";
import { roundKindNames, roundKinds } from "../../../../shared/run/kinds.ts";
import { sampleCoordinatorMessages, sampleWorkerMessages } from "./sample-messages.ts";

const tensor = new Uint8Array(8);

describe.each(roundKindNames)("a round of kind %s", (kind) => {
  test("is requested by a message with its kind and its blocks", () => {
    const blocks = [
      { start: 0, end: 4 },
      { start: 6, end: 7 },
    ];
    const sent = encodeMessage(askFor("r1", { kind, step: 7 }, blocks), tensor);
    const { header } = decodeCoordinatorMessage(sent);
    if (!isWork(header)) throw new Error(`${header.type} asks for nothing`);
    expect([kindAsked(header), header.run, header.step]).toEqual([kind, "r1", 7]);
    expect(header.blocks.map(blockOf)).toEqual(blocks);
  });

  test("is answered by a message with the block and its sums, or 0 if it has none", () => {
    const about = { run: "r1", kind, step: 7, block: { start: 6, end: 7 }, computeMs: 1.5 };
    const sent = encodeMessage(answerFor(about, { lossSum: 2.5, correct: 3 }), tensor);
    const { header } = decodeWorkerMessage(sent);
    if (!isResult(header)) throw new Error(`${header.type} answers nothing`);
    expect(header).toMatchObject({ run: "r1", step: 7, block: [6, 7], computeMs: 1.5 });
    const isCosts = kind === "candidates";
    const { lossSum, correct } = sumsOf(header);
    expect([lossSum, correct]).toEqual(isCosts ? [0, 0] : [2.5, 3]);
    expect(isTrainingResult(header)).toBe(roundKinds[kind].trains);
  });
});

test("3 of the coordinator's messages ask for blocks, and 4 of a worker's answer", () => {
  const asking = sampleCoordinatorMessages.filter(isWork).map(({ type }) => type);
  expect([...new Set(asking)].toSorted()).toEqual(["evaluate", "update", "work"]);
  const answering = sampleWorkerMessages.filter(isResult).map(({ type }) => type);
  expect([...new Set(answering)].toSorted()).toEqual([
    "costs",
    "evaluation",
    "gradient",
    "replica",
  ]);
});
