/**
 * @file Files damaged by a bad disk, a bad editor or a bad person: run files, IDX files, checkpoints and run
 * folders. Whatever they contain, the result is either right or one line that names the file. It is never another
 * error, never a hang, and never more memory than the data need.
 */
import { gunzipSync, gzipSync } from "node:zlib";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { runFileBytesMax } from "../../../../coordinator/cli/run-file.ts";
import { unpack } from "../../../../coordinator/datasets/compressed.ts";
import { loadDataset } from "../../../../coordinator/datasets/loaders.ts";
import { known } from "../../../../shared/assert.ts";
import { parseIdx } from "../../../../shared/data/idx.ts";
import { oneLine } from "../../../../shared/error-text.ts";
import { FormatError } from "../../../../shared/format-error.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../../shared/safetensors.ts";
import {
  caught,
  damaged,
  damages,
  expectLine,
  lineOf,
} from "../../../support/attacks/bad-files.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";
import { parse } from "../cli/support.ts";
import { npy, zip } from "../datasets/arrays/numpy-files.ts";
import { tinyFiles } from "../datasets/idx-files.ts";

countProperties("run files, datasets and checkpoints");

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a run file", () => {
  const secret = "geheim-geheim-1";
  const yaml = `# settings
dataset: digits:600,100
layers: [784, 16, 16, 10]
learningRate: 0.01
epochs: 3
name: monday
joinToken: ${secret}
$schema: {a: [1, 2]}
`;
  const json = JSON.stringify({ dataset: "digits", epochs: 3, layers: [784, 10], exit: true });

  test("damaged in 1 to 4 places is read, or refused in one line that names it", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(yaml, json), damages, (text, changes) => {
        const file = textOf(damaged(bytesOf(text), changes));
        try {
          expect(parse(["start"], { file }).kind).toMatch(/^(coordinator|print)$/u);
        } catch (error) {
          expectLine(error, /run\.yaml|^--/u);
          refused += 1;
        }
      }),
      { numRuns: cases(400) },
    );
    expect(refused).toBeGreaterThan(cases(200));
  });

  test.each([
    ["60,000 lists in each other", `epochs: ${"[".repeat(60_000)}`],
    ["30,000 lists that are closed", `epochs: ${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["700 lists", `epochs: ${"[".repeat(700)}1${"]".repeat(700)}`],
    ["15,000 maps", "{a: ".repeat(15_000)],
    ["30,000 lists on one line", `${"- ".repeat(30_000)}1`],
    ["30,000 keys on one line", `${"? ".repeat(30_000)}1`],
    ["lists behind comments that seem to close them", "[ #]\n".repeat(9_000)],
    ["lists in JSON", `{"epochs": ${"[".repeat(2_000)}${"]".repeat(2_000)}}`],
  ])("of %s is too deep", (_, file) => {
    expect(lineOf(caught(() => parse(["start"], { file })))).toBe(
      "run.yaml nests more than 8 levels; write one value, or a list of values, after each key",
    );
  });

  test("of 300 levels of indentation, one key each, is refused", () => {
    const file = Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
    expect(lineOf(caught(() => parse(["start"], { file })))).toMatch(/^run\.yaml line 1: unknown/u);
  });

  test(`of more than ${runFileBytesMax} bytes is refused unread; one of exactly that size is read`, () => {
    expect(parse(["start"], { file: filled(runFileBytesMax) }).kind).toBe("coordinator");
    expect(lineOf(caught(() => parse(["start"], { file: filled(runFileBytesMax + 1) })))).toBe(
      'run.yaml has more than 64 KiB; is it a run file, with "key: value" lines?',
    );
    // Characters are not bytes.
    const wide = `epochs: 3\n#${"é".repeat(runFileBytesMax / 2)}`;
    expect(lineOf(caught(() => parse(["start"], { file: wide })))).toMatch(/64 KiB/u);
  });

  test("whose aliases would expand to 10 billion values is refused: an alias is not a value", () => {
    const lists = Array.from({ length: 10 }, (_, i) => {
      const item = i === 0 ? "1" : `*a${i - 1}`;
      return `$${i}: &a${i} [${Array.from({ length: 10 }, () => item).join()}]`;
    });
    const file = [...lists, "layers: *a9"].join("\n");
    expect(lineOf(caught(() => parse(["start"], { file })))).toBe(
      "run.yaml line 11: layers must be one value; write it after the colon, or leave the line out",
    );
  });

  test("with 10,000 unknown keys is read without comparing each with every other", () => {
    const keys = Array.from({ length: 8_000 }, (_, i) => `$${i}:`).join("\n");
    expect(parse(["start"], { file: `${keys}\nepochs: 3` }).kind).toBe("coordinator");
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "with the key %s has an unknown key, and changes no object",
    (key) => {
      for (const file of [`${key}: 1`, `{"${key}": {"isAdmin": true}}`]) {
        expect(lineOf(caught(() => parse(["start"], { file })))).toMatch(
          new RegExp(`^run\\.yaml line 1: unknown key ${key}`, "u"),
        );
      }
      expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    },
  );
});

