import { describe, expect, test } from "vitest";

import { cacheFolder } from "../../../../coordinator/datasets/cache-folder.ts";
import {
  absoluteName,
  datasetReader,
  isOpenToPages,
  loadDataset,
  openToPages,
  resumedDataset,
} from "../../../../coordinator/datasets/loaders.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";

const known = ["digits", "digits:100,20", "mnist", "mnist:C:\\data", "idx:../fashion"];
const unknown = ["", "idx", "idx:", "digits:", "digits:0,1", "digits:5", "digits:1,99999999"];
const others = ["cifar", "constructor", "mnist:", "mnist:\0", "MNIST", " mnist"];

describe("datasetReader", () => {
  test.each(known)("accepts %s", (name) => {
    expect(datasetReader.read(name)).toBe(name);
  });

  test.each([...unknown, ...others])("rejects '%s'", (name) => {
    expect(datasetReader.read(name)).toBeUndefined();
  });

  test("lists what exists, and suggests only complete names", () => {
    expect(inEnglish(datasetReader.expects)).toMatch(
      /^digits, digits:TRAIN,TEST, mnist, mnist:DIR, idx:DIR, [\w:, ]+ or \w+:\w+$/u,
    );
    expect(datasetReader.words).toEqual(["digits", "mnist"]);
  });
});

test("a page may choose a dataset that is drawn or downloaded, but none on the operator's disk", () => {
  expect(known.filter(isOpenToPages)).toEqual(["digits", "digits:100,20", "mnist"]);
  expect([...unknown, ...others].filter(isOpenToPages)).toEqual([]);
  expect(inEnglish(openToPages)).toBe("digits or mnist");
});

test("a path becomes absolute, whatever else is in it; other names stay", () => {
  const here = process.cwd();
  expect(absoluteName("idx:a:b")).toBe(`idx:${here}/a:b`);
  expect(absoluteName("mnist:/data")).toBe("mnist:/data");
  expect(absoluteName("digits:100,20")).toBe("digits:100,20");
  expect(absoluteName("mnist")).toBe("mnist");
});

test("an unknown name is refused with a list of the known ones", async () => {
  const options = { disk: memoryDisk(new Map()), cache: "/c", mnistMirror: undefined };
  const loaded = loadDataset("cifar", { ...options, progress: () => undefined });
  await expect(loaded).rejects.toThrow(
    /^--dataset must be digits, digits:TRAIN,TEST, mnist, [\w:, ]+ or \w+:\w+, not cifar$/u,
  );
});

test("a setting that the loader does not take is refused, and where it came from is named", async () => {
  const options = { disk: memoryDisk(new Map()), cache: "/c", mnistMirror: undefined };
  const data = { ignore: ["id", "name"] };
  const origins = { ignore: { from: "file", label: "run.yaml line 2: ignore" } } as const;
  const loaded = loadDataset("digits", { ...options, data, origins, progress: () => undefined });
  await expect(loaded).rejects.toThrow(
    "run.yaml line 2: ignore id,name is not for dataset digits; leave it out, or choose",
  );
});

describe("resumedDataset", () => {
  test("is the given one, else the one in the checkpoint", () => {
    expect(resumedDataset(undefined, "digits")).toBe("digits");
    expect(resumedDataset("mnist:/data", "mnist")).toBe("mnist:/data");
    expect(resumedDataset("idx:a:b", "faces")).toBe("idx:a:b");
  });

  test("asks for the folder of data that only have a name", () => {
    expect(() => resumedDataset(undefined, "faces")).toThrow(
      "the run was trained on faces, which is somewhere on this machine; add --dataset idx:DIR",
    );
  });
});

describe("cacheFolder", () => {
  const home = "/home/ada";
  test.each([
    ["linux", {}, "/home/ada/.cache/promedio"],
    ["linux", { XDG_CACHE_HOME: "/fast" }, "/fast/promedio"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ada/.cache/promedio"],
    ["linux", { XDG_CACHE_HOME: "/fast", PROMEDIO_CACHE: "mine" }, "mine"],
    ["darwin", { PROMEDIO_CACHE: "" }, "/home/ada/Library/Caches/promedio"],
  ] as const)("on %s with %o is %s", (platform, environment, folder) => {
    expect(cacheFolder({ platform, environment, home })).toBe(folder);
  });
});
