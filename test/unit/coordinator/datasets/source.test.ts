import { describe, expect, test } from "vitest";

import { cacheFolder } from "../../../../coordinator/datasets/cache-folder.ts";
import { parseDatasetSource } from "../../../../coordinator/datasets/source.ts";

describe("parseDatasetSource", () => {
  test.each([
    ["digits", { kind: "digits" }],
    ["digits:100,20", { kind: "digits", trainCount: 100, testCount: 20 }],
    ["mnist", { kind: "mnist", folder: undefined }],
    ["mnist:C:\\data", { kind: "mnist", folder: "C:\\data" }],
    ["idx:../fashion", { kind: "idx", folder: "../fashion" }],
  ])("takes %s apart", (spelled, source) => {
    expect(parseDatasetSource(spelled)).toEqual(source);
  });

  test.each(["", "idx", "idx:", "digits:", "digits:0,1", "digits:5", "digits:1,99999999", "cifar"])(
    "knows nothing of '%s'",
    (spelled) => {
      expect(parseDatasetSource(spelled)).toBeUndefined();
    },
  );
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
