/** @file Digits that a worker draws itself, and when it downloads them all the same. */
import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { countsInPath, datasetPath } from "../../../shared/data/digits/canonical-digits.ts";
import { createDrawDataset } from "../../../worker/draw-dataset.ts";

const { dataset, bytes } = drawDigits(200, 40);
const { name, sha256 } = dataset;
const far = "http://10.0.0.7:7000";

function loader(httpUrl: string) {
  const downloads: string[] = [];
  const received: [Uint8Array, string][] = [];
  let pauses = 0;
  const load = createDrawDataset({
    httpUrl,
    download: (path) => {
      downloads.push(path);
      return Promise.resolve(dataset);
    },
    defer: (callback) => {
      pauses += 1;
      setImmediate(callback);
    },
    received: (canonical, hash) => received.push([canonical, hash]),
  });
  return { load, downloads, received, pauses: () => pauses };
}

const noProgress = () => {};

describe("a worker draws the built-in digits", () => {
  test("with the bytes and the hash of the coordinator's, and lets others run every 64 images", async () => {
    const { load, downloads, received, pauses } = loader(far);
    const drawn = await load(datasetPath(dataset), { name, sha256 }, noProgress);
    expect(drawn).toEqual(dataset);
    expect(downloads).toEqual([]);
    expect(received).toEqual([[bytes, sha256]]);
    expect(pauses()).toBe(5);
  });

  test.each(["http://127.0.0.1:7000", "http://localhost:7000/a", "http://[::1]:7000"])(
    "but downloads them from %s, its own machine",
    async (url) => {
      const { load, downloads } = loader(url);
      await load(datasetPath(dataset), { name, sha256 }, noProgress);
      expect(downloads).toHaveLength(1);
    },
  );

  test("but downloads them if their hash is another, as of another version's", async () => {
    const { load, downloads, received } = loader(far);
    const other = "0".repeat(64);
    await load(datasetPath(dataset), { name, sha256: other }, noProgress);
    expect(downloads).toEqual([`/data/${sha256}?digits=200,40`]);
    expect(received).toEqual([]);
  });

  test("but downloads every other dataset", async () => {
    const { load, downloads } = loader(far);
    await load(`/data/${sha256}`, { name: "mnist", sha256 }, noProgress);
    expect(downloads).toEqual([`/data/${sha256}`]);
  });
});

describe("the path of a dataset", () => {
  const validation = dataset.test;
  test.each([
    [{ name: "digits", sha256 }, "?digits=10000,2000"],
    [{ name: "digits:200,40", sha256 }, "?digits=200,40"],
    // Which of them belong to the validation split is not a function of the counts.
    [{ name: "digits", sha256, validation }, ""],
    [{ name: "mnist", sha256 }, ""],
    [{ name: "digits-of-mine", sha256 }, ""],
    [{ name: "csv:digits", sha256 }, ""],
  ])("of %o ends with %j", (described, end) => {
    expect(datasetPath(described)).toBe(`/data/${sha256}${end}`);
  });

  test.each(["?digits=0,1", "?digits=1", "?digits=99999999,1", "?digits=1,2,3", "", "?x=1,2"])(
    "with %j names no counts",
    (end) => expect(countsInPath(`/data/${sha256}${end}`)).toBe(undefined),
  );
});
