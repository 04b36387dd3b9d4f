/** @file Checks the page about the arithmetic against the code: its constants, its test vectors and its kinds. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { selfTest, selfTestParts } from "../../../../shared/engine/self-test.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { lossNames } from "../../../../shared/model/loss.ts";
import { permutation, Random } from "../../../../shared/random.ts";
import {
  codeSpansOf,
  headingsOf,
  plain,
  sectionOf,
  tableRows,
} from "../../../support/fixtures/markdown.ts";

const read = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const page = read("shared/protocol/ARITHMETIC.md");

/** The numbers of a text that are long enough to be a coefficient or a pattern of bits, as float32. */
function constantsIn(text: string): number[] {
  const digits = text.replaceAll("−", "-").replaceAll(/(?<=\d)_(?=\d)/gu, "");
  const found = digits.match(/0x[0-9a-f]{8}|\d+\.?\d*(?:e-?\d+)?/gu) ?? [];
  return found.filter((number) => number.length > 5).map((number) => Math.fround(Number(number)));
}

/** The first column of a section's tables. */
function named(heading: string): string[] {
  return tableRows(sectionOf(page, heading)).map(([name = ""]) => plain(name));
}

describe("the page about the arithmetic", () => {
  test("has every coefficient of exp, log and tanh that the code has, and no other", () => {
    const code = read("shared/kernels/plain/math.ts").replaceAll(/\/\*\*[^]*?\*\//gu, "");
    // The code takes this one from JavaScript.
    const ours = new Set([...constantsIn(code), Math.fround(Math.LOG2E)]);
    const theirs = constantsIn(sectionOf(page, "Elementary functions"));
    expect(new Set(theirs)).toEqual(ours);
    expect(ours.size).toBeGreaterThan(22);
  });

  test("has the first words of generators and a permutation", () => {
    const rows = tableRows(sectionOf(page, "Random numbers"));
    const words = rows.slice(0, 3).map(([, values = ""]) => codeSpansOf(values));
    const drawn = [[0], [1, 2], [-1]].map((seeds) => {
      const random = new Random(...seeds);
      return Array.from({ length: 3 }, () => random.nextUint32().toString(16).padStart(8, "0"));
    });
    expect(words).toEqual(drawn);
    expect(rows[3]?.[1]).toBe([...permutation(10, 7, 1)].join(", "));
  });

  test("has the hash of all 30 parts of the self-test, and of the whole", () => {
    const section = sectionOf(page, "The self-test");
    const stated = tableRows(section).map((row) => plain(row.at(-1) ?? ""));
    const hashes = [...selfTestParts(createPlainKernel())].map((part) => {
      return createHash("sha256").update(part).digest("hex").slice(0, 16);
    });
    expect(stated).toEqual(hashes);
    expect(stated).toHaveLength(30);
    expect(section).toContain(`All together: \`${selfTest(createPlainKernel())}\`.`);
  });

  test("has every kind of layer and every loss, and no other", () => {
    expect(named("Layers").toSorted()).toEqual(Object.keys(layerKinds).toSorted());
    expect(named("Losses").toSorted()).toEqual([...lossNames].toSorted());
  });

  test("has a table of contents of all its sections", () => {
    const contents = [...page.matchAll(/^- \[([^\]]+)\]\(#/gmu)].map(([, title]) => title);
    expect(contents).toEqual(headingsOf(page, 2));
  });
});
