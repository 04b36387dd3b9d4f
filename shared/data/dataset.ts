/** @file A dataset in memory. The files beside this one read, draw, download and encode it. */

/** Samples with their labels. */
export interface Split {
  readonly count: number;
  /** Shape `[count, featureCount]`, row by row. A byte means `fround(byte / 255)`; a float32 value means itself. */
  readonly features: Uint8Array | Float32Array;
  /** Class of each sample, in [0, classCount). Shape `[count]`. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  /** A name for people: `digits`, `mnist`, a folder's name. */
  readonly name: string;
  /** SHA-256 of the canonical bytes in lower-case hex; identifies the dataset. */
  readonly sha256: string;
  /** The shape of one sample, outermost dimension first: `[28, 28]` for an image of 28 rows. */
  readonly featureShape: readonly number[];
  /** Product of `featureShape`. */
  readonly featureCount: number;
  /** At most 256. */
  readonly classCount: number;
  readonly train: Split;
  readonly test: Split;
}
