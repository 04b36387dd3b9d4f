/** @file Bytes ↔ messages: what is sent is received, and everything else is refused in one known way. */
import * as fc from "fast-check";
import { unpackMultiple } from "msgpackr";
import { describe, expect, test } from "vitest";

import { decodeMessage, encodeHead, encodeMessage } from "../../../../shared/protocol/codec.ts";
import { ProtocolError } from "../../../../shared/protocol/errors.ts";
import { headerBytesMax, headerDepthMax } from "../../../../shared/protocol/limits.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { sampleCoordinatorMessages, sampleWorkerMessages } from "./sample-messages.ts";

countProperties("messages' bytes");

const headers = [...sampleWorkerMessages, ...sampleCoordinatorMessages];
const tensor = new Uint8Array(new Float32Array([1, -0, 1e-40]).buffer);

/** `{ t: 1 }`, the smallest header of these tests. */
const smallHeader = [0x81, 0xa1, 0x74, 0x01];

describe("encodeMessage and decodeMessage", () => {
  test("return each of the 24 sample headers, with and without a tensor", () => {
    expect(headers).toHaveLength(24);
    for (const header of headers) {
      const bare = decodeMessage(encodeMessage(header));
      expect(bare).toEqual({ header, tensor: new Uint8Array(0) });
      expect(decodeMessage(encodeMessage(header, tensor))).toEqual({ header, tensor });
    }
  });

  test("return any header of texts, numbers, flags and lists", () => {
    const leaf = fc.oneof(
      fc.string({ maxLength: 40, unit: "grapheme" }),
      fc.maxSafeInteger(),
      // msgpack integers have no −0, and neither does any header field.
      fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number)),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 20 }));
    const header = fc.dictionary(fc.stringMatching(/^[a-z]\w{0,30}$/u), value, { maxKeys: 20 });
    fc.assert(
      fc.property(header, (one) => {
        expect(decodeMessage(encodeMessage(one)).header).toEqual({ ...one });
      }),
    );
  });

  test("send the same bytes in two fragments (head, tensor) as in one buffer", () => {
    for (const header of headers) {
      const head = encodeHead(header, tensor.length);
      expect(Uint8Array.from([...head, ...tensor])).toEqual(encodeMessage(header, tensor));
    }
  });

  test("return the tensor as a view of the received bytes, not a copy", () => {
    const message = encodeMessage({ type: "work" }, tensor);
    const decoded = decodeMessage(message);
    expect(decoded.tensor.buffer).toBe(message.buffer);
    expect(decoded.tensor.byteOffset).toBe(message.byteOffset + message.length - 12);
  });

  test("do not depend on where in its buffer a message starts: offsets 0…8", () => {
    const message = encodeMessage({ type: "work", step: 3 }, tensor);
    for (let offset = 0; offset <= 8; offset++) {
      const moved = new Uint8Array(offset + message.length + 5);
      moved.set(message, offset);
      const view = moved.subarray(offset, offset + message.length);
      expect(decodeMessage(view)).toEqual({ header: { type: "work", step: 3 }, tensor });
    }
  });

  test("leave a header object unchanged for the next message: 1,000 in a row share no state", () => {
    for (let step = 0; step < 1_000; step++) {
      const header = { type: "wait", [`field${step}`]: step };
      expect(decodeMessage(encodeMessage(header)).header).toEqual(header);
    }
  });

  test("write what plain msgpack reads: unpackMultiple gives header and bin, for all 16 headers", () => {
    for (const header of headers) {
      expect(unpackMultiple(encodeMessage(header, tensor))).toEqual([header, tensor]);
    }
  });

  test("refuse to write a header over 4,096 bytes: a bug here, not the peer's", () => {
    expect(() => encodeMessage({ reason: "x".repeat(5_000) })).toThrow(/invariant/u);
  });
});

