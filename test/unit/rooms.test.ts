/**
 * @file Keeps the folders as rooms: few files in each, no circles, imports that only go down, and no export without a
 * use. A type import counts like any other, because whoever changes the type has both files open.
 */
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

import { files, neighboursOf, read } from "../support/fixtures/sources.ts";

/** The most files in a folder. Nobody reads a longer list to its end. */
const filesPerFolderMax = 16;

/**
 * The floors of the house, from the ground up. A file may import from its own row's folder and from any row above
 * it in this list. A folder includes its subfolders without a separate row.
 */
const floors: readonly (readonly string[])[] = [
  ["shared"],
  ["shared/data", "shared/kernels", "shared/onnx"],
  ["shared/node"],
  ["shared/model"],
  ["shared/tasks"],
  // The agreement: what a run is. It calls no kernel.
  ["shared/run"],
  // The code that computes it, and the messages that carry it.
  ["shared/optimizers"],
  ["shared/engine", "shared/protocol"],
  // From a person's settings to the agreement.
  ["shared/run/settings"],

  ["worker"],
  ["worker/node", "worker/browser"],

  ["coordinator/sha256.ts", "coordinator/heap.ts"],
  // The engine room: decisions without sockets, clocks or disks.
  ["coordinator/dispatch"],
  ["coordinator/audit"],
  ["coordinator/run"],
  ["coordinator/compare/plan"],
  // The edges.
  ["coordinator/options.ts", "coordinator/edge", "coordinator/storage", "coordinator/console"],
  [
    "coordinator/workers",
    "coordinator/datasets",
    "coordinator/cluster",
    "coordinator/export",
    "coordinator/compare/report",
  ],
  // From a request to a run in progress, and everybody who watches it.
  ["coordinator/stored-setup.ts"],
  ["coordinator/run-setup.ts"],
  ["coordinator/runs.ts"],
  [
    "coordinator/series.ts",
    "coordinator/exit-code.ts",
    "coordinator/leading.ts",
    "coordinator/run-id.ts",
    "coordinator/program-world.ts",
  ],
  ["coordinator/watch", "coordinator/monitor"],
  ["coordinator/classroom"],
  ["coordinator/reception.ts", "coordinator/dashboard"],
  ["coordinator/learn"],
  // Those that produce and accept a request; neither knows the other.
  ["coordinator/main.ts", "coordinator/tools", "coordinator/inspect", "coordinator/cli"],
  ["coordinator/compare", "coordinator/clustered.ts", "coordinator/library"],
  // A worker upwards, a coordinator's rooms downwards: besides the program, the only one that knows both.
  ["coordinator/relay"],

  ["build-kernel.ts", "build-learn.ts", "build-api.ts", "build-package.ts"],
  ["promedio.ts", "library.ts", "build.ts", "vitest.config.ts"],
];

const sources = files.filter((file) => /(?<!\.d)\.ts$/u.test(file));
const product = sources.filter((file) => !file.startsWith("test/"));
const imports = new Map(sources.map((file) => [file, neighboursOf(file).filter(isOurs)]));

function isOurs(file: string): boolean {
  return sources.includes(file);
}

