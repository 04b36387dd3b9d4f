/** IDX folders as they are found in the wild: other names, other types, other shapes, other labels. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ArrayContent } from "../../../../../coordinator/datasets/arrays/from-arrays.ts";
import { readIdxFolder } from "../../../../../coordinator/datasets/arrays/idx-folder.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { sayInEnglish } from "../../../../../shared/words/sentence.ts";
import { writeFiles } from "../idx-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-idx-wild-"));
});
afterEach(() => rm(folder, { recursive: true }));

const types = {
  uint8: [0x08, 1, (view: DataView, at: number, x: number) => view.setUint8(at, x)],
  int8: [0x09, 1, (view: DataView, at: number, x: number) => view.setInt8(at, x)],
  int16: [0x0b, 2, (view: DataView, at: number, x: number) => view.setInt16(at, x)],
  int32: [0x0c, 4, (view: DataView, at: number, x: number) => view.setInt32(at, x)],
  float32: [0x0d, 4, (view: DataView, at: number, x: number) => view.setFloat32(at, x)],
  float64: [0x0e, 8, (view: DataView, at: number, x: number) => view.setFloat64(at, x)],
} as const;
type Type = keyof typeof types;

function idx(type: Type, shape: readonly number[], values: readonly number[]): Uint8Array {
  const [code, width, set] = types[type];
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + width * values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, code * 256 + shape.length);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  for (const [i, value] of values.entries()) set(view, start + i * width, value);
  return bytes;
}

interface Recipe {
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  readonly type?: Type;
  readonly labelType?: Type;
  /** The value of feature i of sample s. */
  readonly value?: (s: number, i: number) => number;
}

const counting = (s: number, i: number) => 100 * s + i;
const pixel = (s: number, i: number) => (31 * s + 7 * i) % 190;

/** Both splits have the same samples. */
function four({ shape, labels, type = "uint8", labelType = "uint8", value = pixel }: Recipe) {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = labels.flatMap((_, s) => Array.from({ length: size }, (__, i) => value(s, i)));
  const samples = idx(type, [labels.length, ...shape], values);
  const classes = idx(labelType, [labels.length], labels);
  return {
    "train-images-idx3-ubyte": samples,
    "train-labels-idx1-ubyte": classes,
    "t10k-images-idx3-ubyte": samples,
    "t10k-labels-idx1-ubyte": classes,
  };
}

function renamed(
  files: Readonly<Record<string, Uint8Array>>,
  rename: (name: string) => string,
  change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [rename(name), change(bytes)]),
  );
}

async function read(
  files: Readonly<Record<string, Uint8Array>>,
  place = folder,
): Promise<ArrayContent["content"] & { notes: string[] }> {
  for (const name of Object.keys(files))
    await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFiles(folder, files);
  const { content, notes } = await readIdxFolder({ disk: nodeDisk }, place);
  return { ...content, notes: notes.map(sayInEnglish) };
}

async function refusal(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const error: unknown = await read(files).then(
    () => "it was read",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperatorError);
  const { message } = error as OperatorError;
  expect(message).not.toContain("\n");
  return message;
}

const upTo = (count: number, first = 0) =>
  Array.from({ length: 2 * count }, (_, i) => (i % count) + first);
const tiny = four({ shape: [2, 3], labels: upTo(3) });

const concatenated = (bytes: Uint8Array) =>
  Buffer.concat([gzipSync(bytes.subarray(0, 9)), gzipSync(bytes.subarray(9))]);

