/** @file What a loader of datasets is: how its data are named, who may name them, and how they get into memory. */
import {
  type CanonicalDataset,
  type DatasetContent,
  encodeDataset,
} from "../../shared/data/canonical.ts";
import { FormatError } from "../../shared/data/format-error.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { Disk } from "../storage/disk.ts";
import { sha256OfParts } from "../storage/sha256.ts";

/** A dataset, and the canonical bytes that it is a view of. */
export type LoadedDataset = CanonicalDataset;

export interface LoadOptions {
  readonly disk: Disk;
  /** Where downloads are kept. */
  readonly cache: string;
  /** Without a slash at its end; `undefined`: the usual one. */
  readonly mnistMirror: string | undefined;
  /** Receives a short line now and then while it takes long. */
  readonly progress: (line: string) => void;
}

/** One kind of data: `--dataset KIND` or `--dataset KIND:ARGUMENT`. Its argument is `undefined` without a colon. */
export interface Loader {
  /** Its spellings for the help and for errors, such as `mnist:DIR`. */
  readonly forms: readonly string[];
  readonly accepts: (argument: string | undefined) => boolean;
  /** Its argument is a path on the operator's disk. */
  readonly takesPath?: true;
  /**
   * Which arguments a page of the dashboard may choose. Absent: none, because a page must not find out what is on the
   * operator's disk.
   */
  readonly isOpenToPages?: (argument: string | undefined) => boolean;
  /**
   * @param argument - One that it accepts.
   * @throws OperatorError if a file is missing or wrong, or a download fails for good.
   */
  readonly load: (argument: string | undefined, options: LoadOptions) => Promise<LoadedDataset>;
}

/**
 * The canonical form of data that were read from `place`.
 *
 * @throws OperatorError for data that can't be a dataset.
 */
export function encodeFrom(place: string, content: DatasetContent): LoadedDataset {
  try {
    return encodeDataset(content, sha256OfParts);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new OperatorError(`the dataset in ${place} can't be used: ${error.message}`);
  }
}
