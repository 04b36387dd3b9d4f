/** @file Each limit has a reason beside it, a place that enforces it, and a test that exceeds it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import * as limits from "../../../../shared/protocol/limits.ts";

const root = join(import.meta.dirname, "../../../..");

/** TypeScript files below some folders, as text by path. */
function sourcesIn(...folders: string[]): Map<string, string> {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    ),
  );
  return new Map(
    paths
      .filter((path) => path.endsWith(".ts"))
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

const limitsPath = join("shared", "protocol", "limits.ts");
const program = sourcesIn("coordinator", "worker", "shared");
const source = program.get(limitsPath) ?? "";
program.delete(limitsPath);
const tests = new Map(
  [...sourcesIn(join("test", "unit"), join("test", "e2e"))].filter(
    // These two only compare names; they exceed nothing.
    ([path]) => path.endsWith(".test.ts") && !/protocol\/(?:limits|readme)\.test\.ts$/u.test(path),
  ),
);

function usesOf(name: string, files: ReadonlyMap<string, string>): string[] {
  const word = new RegExp(`\\b${name}\\b`, "gu");
  // One occurrence is the import.
  return [...files].filter(([, text]) => (text.match(word)?.length ?? 0) > 1).map(([path]) => path);
}

const names = Object.keys(limits);

describe("a limit", () => {
  test.each(names)("%s has its reason, is enforced, and is exceeded in a test", (name) => {
    expect(source).toMatch(new RegExp(`\\*/\nexport (?:const|function) ${name}\\b`, "u"));
    expect(usesOf(name, program)).not.toEqual([]);
    expect(usesOf(name, tests)).not.toEqual([]);
  });

  test("of time, size or number is in no other file of the coordinator's edge", () => {
    for (const file of [
      "edge/server",
      "edge/limits/request-queue",
      "reception",
      "watch/watchers",
      "watch/guests",
      "classroom/attendance",
      "edge/websocket-peer",
      "edge/limits/rate-limit",
      "edge/limits/quota",
    ]) {
      const text = program.get(join("coordinator", `${file}.ts`)) ?? "";
      expect(text).not.toBe("");
      const numbers = [...text.matchAll(/^const (\w*(?:Max|Ms|Bytes|Seconds)) = /gmu)];
      expect([file, numbers.map(([, found]) => found)]).toEqual([file, []]);
    }
  });
});
