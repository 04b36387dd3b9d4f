import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { DIGIT_PIXELS, drawDigit } from "../../../../../shared/data/digits/draw-digit.ts";
import { Random } from "../../../../../shared/random.ts";

const sourceFolder = new URL("../../../../../shared/data/digits/", import.meta.url);

describe("drawDigit", () => {
  it("overwrites whatever the image held, and depends only on the digit and the random stream", () => {
    const onBlack = new Uint8Array(DIGIT_PIXELS).fill(255);
    const onWhite = new Uint8Array(DIGIT_PIXELS);
    drawDigit(3, new Random(5), onBlack);
    drawDigit(3, new Random(5), onWhite);
    expect(onBlack).toEqual(onWhite);
    drawDigit(3, new Random(6), onBlack);
    expect(onBlack).not.toEqual(onWhite);
  });

  it("centres 300 digits by mass to half a pixel, with an ink span of 18 to 22 pixels", () => {
    for (let i = 0; i < 300; i++) {
      const image = new Uint8Array(DIGIT_PIXELS);
      drawDigit(i % 10, new Random(9, i), image);
      const { centreX, centreY, longestSide } = measure(image);
      expect(Math.abs(centreX - 14), `digit ${i}`).toBeLessThan(0.52);
      expect(Math.abs(centreY - 14), `digit ${i}`).toBeLessThan(0.52);
      expect(longestSide, `digit ${i}`).toBeGreaterThanOrEqual(18);
      expect(longestSide, `digit ${i}`).toBeLessThanOrEqual(22);
    }
  });

  it("refuses the digit 10 and an image of 783 pixels", () => {
    const image = new Uint8Array(DIGIT_PIXELS);
    expect(() => drawDigit(10, new Random(1), image)).toThrow("got 10");
    expect(() => drawDigit(1, new Random(1), image.subarray(1))).toThrow("got 783");
  });

  it("uses no function of Math but the 5 that every engine computes the same way", () => {
    const exact = new Set(["abs", "floor", "max", "min", "sqrt"]);
    const files = readdirSync(sourceFolder);
    expect(files).toContain("deformation.ts");
    const used = files.flatMap((file) => {
      const text = readFileSync(new URL(file, sourceFolder), "utf8");
      const code = text.replaceAll(/\/\*.*?\*\//gsu, "");
      return Array.from(code.matchAll(/Math\.(\w+)|\*\*/gu), (match) => `${file}: ${match[1]}`);
    });
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((use) => !exact.has(use.split(": ")[1]!))).toEqual([]);
  });
});

/** Centre of mass in pixels, and the longer side of the area that is more than faintly inked. */
function measure(image: Uint8Array): { centreX: number; centreY: number; longestSide: number } {
  let mass = 0;
  let massX = 0;
  let massY = 0;
  const columns: number[] = [];
  const rows: number[] = [];
  for (const [pixel, ink] of image.entries()) {
    const column = pixel % 28;
    const row = Math.floor(pixel / 28);
    mass += ink;
    massX += ink * (column + 0.5);
    massY += ink * (row + 0.5);
    if (ink > 40) {
      columns.push(column);
      rows.push(row);
    }
  }
  return {
    centreX: massX / mass,
    centreY: massY / mass,
    longestSide: Math.max(span(columns), span(rows)),
  };
}

function span(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values) + 1;
}
