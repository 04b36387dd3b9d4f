/** @file A dataset from a folder of pictures: one folder per class, in splits or not. */
import { basename, resolve } from "node:path";

import { type DatasetContent, datasetBytesMax } from "../../../shared/data/canonical.ts";
import {
  createLabels,
  type Split,
  splitNames,
  type SplitName,
} from "../../../shared/data/dataset.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { reasonOf, type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { systemReason } from "../../../shared/words/system-reason.ts";
import { sha256OfParts } from "../../sha256.ts";
import { type Disk, readSmall } from "../../storage/disk.ts";
import { divide, divisionKeys } from "../divide.ts";
import { encodeArrays, type Loader, type LoadOptions } from "../loader.ts";
import { DecodedPictures, keyOf } from "./decoded-pictures.ts";
import {
  createDecoder,
  type PictureDecoder,
  type PictureForm,
  type PictureInfo,
} from "./picture-decoder.ts";
import { findPictures, firstOf, type FoundPictures } from "./picture-folders.ts";

export const imagesLoader: Loader = {
  forms: ["images:DIR"],
  takesPath: true,
  takes: [...divisionKeys, "imageSize", "color", "onBroken"],
  accepts: (folder) => folder !== undefined,
  async load(folder = "", options) {
    const found = await findPictures(options.disk, folder);
    const reading = new Reading(folder, await createDecoder(), options);
    return encodeArrays(folder, await reading.read(found), options);
  },
};

/** The size of the samples if the pictures differ, or are larger than `keptPixelsMax`. */
const sizeDefault = 32;
/** Pictures that are all of one size up to this one keep it. */
const keptPixelsMax = 64 * 64;
/** A file that is larger holds no picture that anybody trains on at these sizes. */
const fileBytesMax = 2 ** 28;
/** Decoding is done by the library's threads; more in flight would only cost memory. */
const atOnce = 8;

class Reading {
  readonly #folder: string;
  readonly #decoder: PictureDecoder;
  readonly #options: LoadOptions;
  /** SHA-256 of each file. */
  readonly #hashes = new Map<string, string>();
  /** Pictures that can't be read, and why. */
  readonly #broken = new Map<string, Sentence>();

  constructor(folder: string, decoder: PictureDecoder, options: LoadOptions) {
    this.#folder = folder;
    this.#decoder = decoder;
    this.#options = options;
  }

