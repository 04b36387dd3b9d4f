/** @file The built-in dataset, drawn once and then kept in the cache. Without a cache it is drawn every time. */
import { basename, join } from "node:path";

import {
  type CanonicalDataset,
  decodeDataset,
  encodeDataset,
} from "../../shared/data/canonical.ts";
import {
  digitsContent,
  digitsCounts,
  type DigitsCounts,
  digitsName,
  digitsSeed,
  usualDigits,
} from "../../shared/data/digits/canonical-digits.ts";
import { generateDigits } from "../../shared/data/digits/generate-digits.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { sha256OfParts } from "../sha256.ts";
import { replaceFile, type Disk } from "../storage/disk.ts";
import { divide } from "./divide.ts";
import type { Loader, LoadOptions } from "./loader.ts";

/** Raised whenever the same counts give other images, so that old cached images are no longer used. */
export const digitsVersion = 1;

/** Drawn by this program. It reads nothing from the disk but the cache. */
export const digitsLoader: Loader = {
  forms: ["digits", "digits:TRAIN,TEST"],
  accepts: (counts) => digitsCounts(counts) !== undefined,
  takes: ["validation", "dataSeed"],
  isOpenToPages: () => true,
  async load(counts, options) {
    const drawn = await loadDigits(digitsCounts(counts) ?? {}, options);
    if (options.data?.validation === undefined) return drawn;
    const { dataset } = drawn;
    const divided = divide(dataset, dataset.target, options);
    return encodeDataset({ ...dataset, ...divided }, sha256OfParts);
  },
};

/** Loads the drawn digits: by default 10,000 for training and 2,000 for testing. */
export async function loadDigits(
  given: Partial<DigitsCounts>,
  { disk, cache, progress }: Omit<LoadOptions, "mnistMirror">,
): Promise<CanonicalDataset> {
  const { trainCount, testCount } = { ...usualDigits, ...given };
  const name = digitsName({ trainCount, testCount });
  const key = `digits-v${digitsVersion}-${trainCount}-${testCount}`;
  const cached = await readCached(disk, cache, key, name);
  if (cached !== undefined) return cached;
  progress(sentence("drawing-digits", { count: trainCount + testCount }));
  const drawn = drawDigits(trainCount, testCount);
  try {
    await disk.mkdir(cache);
    await replaceFile(disk, join(cache, `${key}.${drawn.dataset.sha256}.safetensors`), drawn.bytes);
  } catch (error) {
    progress(sentence("digits-not-kept", { path: cache, reason: systemReason(error) }));
  }
  return drawn;
}

/** Draws the digits; a pure function of the counts. */
export function drawDigits(trainCount: number, testCount: number): CanonicalDataset {
  const drawn = generateDigits({ trainCount, testCount, seed: digitsSeed });
  return encodeDataset(digitsContent(drawn), sha256OfParts);
}

/** The cached bytes, if they match the hash in their name. On any problem the digits are simply drawn again. */
async function readCached(
  disk: Disk,
  cache: string,
  key: string,
  name: string,
): Promise<CanonicalDataset | undefined> {
  try {
    const names = await disk.readdir(cache);
    const file = names.find((each) => each.startsWith(`${key}.`) && each.endsWith(".safetensors"));
    if (file === undefined) return undefined;
    const sha256 = basename(file, ".safetensors").slice(key.length + 1);
    const bytes = Uint8Array.from(await disk.readFile(join(cache, file)));
    return { bytes, dataset: decodeDataset(bytes, { name, sha256 }, sha256OfParts) };
  } catch {
    return undefined;
  }
}
