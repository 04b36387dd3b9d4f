import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { DIGIT_PIXELS } from "../../../../../shared/data/digits/draw-digit.ts";
import {
  type DigitImages,
  generateDigits,
} from "../../../../../shared/data/digits/generate-digits.ts";

const small = generateDigits({ trainCount: 1000, testCount: 200, seed: 1 });

describe("generateDigits", () => {
  it("gives the pinned bytes of 40 + 20 images of seed 7, as every engine must", () => {
    const { train, test } = generateDigits({ trainCount: 40, testCount: 20, seed: 7 });
    const hash = createHash("sha256");
    for (const { features, labels } of [train, test]) hash.update(features).update(labels);
    expect(hash.digest("hex")).toBe(
      "4855f3c13d3cf13fb70804101b411e465dbe4c541e5c0b2b80026e9f5cd6887f",
    );
  });

  it("draws 1,000 + 200 images with 100 and 20 of each digit", () => {
    expect(countsOf(small.train)).toEqual(Array.from({ length: 10 }, () => 100));
    expect(countsOf(small.test)).toEqual(Array.from({ length: 10 }, () => 20));
    expect(small.train.features).toHaveLength(1000 * DIGIT_PIXELS);
  });

  it("balances 13 images to 1 or 2 of each digit, and draws 0", () => {
    const counts = countsOf(generateDigits({ trainCount: 13, testCount: 0 }).train);
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect(generateDigits({ trainCount: 0, testCount: 0 }).train.features).toHaveLength(0);
  });

  it("shuffles: the first 100 labels are not in order, and differ between the splits", () => {
    const first = [...small.train.labels.subarray(0, 100)];
    const inTurn = first.filter((label, i) => label === (first.at(i - 1) ?? 0) + 1);
    expect(inTurn.length).toBeLessThan(30);
    expect([...small.test.labels.subarray(0, 100)]).not.toEqual(first);
  });

  it("leaves 75 to 85 % of the pixels exactly 0, and inks some of them fully", () => {
    const { features } = small.train;
    const zeros = features.filter((pixel) => pixel === 0).length / features.length;
    expect(zeros).toBeGreaterThan(0.75);
    expect(zeros).toBeLessThan(0.85);
    expect(features.filter((pixel) => pixel === 255).length / features.length).toBeGreaterThan(
      0.03,
    );
  });

  it("draws 1,200 images, no two of them equal, within or across splits", () => {
    const images = [...imagesOf(small.train), ...imagesOf(small.test)];
    expect(new Set(images.map((image) => image.join(","))).size).toBe(1200);
  });

  it("draws other images for another seed", () => {
    const other = generateDigits({ trainCount: 1000, testCount: 200, seed: 2 });
    expect(other.train.features).not.toEqual(small.train.features);
  });

  it("can be learned: at least 75 % of 200 test images are nearest to the mean of their own digit", () => {
    const means = meansOf(small.train);
    const images = imagesOf(small.test);
    const correct = images.filter((image, i) => nearest(means, image) === small.test.labels[i]);
    expect(correct.length / images.length).toBeGreaterThanOrEqual(0.75);
  });

  it("refuses a count of -1 and of 1.5", () => {
    expect(() => generateDigits({ trainCount: -1 })).toThrow("whole number, got -1");
    expect(() => generateDigits({ trainCount: 1, testCount: 1.5 })).toThrow("got 1.5");
  });
});

function countsOf({ labels }: DigitImages): number[] {
  return Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
}

function imagesOf({ features, labels }: DigitImages): Uint8Array[] {
  return Array.from(labels, (_, i) => features.subarray(i * DIGIT_PIXELS, (i + 1) * DIGIT_PIXELS));
}

function meansOf(images: DigitImages): Float64Array[] {
  const counts = countsOf(images);
  const means = counts.map(() => new Float64Array(DIGIT_PIXELS));
  for (const [i, image] of imagesOf(images).entries()) {
    const digit = images.labels[i]!;
    for (let p = 0; p < DIGIT_PIXELS; p++) means[digit]![p]! += image[p]! / counts[digit]!;
  }
  return means;
}

function nearest(means: readonly Float64Array[], image: Uint8Array): number {
  const distances = means.map((mean) => mean.reduce((sum, m, p) => sum + (m - image[p]!) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}