describe("an IDX file", () => {
  const idx = fc
    .record({
      code: fc.constantFrom(0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
    })
    .map(({ code, shape }) => {
      const length = shape.reduce((product, size) => product * size, widthOf(code));
      const file = Buffer.alloc(4 + 4 * shape.length + length, 7);
      file.writeUInt32BE((code << 8) | shape.length);
      for (const [i, size] of shape.entries()) file.writeUInt32BE(size, 4 + 4 * i);
      return file;
    });

  test("damaged in 1 to 4 places holds what its header says, or is refused with its name", () => {
    let refused = 0;
    fc.assert(
      fc.property(idx, damages, (file, changes) => {
        const bytes = damaged(file, changes);
        try {
          const { shape, data } = parseIdx(bytes, "train.idx");
          const length = shape.reduce((product, size) => product * size, 1);
          expect(data.length).toBe(length);
          expect(bytes.length).toBe(4 + 4 * shape.length + length * widthOf(bytes[2] ?? 0));
        } catch (error) {
          expectLine(error, /^train\.idx .*(\?|again)$/u);
          refused += 1;
        }
      }),
      { numRuns: cases(250) },
    );
    expect(refused).toBeGreaterThan(cases(150));
  });

  test("packed or not, damaged among its three companions, gives a valid dataset or one line", async () => {
    let refused = 0;
    const names = Object.keys(tinyFiles);
    const property = fc.asyncProperty(
      fc.constantFrom(...names),
      fc.boolean(),
      damages,
      async (name, packed, changes) => {
        const files = new Map(
          Object.entries(tinyFiles).map(([key, value]) => [`/d/${key}`, value]),
        );
        const path = `/d/${name}`;
        const bytes = known(files.get(path), "one of the four");
        files.delete(path);
        files.set(packed ? `${path}.gz` : path, damaged(packed ? gzipSync(bytes) : bytes, changes));
        const options = { disk: memoryDisk(files), cache: "/c", mnistMirror: undefined };
        try {
          const { dataset } = await loadDataset("idx:/d", {
            ...options,
            progress: () => undefined,
          });
          for (const split of [dataset.train, dataset.test]) {
            expect(split.features).toHaveLength(split.count * dataset.featureCount);
            expect(split.targets.every((label) => label < dataset.target.count)).toBe(true);
            expect(split.features.every((value) => Number.isFinite(value))).toBe(true);
          }
        } catch (error) {
          expectLine(error, /\/d/u);
          refused += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: cases(250) });
    expect(refused).toBeGreaterThan(cases(150));
  });

  test("that claims 4 GiB in its 20 bytes is refused before memory is allocated", () => {
    for (const size of [0xff_ff_ff_ff, 0x7f_ff_ff_ff]) {
      const file = Buffer.alloc(20);
      file.writeUInt32BE(0x0e_02);
      file.writeUInt32BE(size, 4);
      file.writeUInt32BE(size, 8);
      expect(lineOf(caught(() => parseIdx(file, "a.idx")))).toMatch(
        /^a\.idx is cut short: float64/u,
      );
    }
  });

  test("that unpacks to more than the limit is refused at the limit, whatever size it claims", async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 2 ** 20));
    const said = Buffer.from(bomb);
    said.writeUInt32LE(5, said.length - 4);
    for (const packed of [bomb, said]) {
      await expect(unpack(packed, 2 ** 20)).rejects.toThrow(/larger than 1048576 bytes/u);
    }
    // Nothing is allocated for what a small file only claims.
    const liar = gzipSync(Buffer.from("small"));
    liar.writeUInt32LE(0xff_ff_ff_ff, liar.length - 4);
    await expect(unpack(liar)).rejects.toThrow(/incorrect length check/u);
    expect(gunzipSync(gzipSync(Buffer.from("small"))).toString()).toBe("small");
  });
});

