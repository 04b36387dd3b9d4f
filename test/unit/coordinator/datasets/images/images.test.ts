import { basename } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Dataset } from "../../../../../shared/data/dataset.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { four, grey, ImageFolder, plain } from "./image-folder.ts";
import { halves, maker, png, type Rgb } from "./made-pictures.ts";

const make = await maker();

let at: ImageFolder;
beforeEach(async () => {
  at = await ImageFolder.create();
});
afterEach(() => at.remove());

describe.skipIf(make === undefined)("images:", () => {
  test("reads 2 + 2 pictures in splits, pixel by pixel, with names and preprocessing", async () => {
    const dataset = await at.load(four);
    expect(plain(dataset)).toEqual({
      names: ["cat", "dog"],
      shape: [2, 3],
      train: [1, 50, 100, 150, 200, 250, 2, 50, 100, 150, 200, 250],
      trainTargets: [0, 1],
      test: [3, 50, 100, 150, 200, 250, 4, 50, 100, 150, 200, 250],
    });
    expect(dataset.preprocessing).toEqual({ kind: "image", width: 3, height: 2, channels: 1 });
    expect(dataset.name).toBe(basename(at.path));
    expect(at.notes).toEqual(["4 pictures of 3 × 2, in grey"]);
  });

  test("a validation folder is the validation split; without a test folder the seed draws one", async () => {
    const { validation, test: held, train } = await at.load({ ...four, "val/dog/e.png": grey(5) });
    expect([train.count, validation?.count, validation?.targets, held.count]).toEqual([
      2,
      1,
      Uint8Array.of(1),
      2,
    ]);
  });

  test("classes without splits are divided by class and seed", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i % 2 === 0 ? "cat" : "dog"}/${i}.png`, grey(i)]),
    );
    const one = await at.load(files, { test: 0.2, validation: 0.25 });
    expect([one.train.count, one.validation?.count, one.test.count]).toEqual([12, 4, 4]);
    expect([...one.test.targets]).toEqual([0, 0, 1, 1]);
    const firsts = [one.train, one.validation!, one.test].flatMap(({ features }) =>
      [...features].filter((_, i) => i % 6 === 0),
    );
    expect(firsts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect((await at.load({}, { test: 0.2, validation: 0.25 })).sha256).toBe(one.sha256);
    expect((await at.load({}, { test: 0.2, validation: 0.25, dataSeed: 9 })).sha256).not.toBe(
      one.sha256,
    );
  });
});

const red: Rgb = [250, 10, 10];
const blue: Rgb = [10, 10, 250];

const made = async (format: "png" | "jpeg" | "webp" | "gif", options = {}) =>
  await halves(make!, 8, 6, [red, blue])[format](options).toBuffer();

/** The mean colour of the left and the right half of the first sample. */
function halvesOf({
  train,
  featureShape: [height = 0, width = 0, channels = 1],
}: Dataset): number[][] {
  const sums = [0, 1].map(() => Array.from({ length: channels }, () => 0));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const value = train.features[(y * width + x) * channels + c] ?? 0;
        sums[x < width / 2 ? 0 : 1]![c]! += value / ((height * width) / 2);
      }
    }
  }
  return sums.map((sum) => sum.map(Math.round));
}

function isNear(found: readonly number[], wanted: readonly number[], by: number): boolean {
  return (
    found.length === wanted.length && found.every((value, i) => Math.abs(value - wanted[i]!) <= by)
  );
}

/** The first sample is the odd one; all others are its neighbours of the same size. */
const loadOdd = async (odd: Uint8Array, name = "a.png", data: DataSettings = {}) =>
  await at.load(
    { [`train/cat/${name}`]: odd, "train/dog/b.png": grey(2), "test/dog/c.png": grey(3) },
    data,
  );

describe.skipIf(make === undefined)("odd pictures that are read rightly", () => {
  test.each([
    ["PNG", "png", "a.png", 0],
    ["JPEG", "jpeg", "a.jpg", 25],
    ["JPEG with an upper-case name", "jpeg", "A.JPEG", 25],
    ["WebP", "webp", "a.webp", 25],
    ["GIF", "gif", "a.gif", 3],
    ["a JPEG named .png", "jpeg", "a.png", 25],
    ["a PNG named .jpg", "png", "a.jpg", 0],
  ] as const)("%s", async (_what, format, name, by) => {
    const dataset = await loadOdd(await made(format, { quality: 100 }), name, { imageSize: "8x6" });
    expect(dataset.featureShape).toEqual([6, 8, 3]);
    const [left = [], right = []] = halvesOf(dataset);
    expect([left, right, isNear(left, red, by) && isNear(right, blue, by)]).toEqual([
      left,
      right,
      true,
    ]);
  });

  test("16 bits a channel become 8: the high byte, perhaps rounded", async () => {
    const odd = png(
      [
        [0, 0x80ff, 0xffff],
        [0x0100, 0x7f00, 0x1234],
      ],
      { bits: 16 },
    );
    const { train } = await loadOdd(odd);
    const high = [0, 0x80, 0xff, 0x01, 0x7f, 0x12];
    expect(isNear([...train.features.subarray(0, 6)], high, 1)).toBe(true);
  });

  test("transparent parts are white, half-transparent ones half white", async () => {
    const odd = png(
      [
        [10, 0, 10, 255, 10, 128],
        [10, 255, 20, 255, 30, 255],
      ],
      { colorType: 4 },
    );
    const { train, featureShape } = await loadOdd(odd);
    expect(featureShape).toEqual([2, 3]);
    const [a, b, c, ...rest] = train.features.subarray(0, 6);
    expect([a, b, ...rest]).toEqual([255, 10, 10, 20, 30]);
    expect(Math.abs((c ?? 0) - 132)).toBeLessThanOrEqual(1);
  });

  test("CMYK becomes RGB", async () => {
    const odd = await halves(make!, 8, 6, [red, blue])
      .toColourspace("cmyk")
      .jpeg({ quality: 100 })
      .toBuffer();
    const dataset = await loadOdd(odd, "a.jpg", { imageSize: "8x6" });
    const [left = [], right = []] = halvesOf(dataset);
    // Printing colours are duller.
    expect([left[0]! > 150 && left[2]! < 100, right[2]! > 100 && right[0]! < 100]).toEqual([
      true,
      true,
    ]);
  });

  test("EXIF's orientation turns the picture: stored on its side, read upright", async () => {
    const stored = halves(make!, 8, 6, [red, blue]);
    const odd = await stored.withMetadata({ orientation: 3 }).png().toBuffer();
    expect(halvesOf(await loadOdd(odd, "a.png", { imageSize: "8x6" }))).toEqual([
      [...blue],
      [...red],
    ]);
    const turned = await halves(make!, 8, 6, [red, blue])
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const quarter = await loadOdd(turned, "a.png", { imageSize: "6x8" });
    expect(quarter.featureShape).toEqual([8, 6, 3]);
    // Turned to the right: the left half is now on top.
    expect([
      ...quarter.train.features.subarray(0, 3),
      ...quarter.train.features.subarray(7 * 18, 7 * 18 + 3),
    ]).toEqual([...red, ...blue]);
  });

  test.each(["gif", "webp"] as const)("an animated %s is its first picture", async (format) => {
    const pages = Buffer.concat([Buffer.alloc(8 * 6 * 3, 200), Buffer.alloc(8 * 6 * 3, 30)]);
    const animated = make!(pages, { raw: { width: 8, height: 12, channels: 3, pageHeight: 6 } });
    const odd = await animated[format]({ delay: [100, 100], loop: 0, lossless: true }).toBuffer();
    const dataset = await loadOdd(odd, `a.${format}`, { imageSize: "8x6", color: "grey" });
    expect([dataset.featureShape, Math.abs(dataset.train.features[0]! - 200) < 4]).toEqual([
      [6, 8],
      true,
    ]);
  });

  test("grey and coloured pictures together are in colour; --color grey makes all grey", async () => {
    const odd = await made("png");
    expect((await loadOdd(odd, "a.png", { imageSize: "8x6" })).featureShape).toEqual([6, 8, 3]);
    expect(at.notes[0]).toBe(
      "3 pictures of 8 × 6, 3 × 2: scaled to 8 × 6, in colour; --image-size and --color change that",
    );
    const dataset = await loadOdd(odd, "a.png", { imageSize: "8x6", color: "grey" });
    expect(dataset.featureShape).toEqual([6, 8]);
    expect((await at.load({}, { color: "color", imageSize: "2x3" })).featureShape).toEqual([
      3, 2, 3,
    ]);
  });

  test("pictures of several sizes become 32 × 32, cut around the middle", async () => {
    const wide = await halves(make!, 80, 40, [red, blue]).png().toBuffer();
    const dataset = await loadOdd(wide);
    expect(dataset.featureShape).toEqual([32, 32, 3]);
    const [left = [], right = []] = halvesOf(dataset);
    expect(isNear(left, red, 12) && isNear(right, blue, 12)).toBe(true);
  });

  test("pictures of one size that is large become 32 × 32 too", async () => {
    const large = await halves(make!, 100, 70, [red, blue]).png().toBuffer();
    const dataset = await at.load({
      "cat/1.png": large,
      "cat/2.png": large,
      "dog/1.png": large,
      "dog/2.png": large,
    });
    expect(dataset.featureShape).toEqual([32, 32, 3]);
  });
});
