/**
 * @file Checks what no compiler checks: links, file maps and flags in the docs, what `shared/` may use, few
 * dependencies with exact versions, and nothing that depends on one machine. The wire specification has its own
 * test, beside the protocol's.
 */
import { existsSync, statSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";

import { commands } from "../../coordinator/cli/help.ts";
import { variableOf } from "../../coordinator/cli/options.ts";
import { flagOf } from "../../shared/run/settings/option.ts";
import {
  anchorsOf,
  codeSpansOf,
  fencesOf,
  linksOf,
  sectionOf,
  tableRows,
} from "../support/fixtures/markdown.ts";
import { files, importsOf, read, root } from "../support/fixtures/sources.ts";

const textExtensions = new Set([
  ".ts",
  ".md",
  ".json",
  ".html",
  ".css",
  ".yaml",
  ".yml",
  ".js",
  ".svg",
]);

const pages = files.filter((file) => extname(file) === ".md");
/** The pages at the top level, which describe the program to people. */
const guides = pages.filter((file) => !file.includes("/"));

const dependencies = z.record(z.string(), z.string());
const manifest = z
  .object({
    dependencies,
    devDependencies: dependencies,
    optionalDependencies: dependencies,
    engines: dependencies,
  })
  .parse(JSON.parse(read("package.json")));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        resolved: z.optional(z.string()),
        hasInstallScript: z.optional(z.boolean()),
      }),
    ),
  })
  .parse(JSON.parse(read("package-lock.json")));

describe("the pages", () => {
  test.each(pages)("%s: every link leads to a file, and every anchor to a heading", (page) => {
    const broken = linksOf(read(page)).filter((link) => !leadsSomewhere(link, page));
    expect(broken).toEqual([]);
  });

  test.each(guides)("%s: every file and folder of ours that it names exists", (page) => {
    const missing = pathsIn(read(page)).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  test.each(guides)("%s: every flag and every variable that it names is an option", (page) => {
    const keys = Object.values(commands).flatMap(({ table }) => Object.keys(table));
    const flags = [...keys.map(flagOf), ...otherFlags];
    const known = new Set([...flags, ...flags.map((flag) => flag.replace("--", "--no-"))]);
    const code = codeIn(read(page));
    const named = [...code.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/gu)].map(([flag]) => flag);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
    const variables = new Set(keys.map(variableOf));
    const namedVariables = [...code.matchAll(/\bPROMEDIO_[A-Z0-9_]+/gu)].map(([name]) => name);
    expect(namedVariables.filter((name) => !variables.has(name))).toEqual([]);
  });

  test.each(guides.filter((page) => page === "ARCHITECTURE.md"))(
    "%s: names every dependency, so that each has its reason",
    (page) => {
      const text = read(page);
      const named = { ...manifest.dependencies, ...manifest.optionalDependencies };
      const unnamed = Object.keys(named).filter((name) => !text.includes(name));
      expect(unnamed).toEqual([]);
    },
  );
});

test("every row of the failure table names a test, and a test of that name is in the file that it links to", () => {
  const rows = tableRows(sectionOf(read("ARCHITECTURE.md"), "When something fails"));
  expect(rows.length).toBeGreaterThan(15);
  const flaws = rows.flatMap(([what = "", , , shown = ""]) => {
    const links = [...shown.matchAll(/\]\(([^)]+)\)/gu)];
    const named = [...shown.matchAll(/\]\(([^)]+)\) "([^"]+)"/gu)];
    if (named.length === 0 || named.length < links.length)
      return [`${what}: a link without a name`];
    return named.flatMap(([, file = "", name = ""]) => {
      return isTestNamed(name, file) ? [] : [`${what}: no "${name}" in ${file}`];
    });
  });
  expect(flaws).toEqual([]);
});

