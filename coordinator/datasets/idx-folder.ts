/**
 * @file A dataset from four IDX files in a folder, named like MNIST's: `train-images-idx3-ubyte`, with or without
 * `.gz`, and common variants.
 */
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { known } from "../../shared/assert.ts";
import { type DatasetContent, datasetBytesMax } from "../../shared/data/canonical.ts";
import type { Split } from "../../shared/data/dataset.ts";
import { labelsOf, parseIdx } from "../../shared/data/idx.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { oneOfThese } from "../../shared/run/settings/readers.ts";
import { sentence, type Value } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { type Disk, readSmall } from "../storage/disk.ts";
import { encodeFrom, type Loader } from "./loader.ts";

/** The four files, each with its possible stems. */
const stems = {
  trainImages: ["train-images"],
  trainLabels: ["train-labels"],
  testImages: ["t10k-images", "test-images"],
  testLabels: ["t10k-labels", "test-labels"],
} as const;
type Role = keyof typeof stems;
const roles = ["trainImages", "trainLabels", "testImages", "testLabels"] as const;

/** Any data in MNIST's files and format. */
export const idxLoader: Loader = {
  forms: ["idx:DIR"],
  takesPath: true,
  accepts: (folder) => folder !== undefined,
  async load(folder = ".", { disk }) {
    return encodeFrom(folder, await readIdxFolder(disk, folder));
  },
};

/**
 * Reads the four files.
 *
 * @param name - The dataset's name; by default the folder's.
 * @throws OperatorError if files are missing, broken, or do not fit each other.
 */
export async function readIdxFolder(
  disk: Disk,
  folder: string,
  name: string = basename(resolve(folder)),
): Promise<DatasetContent> {
  const paths = await findFiles(disk, folder);
  const train = await readSplit(disk, paths.trainImages, paths.trainLabels);
  const test = await readSplit(disk, paths.testImages, paths.testLabels);
  const [trainShape, testShape] = [train.featureShape.join(" × "), test.featureShape.join(" × ")];
  if (trainShape !== testShape) {
    throw new OperatorError(
      sentence("sample-shapes-differ", {
        first: paths.trainImages,
        firstShape: trainShape,
        second: paths.testImages,
        secondShape: testShape,
      }),
    );
  }
  const classCount = 1 + Math.max(largest(train.split.labels), largest(test.split.labels));
  const { featureShape } = train;
  return { name, featureShape, classCount, train: train.split, test: test.split };
}

async function findFiles(disk: Disk, folder: string): Promise<Record<Role, string>> {
  const names = await namesIn(disk, folder);
  const found = new Map(roles.map((role) => [role, findFile(names, stems[role])]));
  const missing = roles.filter((role) => found.get(role) === undefined);
  if (missing.length > 0) {
    const wanted = missing.map((role) => oneOfThese(stems[role].map((stem) => `${stem}*`)));
    throw new OperatorError(
      sentence("dataset-files-missing", { path: folder, files: wanted, found: listed(names) }),
    );
  }
  const pathOf = (role: Role): string => join(folder, known(found.get(role), `${role} was found`));
  return {
    trainImages: pathOf("trainImages"),
    trainLabels: pathOf("trainLabels"),
    testImages: pathOf("testImages"),
    testLabels: pathOf("testLabels"),
  };
}

async function namesIn(disk: Disk, folder: string): Promise<string[]> {
  try {
    return (await disk.readdir(folder)).toSorted();
  } catch (error) {
    const reason = systemReason(error);
    throw new OperatorError(sentence("folder-unreadable", { path: folder, reason }));
  }
}

/** Prefers the unpacked file if both exist, because its name sorts before the `.gz`. */
function findFile(names: readonly string[], stemsOfRole: readonly string[]): string | undefined {
  const pattern = new RegExp(
    `^(?:${stemsOfRole.join("|")})(?:[-.]idx\\d?(?:-\\w+)?)?(?:\\.gz)?$`,
    "u",
  );
  return names.find((name) => pattern.test(name));
}

function listed(names: readonly string[]): Value {
  if (names.length === 0) return sentence("nothing");
  if (names.length <= 8) return names;
  return sentence("and-more", { names: names.slice(0, 8), count: names.length - 8 });
}

async function readSplit(
  disk: Disk,
  imagesPath: string,
  labelsPath: string,
): Promise<{ readonly split: Split; readonly featureShape: readonly number[] }> {
  const images = parseIdx(await readUnpacked(disk, imagesPath), imagesPath);
  const labels = labelsOf(parseIdx(await readUnpacked(disk, labelsPath), labelsPath), labelsPath);
  const [count = 0, ...sampleShape] = images.shape;
  if (count !== labels.length) {
    throw new OperatorError(
      sentence("counts-differ", {
        images: imagesPath,
        samples: count,
        labels: labelsPath,
        labelCount: labels.length,
      }),
    );
  }
  const featureShape = sampleShape.length === 0 ? [1] : sampleShape;
  return { split: { count, features: images.data, labels }, featureShape };
}

async function readUnpacked(disk: Disk, path: string): Promise<Uint8Array> {
  try {
    const bytes = await readSmall(disk, path, fileBytesMax);
    return path.endsWith(".gz") ? await unpack(bytes) : bytes;
  } catch (error) {
    const reason = systemReason(error);
    throw new OperatorError(sentence("dataset-file-unreadable", { path, reason }));
  }
}

/**
 * Unpacks a gzip file.
 *
 * @throws Error with zlib's message if the file is not gzip, is cut short, or holds more than `bytesMax`.
 */
export function unpack(packed: Uint8Array, bytesMax = datasetBytesMax): Promise<Uint8Array> {
  const chunkSize = Math.min(unpackedLength(packed), bytesMax);
  return gunzipAsync(packed, { chunkSize, maxOutputLength: bytesMax });
}

const gunzipAsync = promisify<
  Uint8Array,
  { readonly chunkSize: number; readonly maxOutputLength: number },
  Buffer
>(gunzip);

/**
 * The length of the contents according to the last four bytes of a gzip file: the right size for a single output
 * buffer. Nothing else relies on it, so a wrong value costs at most the memory that deflate could fill.
 *
 * @see RFC 1952, section 2.3.1, ISIZE.
 */
function unpackedLength(packed: Uint8Array): number {
  if (packed.length < 4) return unpackedBytesMin;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const said = view.getUint32(packed.length - 4, true);
  const largestPossible = Math.min(packed.length * deflateRatioMax, datasetBytesMax);
  return Math.max(Math.min(said, largestPossible), unpackedBytesMin);
}

/** Features of 8 bytes become floats of 4 bytes. */
const fileBytesMax = 2 * datasetBytesMax;
const unpackedBytesMin = 1024;
/** Deflate's maximum: 258 bytes from 2 bits. */
const deflateRatioMax = 1032;

function largest(labels: Uint8Array): number {
  return labels.reduce((max, label) => Math.max(max, label), 0);
}