  async read(
    found: FoundPictures,
  ): Promise<{ readonly content: DatasetContent; readonly notes: readonly Sentence[] }> {
    const files = splitNames.flatMap((split) =>
      (found[split] ?? []).map((file) => ({ split, ...file })),
    );
    const infos = await this.#each(files, "inspecting-pictures", ({ path }) => this.#inspect(path));
    const whole = files.filter((_, i) => infos[i] !== undefined);
    this.#refuseBroken(files.length);
    const { form, note } = this.#formFor(infos.filter((info) => info !== undefined));
    const featureCount = form.height * form.width * form.channels;
    this.#refuseTooMany(whole.length, featureCount, form);

    const { pictures, done } = await this.#decodeAll(whole, form, featureCount);
    this.#refuseBroken(files.length);
    const kept = whole.filter((_, i) => done[i] === true);
    const features = compacted(pictures, done, featureCount);

    const target = { kind: "classes", count: found.classes.length, names: found.classes } as const;
    const splitOf = (split: SplitName): Split | undefined => {
      const first = kept.findIndex((file) => file.split === split);
      if (first === -1) return undefined;
      const labels = kept.flatMap((file) => (file.split === split ? [file.label] : []));
      const targets = createLabels(labels.length, target.count);
      targets.set(labels);
      const count = labels.length;
      // The splits follow one another.
      const part = features.subarray(first * featureCount, (first + count) * featureCount);
      return { count, features: part, targets };
    };
    const [train, validation, test] = splitNames.map(splitOf);
    if (train === undefined) {
      throw new OperatorError(
        sentence("no-pictures", { path: this.#folder, found: sentence("nothing") }),
      );
    }
    const content = {
      name: basename(resolve(this.#folder)),
      featureShape:
        form.channels === 1 ? [form.height, form.width] : [form.height, form.width, form.channels],
      target,
      preprocessing: form,
      ...divide({ train, validation, test }, target, this.#options),
    };
    return { content, notes: [note, ...found.notes, ...this.#skipped(files.length)] };
  }

  /** All samples, and which of them could be decoded. Many are kept for the next time. */
  async #decodeAll(
    files: readonly { readonly path: string }[],
    form: PictureForm,
    featureCount: number,
  ): Promise<{ readonly pictures: Uint8Array; readonly done: readonly boolean[] }> {
    const kept = new DecodedPictures(this.#options.disk, this.#options.cache);
    const hashes = files.map(({ path }) => this.#hashes.get(path) ?? "");
    const key = keyOf(hashes, form, this.#decoder.version);
    const isLarge = files.length >= keptFrom;
    const found = isLarge ? await kept.find(key) : undefined;
    if (found?.length === files.length * featureCount) {
      this.#options.progress(sentence("pictures-kept-decoded", { count: files.length }));
      return { pictures: found, done: files.map(() => true) };
    }
    const pictures = new Uint8Array(files.length * featureCount);
    const done = await this.#each(files, "reading-pictures", async ({ path }, i) => {
      const decoded = await this.#decode(path, form);
      if (decoded !== undefined) pictures.set(decoded, i * featureCount);
      return decoded !== undefined;
    });
    if (isLarge && done.every(Boolean)) await kept.keep(key, pictures);
    return { pictures, done };
  }

  async #inspect(path: string): Promise<PictureInfo | undefined> {
    return await this.#orBroken(path, (bytes) => {
      this.#hashes.set(path, sha256OfParts(bytes));
      return this.#decoder.inspect(bytes);
    });
  }

  async #decode(path: string, form: PictureForm): Promise<Uint8Array | undefined> {
    return await this.#orBroken(path, (bytes) => this.#decoder.decode(bytes, form));
  }

  async #orBroken<T>(
    path: string,
    read: (bytes: Uint8Array) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await read(await bytesOf(this.#options.disk, path));
    } catch (error) {
      this.#broken.set(
        path,
        error instanceof Error && "code" in error ? systemReason(error) : reasonOf(error),
      );
      return undefined;
    }
  }

  /** The results for all files, in their order. */
  async #each<File, T>(
    files: readonly File[],
    code: "inspecting-pictures" | "reading-pictures",
    act: (file: File, index: number) => Promise<T>,
  ): Promise<T[]> {
    const results: T[] = [];
    let next = 0;
    let tenthsSaid = 0;
    const work = async (): Promise<void> => {
      for (;;) {
        const index = next++;
        const file = files[index];
        if (file === undefined) return;
        const tenths = Math.floor((10 * index) / files.length);
        if (tenths > tenthsSaid && files.length >= saidFrom) {
          tenthsSaid = tenths;
          this.#options.progress(sentence(code, { percent: 10 * tenths, count: files.length }));
        }
        // Each of the few takes one file after the other.
        // oxlint-disable-next-line no-await-in-loop
        results[index] = await act(file, index);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return results;
  }

  #refuseBroken(count: number): void {
    if (this.#broken.size === 0 || this.#options.data?.onBroken === "skip") return;
    throw new OperatorError(
      sentence("pictures-broken", {
        count: this.#broken.size,
        total: count,
        pictures: this.#named(),
      }),
    );
  }

  #skipped(count: number): Sentence[] {
    if (this.#broken.size === 0) return [];
    return [
      sentence("pictures-skipped", {
        count: this.#broken.size,
        total: count,
        pictures: this.#named(),
      }),
    ];
  }

  /** The broken pictures in the order of their names, with the reason of each. */
  #named() {
    const broken = [...this.#broken].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const shownPictures = broken
      .slice(0, 3)
      .map(([path, reason]) => sentence("picture-with-reason", { path, reason }));
    if (broken.length <= 3) return shownPictures;
    return sentence("and-more-pictures", { pictures: shownPictures, count: broken.length - 3 });
  }

  /** The form of the samples: as asked for, else what the pictures have in common. */
  #formFor(infos: readonly PictureInfo[]): { readonly form: PictureForm; readonly note: Sentence } {
    const { imageSize, color = "auto" } = this.#options.data ?? {};
    const sizes = new Map(
      infos.map(({ width, height }) => [`${width} × ${height}`, { width, height }]),
    );
    const [only] = sizes.values();
    const isKept =
      sizes.size === 1 && only !== undefined && only.width * only.height <= keptPixelsMax;
    const [, width, height] = /^(\d+)x(\d+)$/u.exec(imageSize ?? "") ?? [];
    const size =
      width !== undefined && height !== undefined
        ? { width: Number(width), height: Number(height) }
        : isKept
          ? only
          : { width: sizeDefault, height: sizeDefault };
    const isGrey = color === "auto" ? infos.every((info) => info.isGrey) : color === "grey";
    const form = { kind: "image", ...size, channels: isGrey ? 1 : 3 } as const;
    const values = {
      pictures: infos.length,
      width: size.width,
      height: size.height,
      color: sentence(isGrey ? "in-grey" : "in-color"),
    };
    const isScaled = sizes.size > 1 || only?.width !== size.width || only.height !== size.height;
    const note = isScaled
      ? sentence("pictures-scaled", { ...values, sizes: firstOf([...sizes.keys()]) })
      : sentence("pictures-kept", values);
    return { form, note };
  }

  #refuseTooMany(
    pictures: number,
    featureCount: number,
    { width, height, channels }: PictureForm,
  ): void {
    const bytes = pictures * featureCount;
    if (bytes <= datasetBytesMax) return;
    const size = `${width} × ${height} × ${channels}`;
    throw new OperatorError(
      sentence("too-many-pictures", { pictures, size, bytes, bytesMax: datasetBytesMax }),
    );
  }
}

/** Moves the samples that are there to the front, over those that are not. */
function compacted(
  samples: Uint8Array,
  isThere: readonly boolean[],
  featureCount: number,
): Uint8Array {
  let count = 0;
  for (const [i, there] of isThere.entries()) {
    if (!there) continue;
    if (i > count)
      samples.copyWithin(count * featureCount, i * featureCount, (i + 1) * featureCount);
    count += 1;
  }
  return samples.subarray(0, count * featureCount);
}

/** Fewer are decoded in less than a second. */
const keptFrom = 500;

/** Fewer are read before anybody wonders. */
const saidFrom = 2_000;

async function bytesOf(disk: Disk, path: string): Promise<Uint8Array> {
  return await readSmall(disk, path, fileBytesMax);
}
