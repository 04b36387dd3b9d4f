/** @file Numbers with a shape, as the formats of arrays (IDX, npy) give them. */

export interface NumberArray {
  /** Outermost dimension first. For samples: the count, then the shape of one sample. */
  readonly shape: readonly number[];
  /** Unsigned bytes unchanged, as a view of the file; every other type rounded to float32. */
  readonly data: Uint8Array | Float32Array;
  /** Whether the file's type holds whole numbers only. */
  readonly isInteger: boolean;
}

/** One array and where it was read, for errors. */
export interface FoundArray extends NumberArray {
  readonly path: string;
}
