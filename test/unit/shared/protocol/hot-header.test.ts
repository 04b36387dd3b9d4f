/** @file The fast parser of headers against the general one: always the same verdict and the same values. */
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { decodeMessage, encodeHead } from "../../../../shared/protocol/codec.ts";
import { readGradientHeader, readWorkHeader } from "../../../../shared/protocol/hot-header.ts";
import {
  coordinatorMessageSchema,
  workerMessageSchema,
} from "../../../../shared/protocol/messages.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";
import { cases } from "../../../support/fixtures/effort.ts";

countProperties("the headers of work and gradients");

const index = fc.oneof(
  fc.nat(300),
  fc.nat(70_000),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32),
);
const run = fc.string({
  unit: fc.constantFrom("a", "Z", "0", "9", "_", "-"),
  minLength: 1,
  maxLength: 40,
});
const number = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const signed = fc.oneof(number, fc.double({ noNaN: true, noDefaultInfinity: true }));
const block = fc.tuple(index, index);

const gradient = fc.record({
  type: fc.constant("gradient"),
  run,
  step: index,
  block,
  computeMs: number,
  lossSum: signed,
  correct: index,
});
const work = fc.record({
  type: fc.constant("work"),
  run,
  kind: fc.constant("gradient"),
  step: index,
  blocks: fc.array(block, { minLength: 1, maxLength: 15 }),
});

const messages = [
  { name: "gradient", valid: gradient, read: readGradientHeader, schema: workerMessageSchema },
  { name: "work", valid: work, read: readWorkHeader, schema: coordinatorMessageSchema },
] as const;

test.each(messages)("valid $name headers are read as the schema reads them", (message) => {
  let fast = 0;
  const property = fc.property<[object]>(message.valid, (header) => {
    const bytes = encodeHead(header, 0);
    const hot = message.read(bytes);
    if (hot === undefined) return;
    fast += 1;
    expect(hot.header).toEqual(message.schema.parse(decodeMessage(bytes).header));
    expect(hot.end).toBe(bytes.length);
  });
  fc.assert(property, { numRuns: cases(500) });
  // Negative whole numbers and 2³² in their shortest forms take the general path.
  expect(fast).toBeGreaterThan(150);
});

test.each(messages)(
  "damaged $name headers: whatever is read fast, the schema reads the same",
  (message) => {
    let fast = 0;
    const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const property = fc.property<[object, [number, number][], number]>(
      message.valid,
      damage,
      fc.nat(20),
      (header, changes, cut) => {
        const whole = encodeHead(header, 0);
        const bytes = cut === 0 ? whole.slice(0, -1) : whole.slice();
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
        const hot = message.read(bytes);
        if (hot === undefined) return;
        fast += 1;
        const end = bytes.subarray(0, hot.end);
        expect(hot.header).toEqual(message.schema.parse(decodeMessage(end).header));
      },
    );
    fc.assert(property, { numRuns: cases(20_000) });
    expect(fast).toBeGreaterThan(1_000);
  },
);

test.each(messages)(
  "a $name header with fields in another order takes the general path",
  (message) => {
    const [header] = fc.sample<object>(message.valid, { numRuns: 1, seed: 1 });
    const reversed = Object.fromEntries(Object.entries(header ?? {}).toReversed());
    const bytes = encodeHead(reversed, 0);
    expect(message.read(bytes)).toBeUndefined();
    expect(message.schema.safeParse(decodeMessage(bytes).header).success).toBe(true);
  },
);