describe("decodeMessage refuses", () => {
  test("every proper prefix of every sample message, with ERR_DECODE", () => {
    for (const header of headers) {
      const whole = encodeMessage(header, tensor);
      const headLength = encodeMessage(header).length;
      for (let length = 0; length < whole.length; length++) {
        const isWhole = length === headLength; // The header alone is a message.
        expect(refusalOf(whole.subarray(0, length))).toBe(isWhole ? undefined : "ERR_DECODE");
      }
    }
  });

  test("one byte more after a header or a tensor", () => {
    for (const byte of [0x00, 0x80, 0xc0, 0xc4, 0xc6, 0xff]) {
      expect(refusalOf([...smallHeader, byte])).toBe("ERR_DECODE");
      expect(refusalOf([...encodeMessage({ t: 1 }, tensor), byte])).toBe("ERR_DECODE");
    }
  });

  test("two headers, two tensors, and a tensor without a header", () => {
    const message = [...encodeMessage({ t: 1 }, tensor)];
    const bin = message.slice(smallHeader.length);
    expect(refusalOf([...smallHeader, ...smallHeader])).toBe("ERR_DECODE");
    expect(refusalOf([...message, ...bin])).toBe("ERR_DECODE");
    expect(refusalOf(bin)).toBe("ERR_DECODE");
  });

  test("tensors of 0, 1, 2, 3, 5 and 7 bytes, which are not lists of float32", () => {
    for (const length of [0, 1, 2, 3, 5, 7]) {
      const bin = [0xc6, 0, 0, 0, length, ...Array.from({ length }, () => 0)];
      expect(refusalOf([...smallHeader, ...bin])).toBe("ERR_DECODE");
    }
  });

  test("bins with an 8 or 16 bit length: one way to write a tensor is enough", () => {
    expect(refusalOf([...smallHeader, 0xc4, 4, 0, 0, 0, 0])).toBe("ERR_DECODE");
    expect(refusalOf([...smallHeader, 0xc5, 0, 4, 0, 0, 0, 0])).toBe("ERR_DECODE");
  });

  test("a bin that claims 4 GiB in 20 bytes, at once", () => {
    expect(refusalOf([...smallHeader, 0xc6, 0xff, 0xff, 0xff, 0xfc, 1, 2, 3, 4])).toBe(
      "ERR_DECODE",
    );
  });

  test("maps, lists and texts that claim more than 4 KiB, before anything is built", () => {
    const claims = [
      [0xde, 0xff, 0xff],
      [0x81, 0xa1, 0x74, 0xdc, 0xff, 0xff],
      [0x81, 0xa1, 0x74, 0xda, 0xff, 0xff],
      [0x81, 0xa1, 0x74, 0xc5, 0xff, 0xff],
    ];
    for (const claim of claims) expect(refusalOf(claim)).toMatch(/^ERR_(DECODE|TOO_LARGE)$/u);
  });

  test("the 32-bit forms of maps, lists, texts and bins inside a header", () => {
    const empty = [0, 0, 0, 0];
    expect(refusalOf([0xdf, ...empty])).toBe("ERR_DECODE");
    for (const marker of [0xdd, 0xdf, 0xdb, 0xc6]) {
      expect(refusalOf([0x81, 0xa1, 0x74, marker, ...empty])).toBe("ERR_DECODE");
    }
  });

  test("all 8 extension types and the unused marker 0xc1, anywhere in a header", () => {
    for (const marker of [0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]) {
      const value = [marker, ...Array.from({ length: 20 }, () => 0)];
      expect(refusalOf([0x81, 0xa1, 0x74, ...value])).toBe("ERR_DECODE");
      expect(refusalOf([0x81, ...value, 0x01])).toBe("ERR_DECODE");
    }
  });

  test(`nesting deeper than ${headerDepthMax}, and a bomb of 4,000 lists in lists`, () => {
    // The map is the first level, the number inside is the last.
    expect(refusalOf(nested(headerDepthMax - 2))).toBeUndefined();
    expect(refusalOf(nested(headerDepthMax - 1))).toBe("ERR_DECODE");
    expect(refusalOf(nested(4_000))).toBe("ERR_DECODE");
  });

  test("a header of 4,097 bytes with ERR_TOO_LARGE, but not one of 4,096", () => {
    expect(refusalOf(headerOf(headerBytesMax))).toBeUndefined();
    expect(refusalOf(headerOf(headerBytesMax + 1))).toBe("ERR_TOO_LARGE");
  });

  test("anything that does not start with a map: numbers, texts, lists, nil, nothing", () => {
    for (const bytes of [[], [0x00], [0xa1, 0x74], [0x91, 0x80], [0xc0], [0xc3]]) {
      expect(refusalOf(bytes)).toBe("ERR_DECODE");
    }
  });

  test("random bytes, and sample messages with random bytes changed, always with ProtocolError", () => {
    const anything = fc.uint8Array({ maxLength: 300 });
    const afterMap = anything.map((bytes) =>
      Uint8Array.from([0x80 | (bytes.length & 15), ...bytes]),
    );
    const damaged = fc
      .tuple(fc.constantFrom(...headers), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }))))
      .map(([header, changes]) => {
        const bytes = encodeMessage(header, tensor);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const bytes = fc.oneof(anything, afterMap, damaged);
    // refusalOf rethrows anything that is not a ProtocolError.
    fc.assert(
      fc.property(bytes, (one) => {
        expect([undefined, "ERR_DECODE", "ERR_TOO_LARGE"]).toContain(refusalOf(one));
      }),
      { numRuns: cases(1_500) },
    );
  });
});

describe("keys with a meaning in JavaScript", () => {
  test("__proto__, constructor and toString change no prototype", () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      const name = [...new TextEncoder().encode(key)];
      const inner = [0x81, 0xa1, 0x78, 0x01];
      const { header } = decodeMessage(
        Uint8Array.from([0x81, 0xa0 | name.length, ...name, ...inner]),
      );
      expect(header).toBeInstanceOf(Object);
      expect(Object.getPrototypeOf(header)).toBe(Object.prototype);
      expect(Object.entries(header ?? {})).toHaveLength(1);
      expect({}).not.toHaveProperty("x");
    }
  });

  test("the same key twice leaves one value, not two", () => {
    const { header } = decodeMessage(Uint8Array.from([0x82, 0xa1, 0x74, 0x01, 0xa1, 0x74, 0x02]));
    expect(header).toEqual({ t: 2 });
  });
});

/** A number inside this many lists inside a map. */
function nested(depth: number): number[] {
  return [0x81, 0xa1, 0x74, ...Array.from({ length: depth }, () => 0x91), 0x01];
}

/** A header of this many bytes: one text. */
function headerOf(length: number): number[] {
  const text = length - 6;
  const letters = Array.from({ length: text }, () => 65);
  return [0x81, 0xa1, 0x74, 0xda, text >> 8, text & 0xff, ...letters];
}

/** The code of the ProtocolError, or `undefined` if the bytes are accepted; anything else is rethrown. */
function refusalOf(bytes: readonly number[] | Uint8Array): string | undefined {
  try {
    decodeMessage(Uint8Array.from(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
