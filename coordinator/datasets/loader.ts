/** @file The contract of a dataset loader: how its data are named, who may name them, and how they get into memory. */
import {
  type CanonicalDataset,
  type DatasetContent,
  encodeDataset,
} from "../../shared/data/canonical.ts";
import { FormatError } from "../../shared/format-error.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { DataKey, DataSettings } from "../../shared/run/settings/data-settings.ts";
import type { Origins } from "../../shared/run/settings/option.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { sha256OfParts } from "../sha256.ts";
import type { Disk } from "../storage/disk.ts";
import type { TableProfile } from "./table/profile.ts";
import type { TableSource } from "./table/read/source.ts";

/** A dataset and the canonical bytes that it views. */
export interface LoadedDataset extends CanonicalDataset {
  /** Lets the bytes go, given the same bytes by gzip. Absent: they stay. */
  readonly shelve?: (packed: Uint8Array) => void;
}

export interface LoadOptions {
  readonly disk: Disk;
  /** The folder for downloads. */
  readonly cache: string;
  /** Without a trailing slash; `undefined`: the default mirror. */
  readonly mnistMirror: string | undefined;
  /** Only settings that the loader takes; absent: none. */
  readonly data?: DataSettings | undefined;
  /** Where they come from, for errors. */
  readonly origins?: Origins | undefined;
  /** Receives a short line now and then while loading takes long. */
  readonly progress: (said: Sentence) => void;
}

/** A table and what its columns hold. */
export interface ProfiledTable {
  readonly source: TableSource;
  readonly profile: TableProfile;
}

/** One kind of data: `--dataset KIND` or `--dataset KIND:ARGUMENT`. The argument is `undefined` without a colon. */
export interface Loader {
  /** The spellings for help and errors, such as `mnist:DIR`. */
  readonly forms: readonly string[];
  readonly accepts: (argument: string | undefined) => boolean;
  /** The settings that say how its data become a dataset. Absent: none. */
  readonly takes?: readonly DataKey[];
  /** The argument is a path on the operator's disk. */
  readonly takesPath?: true;
  /**
   * The arguments that a page of the dashboard may choose. Absent: none, because a page must not find out what is
   * on the operator's disk.
   */
  readonly isOpenToPages?: (argument: string | undefined) => boolean;
  /** Looks at every column of a table, even if it can't be trained on as it is. Absent: the data are no table. */
  readonly profile?: (argument: string | undefined, options: LoadOptions) => Promise<ProfiledTable>;
  /**
   * @param argument - An accepted argument.
   * @throws OperatorError if a file is missing or wrong, or a download fails for good.
   */
  readonly load: (argument: string | undefined, options: LoadOptions) => Promise<LoadedDataset>;
}

/**
 * Encodes data that were read from `place` in canonical form.
 *
 * @throws OperatorError if the data cannot be a dataset.
 */
export function encodeFrom(place: string, content: DatasetContent): LoadedDataset {
  try {
    return encodeDataset(content, sha256OfParts);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new OperatorError(sentence("dataset-unusable", { path: place, reason: error.said }));
  }
}

/** The same for arrays; says what the operator may not expect. */
export function encodeArrays(
  place: string,
  { content, notes }: { readonly content: DatasetContent; readonly notes: readonly Sentence[] },
  { progress }: Pick<LoadOptions, "progress">,
): LoadedDataset {
  for (const note of notes) progress(note);
  return encodeFrom(place, content);
}
