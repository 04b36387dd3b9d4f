/**
 * @file A dataset from four IDX files in a folder, named like MNIST's: `train-images-idx3-ubyte`, with or without
 * `.gz`, and common variants.
 */
import { basename, resolve } from "node:path";

import { parseIdx } from "../../../shared/data/idx.ts";
import type { FoundArray } from "../../../shared/data/number-array.ts";
import type { Disk } from "../../storage/disk.ts";
import { readUnpacked } from "../compressed.ts";
import { encodeArrays, type Loader, type LoadOptions } from "../loader.ts";
import { type ArrayContent, contentOf } from "./from-arrays.ts";
import { findIdxFiles } from "./idx-files.ts";

/** Any data in MNIST's files and format. */
export const idxLoader: Loader = {
  forms: ["idx:DIR"],
  takesPath: true,
  accepts: (folder) => folder !== undefined,
  takes: ["validation", "dataSeed"],
  async load(folder = ".", options) {
    return encodeArrays(folder, await readIdxFolder(options, folder), options);
  },
};

/**
 * Reads the four files.
 *
 * @param folder - The folder, or its path and the files' common prefix: `emnist/emnist-letters`.
 * @param name - The dataset's name; by default the folder's.
 * @throws OperatorError if files are missing, broken, or do not fit each other.
 */
export async function readIdxFolder(
  { disk, ...settings }: Pick<LoadOptions, "disk" | "data" | "origins">,
  folder: string,
  name: string = basename(resolve(folder)),
): Promise<ArrayContent> {
  const paths = await findIdxFiles(disk, folder);
  const train = {
    samples: await readArray(disk, paths.trainImages),
    labels: await readArray(disk, paths.trainLabels),
  };
  const test = {
    samples: await readArray(disk, paths.testImages),
    labels: await readArray(disk, paths.testLabels),
  };
  // The format's labels are classes.
  const data = { ...settings.data, task: "classification" } as const;
  return contentOf(name, { train, test }, { ...settings, data });
}

async function readArray(disk: Disk, path: string): Promise<FoundArray> {
  return { path, ...parseIdx(await readUnpacked(disk, path), path) };
}
