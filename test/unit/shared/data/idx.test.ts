import { describe, expect, test } from "vitest";

import { parseIdx } from "../../../../shared/data/idx.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";

const header = [0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 3];

describe("parseIdx", () => {
  test("reads 2 × 3 bytes as a view of the file", () => {
    const bytes = Uint8Array.of(...header, 1, 2, 3, 4, 5, 255);
    const { shape, data } = parseIdx(bytes, "a.idx");
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 255));
    expect(data.buffer).toBe(bytes.buffer);
  });

  const numbers: [string, number, number[], number[]][] = [
    ["int8", 0x09, [0x80, 0x7f], [-128, 127]],
    ["int16", 0x0b, [0x80, 0, 0x01, 0x02], [-32768, 258]],
    ["int32", 0x0c, [0xff, 0xff, 0xff, 0xfe, 0, 1, 0, 0], [-2, 65536]],
    ["float32", 0x0d, [0xbf, 0x80, 0, 0, 0x3f, 0, 0, 0], [-1, 0.5]],
    [
      "float64",
      0x0e,
      [0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a, 0x40, 0, 0, 0, 0, 0, 0, 0],
      [Math.fround(0.1), 2],
    ],
  ];
  test.each(numbers)(
    "reads 2 big-endian numbers of %s as float32",
    (_name, code, bytes, expected) => {
      const file = Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...bytes);
      expect(parseIdx(file, "a.idx").data).toEqual(Float32Array.from(expected));
    },
  );

  test("reads a file at an odd offset of its buffer", () => {
    const bytes = Uint8Array.of(7, 0, 0, 0x0b, 1, 0, 0, 0, 1, 0, 5).subarray(1);
    expect(parseIdx(bytes, "a.idx").data).toEqual(Float32Array.of(5));
  });

  const refused: [string, number[], string][] = [
    ["3 bytes", [0, 0, 8], "a.idx has 3 bytes"],
    ["a gzip file", [0x1f, 0x8b, 8, 0, 0], "starts with 0x1f8b0800"],
    ["the unknown type 0a", [0, 0, 0x0a, 1, 0, 0, 0, 0], "starts with 0x00000a01"],
    ["0 dimensions", [0, 0, 8, 0], "starts with 0x00000800"],
    ["a header cut short", header.slice(0, 11), "2 dimensions takes 12 bytes, it has 11"],
    [
      "5 of 6 elements",
      [...header, 1, 2, 3, 4, 5],
      "cut short: uint8 [2 × 3] takes 18 bytes, it has 17",
    ],
    [
      "7 of 6 elements",
      [...header, 1, 2, 3, 4, 5, 6, 7],
      "too long: uint8 [2 × 3] takes 18 bytes, it has 19",
    ],
    ["sizes beyond memory", [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255], "cut short"],
  ];
  test.each(refused)("refuses %s", (_what, bytes, message) => {
    expect(() => parseIdx(Uint8Array.from(bytes), "a.idx")).toThrow(OperatorError);
    expect(() => parseIdx(Uint8Array.from(bytes), "a.idx")).toThrow(message);
  });
});
