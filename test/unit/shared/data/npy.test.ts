import { describe, expect, test } from "vitest";

import { parseNpy } from "../../../../shared/data/npy.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { npy } from "../../coordinator/datasets/arrays/numpy-files.ts";

const at = (i: number, j: number, k: number) => 100 * i + 10 * j + k;

describe("parseNpy", () => {
  test.each(["|u1", "<i2", ">i2", "<i4", ">i4", "<i8", "<u2", "<f4", ">f4", "<f8", "=f8", "|b1"])(
    "reads 2 × 3 of %s in versions 1 to 3",
    (descr) => {
      const values = [1, 0, 1, 1, 0, 0];
      for (const version of [1, 2, 3]) {
        const { shape, data, isInteger } = parseNpy(
          npy({ descr, shape: [2, 3], values, version }),
          "a.npy",
        );
        expect([shape, [...data], isInteger]).toEqual([[2, 3], values, !descr.includes("f")]);
      }
    },
  );

  test("bytes are a view of the file, other types float32", () => {
    const file = npy({ descr: "|u1", shape: [2], values: [7, 255] });
    expect(parseNpy(file, "a").data.buffer).toBe(file.buffer);
    const values = [0.1, -300.5];
    expect(parseNpy(npy({ descr: "<f8", shape: [2], values }), "a").data).toEqual(
      Float32Array.from(values),
    );
  });

  test("half floats: 1, −2, the smallest, the largest, ∞ and NaN", () => {
    const values = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00];
    const { data } = parseNpy(npy({ descr: "<f2", shape: [6], values }), "a");
    expect([...data]).toEqual([1, -2, 2 ** -24, 65_504, Infinity, NaN]);
  });

  test.each(["|u1", "<i4"])(
    "Fortran's order of %s gives the array that C's order gives",
    (descr) => {
      const shape = [2, 3, 4];
      const inC: number[] = [];
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) inC.push(at(i, j, k));
      const inF: number[] = [];
      for (let k = 0; k < 4; k++)
        for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) inF.push(at(i, j, k));
      const fortran = npy({ descr, shape, values: inF, isFortran: true });
      expect([...parseNpy(fortran, "a").data]).toEqual(inC);
    },
  );

  test("one number has an empty shape", () => {
    expect(parseNpy(npy({ descr: "<f4", shape: [], values: [5] }), "a").shape).toEqual([]);
  });

  const good = npy({ descr: "<f4", shape: [2, 2], values: [1, 2, 3, 4] });
  const changed = (from: string, to: string) =>
    Buffer.from(good.toString("latin1").replace(from, to), "latin1");
  const refused: [string, Uint8Array, string][] = [
    ["nothing", Buffer.alloc(0), "a.npy is not an npy file"],
    ["a zip file", Buffer.from("PK\u0003\u0004 and more"), "a.npy is not an npy file"],
    ["version 9", changed("NUMPY\u0001", "NUMPY\u0009"), "is of npy version 9; versions 1 to 3"],
    ["a header cut short", good.subarray(0, 40), "its header takes 128 bytes, it has 40"],
    [
      "an element cut off",
      good.subarray(0, -1),
      "cut short: <f4 [2 × 2] takes 144 bytes, it has 143",
    ],
    ["a byte too many", Buffer.concat([good, Buffer.alloc(1)]), "too long: <f4 [2 × 2] takes 144"],
    [
      "complex numbers",
      changed("<f4", "<c8"),
      "dtype <c8 is not supported; save it as one of b1, u1",
    ],
    ["pickled objects", changed("'<f4'", "'|O' "), "dtype |O is not supported"],
    ["texts", changed("'<f4'", "'<U1'"), "dtype <U1 is not supported"],
    ["a structure", changed("'<f4'", "[('a'"), "dtype a structure is not supported"],
    ["no shape", changed("shape", "shame"), "its header is not an npy header"],
    ["a shape of words", changed("(2, 2)", "(a, b)"), "its header is not an npy header"],
    ["a shape beyond memory", changed("(2, 2), }", "(999999999999, 9999999999), }"), "cut short"],
  ];
  test.each(refused)("refuses %s", (_what, bytes, message) => {
    expect(() => parseNpy(bytes, "a.npy")).toThrow(OperatorError);
    expect(() => parseNpy(bytes, "a.npy")).toThrow(message);
  });
});
