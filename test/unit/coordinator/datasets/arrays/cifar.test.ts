import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { writeFiles } from "../idx-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-cifar-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Pictures whose red is `red` + row, green 100, blue the column. */
function batch(labels: readonly number[], { coarse = false } = {}): Buffer {
  return Buffer.concat(
    labels.map((label) => {
      const record = Buffer.alloc((coarse ? 2 : 1) + 3072);
      const start = coarse ? 2 : 1;
      record[start - 1] = label;
      for (let i = 0; i < 1024; i++) {
        record[start + i] = label + Math.floor(i / 32);
        record[start + 1024 + i] = 100;
        record[start + 2048 + i] = i % 32;
      }
      return record;
    }),
  );
}

const words = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
const files = {
  "data_batch_1.bin": batch([3, 9]),
  "data_batch_2.bin": batch([0, 1, 2]),
  "test_batch.bin": batch([5]),
  "batches.meta.txt": Buffer.from(`${words.join("\n")}\n\n`),
};

function load(name: string, data: DataSettings = {}) {
  return loadDataset(name, {
    disk: nodeDisk,
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: () => undefined,
  });
}

test("5 + 1 pictures with the colour last, and the names of the 10 classes", async () => {
  await writeFiles(folder, files);
  const { dataset } = await load(`cifar10:${folder}`);
  expect(dataset).toMatchObject({
    name: "cifar10",
    featureShape: [32, 32, 3],
    target: { kind: "classes", count: 10, names: words },
    train: { count: 5, targets: Uint8Array.of(3, 9, 0, 1, 2) },
    test: { count: 1, targets: Uint8Array.of(5) },
  });
  const pixel = (sample: number, y: number, x: number) => {
    const at = ((sample * 32 + y) * 32 + x) * 3;
    return [...dataset.train.features.subarray(at, at + 3)];
  };
  expect([pixel(0, 0, 0), pixel(1, 4, 31)]).toEqual([
    [3, 100, 0],
    [13, 100, 31],
  ]);
});

test("the folder above, as the archive unpacks it; without names; with a validation split", async () => {
  const inside = join(folder, "cifar-10-batches-bin");
  await mkdir(inside);
  const { "batches.meta.txt": _, ...unnamed } = files;
  await writeFiles(inside, { ...unnamed, "data_batch_1.bin": batch([0, 1, 0, 1, 0, 1]) });
  const { dataset } = await load(`cifar10:${folder}`, { validation: 0.25 });
  expect(dataset.target).toEqual({ kind: "classes", count: 10 });
  expect([dataset.train.count, dataset.validation?.count]).toEqual([7, 2]);
});

test("CIFAR-100 by its fine labels", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `class ${i}`);
  await writeFiles(folder, {
    "train.bin": batch([99, 0], { coarse: true }),
    "test.bin": batch([42], { coarse: true }),
    "fine_label_names.txt": Buffer.from(names.join("\r\n")),
  });
  const { dataset } = await load(`cifar100:${folder}`);
  expect(dataset.target).toEqual({ kind: "classes", count: 100, names });
  expect([...dataset.train.targets, ...dataset.test.targets]).toEqual([99, 0, 42]);
});

describe("refuses in one line", () => {
  const { "test_batch.bin": _, ...lacking } = files;
  test.each([
    ["a missing file", lacking, "DIR lacks test_batch.bin of CIFAR's binary version"],
    [
      "the version for Python",
      { data_batch_1: Buffer.from("pickle"), test_batch: Buffer.from("pickle") },
      "DIR has CIFAR's Python version; fetch the binary version, whose files end in .bin",
    ],
    [
      "a file cut short",
      { ...files, "test_batch.bin": batch([1]).subarray(1) },
      "DIR/test_batch.bin has 3,072 bytes, which is not a whole number of records of 3,073 bytes; fetch it again",
    ],
    ["an empty file", { ...files, "test_batch.bin": Buffer.alloc(0) }, "has 0 bytes"],
    [
      "a label of no class",
      { ...files, "data_batch_2.bin": batch([1, 10]) },
      "DIR/data_batch_2.bin: sample 1 has label 10, labels are below 10",
    ],
    [
      "9 names",
      { ...files, "batches.meta.txt": Buffer.from(words.slice(1).join("\n")) },
      "DIR/batches.meta.txt has 9 names, there are 10 classes",
    ],
  ])("%s", async (_what, written, message) => {
    await writeFiles(folder, written);
    const error: unknown = await load(`cifar10:${folder}`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OperatorError);
    expect((error as OperatorError).message.replaceAll(folder, "DIR")).toContain(message);
  });
});
