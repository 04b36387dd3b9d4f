/**
 * @file MNIST's four files in the cache: downloaded once, and checked against known hashes at every use.
 *
 * @see LeCun, Cortes & Burges, "The MNIST database of handwritten digits".
 */
import { join } from "node:path";

import { OperatorError } from "../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { sha256OfParts } from "../sha256.ts";
import type { Disk } from "../storage/disk.ts";
import { readIdxFolder } from "./arrays/idx-folder.ts";
import { download, type Patience } from "./download.ts";
import { encodeArrays, type Loader, type LoadOptions } from "./loader.ts";

/** A file whose size and hash are known before it is downloaded. */
export interface PinnedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Of the compressed file, as it is sent. */
  readonly sha256: string;
}

const mirrorDefault = "https://storage.googleapis.com/cvdf-datasets/mnist";

export const mnistFiles: readonly PinnedFile[] = [
  {
    name: "train-images-idx3-ubyte.gz",
    sizeBytes: 9_719_438,
    sha256: "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
  },
  {
    name: "train-labels-idx1-ubyte.gz",
    sizeBytes: 28_857,
    sha256: "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
  },
  {
    name: "t10k-images-idx3-ubyte.gz",
    sizeBytes: 1_616_508,
    sha256: "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
  },
  {
    name: "t10k-labels-idx1-ubyte.gz",
    sizeBytes: 4_517,
    sha256: "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
  },
];

/** Downloaded, unless the name includes a folder with the four files. */
export const mnistLoader: Loader = {
  forms: ["mnist", "mnist:DIR"],
  takesPath: true,
  takes: ["validation", "dataSeed"],
  accepts: () => true,
  isOpenToPages: (folder) => folder === undefined,
  async load(given, options) {
    const folder = given ?? (await mnistFolder({ ...options, files: mnistFiles }));
    return encodeArrays(folder, await readIdxFolder(options, folder, "mnist"), options);
  },
};

export interface MnistOptions extends LoadOptions {
  readonly files: readonly PinnedFile[];
  readonly patience?: Patience;
}

/**
 * Returns the folder with the files, after downloading those that are missing or damaged.
 *
 * @throws OperatorError if the mirror can't be reached or has other files, or the cache can't be written.
 */
export async function mnistFolder(options: MnistOptions): Promise<string> {
  const { disk, cache, files, progress } = options;
  const folder = join(cache, "mnist");
  const missing: PinnedFile[] = [];
  for (const file of files) {
    if (!(await isWhole(disk, join(folder, file.name), file))) missing.push(file);
  }
  if (missing.length === 0) return folder;
  try {
    await disk.mkdir(folder);
  } catch (error) {
    const reason = systemReason(error);
    throw new OperatorError(sentence("cache-unusable", { path: cache, reason }));
  }
  const report = percentReporter(missing, progress);
  for (const file of missing) await fetchFile(file, folder, report, options);
  return folder;
}

async function isWhole(
  disk: Disk,
  path: string,
  { sizeBytes, sha256 }: PinnedFile,
): Promise<boolean> {
  const entry = await disk.stat(path);
  if (entry?.kind !== "file" || entry.sizeBytes !== sizeBytes) return false;
  return sha256OfParts(await disk.readFile(path)) === sha256;
}

type Report = (file: PinnedFile, receivedBytes: number) => void;

async function fetchFile(
  file: PinnedFile,
  folder: string,
  report: Report,
  { mnistMirror = mirrorDefault, patience }: MnistOptions,
): Promise<void> {
  const url = `${mnistMirror.replace(/\/+$/u, "")}/${file.name}`;
  const path = join(folder, file.name);
  const result = await download({
    url,
    path,
    file,
    patience,
    onProgress: (bytes) => report(file, bytes),
  });
  if (result.ok) return;
  throw new OperatorError(sentence("download-failed", { url, reason: result.reason }));
}

/** Reports one line for every tenth of all bytes. */
function percentReporter(files: readonly PinnedFile[], progress: (said: Sentence) => void): Report {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const received = new Map<string, number>();
  let tenthsSaid = -1;
  return ({ name }, receivedBytes) => {
    received.set(name, receivedBytes);
    const sum = [...received.values()].reduce((a, b) => a + b, 0);
    const tenths = Math.floor((10 * sum) / total);
    if (tenths <= tenthsSaid) return;
    tenthsSaid = tenths;
    const megabytes = Math.round(total / 1e5) / 10;
    progress(sentence("downloading-mnist", { percent: 10 * tenths, megabytes }));
  };
}
