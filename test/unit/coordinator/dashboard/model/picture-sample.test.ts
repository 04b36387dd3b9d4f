/** @file What a picture file becomes. */
import { expect, test } from "vitest";

import {
  coverOf,
  pictureSample,
} from "../../../../../coordinator/dashboard/model/picture-sample.ts";

const grey = { width: 2, height: 2, channels: 1, isPlanar: false } as const;

function bytes(sample: Float32Array): number[] {
  return [...sample].map((value) => Math.round(value * 255));
}

test("a picture is cut around its middle to the proportions of the data", () => {
  const square = { width: 10, height: 10 };
  expect(coverOf({ width: 40, height: 20 }, square)).toEqual({
    left: 10,
    top: 0,
    width: 20,
    height: 20,
  });
  expect(coverOf({ width: 3, height: 9 }, { width: 20, height: 10 })).toEqual({
    left: 0,
    top: 3.75,
    width: 3,
    height: 1.5,
  });
});

test("a picture of the right size keeps its bytes, and colours their order", () => {
  const data = [0, 1, 2, 255, 50, 60, 70, 255, 100, 101, 102, 255, 255, 254, 253, 255];
  const picture = { width: 2, height: 2, data };
  const colors = data.filter((_, i) => i % 4 !== 3);
  const shape = { ...grey, channels: 3 } as const;
  expect(bytes(pictureSample(picture, shape))).toEqual(colors);
  const planes = pictureSample(picture, { ...shape, isPlanar: true });
  expect(bytes(planes)).toEqual([0, 1, 2].flatMap((c) => colors.filter((_, i) => i % 3 === c)));
});

test("grey is as bright as the colour: pure red 127, green 220, blue 76; and grey stays", () => {
  const data = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 93, 93, 93, 255];
  const sample = pictureSample({ width: 2, height: 2, data }, grey);
  // 255 · (1.055 · Y^(1/2.4) − 0.055) for Y = 0.2126, 0.7152 and 0.0722.
  expect([...sample].map((value) => Math.round(value * 255))).toEqual([127, 220, 76, 93]);
});

test("a larger picture is averaged over the area of each pixel", () => {
  const data = [0, 100, 200, 100].flatMap((value) => [value, value, value, 255]);
  const sample = pictureSample({ width: 2, height: 2, data }, { ...grey, width: 1, height: 1 });
  expect(Math.round(sample[0]! * 255)).toBe(100);
});
