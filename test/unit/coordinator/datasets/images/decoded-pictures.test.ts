/** @file Decoded pictures in the cache: when they are used, when not, and how much is kept. */
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  DecodedPictures,
  keyOf,
} from "../../../../../coordinator/datasets/images/decoded-pictures.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { type Files, grey, ImageFolder } from "./image-folder.ts";
import { maker } from "./made-pictures.ts";

const make = await maker();
const said = "500 pictures were decoded before and are taken from the cache";

let at: ImageFolder;
beforeEach(async () => {
  at = await ImageFolder.create();
});
afterEach(() => at.remove());

/** The first one differs by `first`. */
function manyFiles(count: number, first = 0): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      return [`${i % 2 === 0 ? "cat" : "dog"}/${i}.png`, grey(i === 0 ? first : i % 250)];
    }),
  );
}

describe.skipIf(make === undefined)("500 pictures", () => {
  test("are decoded once; afterwards the same dataset comes from the cache", async () => {
    const once = await at.load(manyFiles(500));
    expect(at.notes).not.toContain(said);
    const again = await at.load({});
    expect(at.notes).toContain(said);
    expect(again.sha256).toBe(once.sha256);
  });

  test("are decoded again if one has changed, another size is asked for, or the kept bytes are not right", async () => {
    await at.load(manyFiles(500));
    const changed = await at.load(manyFiles(500, 77));
    expect(at.notes).not.toContain(said);
    expect([...changed.train.features, ...changed.test.features]).toContain(77);
    await at.load({}, { imageSize: "2x2" });
    expect(at.notes).not.toContain(said);
    const folder = join(at.cache, "pictures");
    const names = await readdir(folder);
    expect(names).toHaveLength(3);
    for (const name of names) {
      const path = join(folder, name);
      const bytes = await readFile(path);
      bytes[7]! ^= 1;
      await writeFile(path, bytes);
    }
    expect((await at.load({})).sha256).toBe(changed.sha256);
    expect(at.notes).not.toContain(said);
  });
});

test("what was written first is removed when there is no room, and what never fits is not kept", async () => {
  const kept = new DecodedPictures(nodeDisk, at.path, 250);
  const folder = join(at.path, "pictures");
  for (const [i, key] of ["a", "b"].entries()) {
    await kept.keep(key, new Uint8Array(100).fill(i));
    const [name = ""] = (await readdir(folder)).filter((each) => each.startsWith(key));
    await utimes(join(folder, name), i, i);
  }
  await kept.keep("c", new Uint8Array(100));
  await kept.keep("d", new Uint8Array(251));
  const found = await Promise.all(["a", "b", "c", "d"].map(async (key) => await kept.find(key)));
  expect(found.map((bytes) => bytes?.length)).toEqual([undefined, 100, 100, undefined]);
});

test("another decoder, form or order has another key", () => {
  const form = { kind: "image", width: 3, height: 2, channels: 1 } as const;
  const keys = [
    keyOf(["x", "y"], form, "1"),
    keyOf(["y", "x"], form, "1"),
    keyOf(["x", "y"], { ...form, channels: 3 }, "1"),
    keyOf(["x", "y"], form, "2"),
  ];
  expect(new Set(keys).size).toBe(4);
});
