/**
 * @file The data that the simulator trains on: one small dataset of classes in IDX files, others of every task in npy
 * files, and a text.
 */
import { textDataset } from "../../coordinator/datasets/text/text.ts";
import { encodeDataset } from "../../shared/data/canonical.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { npyFolder } from "../support/fixtures/tasks/npy-files.ts";
import { taskData, withValidation } from "../support/fixtures/tasks/task-datasets.ts";
import { tinyDataset } from "../support/fixtures/tiny-dataset.ts";
import type { SimDisk } from "../support/sim/sim-disk.ts";

const tinyFolder = "/virtual/tiny";

/** 70 samples of 3 × 4 for training and 40 for testing, in the form in which an IDX folder loads them. */
const { dataset: tiny } = encodeDataset({ ...tinyDataset(), name: "tiny", featureShape: [3, 4] });

const folders = Object.entries({
  binary: dataOf("2 classes"),
  flags: dataOf("3 flags"),
  numbers: withValidation(dataOf("2 numbers"), 13),
}).map(([name, data]) => ({ path: `/virtual/${name}`, ...npyFolder(name, data) }));

const textFile = "/virtual/alphabet.txt";
const textBytes = new TextEncoder().encode("abcdefghijkl, ".repeat(28));
/** How it becomes a dataset: 88 samples of four characters for training, and 9 for testing. */
export const textData = { context: 4 } as const;
const made = textDataset({ path: textFile, files: 1, bytes: textBytes }, textData);

/** The names by which a run opens them. */
export const sources = {
  tiny: `idx:${tinyFolder}`,
  binary: "npy:/virtual/binary",
  flags: "npy:/virtual/flags",
  numbers: "npy:/virtual/numbers",
  text: `text:${textFile}`,
} as const;

const text = encodeDataset(made.content).dataset;
const datasets = new Map(
  [tiny, text, ...folders.map(({ dataset }) => dataset)].map((data) => [data.sha256, data]),
);

/** The dataset of a run config. */
export function datasetOf(sha256: string): Dataset {
  const found = datasets.get(sha256);
  if (found === undefined) throw new Error(`the simulator has no dataset ${sha256}`);
  return found;
}

function dataOf(task: string): Dataset {
  const data = taskData[task];
  if (data === undefined) throw new Error(`there are no data of ${task}`);
  return data.dataset;
}

/** Writes the files of all datasets. */
export function presetDatasets(disk: SimDisk): void {
  for (const { path, files } of folders) {
    for (const [name, bytes] of files) disk.preset(`${path}/${name}`, bytes);
  }
  disk.preset(textFile, textBytes);
  const { train, test } = tiny;
  for (const [stem, split] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const features = Uint8Array.from(split.features);
    disk.preset(`${tinyFolder}/${stem}-images-idx3-ubyte`, idx([split.count, 3, 4], features));
    disk.preset(
      `${tinyFolder}/${stem}-labels-idx1-ubyte`,
      idx([split.count], Uint8Array.from(split.targets)),
    );
  }
}

function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}
