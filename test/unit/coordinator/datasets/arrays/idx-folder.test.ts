import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { readIdxFolder } from "../../../../../coordinator/datasets/arrays/idx-folder.ts";
import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { idxBytes, tinyFiles, writeFiles } from "../idx-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-idx-"));
});
afterEach(() => rm(folder, { recursive: true }));

const content = {
  featureShape: [1, 2],
  target: { kind: "classes", count: 3 },
  train: { count: 3, features: Uint8Array.of(0, 1, 2, 3, 4, 255), targets: Uint8Array.of(1, 0, 2) },
  test: { count: 2, features: Uint8Array.of(9, 8, 7, 6), targets: Uint8Array.of(2, 1) },
};

function plain(values: Uint8Array | Uint16Array | Float32Array): number[] {
  return [...values];
}

async function read(): Promise<unknown> {
  const { train, test: held, ...rest } = (await readIdxFolder({ disk: nodeDisk }, folder)).content;
  return {
    ...rest,
    train: { ...train, features: plain(train.features), targets: plain(train.targets) },
    test: { ...held, features: plain(held.features), targets: plain(held.targets) },
  };
}

const expected = {
  name: expect.any(String),
  featureShape: [1, 2],
  target: { kind: "classes", count: 3 },
  train: { count: 3, features: plain(content.train.features), targets: [1, 0, 2] },
  test: { count: 2, features: [9, 8, 7, 6], targets: [2, 1] },
};

describe("readIdxFolder", () => {
  const spellings: [string, (name: string) => string][] = [
    ["train-images-idx3-ubyte", (name) => name],
    ["train-images.idx3-ubyte", (name) => name.replace("-idx", ".idx")],
    ["train-images.idx", (name) => name.replace(/-idx.*/u, ".idx")],
    ["test-images-idx3-ubyte", (name) => name.replace("t10k", "test")],
  ];
  test.each(spellings)("reads 4 files spelled like %s, raw and packed", async (_example, spell) => {
    for (const [i, [name, bytes]] of Object.entries(tinyFiles).entries()) {
      const packed = i % 2 === 0;
      const spelled = spell(name) + (packed ? ".gz" : "");
      await writeFiles(folder, { [spelled]: packed ? gzipSync(bytes) : bytes });
    }
    expect(await read()).toEqual(expected);
  });

  test("names the dataset after its folder by default", async () => {
    await writeFiles(folder, tinyFiles);
    expect((await readIdxFolder({ disk: nodeDisk }, `${folder}/`)).content.name).toBe(
      basename(folder),
    );
    expect((await readIdxFolder({ disk: nodeDisk }, folder, "mnist")).content.name).toBe("mnist");
  });

  test("treats samples of 1 dimension as samples of 1 feature", async () => {
    const line = { "train-images-idx1-ubyte": idxBytes([3], [7, 8, 9]) };
    await writeFiles(folder, {
      ...tinyFiles,
      ...line,
      "t10k-images-idx3-ubyte": idxBytes([2], [1, 2]),
    });
    await rm(join(folder, "train-images-idx3-ubyte"));
    expect((await readIdxFolder({ disk: nodeDisk }, folder)).content.featureShape).toEqual([1]);
  });

  const broken: [string, Record<string, Uint8Array>, string][] = [
    [
      "2 labels for 3 samples",
      { "train-labels-idx1-ubyte": idxBytes([2], [0, 1]) },
      "has 3 samples, ",
    ],
    [
      "samples of 2 shapes",
      { "t10k-images-idx3-ubyte": idxBytes([2, 2, 1], [1, 2, 3, 4]) },
      "has samples of 1 × 2, ",
    ],
    [
      "images in place of labels",
      { "train-labels-idx1-ubyte": idxBytes([3, 1, 2], [0, 1, 2, 3, 4, 5]) },
      "labels have one dimension; is it the file of the samples?",
    ],
    [
      "a file of 0 bytes",
      { "t10k-labels-idx1-ubyte": new Uint8Array(0) },
      "t10k-labels-idx1-ubyte has 0 bytes",
    ],
  ];
  test.each(broken)("refuses %s", async (_what, files, message) => {
    await writeFiles(folder, { ...tinyFiles, ...files });
    await expect(read()).rejects.toThrow(OperatorError);
    await expect(read()).rejects.toThrow(message);
  });

  test.each([0, 3, 30])("refuses a packed file cut to %i bytes", async (length) => {
    const packed = gzipSync(tinyFiles["train-images-idx3-ubyte"]!).subarray(0, length);
    await writeFiles(folder, { ...tinyFiles, "train-images-idx3-ubyte.gz": packed });
    await rm(join(folder, "train-images-idx3-ubyte"));
    await expect(read()).rejects.toThrow(OperatorError);
    await expect(read()).rejects.toThrow("train-images-idx3-ubyte.gz");
  });

  test("says which 2 of the 4 files are missing, and what is there", async () => {
    const { "train-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels } = tinyFiles;
    await writeFiles(folder, {
      "train-images-idx3-ubyte": images!,
      "t10k-labels-idx1-ubyte": labels!,
    });
    await expect(read()).rejects.toThrow(
      `${folder} lacks train-labels*, t10k-images* or test-images* (-idx3-ubyte, .idx3-ubyte …, raw or .gz); it holds t10k-labels-idx1-ubyte, train-images-idx3-ubyte`,
    );
  });

  test("says that 1 folder does not exist", async () => {
    await expect(readIdxFolder({ disk: nodeDisk }, join(folder, "no"))).rejects.toThrow(
      `cannot read the dataset's folder ${join(folder, "no")}: there is no such file or folder`,
    );
  });
});

describe("loadDataset", () => {
  const options = {
    disk: nodeDisk,
    cache: undefined,
    mnistMirror: undefined,
    progress: () => undefined,
  };

  test("gives the 5 samples of a folder their canonical bytes", async () => {
    await writeFiles(folder, tinyFiles);
    const { dataset, bytes } = await loadDataset(`idx:${folder}`, options);
    expect(dataset).toMatchObject({ ...content, name: basename(folder), featureCount: 2 });
    expect(dataset.test.targets.buffer).toBe(bytes.buffer);
  });

  test("refuses 1 sample that is NaN with the folder's name", async () => {
    const nan = Uint8Array.of(0, 0, 0x0d, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0x7f, 0xc0, 0, 0, 0, 0, 0, 0);
    const images = {
      "t10k-images-idx3-ubyte": nan,
      "train-images-idx3-ubyte": Uint8Array.from(nan.with(13, 0x80)),
    };
    await writeFiles(folder, {
      ...tinyFiles,
      ...images,
      "train-labels-idx1-ubyte": idxBytes([2], [0, 1]),
    });
    await expect(loadDataset(`idx:${folder}`, options)).rejects.toThrow(
      `the dataset in ${folder} can't be used: train.features: sample 0 holds Infinity, numbers are finite`,
    );
  });
});