describe("names and packing: the same 6 samples", () => {
  const spellings: [string, Record<string, Uint8Array>][] = [
    ["raw bytes whose names end in .gz", renamed(tiny, (name) => `${name}.gz`)],
    ["gzip whose names do not say so", renamed(tiny, (name) => name, gzipSync)],
    ["gzip of 2 members", renamed(tiny, (name) => `${name}.gz`, concatenated)],
    ["a prefix like EMNIST's", renamed(tiny, (name) => `emnist-letters-${name}.gz`, gzipSync)],
    ["a folder for each file, as Kaggle has them", renamed(tiny, (name) => `${name}/${name}`)],
    [
      "such folders beside files that are spelled differently",
      {
        ...renamed(tiny, (name) => `${name}/${name}`),
        ...renamed(tiny, (name) => name.replace("-idx", ".idx")),
      },
    ],
  ];
  test.each(spellings)("%s", async (_what, files) => {
    const plain = await read(tiny);
    await rm(folder, { recursive: true });
    const content = await read(files);
    expect({ ...content, name: plain.name }).toEqual(plain);
    expect(content.notes).toEqual([]);
  });

  const several = {
    ...renamed(tiny, (name) => `emnist-letters-${name}`),
    ...renamed(four({ shape: [2, 3], labels: upTo(5) }), (name) => `emnist-digits-${name}`),
  };

  test("a folder with 2 datasets is refused, and names how to choose", async () => {
    expect(await refusal(several)).toBe(
      `${folder} has the files of several datasets: emnist-digits, emnist-letters; name one, for example idx:${folder}/emnist-digits`,
    );
  });

  test("one of 2 datasets in a folder is chosen by its prefix", async () => {
    const { target, name } = await read(several, join(folder, "emnist-digits"));
    expect([target.count, name]).toEqual([5, "emnist-digits"]);
    await expect(read(several, join(folder, "emnist"))).rejects.toThrow(
      `cannot read the dataset's folder ${join(folder, "emnist")}: there is no such file or folder`,
    );
  });

  test("a file instead of the folder is called a file", async () => {
    const place = join(folder, "train-images-idx3-ubyte");
    await expect(read(tiny, place)).rejects.toThrow(`${place} is a file; idx: takes the folder`);
  });
});

describe("shapes", () => {
  const shapes: [string, number[], number[]][] = [
    ["not square", [16, 25], [16, 25]],
    ["colour last", [9, 10, 3], [9, 10, 3]],
    ["one number", [1], [1]],
    ["a row of 9", [9], [9]],
    ["one channel first", [1, 9, 10], [9, 10]],
    ["4 × 4 × 4, which is no picture", [4, 4, 4], [4, 4, 4]],
  ];
  test.each(shapes)("%s", async (_what, shape, featureShape) => {
    const files = four({ shape, labels: upTo(2) });
    const content = await read(files);
    expect(content.featureShape).toEqual(featureShape);
    const values = files["train-images-idx3-ubyte"].subarray(4 + 4 * (shape.length + 1));
    expect(
      Buffer.from(content.train.features.buffer, content.train.features.byteOffset, values.length),
    ).toEqual(Buffer.from(values));
  });

  test("colour first becomes colour last: 3 planes of 8 × 9 become pixels of 3 bytes", async () => {
    const { featureShape, train } = await read(
      four({ shape: [3, 8, 9], labels: [0, 1], value: counting, type: "uint8" }),
    );
    expect(featureShape).toEqual([8, 9, 3]);
    const byte = (s: number, y: number, x: number, c: number) =>
      train.features[((s * 8 + y) * 9 + x) * 3 + c];
    expect(byte(0, 0, 0, 2)).toBe(144);
    expect(byte(1, 2, 5, 1)).toBe((100 + 72 + 2 * 9 + 5) % 256);
  });
});

