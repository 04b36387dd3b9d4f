import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import type { Dataset } from "../../../../../shared/data/dataset.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { sayAtTerminal } from "../../../../../shared/words/sentence.ts";
import { writeFiles } from "../idx-files.ts";
import { npy, zip } from "./numpy-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-npy-"));
});
afterEach(() => rm(folder, { recursive: true }));

let notes: string[] = [];

async function load(name: string, data: DataSettings = {}): Promise<Dataset> {
  notes = [];
  const loaded = await loadDataset(name, {
    disk: nodeDisk,
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: (said) => void notes.push(sayAtTerminal(said)),
  });
  return loaded.dataset;
}

async function refusal(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => "it was read",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperatorError);
  const { message } = error as OperatorError;
  expect(message).not.toContain("\n");
  return message.replaceAll(folder, "DIR");
}

/** 4 samples of 2 × 3 and their labels. */
const x = npy({ descr: "|u1", shape: [4, 2, 3], values: Array.from({ length: 24 }, (_, i) => i) });
const y = npy({ descr: "<i8", shape: [4], values: [0, 1, 2, 1] });
const whole = { "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y };

function renamed(names: readonly string[]): Record<string, Buffer> {
  const files = Object.values(whole);
  return Object.fromEntries(names.map((name, i) => [`${name}.npy`, files[i]!]));
}

async function writeNpz(files: Readonly<Record<string, Uint8Array>>, how = {}): Promise<string> {
  await writeFiles(folder, { "data.npz": zip(files, how) });
  return `npz:${join(folder, "data.npz")}`;
}

describe("npz:", () => {
  test.each([
    ["stored, as savez writes it", {}],
    ["deflated, as savez_compressed writes it", { isDeflated: true }],
    ["with 64-bit sizes", { isWide: true }],
    ["deflated with 64-bit sizes", { isDeflated: true, isWide: true }],
  ])("%s: 4 + 4 samples of 2 × 3 in 3 classes", async (_what, how) => {
    const dataset = await load(await writeNpz(whole, how));
    expect(dataset).toMatchObject({
      name: "data",
      featureShape: [2, 3],
      target: { kind: "classes", count: 3 },
      train: { count: 4, targets: Uint8Array.of(0, 1, 2, 1) },
    });
    expect([...dataset.test.features]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(notes).toEqual([]);
  });

  const spellings = [
    ["X_train", "y_train", "X_test", "y_test"],
    ["train_images", "train_labels", "test_images", "test_labels"],
    ["xtrain", "ytrain", "xtest", "ytest"],
    ["train-data", "train-targets", "val-data", "val-targets"],
    ["trainX", "trainY", "testX", "testY"],
  ];
  test.each(spellings)("finds %s, %s, %s and %s", async (...names) => {
    const dataset = await load(await writeNpz(renamed(names)));
    const held = names[2]?.startsWith("val") ? dataset.validation : dataset.test;
    expect(held?.count).toBe(4);
  });

  test.each([
    ["X", "y"],
    ["data", "target"],
    ["images", "labels"],
    ["arr_0", "arr_1"],
  ])("%s and %s are divided by the seed, the same each time", async (...names) => {
    const count = 50;
    const samples = Array.from({ length: count }, (_, i) => i);
    const files = {
      [`${names[0]}.npy`]: npy({ descr: "|u1", shape: [count, 1], values: samples }),
      [`${names[1]}.npy`]: npy({ descr: "|u1", shape: [count], values: samples.map((i) => i % 2) }),
    };
    const place = await writeNpz(files);
    const one = await load(place);
    expect([one.train.count, one.test.count, one.validation]).toEqual([40, 10, undefined]);
    expect([...one.train.features, ...one.test.features].toSorted((a, b) => a - b)).toEqual(
      samples,
    );
    expect([...one.test.features].map((i) => i % 2)).toEqual([...one.test.targets]);
    expect((await load(place)).sha256).toBe(one.sha256);
    expect((await load(place, { dataSeed: 2 })).sha256).not.toBe(one.sha256);
    const other = await load(place, { test: 0.1, validation: 0.2 });
    expect([other.train.count, other.validation?.count, other.test.count]).toEqual([36, 9, 5]);
  });

  test("a validation split is taken from the training split, by class", async () => {
    const values = Array.from({ length: 20 }, (_, i) => i % 2);
    const samples = npy({ descr: "|u1", shape: [20, 1], values: values.map((_, i) => i) });
    const labels = npy({ descr: "|u1", shape: [20], values });
    const files = { ...whole, "x_train.npy": samples, "y_train.npy": labels };
    const held = { "x_test.npy": samples, "y_test.npy": labels };
    const dataset = await load(await writeNpz({ ...files, ...held }), { validation: 0.1 });
    expect([dataset.train.count, dataset.test.count]).toEqual([18, 20]);
    expect([...(dataset.validation?.targets ?? [])].toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  test("a share of a split that is there is refused", async () => {
    expect(await refusal(load(await writeNpz(whole), { test: 0.5 }))).toBe(
      "--test 0.5: the data have a test split of their own; leave it out",
    );
  });
});

describe("npy:", () => {
  test("a folder of 4 files, packed or not, is the same dataset as the npz file", async () => {
    const npz = await load(await writeNpz(whole));
    await rm(join(folder, "data.npz"));
    const [first, ...rest] = Object.entries(whole);
    await writeFiles(folder, {
      [`${first![0]}.gz`]: gzipSync(first![1]),
      ...Object.fromEntries(rest),
      "notes.txt": Buffer.from("not an array"),
    });
    const dataset = await load(`npy:${folder}`);
    expect([dataset.name, dataset.sha256]).toEqual([basename(folder), npz.sha256]);
  });
});

const withLabels = (labels: Buffer) =>
  writeNpz({ "x_train.npy": x, "x_test.npy": x, "y_train.npy": labels, "y_test.npy": labels });

describe("targets", () => {
  test("[n, 1] are classes, as Keras keeps CIFAR's", async () => {
    const labels = npy({ descr: "|u1", shape: [4, 1], values: [0, 1, 2, 1] });
    expect((await load(await withLabels(labels))).target).toEqual({ kind: "classes", count: 3 });
  });

  test("one-hot rows are classes", async () => {
    const values = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0];
    const { target, train } = await load(
      await withLabels(npy({ descr: "<f4", shape: [4, 3], values })),
    );
    expect([target, [...train.targets]]).toEqual([{ kind: "classes", count: 3 }, [0, 1, 2, 1]]);
  });

  test("rows of 0 and 1 that are not one-hot are flags", async () => {
    const values = [1, 1, 0, 0, 0, 1, 1, 0];
    const { target, train } = await load(
      await withLabels(npy({ descr: "|b1", shape: [4, 2], values })),
    );
    expect([target, [...train.targets]]).toEqual([{ kind: "flags", count: 2 }, values]);
  });

  test("fractions are numbers to predict, standardised by the training split", async () => {
    const { target, train } = await load(
      await withLabels(npy({ descr: "<f8", shape: [4], values: [0.5, 1.5, 2.5, 3.5] })),
    );
    expect(target).toEqual({
      kind: "values",
      count: 1,
      scales: [{ mean: 2, scale: Math.sqrt(1.25) }],
    });
    expect(train.targets).toEqual(
      Float32Array.from([-1.5, -0.5, 0.5, 1.5], (distance) => distance / Math.sqrt(1.25)),
    );
  });

  test("whole numbers are numbers to predict if that is asked for", async () => {
    const place = await withLabels(y);
    expect((await load(place, { task: "regression" })).target).toMatchObject({ kind: "values" });
    expect((await load(place, { task: "classification" })).target.kind).toBe("classes");
  });

  const refused: [string, Buffer, DataSettings, string][] = [
    [
      "fractions as classes",
      npy({ descr: "<f4", shape: [4], values: [0, 1, 0.5, 1] }),
      { task: "classification" },
      "DIR/data.npz (y_train.npy): label 0.5 of sample 2 is not a whole number up to 65535; number the classes from 0",
    ],
    [
      "rows of numbers as classes",
      npy({ descr: "<f4", shape: [4, 2], values: [0, 1, 0.5, 1, 2, 3, 4, 5] }),
      { task: "classification" },
      "--task classification: DIR/data.npz (y_train.npy) has several numbers per sample that are not 0 and 1; use regression",
    ],
    [
      "NaN to predict",
      npy({ descr: "<f4", shape: [4], values: [0, 1, NaN, 1] }),
      { task: "regression" },
      "DIR/data.npz (y_train.npy): sample 2 is NaN, numbers to predict are finite",
    ],
    [
      "one number everywhere",
      npy({ descr: "<f4", shape: [4], values: [0.5, 0.5, 0.5, 0.5] }),
      {},
      "DIR/data.npz (y_train.npy): every number to predict is 0.5, so there is nothing to learn",
    ],
    [
      "labels of 3 dimensions",
      npy({ descr: "|u1", shape: [4, 1, 1], values: [0, 1, 0, 1] }),
      {},
      "DIR/data.npz (y_train.npy) has shape [4 × 1 × 1], [4 × 1 × 1], labels have one dimension; is it the file of the samples?",
    ],
    [
      "3 labels for 4 samples",
      npy({ descr: "|u1", shape: [3], values: [0, 1, 0] }),
      {},
      "DIR/data.npz (x_train.npy) has 4 samples, DIR/data.npz (y_train.npy) has 3 labels; are they of one dataset?",
    ],
  ];
  test.each(refused)("refuses %s", async (_what, labels, data, message) => {
    expect(await refusal(load(await withLabels(labels), data))).toBe(message);
  });
});

describe("what is no such file or folder is refused in one line", () => {
  const { "x_test.npy": _, ...lacking } = whole;
  const files: [string, Readonly<Record<string, Uint8Array>>, string, string][] = [
    [
      "no array of samples for one split",
      { "a.npz": zip(lacking) },
      "npz:DIR/a.npz",
      "it holds x_train, y_train, y_test",
    ],
    [
      "no array at all",
      { "a.npz": zip({ "readme.txt": Buffer.from("hi") }) },
      "npz:DIR/a.npz",
      "it holds none",
    ],
    [
      "two arrays of labels",
      { "a.npz": zip({ "x.npy": x, "y.npy": y, "labels.npy": y }) },
      "npz:DIR/a.npz",
      "needs one array of samples and one of labels",
    ],
    [
      "arrays without samples",
      {
        "a.npz": zip({
          "x.npy": npy({ descr: "|u1", shape: [0, 2], values: [] }),
          "y.npy": npy({ descr: "|u1", shape: [0], values: [] }),
        }),
      },
      "npz:DIR/a.npz",
      "DIR/a.npz (x.npy) has no samples; fetch it again",
    ],
    [
      "a zip cut short",
      { "a.npz": zip(whole).subarray(0, 300) },
      "npz:DIR/a.npz",
      "cannot read DIR/a.npz: it is not a whole zip file; fetch it again",
    ],
    [
      "a zip with other bytes inside",
      { "a.npz": zip({ ...whole, "x_train.npy": x }).fill(7, 190, 192) },
      "npz:DIR/a.npz",
      "it is not a whole zip file",
    ],
    [
      "an unknown packing",
      { "a.npz": zip(whole, { method: 12 }) },
      "npz:DIR/a.npz",
      "x_train.npy is packed in a way that is not supported",
    ],
    ["an npy file", { "a.npz": x }, "npz:DIR/a.npz", "it is not a whole zip file"],
    [
      "a file for a folder",
      { "x.npy": x },
      "npy:DIR/x.npy",
      "DIR/x.npy is one array; npy: takes the folder",
    ],
    [
      "an npz for a folder",
      { "a.npz": zip(whole) },
      "npy:DIR/a.npz",
      "DIR/a.npz is an npz file; use npz:DIR/a.npz",
    ],
    ["a folder for a file", {}, "npz:DIR", "DIR is a folder; use npy:DIR"],
    ["an empty folder", {}, "npy:DIR", "it holds none"],
    [
      "no folder",
      {},
      "npy:DIR/no",
      "cannot read the dataset's folder DIR/no: there is no such file or folder",
    ],
    ["no file", {}, "npz:DIR/no", "cannot read DIR/no: there is no such file or folder"],
  ];
  test.each(files)("%s", async (_what, written, place, message) => {
    await writeFiles(folder, written);
    expect(await refusal(load(place.replace("DIR", folder)))).toContain(message);
  });
});
