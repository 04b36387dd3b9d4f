/**
 * @file CIFAR-10 and CIFAR-100 in their binary versions. A record is its label (CIFAR-100: coarse, then fine) and
 * 32 × 32 bytes of red, then of green, then of blue.
 *
 * @see https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"
 */
import { join } from "node:path";

import type { DatasetContent } from "../../../shared/data/canonical.ts";
import type { Split } from "../../../shared/data/dataset.ts";
import { decodeText } from "../../../shared/decode-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { systemReason } from "../../../shared/words/system-reason.ts";
import type { Disk } from "../../storage/disk.ts";
import { readUnpacked } from "../compressed.ts";
import { divide } from "../divide.ts";
import { encodeFrom, type Loader, type LoadOptions } from "../loader.ts";
import { namesIn } from "../place.ts";

/** What differs between the two. */
interface Version {
  readonly kind: string;
  readonly classCount: number;
  /** Bytes before a picture; the last one is the class. */
  readonly labelBytes: number;
  readonly train: readonly string[];
  readonly test: string;
  /** The names of the classes, one a line. */
  readonly names: string;
  /** The folder in the archive, in which the files are if the given folder has none. */
  readonly folder: string;
}

const size = 32;
const channels = 3;
const area = size * size;

export const cifar10Loader = loaderOf({
  kind: "cifar10",
  classCount: 10,
  labelBytes: 1,
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: "test_batch.bin",
  names: "batches.meta.txt",
  folder: "cifar-10-batches-bin",
});

export const cifar100Loader = loaderOf({
  kind: "cifar100",
  classCount: 100,
  labelBytes: 2,
  train: ["train.bin"],
  test: "test.bin",
  names: "fine_label_names.txt",
  folder: "cifar-100-binary",
});

function loaderOf(version: Version): Loader {
  return {
    forms: [`${version.kind}:DIR`],
    takesPath: true,
    takes: ["validation", "dataSeed"],
    accepts: (folder) => folder !== undefined,
    load: async (folder = "", options) =>
      encodeFrom(folder, await readCifar(folder, version, options)),
  };
}

async function readCifar(
  given: string,
  version: Version,
  options: LoadOptions,
): Promise<DatasetContent> {
  const { disk } = options;
  const { folder, files } = await findFiles(disk, given, version);
  const train = [];
  for (const file of version.train) {
    if (files.has(file)) train.push(await readBatch(disk, join(folder, file), version));
  }
  const test = await readBatch(disk, join(folder, version.test), version);
  const names = files.has(version.names)
    ? await readNames(disk, join(folder, version.names), version)
    : undefined;
  const target = { kind: "classes", count: version.classCount, names } as const;
  return {
    name: version.kind,
    featureShape: [size, size, channels],
    target,
    ...divide({ train: joined(train), test }, target, options),
  };
}

async function findFiles(
  disk: Disk,
  given: string,
  version: Version,
): Promise<{ readonly folder: string; readonly files: ReadonlySet<string> }> {
  const names = await namesIn(disk, given);
  const isAbove = !names.includes(version.test) && names.includes(version.folder);
  const folder = isAbove ? join(given, version.folder) : given;
  const files = new Set(isAbove ? await namesIn(disk, folder) : names);
  // A batch of training samples fewer is a smaller dataset, but a dataset.
  const missing = [version.train[0] ?? "", version.test].filter((name) => !files.has(name));
  if (missing.length === 0) return { folder, files };
  const isPython = ["data_batch_1", "train", "batches.meta"].some((name) => files.has(name));
  throw new OperatorError(
    sentence(isPython ? "cifar-python" : "cifar-missing", { path: folder, files: missing }),
  );
}

async function readBatch(disk: Disk, path: string, version: Version): Promise<Split> {
  const bytes = await readUnpacked(disk, path);
  const recordBytes = version.labelBytes + channels * area;
  const count = bytes.length / recordBytes;
  if (!Number.isInteger(count) || count === 0) {
    throw new OperatorError(
      sentence("cifar-size", { path, bytes: bytes.length, record: recordBytes }),
    );
  }
  const features = new Uint8Array(count * channels * area);
  const targets = new Uint8Array(count);
  for (let sample = 0; sample < count; sample++) {
    const start = sample * recordBytes + version.labelBytes;
    const label = bytes[start - 1] ?? 0;
    if (label >= version.classCount) {
      const values = { path, sample, label, classes: version.classCount };
      throw new OperatorError(sentence("cifar-label", values));
    }
    targets[sample] = label;
    const to = sample * channels * area;
    for (let channel = 0; channel < channels; channel++) {
      const plane = start + channel * area;
      for (let i = 0; i < area; i++) features[to + i * channels + channel] = bytes[plane + i] ?? 0;
    }
  }
  return { count, features, targets };
}

function joined(batches: readonly Split[]): Split {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const features = new Uint8Array(count * channels * area);
  const targets = new Uint8Array(count);
  let done = 0;
  for (const batch of batches) {
    features.set(batch.features, done * channels * area);
    targets.set(batch.targets, done);
    done += batch.count;
  }
  return { count, features, targets };
}

async function readNames(disk: Disk, path: string, version: Version): Promise<string[]> {
  let text: string;
  try {
    text = decodeText(await readUnpacked(disk, path));
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = systemReason(error);
    throw new OperatorError(sentence("dataset-file-unreadable", { path, reason }));
  }
  const names = text.split(/\r?\n/u).flatMap((line) => line.trim() || []);
  if (names.length === version.classCount) return names;
  const values = { path, names: names.length, classes: version.classCount };
  throw new OperatorError(sentence("cifar-names", values));
}
