/**
 * @file From what the operator named to a dataset in memory, whatever it takes: drawing, downloading, unpacking,
 * reading. Who calls it has nothing else to know of datasets.
 */
import {
  type CanonicalDataset,
  type DatasetContent,
  encodeDataset,
} from "../../shared/data/canonical.ts";
import { FormatError } from "../../shared/data/format-error.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { Disk } from "../storage/disk.ts";
import { sha256OfParts } from "../storage/sha256.ts";
import { cacheFolder } from "./cache-folder.ts";
import { loadDigits } from "./digits.ts";
import { readIdxFolder } from "./idx-folder.ts";
import { mnistFiles, mnistFolder } from "./mnist.ts";
import type { DatasetSource } from "./source.ts";

/** A dataset, and the canonical bytes that it is a view of. */
export type LoadedDataset = CanonicalDataset;

export interface LoadOptions {
  readonly disk: Disk;
  /** Where downloads are kept; `undefined`: the user's cache folder. */
  readonly cache: string | undefined;
  /** Without a slash at its end; `undefined`: the usual one. */
  readonly mnistMirror: string | undefined;
  /** Hears a short line now and then while it takes long. */
  readonly progress: (line: string) => void;
}

/**
 * Loads a dataset.
 *
 * @throws OperatorError if a file is missing or wrong, or a download fails for good.
 */
export async function loadDataset(
  source: DatasetSource,
  options: LoadOptions,
): Promise<LoadedDataset> {
  const cache = options.cache ?? cacheFolder();
  if (source.kind === "digits") return loadDigits(source, { ...options, cache });
  const folder = source.folder ?? (await mnistFolder({ ...options, cache, files: mnistFiles }));
  const name = source.kind === "mnist" ? "mnist" : undefined;
  return encode(await readIdxFolder(options.disk, folder, name), folder);
}

function encode(content: DatasetContent, folder: string): LoadedDataset {
  try {
    return encodeDataset(content, sha256OfParts);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new OperatorError(`the dataset in ${folder} can't be used: ${error.message}`);
  }
}
