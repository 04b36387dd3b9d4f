/**
 * @file The drawn digits as a dataset: their names, and their canonical bytes, a pure function of two counts. So a
 * coordinator need not send them: a worker that knows the counts draws the same bytes.
 */
import type { DatasetContent } from "../canonical.ts";
import type { Dataset } from "../dataset.ts";
import type { Digits } from "./generate-digits.ts";

export interface DigitsCounts {
  readonly trainCount: number;
  readonly testCount: number;
}

/** Of the images of everybody; part of no name. */
export const digitsSeed = 1;
export const usualDigits: DigitsCounts = { trainCount: 10_000, testCount: 2_000 };

/** Reads `TRAIN,TEST`; without a text, the usual counts. @returns `undefined` for any other text. */
export function digitsCounts(text: string | undefined): DigitsCounts | undefined {
  if (text === undefined) return usualDigits;
  const [, train, test] = /^([1-9]\d{0,6}),([1-9]\d{0,6})$/u.exec(text) ?? [];
  if (train === undefined || test === undefined) return undefined;
  return { trainCount: Number(train), testCount: Number(test) };
}

/** Unusual counts are part of the name, so that a run can be resumed. */
export function digitsName({ trainCount, testCount }: DigitsCounts): string {
  const isUsual = trainCount === usualDigits.trainCount && testCount === usualDigits.testCount;
  return isUsual ? "digits" : `digits:${trainCount},${testCount}`;
}

/** The dataset of drawn images. */
export function digitsContent({ train, test }: Digits): DatasetContent {
  const counts = { trainCount: train.labels.length, testCount: test.labels.length };
  return {
    name: digitsName(counts),
    featureShape: [28, 28],
    target: { kind: "classes", count: 10 },
    train: { count: counts.trainCount, features: train.features, targets: train.labels },
    test: { count: counts.testCount, features: test.features, targets: test.labels },
  };
}

const pathPrefix = "/data/";
const countsField = "digits";

/**
 * The path of a dataset on a coordinator's HTTP server. That of drawn digits has their counts, so that a worker may draw
 * them instead.
 */
export function datasetPath({
  name,
  sha256,
  validation,
}: Pick<Dataset, "name" | "sha256" | "validation">): string {
  const path = `${pathPrefix}${sha256}`;
  const [kind, text] = name.split(":", 2);
  const counts = kind === "digits" && validation === undefined ? digitsCounts(text) : undefined;
  if (counts === undefined) return path;
  return `${path}?${countsField}=${counts.trainCount},${counts.testCount}`;
}

/** The counts in the path of drawn digits; `undefined` for any other dataset. */
export function countsInPath(path: string): DigitsCounts | undefined {
  const text = new URLSearchParams(path.split("?", 2)[1] ?? "").get(countsField);
  return text === null ? undefined : digitsCounts(text);
}