describe("the files", () => {
  test("hold no path of one machine, and no name of one network", () => {
    // Assembled here, so that this file does not contain them.
    const words = [
      ["/wo", "rk/"],
      ["fa", "rm-"],
    ].map((parts) => parts.join(""));
    const found = files
      .filter((file) => textExtensions.has(extname(file)))
      .flatMap((file) => {
        const text = read(file);
        return words.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`);
      });
    expect(found).toEqual([]);
  });

  test("have no folder at the top level but coordinator, worker, shared and test", () => {
    const folders = new Set(
      files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]),
    );
    expect([...folders].toSorted((a = "", b = "") => (a < b ? -1 : 1))).toEqual([
      "coordinator",
      "shared",
      "test",
      "worker",
    ]);
  });

  test("of TypeScript say what they are, in an @file comment", () => {
    const sources = files.filter((file) => /(?<!\.test|\.config|\.d)\.ts$/u.test(file));
    const silent = sources.filter((file) => !read(file).includes("@file "));
    expect(silent).toEqual([]);
  });
});

function isForNode(file: string): boolean {
  return file.startsWith("shared/node/");
}

function usesNode(file: string): boolean {
  return importsOf(read(file)).some((name) => {
    return isForNode(relative(root, join(root, dirname(file), name)));
  });
}

describe("shared/", () => {
  const all = files.filter((file) => file.startsWith("shared/") && extname(file) === ".ts");
  const sources = all.filter((file) => !isForNode(file));
  /** AssemblyScript has its own globals and no imports from outside. */
  const programs = sources.filter((file) => !file.startsWith("shared/kernels/assembly/"));

  test("imports only itself and 3 packages that run anywhere, no Node API, and nothing of either side", () => {
    const packages = /^(?:@noble\/hashes\/\w+\.js|msgpackr|zod\/mini)$/u;
    const foreign = sources.flatMap((file) => {
      return importsOf(read(file))
        .filter((name) => {
          if (!name.startsWith(".")) return !packages.test(name);
          return !relative(root, join(root, dirname(file), name)).startsWith("shared/");
        })
        .map((name) => `${file}: ${name}`);
    });
    expect(foreign).toEqual([]);
  });

  test("keeps what needs Node in shared/node, which neither the rest of it nor a page imports", () => {
    const others = /^(?:shared|worker\/(?!node\/)|coordinator\/(?:dashboard|learn)\/)/u;
    const users = files.filter((file) => {
      return others.test(file) && !isForNode(file) && file.endsWith(".ts") && usesNode(file);
    });
    expect(users).toEqual([]);
    expect(all.filter(isForNode).length).toBeGreaterThan(0);
  });

  test("uses no global of Node or of the DOM, no clock and no unseeded randomness", () => {
    const globals =
      /(?<![.\w#])(?:process|Buffer|require|__dirname|global|document|window|navigator|localStorage|fetch|WebSocket|Worker|performance|Date|setTimeout|setInterval|setImmediate|queueMicrotask|crypto|console)(?=[.([])|\bMath\.random\b/u;
    const uses = programs.flatMap((file) => {
      const lines = codeOf(read(file)).split("\n");
      return lines.filter((line) => globals.test(line)).map((line) => `${file}: ${line.trim()}`);
    });
    expect(uses).toEqual([]);
  });

  test("calls no function of Math that differs between engines", () => {
    const unsafe =
      /\bMath\.(?:exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot)\b/u;
    const uses = sources.filter((file) => unsafe.test(codeOf(read(file))));
    expect(uses).toEqual([]);
  });
});

describe("package.json and its lock", () => {
  const { dependencies: needed, optionalDependencies: optional, devDependencies } = manifest;

  test("name exact versions only", () => {
    const loose = Object.entries({ ...needed, ...optional, ...devDependencies }).filter(
      ([, version]) => {
        return !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version);
      },
    );
    expect(loose).toEqual([]);
  });

  test("name no registry: everybody installs from their own", () => {
    const resolved = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined,
    );
    expect(resolved).toEqual([]);
    expect(read("package-lock.json")).not.toMatch(/https?:\/\/[\w.-]*(?:registry|npm)[\w.-]*\//u);
    expect(read(".npmrc")).not.toContain("registry");
  });

  test("need no install script: packages that have one work without it, and .npmrc forbids them all", () => {
    // msgpackr-extract is an optional accelerator. esbuild only moves its binary, an optional package, to a faster
    // place.
    const harmless = [
      "node_modules/esbuild",
      "node_modules/fsevents",
      "node_modules/msgpackr-extract",
    ];
    const scripted = Object.entries(lock.packages).filter(
      ([, entry]) => entry.hasInstallScript === true,
    );
    const harmful = scripted
      .map(([path]) => path)
      .filter((path) => {
        return !harmless.some((name) => path.endsWith(name));
      });
    expect(harmful).toEqual([]);
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/mu);
  });

  test("have no dependency that nothing imports", () => {
    const sources = files.filter((file) => [".ts", ".css"].includes(extname(file)));
    const imported = new Set(sources.flatMap((file) => importsOf(read(file)).map(packageOf)));
    expect(Object.keys(needed).filter((name) => !imported.has(name))).toEqual([]);
    // Optional ones are named in a constant, so that the compiler does not look for them.
    const product = sources.filter((file) => !file.startsWith("test/")).map((file) => read(file));
    const unnamed = Object.keys(optional).filter(
      (name) => !product.some((source) => source.includes(`string = "${name}"`)),
    );
    expect(unnamed).toEqual([]);
  });
});

/**
 * Whether a test file, or the table beside it from which its tests are made, has a test whose name contains this
 * text.
 */
function isTestNamed(name: string, file: string): boolean {
  const sources = [file, file.replace(/\.test\.ts$/u, ".ts")];
  const names =
    /(?:test(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*|^ {2})(["`])((?:(?!\1).)+)\1(?:,|:)/gmu;
  return sources
    .filter((source) => existsSync(join(root, source)))
    .some((source) =>
      [...read(source).matchAll(names)].some(([, , title = ""]) => title.includes(name)),
    );
}

/** Flags in no table of options: two that every program has, one alias, and those of npm and Node. */
const otherFlags = [
  "--help",
  "--version",
  "--output",
  "--enable-source-maps",
  "--workspace",
  "--silent",
];

function leadsSomewhere(link: string, page: string): boolean {
  if (/^(?:https?|mailto):/u.test(link)) return true;
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return statSync(join(root, target)).isFile() && anchorsOf(read(target)).has(anchor);
}

function codeIn(page: string): string {
  return [...fencesOf(page), ...codeSpansOf(page)].join("\n");
}

/** Paths below our folders in a page's code, without line numbers. A name with `*`, `…` or `<` means several. */
function pathsIn(page: string): string[] {
  const words = codeIn(page).split(/[\s"'()[\],;]+/u);
  return words
    .filter((word) => /^(?:coordinator|worker|shared|test)\/[\w./-]+$/u.test(word))
    .map((word) => word.replace(/[.:]$/u, ""));
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The source without comments and strings. */
function codeOf(source: string): string {
  return source
    .replaceAll(/\/\*[^]*?\*\//gu, "")
    .replaceAll(/(?<!:)\/\/.*$/gmu, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/gu, '""')
    .replaceAll(/`(?:[^`\\$]|\\.|\$(?!\{))*`/gu, "``");
}
