/**
 * @file What a dataset is once it is in memory. How it is read, drawn, downloaded or sent lies beside this file.
 */

/** Samples with their labels. */
export interface Split {
  readonly count: number;
  /**
   * Shape `[count, featureCount]`, row by row. Bytes stand for `fround(byte / 255)`; float32 values for themselves.
   */
  readonly features: Uint8Array | Float32Array;
  /** Class of each sample, in [0, classCount). Shape `[count]`. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  /** For people: `digits`, `mnist`, a folder's name. */
  readonly name: string;
  /** SHA-256 of the canonical bytes, lower-case hex: its identity. */
  readonly sha256: string;
  /** Of one sample, outermost first: `[28, 28]` for an image of 28 rows. */
  readonly featureShape: readonly number[];
  /** Product of `featureShape`. */
  readonly featureCount: number;
  /** At most 256. */
  readonly classCount: number;
  readonly train: Split;
  readonly test: Split;
}
