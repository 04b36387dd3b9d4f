/**
 * @file From the bytes of a picture file to those of a sample, with the optional package `sharp`. Only the coordinator
 * decodes: two builds of a decoder may differ in the last bit of a JPEG, and workers get the decoded bytes.
 */
import { assert } from "../../../shared/assert.ts";
import type { Preprocessing } from "../../../shared/data/preprocessing.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type Sentence, sentence, SentenceError } from "../../../shared/words/sentence.ts";

/** The form of every sample. */
export type PictureForm = Extract<Preprocessing, { readonly kind: "image" }>;

/** What a file says about its picture, turned upright. */
export interface PictureInfo {
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
}

export interface PictureDecoder {
  /** Of the libraries that decode. */
  readonly version: string;
  /** @throws SentenceError if it is no picture, or of a format that is not read. */
  readonly inspect: (bytes: Uint8Array) => Promise<PictureInfo>;
  /**
   * Turned upright as EXIF says, scaled to cover the form's size and cut to it around the middle, transparent parts
   * white, 8 bits per channel. The first picture of an animation. A picture of the right size keeps its pixels.
   *
   * @returns `[height, width, channels]`.
   * @throws SentenceError if it is damaged or cut short.
   */
  readonly decode: (bytes: Uint8Array, form: PictureForm) => Promise<Uint8Array>;
}

/** @throws OperatorError if `sharp` is not installed. */
export async function createDecoder(): Promise<PictureDecoder> {
  const sharp = await loadSharp();
  return {
    version: JSON.stringify(sharp.versions),
    inspect: (bytes) => orReason(async () => inspect(sharp, bytes)),
    decode: (bytes, form) => orReason(async () => decode(sharp, bytes, form)),
  };
}

/** What we use of `sharp`. Its own types are missing where it is not installed. */
export interface Sharp {
  (input: Uint8Array, options: object): Pipeline;
  readonly block: (what: { readonly operation: readonly string[] }) => void;
  readonly unblock: (what: { readonly operation: readonly string[] }) => void;
  readonly cache: (options: false) => unknown;
  /** Its own and those of the libraries in it, by name. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

interface Pipeline {
  readonly metadata: () => Promise<Metadata>;
  readonly autoOrient: () => Pipeline;
  readonly resize: (width: number, height: number, options: { readonly fit: "cover" }) => Pipeline;
  readonly flatten: (options: { readonly background: string }) => Pipeline;
  readonly toColourspace: (space: "srgb" | "b-w") => Pipeline;
  readonly raw: (options: { readonly depth: "uchar" }) => Pipeline;
  readonly toBuffer: (options: { readonly resolveWithObject: true }) => Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  }>;
}

interface Metadata {
  readonly format?: string;
  readonly space?: string;
  readonly autoOrient: { readonly width: number; readonly height: number };
}

/** Not a literal in the import, so that the compiler does not look for it. */
const packageName: string = "sharp";

async function loadSharp(): Promise<Sharp> {
  let loaded: { readonly default: Sharp };
  try {
    // The package has this form; its types may be missing.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    loaded = (await import(packageName)) as typeof loaded;
  } catch (cause) {
    throw new OperatorError(sentence("sharp-missing"), { cause });
  }
  const sharp = loaded.default;
  // Other formats have decoders that read further files or run scripts of their own.
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: loaders });
  sharp.cache(false);
  return sharp;
}

const loaders = ["Jpeg", "Png", "Webp", "Nsgif"].map((format) => `VipsForeignLoad${format}`);
/** More than any camera's, and less than what fills a machine's memory. */
const pixelsMax = 2 ** 27;
/** Refuses what is damaged or cut short, but not what only has a harmless flaw. */
const options = { failOn: "error", limitInputPixels: pixelsMax } as const;

async function inspect(sharp: Sharp, bytes: Uint8Array): Promise<PictureInfo> {
  const { space = "", autoOrient } = await sharp(bytes, options).metadata();
  return { ...autoOrient, isGrey: space === "b-w" || space === "grey16" };
}

async function decode(
  sharp: Sharp,
  bytes: Uint8Array,
  { width, height, channels }: PictureForm,
): Promise<Uint8Array> {
  const picture = sharp(bytes, options);
  const { autoOrient: original } = await picture.metadata();
  const isScaled = original.width !== width || original.height !== height;
  const upright = picture.autoOrient();
  const { data, info } = await (
    isScaled ? upright.resize(width, height, { fit: "cover" }) : upright
  )
    .flatten({ background: "#fff" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const found = [info.width, info.height, info.channels].join();
  assert(found === [width, height, channels].join(), `a picture became ${found}`);
  return data;
}

/** The library's errors in our words. It loses its own now and then, so all damage has one sentence. */
async function orReason<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new SentenceError(reasonFor(error), { cause: error });
  }
}

function reasonFor(error: unknown): Sentence {
  const text = error instanceof Error ? error.message : String(error);
  if (/unsupported image format|blocked/iu.test(text)) return sentence("picture-format");
  return sentence(/pixel limit/iu.test(text) ? "picture-too-large" : "picture-damaged");
}