describe("a file of NumPy's arrays", () => {
  const x = npy({ descr: "<f4", shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] });
  const y = npy({ descr: "<i8", shape: [4], values: [0, 1, 0, 1] });
  const files = { "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y };

  test("damaged in 1 to 4 places gives a valid dataset or one line with its name", async () => {
    let refused = 0;
    const property = fc.asyncProperty(
      fc.constantFrom("npy", "stored", "deflated"),
      damages,
      async (form, changes) => {
        const isDeflated = form === "deflated";
        const path = form === "npy" ? "/d" : "/d/a.npz";
        const written: Record<string, Uint8Array> =
          form === "npy"
            ? { ...files, "x_train.npy": damaged(x, changes) }
            : { "a.npz": damaged(zip(files, { isDeflated }), changes) };
        const onDisk = Object.entries(written).map(
          ([name, bytes]) => [`/d/${name}`, bytes] as const,
        );
        const disk = memoryDisk(new Map(onDisk));
        const options = { disk, cache: "/c", mnistMirror: undefined, progress: () => undefined };
        try {
          const kind = form === "npy" ? "npy" : "npz";
          const { dataset } = await loadDataset(`${kind}:${path}`, options);
          for (const split of [dataset.train, dataset.test]) {
            expect(split.features).toHaveLength(split.count * dataset.featureCount);
            expect(split.features.every((value) => Number.isFinite(value))).toBe(true);
          }
        } catch (error) {
          expectLine(error, /\/d/u);
          refused += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: cases(250) });
    expect(refused).toBeGreaterThan(cases(150));
  });

  test("whose zip entry claims 2⁵³ bytes is refused before memory is allocated", async () => {
    const file = zip(files, { isDeflated: true, isWide: true });
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(x.length));
    const large = Buffer.alloc(8);
    large.writeBigUInt64LE(2n ** 53n - 1n);
    const changed = Buffer.from(
      file.toString("latin1").replaceAll(size.toString("latin1"), large.toString("latin1")),
      "latin1",
    );
    const disk = memoryDisk(new Map([["/d/a.npz", changed]]));
    const options = { disk, cache: "/c", mnistMirror: undefined, progress: () => undefined };
    await expect(loadDataset("npz:/d/a.npz", options)).rejects.toThrow(
      "cannot read /d/a.npz (x_train.npy): it has 9,007,199,254,740,991 bytes, at most",
    );
  });
});

describe("a safetensors file", () => {
  const whole = encodeSafetensors({
    metadata: new Map([["step", "7"]]),
    tensors: new Map([
      ["0.weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["0.bias", { shape: [2], data: Float32Array.of(7, 8) }],
      ["labels", { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ]),
  });

  test("damaged in 1 to 4 places has tensors that are views of it, or is refused", () => {
    let refused = 0;
    fc.assert(
      fc.property(damages, (changes) => {
        const bytes = damaged(whole, changes);
        try {
          const { tensors } = decodeSafetensors(bytes);
          let covered = 0;
          for (const { shape, data } of tensors.values()) {
            expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
            covered += data.byteLength;
          }
          expect(covered).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          expectLine(new OperatorError(error.said), /^.{10,700}$/u);
          refused += 1;
        }
      }),
      { numRuns: cases(250) },
    );
    expect(refused).toBeGreaterThan(cases(150));
  });

  test.each([
    ["half a million lists", `{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, /more than 3/u],
    ["170,000 objects", `${'{"a":'.repeat(170_000)}1${"}".repeat(170_000)}`, /more than 3/u],
    [
      "a name of a million characters",
      `{"${"a".repeat(2 ** 20 - 100)}":1}`,
      /at most 200 are read/u,
    ],
    ["a million backslashes", `{"${"\\\\".repeat(500_000)}":1}`, /at most 200 are read/u],
    [
      "a shape of 500,000 sizes",
      `{"a":{"dtype":"U8","shape":[${"1,".repeat(500_000)}1],"data_offsets":[0,1]}}`,
      /^tensor a: expected/u,
    ],
    ["a million spaces and no end", `{"a":1}${" ".repeat(1_000_000)}x`, /not one JSON object/u],
  ])("whose header is %s is refused in a short line", (_, header, reason) => {
    const error = caught(() => decodeSafetensors(withHeader(header)));
    expect(error).toBeInstanceOf(FormatError);
    expectLine(new OperatorError((error as FormatError).said), reason);
    expect((error as FormatError).message.length).toBeLessThan(500);
  });
});

/** A run file of this many bytes. */
function filled(length: number): string {
  return `epochs: 3\n#${"x".repeat(length - 11)}`;
}

/** A safetensors file with only this header. */
function withHeader(header: string): Uint8Array {
  const text = bytesOf(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from([...length, ...text]);
}

test("an error's line escapes what a terminal would obey, and ends after 2,000 characters", () => {
  expect(oneLine("a\nb\u001B[31mc\u009B\u202Ed\u2028")).toBe(
    "a\\u{a}b\\u{1b}[31mc\\u{9b}\\u{202e}d\\u{2028}",
  );
  expect(oneLine("é 漢字 \u{1F522} fine")).toBe("é 漢字 \u{1F522} fine");
  expect(oneLine("x".repeat(100_000))).toBe(`${"x".repeat(2_000)}…`);
});

function widthOf(code: number): number {
  return { 0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8 }[code] ?? NaN;
}
