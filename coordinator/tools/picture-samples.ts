/** @file Picture files as a model's features: one picture, or the pictures of a folder in the order of their names. */
import { join } from "node:path";

import type { DataDescription } from "../../shared/data/description.ts";
import { pictureShapeOf } from "../../shared/data/picture.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { reasonOf, sentence } from "../../shared/words/sentence.ts";
import { createDecoder, type PictureForm } from "../datasets/images/picture-decoder.ts";
import { type Disk, readSmall } from "../storage/disk.ts";

/** A camera's largest pictures have a fifth of this. */
const fileBytesMax = 2 ** 28;
const pictureName = /\.(?:png|jpe?g|webp|gif)$/iu;

export interface PictureSample {
  /** The path of the file. */
  readonly file: string;
  /** Shape `[featureCount]`, as the network sees them. */
  readonly features: Float32Array;
}

/** Whether a path may be pictures: a folder, or a file that is named like one. */
export async function arePictures(disk: Disk, path: string): Promise<boolean> {
  return pictureName.test(path) || (await disk.stat(path))?.kind === "folder";
}

/**
 * Reads pictures one after the other.
 *
 * @throws OperatorError if the model does not look at pictures, or a file is not one.
 */
export async function* pictureSamples(
  disk: Disk,
  path: string,
  data: DataDescription | undefined,
): AsyncGenerator<PictureSample> {
  const form = formOf(path, data);
  const decoder = await createDecoder();
  for (const file of await filesAt(disk, path)) {
    let bytes: Uint8Array;
    try {
      // One after the other: a folder may have more pictures than memory holds.
      // oxlint-disable-next-line no-await-in-loop
      bytes = await decoder.decode(await readSmall(disk, file, fileBytesMax), form);
    } catch (error) {
      const values = { path: file, reason: reasonOf(error) };
      throw new OperatorError(sentence("picture-with-reason", values), { cause: error });
    }
    yield { file, features: Float32Array.from(bytes, (byte) => byte / 255) };
  }
}

function formOf(path: string, data: DataDescription | undefined): PictureForm {
  if (data?.preprocessing?.kind === "image") return data.preprocessing;
  const shape = data?.features.type === "bytes" ? pictureShapeOf(data.features.shape) : undefined;
  if (shape === undefined || shape.isPlanar) {
    throw new OperatorError(sentence("no-pictures-for-records", { path }));
  }
  const { height, width, channels } = shape;
  return { kind: "image", height, width, channels };
}

async function filesAt(disk: Disk, path: string): Promise<readonly string[]> {
  if ((await disk.stat(path))?.kind !== "folder") return [path];
  const names = (await disk.readdir(path)).filter((name) => pictureName.test(name)).toSorted();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new OperatorError(sentence("no-pictures", { path, found: sentence("nothing") }));
}
