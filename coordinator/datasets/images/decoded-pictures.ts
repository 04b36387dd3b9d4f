/**
 * @file Decoded pictures, kept in the cache, so that a run that is resumed does not decode them anew. What is kept is found
 * by the contents of the files, the form of the samples and the version of the decoder, and checked by its own hash.
 * A cache that can't be read or written costs only time.
 */
import { join } from "node:path";

import { sha256OfParts } from "../../sha256.ts";
import { type Disk, replaceFile } from "../../storage/disk.ts";
import type { PictureForm } from "./picture-decoder.ts";

/** Of all kept pictures together; then those that were written first are removed. */
const keptBytesMax = 2 ** 31;
const ending = ".pixels";

/**
 * The name under which a list of pictures in a form is kept.
 *
 * @param hashes - SHA-256 of each file, in the order of the samples.
 * @param decoder - Its version: another one may decode other bits.
 */
export function keyOf(hashes: readonly string[], form: PictureForm, decoder: string): string {
  const { width, height, channels } = form;
  return sha256OfParts(
    new TextEncoder().encode(JSON.stringify([decoder, width, height, channels, hashes])),
  );
}

export class DecodedPictures {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #bytesMax: number;

  /** @param cache - The folder for what can be made again. */
  constructor(disk: Disk, cache: string, bytesMax = keptBytesMax) {
    this.#disk = disk;
    this.#folder = join(cache, "pictures");
    this.#bytesMax = bytesMax;
  }

  /** The samples, one after the other; `undefined` if they are not kept, or not as they were. */
  async find(key: string): Promise<Uint8Array | undefined> {
    try {
      const names = await this.#disk.readdir(this.#folder);
      const name = names.find((each) => each.startsWith(`${key}.`) && each.endsWith(ending));
      if (name === undefined) return undefined;
      const bytes = await this.#disk.readFile(join(this.#folder, name));
      return name === nameOf(key, bytes) ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  async keep(key: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.#bytesMax) return;
    try {
      await this.#disk.mkdir(this.#folder);
      await this.#makeRoom(bytes.length);
      await replaceFile(this.#disk, join(this.#folder, nameOf(key, bytes)), bytes);
    } catch {
      // They are decoded again next time.
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const paths = (await this.#disk.readdir(this.#folder)).map((name) => join(this.#folder, name));
    const entries = await Promise.all(
      paths.map(async (path) => ({ path, entry: await this.#disk.stat(path) })),
    );
    const files = entries.flatMap(({ path, entry }) =>
      entry === undefined ? [] : [{ path, ...entry }],
    );
    let total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, bytes);
    for (const { path, sizeBytes } of files.toSorted((a, b) => a.modifiedMs - b.modifiedMs)) {
      if (total <= this.#bytesMax) return;
      // oxlint-disable-next-line no-await-in-loop -- no more than is needed
      await this.#disk.unlink(path);
      total -= sizeBytes;
    }
  }
}

function nameOf(key: string, bytes: Uint8Array): string {
  return `${key}.${sha256OfParts(bytes)}${ending}`;
}