describe("numbers that are not bytes", () => {
  const recipe = { shape: [2, 3], labels: upTo(3) };
  test.each(["int16", "int32", "float32", "float64"] as const)(
    "%s from 0 to 189 is scaled like bytes, which is said",
    async (type) => {
      const content = await read(four({ ...recipe, type }));
      const { notes, train, test: held } = await read(tiny);
      expect(notes).toEqual([]);
      expect([content.train.features, content.test.features]).toEqual([
        Uint8Array.from(train.features),
        Uint8Array.from(held.features),
      ]);
      expect(content.notes).toEqual([
        expect.stringMatching(
          /train-images.*: whole numbers from 0 to \d+ are read as bytes, that is divided by 255$/u,
        ),
      ]);
    },
  );

  const kept: [string, Type, (s: number, i: number) => number][] = [
    ["whole numbers up to 16", "int32", (s, i) => (s + i) % 17],
    ["−1 and 1", "int8", (s, i) => ((s + i) % 2) * 2 - 1],
    ["fractions", "float32", (s, i) => (s + i) / 16],
    ["fractions up to 200", "float64", (s, i) => 199.5 - s - i],
  ];
  test.each(kept)("%s stay as they are", async (_what, type, value) => {
    const { train, notes } = await read(four({ ...recipe, type, value }));
    expect(notes).toEqual([]);
    expect([...train.features]).toEqual(
      upTo(3).flatMap((_, s) => Array.from({ length: 6 }, (__, i) => value(s, i))),
    );
  });

  test.each([
    ["0 to 4095", (s: number, i: number) => (s + i === 0 ? 4095 : s), "from 0 to 4,095"],
    ["−1000 to 5", (s: number, i: number) => (s + i === 0 ? -1000 : s), "from -1,000 to 5"],
  ])("whole numbers from %s are refused", async (_what, value, range) => {
    expect(await refusal(four({ ...recipe, type: "int16", value }))).toBe(
      `${folder}/train-images-idx3-ubyte: whole numbers ${range} are not bytes, and too large to train on; scale them to 0…1 first`,
    );
  });
});

describe("labels", () => {
  const shape = [2, 3];
  test("62 classes", async () => {
    const { target, train } = await read(four({ shape, labels: upTo(62) }));
    expect([target.count, train.targets.at(-1)]).toEqual([62, 61]);
  });

  const numbered: [string, number[], Type, number[], string][] = [
    [
      "1 to 10",
      upTo(10, 1),
      "uint8",
      upTo(10),
      "labels go from 1 to 10, so they are numbered as 10 classes",
    ],
    [
      "−1 and 1",
      [-1, 1, 1],
      "int8",
      [0, 1, 1],
      "labels go from -1 to 1, so they are numbered as 2 classes",
    ],
    [
      "0 and 255",
      [0, 255, 255],
      "uint8",
      [0, 1, 1],
      "labels go from 0 to 255, so they are numbered as 2 classes",
    ],
  ];
  test.each(numbered)(
    "%s are numbered from 0, which is said",
    async (_what, labels, labelType, classes, note) => {
      const { target, train, notes } = await read(four({ shape, labels, labelType }));
      expect([target.count, [...train.targets]]).toEqual([new Set(classes).size, classes]);
      expect(notes).toEqual([expect.stringContaining(note)]);
    },
  );

  test("whole floats are labels; a missing class is said", async () => {
    const { target, notes } = await read(four({ shape, labels: [0, 1, 3], labelType: "float32" }));
    expect(target.count).toBe(4);
    expect(notes).toEqual(["class 2 has no training sample, so the network can't learn it"]);
  });

  test("only one class is refused", async () => {
    expect(await refusal(four({ shape, labels: [0, 0] }))).toBe(
      `${folder}/train-labels-idx1-ubyte: every label is 0; classification needs at least two classes, so add samples of another`,
    );
  });

  test("300 classes are kept in 16 bits", async () => {
    const { target, train } = await read(four({ shape, labels: upTo(300), labelType: "int16" }));
    expect(target).toEqual({ kind: "classes", count: 300 });
    expect(train.targets).toBeInstanceOf(Uint16Array);
    expect(train.targets.at(-1)).toBe(299);
  });

  test.each([
    [0.5, "float32"],
    [70_000, "int32"],
    [NaN, "float64"],
  ] as const)("label %d is refused with its place", async (label, labelType) => {
    expect(await refusal(four({ shape, labels: [0, label], labelType }))).toBe(
      `${folder}/train-labels-idx1-ubyte: label ${label} of sample 1 is not a whole number up to 65535; number the classes from 0`,
    );
  });
});