test(`a folder has at most ${filesPerFolderMax} files of code, and as many tests`, () => {
  const counts = new Map<string, number>();
  for (const file of sources) {
    const kind = file.endsWith(".test.ts") ? "tests" : "files";
    const key = `${kind} in ${dirname(file)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const crowded = [...counts].filter(([, count]) => count > filesPerFolderMax);
  expect(crowded.map(([key, count]) => `${count} ${key}`)).toEqual([]);
});

describe("imports", () => {
  test("make no circle of files", () => {
    expect(circleIn(imports)).toBe(undefined);
  });

  test("make no circle of folders, where a folder and its subfolders count as one", () => {
    const folders = new Map<string, string[]>();
    for (const [file, others] of imports) {
      const from = dirname(file);
      const to = others.map((other) => dirname(other)).filter((other) => areApart(from, other));
      folders.set(from, [...(folders.get(from) ?? []), ...to]);
    }
    expect(circleIn(folders)).toBe(undefined);
  });

  test("of the product go down: every file has its floor, and imports only from lower ones", () => {
    const rows = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
    const flaws = product.flatMap((file) => {
      const room = roomOf(file, rows);
      if (room === undefined) return [`${file} is in no room of the table`];
      return (imports.get(file) ?? []).flatMap((other) => {
        const below = roomOf(other, rows);
        if (below === undefined || below === room) return [];
        const isDown = (rows.get(below) ?? 0) < (rows.get(room) ?? 0);
        return isDown ? [] : [`${file} imports ${other}: ${room} is not above ${below}`];
      });
    });
    expect(flaws).toEqual([]);
  });

  test("use every row of the table: none of its rooms is empty", () => {
    const rows = new Map(floors.flat().map((room) => [room, 0]));
    for (const file of product) {
      const room = roomOf(file, rows) ?? "";
      rows.set(room, (rows.get(room) ?? 0) + 1);
    }
    expect([...rows].filter(([, count]) => count === 0)).toEqual([]);
  });
});

test("what a file exports, another file imports: functions, classes and constants", () => {
  const imported = new Set(sources.flatMap(namesImportedBy));
  const unused = sources
    .filter((file) => !isForOthers(file) && !imported.has(`* of ${file}`))
    .flatMap((file) => exportsOf(read(file)).map((name) => `${name} of ${file}`))
    .filter((name) => !imported.has(name));
  expect(unused).toEqual([]);
});

test("a file starts with its @file comment", () => {
  const late = sources.filter((file) => {
    const text = read(file);
    return text.includes("@file ") && !/^\/\*\*(?:(?!\*\/)[^])*@file /u.test(text);
  });
  expect(late).toEqual([]);
});

/** Whether a file exports for the kernel's compiler, for other programs, or for pages that load a script by its address. */
function isForOthers(file: string): boolean {
  const script = /^coordinator\/learn\/classroom\/(?:classroom|drawing\/drawing)\.ts$/u;
  return /^(?:shared\/kernels\/assembly\/|library)/u.test(file) || script.test(file);
}

/** Functions, classes and constants. A type may be exported without a user: it explains a signature. */
function exportsOf(source: string): string[] {
  const pattern = /^export (?:async |abstract )*(?:function\*?|class|const|let) (\w+)/gmu;
  return [...source.matchAll(pattern)].map(([, name = ""]) => name);
}

/** `name of file` for each name that a file imports or passes on, `* of file` where it takes all of them. */
function namesImportedBy(file: string): string[] {
  const source = read(file);
  const named = /\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*"(\.[^"]+)"/gu;
  const whole = /(?:\*\s+as\s+\w+\s+from|\bexport\s+\*\s+from|\bimport\()\s*"(\.[^"]+)"/gu;
  const pathOf = (name: string) => join(dirname(file), name);
  return [
    ...[...source.matchAll(named)].flatMap(([, names = "", from = ""]) => {
      return names
        .split(",")
        .map((name) => `${name.trim().replace(/^type | as .*$/gu, "")} of ${pathOf(from)}`);
    }),
    ...[...source.matchAll(whole)].map(([, from = ""]) => `* of ${pathOf(from)}`),
  ];
}

/** The longest entry of the table that is the file or a folder around it. */
function roomOf(file: string, rows: ReadonlyMap<string, number>): string | undefined {
  for (let path = file; path !== "."; path = dirname(path)) if (rows.has(path)) return path;
  return undefined;
}

/** Whether neither of two folders is inside the other. */
function areApart(one: string, other: string): boolean {
  return !`${one}/`.startsWith(`${other}/`) && !`${other}/`.startsWith(`${one}/`) && one !== ".";
}

/** A circle in a graph, written out; `undefined` if there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const finished = new Set<string>();
  const walk = (node: string, path: readonly string[]): string | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node].join(" → ");
    if (finished.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...path, node]);
      if (circle !== undefined) return circle;
    }
    finished.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
