/** @file Tensors that arrive in slices: what is there, who hears of it, and what a socket may send when. */
import { describe, expect, test } from "vitest";

import { Arrival, Incoming } from "../../../../shared/protocol/arrival.ts";
import {
  encodeHead,
  encodeMessage,
  encodeSliceHead,
  readSlice,
} from "../../../../shared/protocol/codec.ts";
import { ProtocolError, type ProtocolErrorCode } from "../../../../shared/protocol/errors.ts";
import { sliceBytesMax } from "../../../../shared/protocol/limits.ts";
import { decodeCoordinatorMessage } from "../../../../shared/protocol/messages.ts";
import { sampleCoordinatorMessages, sampleTensorFor } from "./sample-messages.ts";

function codeOf(action: () => unknown): ProtocolErrorCode | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** Of 5 bytes. */
function followed() {
  const arrival = new Arrival(5);
  const heard: unknown[] = [];
  arrival.follow({
    more: () => heard.push(arrival.arrived),
    abandoned: () => heard.push("abandoned"),
  });
  return { arrival, heard };
}

function announced(length: number) {
  const incoming = new Incoming();
  const arrival = new Arrival(length);
  const heard: string[] = [];
  incoming.begin(arrival, {
    whole: () => heard.push("whole"),
    abandoned: () => heard.push("abandoned"),
  });
  return { incoming, arrival, heard };
}

describe("a tensor of 5 bytes that arrives as 2 and 3", () => {
  test("is whole after both, and its follower hears of each", () => {
    const { arrival, heard } = followed();
    arrival.add(Uint8Array.of(1, 2));
    expect([arrival.isWhole, arrival.arrived]).toEqual([false, 2]);
    arrival.add(Uint8Array.of(3, 4, 5));
    arrival.abandon();
    expect([arrival.isWhole, heard]).toEqual([true, [2, 5]]);
    expect(arrival.bytes).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  });

  test("is abandoned once, in between, and whoever follows it then hears of that at once", () => {
    const { arrival, heard } = followed();
    arrival.add(Uint8Array.of(1, 2));
    arrival.abandon();
    arrival.abandon();
    arrival.add(Uint8Array.of(3, 4, 5));
    expect([arrival.isWhole, heard]).toEqual([false, [2, "abandoned"]]);
    arrival.follow({ more: () => heard.push("more"), abandoned: () => heard.push("late") });
    expect(heard).toEqual([2, "abandoned", "late"]);
  });
});

describe("a socket", () => {
  test("refuses a slice that nobody has announced, also after the last one", () => {
    expect(codeOf(() => new Incoming().take(Uint8Array.of(1)))).toBe("ERR_STATE");
    const { incoming, heard } = announced(1);
    incoming.take(Uint8Array.of(1));
    expect(heard).toEqual(["whole"]);
    expect(codeOf(() => incoming.take(Uint8Array.of(1)))).toBe("ERR_STATE");
  });

  test("refuses another tensor while one is on its way, and takes one when that is given up", () => {
    const { incoming, arrival, heard } = announced(8);
    incoming.take(new Uint8Array(4));
    const ends = { whole: () => {}, abandoned: () => {} };
    expect(codeOf(() => incoming.expectNone())).toBe("ERR_STATE");
    expect(codeOf(() => incoming.begin(new Arrival(4), ends))).toBe("ERR_STATE");
    incoming.take(new Uint8Array(0));
    expect([heard, arrival.isWhole]).toEqual([["abandoned"], false]);
    expect(codeOf(() => incoming.begin(new Arrival(4), ends))).toBe(undefined);
  });

  test("refuses more bytes than were announced, and keeps what it had", () => {
    const { incoming, arrival, heard } = announced(8);
    incoming.take(new Uint8Array(4));
    expect(codeOf(() => incoming.take(new Uint8Array(5)))).toBe("ERR_DECODE");
    expect([arrival.arrived, heard]).toEqual([4, []]);
  });

  test.each([
    [sliceBytesMax, undefined],
    [sliceBytesMax + 1, "ERR_TOO_LARGE"],
  ] as const)("of a slice of %i bytes says %s", (bytes, code) => {
    const { incoming } = announced(2 * sliceBytesMax);
    expect(codeOf(() => incoming.take(new Uint8Array(bytes)))).toBe(code);
  });

  test("counts the slices of a tensor that nobody wants any more", () => {
    const { incoming, arrival, heard } = announced(8);
    arrival.abandon();
    incoming.take(new Uint8Array(4));
    expect(codeOf(() => incoming.expectNone())).toBe("ERR_STATE");
    incoming.take(new Uint8Array(4));
    expect(heard).toEqual(["whole"]);
    expect(codeOf(() => incoming.expectNone())).toBe(undefined);
  });

  test("that is gone gives up what was on its way", () => {
    const { incoming, arrival } = announced(8);
    let given = 0;
    arrival.follow({ more: () => {}, abandoned: () => (given += 1) });
    incoming.clear();
    expect(given).toBe(1);
    expect(codeOf(() => incoming.expectNone())).toBe(undefined);
  });
});

describe("in bytes", () => {
  const bytes = Uint8Array.of(7, 8, 9);

  test("a slice is read from one fragment, from head and bytes, and from any other two", () => {
    const head = encodeSliceHead(3);
    const whole = Uint8Array.from([...head, ...bytes]);
    expect(readSlice([head, bytes])).toBe(bytes);
    for (let at = 1; at <= whole.length; at++) {
      expect(readSlice([whole.subarray(0, at), whole.subarray(at)])).toEqual(bytes);
    }
    expect(readSlice([encodeSliceHead(0)])).toEqual(new Uint8Array(0));
  });

  test("a slice of another length than it says is refused, and so is one without a length", () => {
    for (const fragments of [
      [encodeSliceHead(4), bytes],
      [Uint8Array.from([...encodeSliceHead(2), ...bytes])],
      [encodeSliceHead(3).subarray(0, 4)],
      [encodeSliceHead(3).subarray(0, 1)],
      [encodeSliceHead(2 ** 32 - 1)],
    ]) {
      expect(codeOf(() => readSlice(fragments))).toBe("ERR_DECODE");
    }
  });

  test("no message of a coordinator is a slice", () => {
    for (const header of sampleCoordinatorMessages) {
      const tensor = sampleTensorFor(header.type);
      expect(readSlice([encodeMessage(header, tensor)])).toBe(undefined);
    }
  });

  test("the 3 messages that may announce a tensor do, and no other does", () => {
    const announcing = sampleCoordinatorMessages.filter((header) => {
      const announcement = encodeHead(header, 1_000_000);
      const code = codeOf(() => {
        const { coming, tensor } = decodeCoordinatorMessage(announcement);
        expect([coming, tensor.length]).toEqual([1_000_000, 0]);
        expect(decodeCoordinatorMessage([announcement]).coming).toBe(1_000_000);
      });
      return code === undefined;
    });
    const types = new Set(announcing.map(({ type }) => type));
    expect([...types].toSorted()).toEqual(["evaluate", "update", "work"]);
  });

  test("a tensor is announced with a multiple of 4 bytes that is not 0", () => {
    const [header] = sampleCoordinatorMessages.filter(({ type }) => type === "work");
    for (const length of [1, 6]) {
      expect(codeOf(() => decodeCoordinatorMessage(encodeHead(header!, length)))).toBe(
        "ERR_DECODE",
      );
    }
  });
});
