/**
 * @file The built-in dataset `digits`: handwritten digits drawn by this program, so that a first run needs no
 * download. The bytes are the same on every engine: the randomness is integer, and floating point uses only + − × ÷
 * √.
 */
import { assert } from "../../assert.ts";
import { permutation, Random } from "../../random.ts";
import { DIGIT_PIXELS, drawDigit } from "./draw-digit.ts";

/** What determines the images. */
export interface DigitsOptions {
  /** Training images; 10,000 by default. */
  readonly trainCount?: number;
  /** Test images; 2,000 by default. */
  readonly testCount?: number;
  /** Any integer; 1 by default. */
  readonly seed?: number;
}

/** Images and the digits they show. */
export interface DigitImages {
  /** Shape `[count, 28, 28]`, row by row, 0 = paper, 255 = ink. */
  readonly features: Uint8Array;
  /** Shape `[count]`, 0 … 9. */
  readonly labels: Uint8Array;
}

/** Names of the random streams. Different streams, so that no image can be in both splits. */
const STREAM = { train: 0, test: 1, order: 2 } as const;

/** The splits of the dataset. */
export interface Digits {
  readonly train: DigitImages;
  readonly test: DigitImages;
}

/** Images between two pauses: a few milliseconds, even on a phone. */
const imagesPerPause = 64;

/**
 * Draws the dataset, about 30,000 images per second.
 *
 * Each split is balanced (its classes' counts differ by at most 1) and shuffled. An image depends only on the seed,
 * its split and its number before the shuffle.
 */
export function generateDigits(options: DigitsOptions = {}): Digits {
  const drawing = drawInSteps(options);
  for (;;) {
    const step = drawing.next();
    if (step.done === true) return step.value;
  }
}

/** The same, pausing every few milliseconds for a caller that has other things to do. */
export function* drawInSteps(options: DigitsOptions = {}): Generator<undefined, Digits> {
  const { trainCount = 10_000, testCount = 2_000, seed = 1 } = options;
  return {
    train: yield* drawSplit(trainCount, seed, STREAM.train),
    test: yield* drawSplit(testCount, seed, STREAM.test),
  };
}

function* drawSplit(
  count: number,
  seed: number,
  stream: number,
): Generator<undefined, DigitImages> {
  assert(Number.isSafeInteger(count) && count >= 0, `count must be a whole number, got ${count}`);
  const features = new Uint8Array(count * DIGIT_PIXELS);
  const labels = new Uint8Array(count);
  for (const [position, drawn] of permutation(count, seed, STREAM.order, stream).entries()) {
    const digit = drawn % 10;
    labels[position] = digit;
    const image = features.subarray(position * DIGIT_PIXELS, (position + 1) * DIGIT_PIXELS);
    drawDigit(digit, new Random(seed, stream, drawn), image);
    if (position % imagesPerPause === 0) yield;
  }
  return { features, labels };
}
