/** @file Small IDX files for tests, with the names and the format of MNIST's. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The bytes of an IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], data: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [
    size >>> 24,
    (size >>> 16) & 255,
    (size >>> 8) & 255,
    size & 255,
  ]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...data]);
}

/** 3 + 2 samples of 1 × 2 pixels in 3 classes, by file name. */
export const tinyFiles: Readonly<Record<string, Uint8Array>> = {
  "train-images-idx3-ubyte": idxBytes([3, 1, 2], [0, 1, 2, 3, 4, 255]),
  "train-labels-idx1-ubyte": idxBytes([3], [1, 0, 2]),
  "t10k-images-idx3-ubyte": idxBytes([2, 1, 2], [9, 8, 7, 6]),
  "t10k-labels-idx1-ubyte": idxBytes([2], [2, 1]),
};

export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}
