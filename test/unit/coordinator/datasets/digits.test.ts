import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  digitsLoader,
  digitsVersion,
  drawDigits,
  loadDigits,
} from "../../../../coordinator/datasets/digits.ts";
import { nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { sayAtTerminal, type Sentence } from "../../../../shared/words/sentence.ts";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "promedio-cache-"));
});
afterEach(() => rm(cache, { recursive: true }));

const counts = { trainCount: 20, testCount: 10 };
const lines: string[] = [];
const progress = (said: Sentence): void => void lines.push(sayAtTerminal(said));

describe("loadDigits", () => {
  test("draws 20 + 10 digits once and then reads them from the cache", async () => {
    lines.length = 0;
    const drawn = await loadDigits(counts, { disk: nodeDisk, cache: join(cache, "new"), progress });
    const cached = await loadDigits(counts, {
      disk: nodeDisk,
      cache: join(cache, "new"),
      progress,
    });
    expect(lines).toEqual(["drawing 30 digits"]);
    expect(cached).toEqual(drawn);
    expect(drawn.dataset).toMatchObject({
      name: "digits:20,10",
      featureShape: [28, 28],
      target: { kind: "classes", count: 10 },
    });
    expect(drawn.dataset.train.count + drawn.dataset.test.count).toBe(30);
  });

  test("draws them again when 1 byte of the cached file changed", async () => {
    const drawn = await loadDigits(counts, { disk: nodeDisk, cache, progress });
    const [name = ""] = await readdir(cache);
    const bytes = await readFile(join(cache, name));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(cache, name), bytes);
    expect(await loadDigits(counts, { disk: nodeDisk, cache, progress })).toEqual(drawn);
    expect(await readFile(join(cache, name))).toEqual(Buffer.from(drawn.bytes));
  });

  test("gives a tenth of the training digits to validation on request; the test digits stay", async () => {
    const options = { disk: nodeDisk, cache, mnistMirror: undefined, progress };
    const plain = await digitsLoader.load("40,10", options);
    const split = await digitsLoader.load("40,10", { ...options, data: { validation: 0.1 } });
    const { train, validation, test: held } = split.dataset;
    expect([train.count, validation?.count]).toEqual([36, 4]);
    expect(held).toEqual(plain.dataset.test);
    expect(split.dataset.sha256).not.toBe(plain.dataset.sha256);
  });

  test("works without a cache that can't be written, and says so in 1 line", async () => {
    await writeFile(join(cache, "file"), "");
    lines.length = 0;
    const { dataset } = await loadDigits(counts, {
      disk: nodeDisk,
      cache: join(cache, "file"),
      progress,
    });
    expect(dataset.train.count).toBe(20);
    expect(lines).toEqual([
      "drawing 30 digits",
      expect.stringContaining("cannot keep the digits in"),
    ]);
  });

  test("has a version that rises whenever other images are drawn", () => {
    // If this fails, raise digitsVersion together with the hash, because caches contain the old images.
    expect({ digitsVersion, sha256: drawDigits(20, 10).dataset.sha256 }).toEqual({
      digitsVersion: 1,
      sha256: "107cf9471efa91a235dd4d64360dae2ca86e0a3cf19d3b238900929fba20ec6a",
    });
  });
});
