import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { FormatError } from "../../../shared/format-error.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  headerBytesMax,
  type Tensor,
} from "../../../shared/safetensors.ts";
import { countProperties } from "../../support/fixtures/count-properties.ts";
import { cases } from "../../support/fixtures/effort.ts";

countProperties("safetensors");

const none: ReadonlyMap<string, string> = new Map();

/** A file from the text of its header and the bytes of its buffer, however wrong. */
function file(header: string, buffer: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + buffer.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(buffer, 8 + text.length);
  return bytes;
}

function entry(fields: object): string {
  return JSON.stringify({ dtype: "U8", shape: [2], data_offsets: [0, 2], ...fields });
}

describe("encodeSafetensors", () => {
  test("writes the 72 bytes of the format's own example", () => {
    const tensors = new Map([["test", { shape: [2, 2], data: new Int32Array(4) }]]);
    const header = `{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}`;
    expect(encodeSafetensors({ metadata: none, tensors })).toEqual(
      file(
        `${header}    `,
        Array.from({ length: 16 }, () => 0),
      ),
    );
  });

  test("gives the same bytes whatever the order of 3 tensors and 2 keys", () => {
    const tensors: [string, Tensor][] = [
      ["2.weight", { shape: [1, 2], data: Float32Array.of(1.5, -2) }],
      ["0.bias", { shape: [1], data: Float32Array.of(3) }],
      ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ];
    const metadata: [string, string][] = [
      ["step", "7"],
      ["10", "integer-like keys stay in place"],
    ];
    const one = encodeSafetensors({ metadata: new Map(metadata), tensors: new Map(tensors) });
    const other = encodeSafetensors({
      metadata: new Map(metadata.toReversed()),
      tensors: new Map(tensors.toReversed()),
    });
    expect(one).toEqual(other);
    expect([...decodeSafetensors(one).tensors.keys()]).toEqual(["0.bias", "2.weight", "bytes"]);
  });

  test("refuses 3 elements in a shape of 2 × 2", () => {
    const tensors = new Map([["a", { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors({ metadata: none, tensors })).toThrow(
      "tensor a of shape [2, 2] has 3 elements",
    );
  });
});

describe("decodeSafetensors", () => {
  test("returns the contents from which 100 random files were written, every tensor a view", () => {
    const data = fc.oneof(
      fc.uint8Array(),
      fc.int8Array(),
      fc.uint16Array(),
      fc.int16Array(),
      fc.uint32Array(),
      fc.int32Array(),
      fc.float32Array(),
      fc.float64Array(),
    );
    const names = fc.string({ unit: "grapheme", minLength: 1 });
    const tensorLists = fc.uniqueArray(fc.tuple(names, data), { selector: ([name]) => name });
    fc.assert(
      fc.property(tensorLists, fc.dictionary(fc.string(), fc.string()), (list, dictionary) => {
        const metadata = new Map(Object.entries(dictionary));
        const tensors = new Map(
          list.map(([name, values]) => [name, { shape: [values.length, 1], data: values }]),
        );
        const bytes = encodeSafetensors({ metadata, tensors });
        const decoded = decodeSafetensors(bytes);
        expect(decoded.metadata).toEqual(metadata);
        expect(new Map(decoded.tensors)).toEqual(tensors);
        for (const { data: view } of decoded.tensors.values())
          expect(view.buffer).toBe(bytes.buffer);
      }),
    );
  });

  test("copies the one tensor that another writer left unaligned", () => {
    const bytes = file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, [0, 0, 128, 63]);
    expect(decodeSafetensors(bytes).tensors.get("a")?.data).toEqual(Float32Array.of(1));
  });

  test("copies an unaligned tensor in a Buffer, and nothing of the surrounding memory", () => {
    const bytes = file(
      `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
      [0, 0, 128, 63, 0, 0, 0, 64],
    );
    for (let shift = 0; shift < 8; shift += 1) {
      const shared = Buffer.alloc(4_096, 0xff);
      shared.set(bytes, shift);
      const data = decodeSafetensors(shared.subarray(shift, shift + bytes.length)).tensors.get("a");
      expect(data?.data).toEqual(Float32Array.of(1, 2));
    }
  });

  test("reads a tensor of 0 elements and a scalar of shape []", () => {
    const bytes = file(
      `{"none":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"one":${entry({ shape: [], data_offsets: [0, 1] })}}`,
      [9],
    );
    const { tensors } = decodeSafetensors(bytes);
    expect(tensors.get("none")?.data).toEqual(Uint8Array.of());
    expect(tensors.get("one")).toEqual({ shape: [], data: Uint8Array.of(9) });
  });

  test("treats a tensor named __proto__ as a tensor", () => {
    const bytes = file(`{"__proto__":${entry({})}}`, [1, 2]);
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(["__proto__"]);
  });

  const tooLong = new Uint8Array(16);
  new DataView(tooLong.buffer).setBigUint64(0, BigInt(headerBytesMax + 1), true);
  const two = [1, 2];
  const refused: [string, Uint8Array, string][] = [
    ["7 bytes", new Uint8Array(7), "7 bytes are too few"],
    [
      "a header beyond the limit",
      tooLong,
      "a header of 1,048,577 bytes, at most 1,048,576 are read",
    ],
    ["a header longer than the file", file("{}").subarray(0, 9), "in a file of 9 bytes"],
    ["a header that is a list", file("[]"), "not one JSON object"],
    ["a header that starts with a space", file(" {}"), "not one JSON object"],
    ["a header padded with a tab", file("{}\t"), "not one JSON object"],
    ["a header that is not JSON", file("{a}"), "not JSON"],
    ["a header that is not UTF-8", file("{}").fill(0xff, 8), "not UTF-8"],
    ["a tensor named twice", file(`{"a":${entry({})},"a":${entry({})}}`, two), `names "a" twice`],
    ["a field named twice", file(`{"a":{"dtype":"U8","dtype":"U8"}}`), `names "dtype" twice`],
    ["a key escaped to hide it", file(`{"a":1,"\\u0061":1}`), `names "\\u0061" twice`],
    ["a number in the metadata", file(`{"__metadata__":{"step":1}}`), "step is not a string"],
    ["metadata that is a list", file(`{"__metadata__":[]}`), "is not an object"],
    ["an unknown dtype", file(`{"a":${entry({ dtype: "F16" })}}`, two), `"dtype":"F16"`],
    ["an unknown field", file(`{"a":${entry({ more: 1 })}}`, two), `"more":1`],
    ["an entry that is a number", file(`{"a":1}`), "got 1"],
    ["three offsets", file(`{"a":${entry({ data_offsets: [0, 2, 2] })}}`, two), "[0,2,2]"],
    ["half a byte", file(`{"a":${entry({ data_offsets: [0, 2.5] })}}`, two), "[0,2.5]"],
    [
      "17 axes",
      file(`{"a":${entry({ shape: [2, ...Array.from({ length: 16 }, () => 1)] })}}`, two),
      "[2,1,1",
    ],
    ["a negative size", file(`{"a":${entry({ shape: [-2] })}}`, two), `"shape":[-2]`],
    ["a size beyond 2^53", file(`{"a":${entry({ shape: [2 ** 54] })}}`, two), "expected"],
    ["a shape that overflows", file(`{"a":${entry({ shape: [2 ** 52, 2 ** 52] })}}`, two), "takes"],
    ["3 bytes for 2", file(`{"a":${entry({ data_offsets: [0, 3] })}}`, [1, 2, 3]), "hold 3"],
    [
      "offsets that run backwards",
      file(`{"a":${entry({ data_offsets: [2, 0] })}}`, two),
      "hold -2",
    ],
    ["a tensor beyond the end", file(`{"a":${entry({})}}`, [1]), "ends at byte 2 of a buffer of 1"],
    [
      "a byte after the last tensor",
      file(`{"a":${entry({})}}`, [1, 2, 3]),
      "1 bytes after the last",
    ],
    [
      "a hole of 1 byte",
      file(`{"a":${entry({})},"b":${entry({ data_offsets: [3, 5] })}}`, [1, 2, 3, 4, 5]),
      "a hole of 1 bytes before tensor b",
    ],
    [
      "an overlap of 1 byte",
      file(`{"a":${entry({})},"b":${entry({ data_offsets: [1, 3] })}}`, [1, 2, 3]),
      "tensor b overlaps",
    ],
  ];
  test.each(refused)("refuses %s", (_what, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  test("answers random byte strings with a FormatError or a value, never another error", () => {
    const errors = new Set<unknown>();
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), fc.uint8Array(), (header, buffer) => {
        try {
          decodeSafetensors(file(`{${header}}`, [...buffer]));
        } catch (error) {
          errors.add(Object.getPrototypeOf(error));
        }
      }),
      { numRuns: cases(1000) },
    );
    expect([...errors]).toEqual([FormatError.prototype]);
  });
});
