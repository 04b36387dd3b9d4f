/**
 * @file Mutants of the limits: the product with one limit a thousand times larger, as if nobody had set it. Tests
 * keep the right limit, so they fail if the product does not.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vitest/config";

import * as limits from "../../shared/protocol/limits.ts";

const root = join(import.meta.dirname, "../..");
const factor = 1_000;

export interface Mutant {
  /** The file that has the limit. */
  readonly file: string;
  readonly name: string;
  /** For a limit with several numbers: the one that is changed. */
  readonly property: string | undefined;
}

/** Limits that are private to their file. */
const privateLimits: readonly Mutant[] = [
  ["coordinator/edge/access.ts", "formerMax"],
  ["coordinator/edge/access.ts", "tokenLengthMax"],
  ["coordinator/edge/addresses.ts", "otherUrlsMax"],
].map(([file = "", name = ""]) => ({ file, name, property: undefined }));

/** Every number in `limits.ts`, and the private limits of the edge. */
export function allMutants(): Mutant[] {
  const file = "shared/protocol/limits.ts";
  const shared = Object.entries(limits).flatMap(([name, limit]) => {
    const properties = typeof limit === "object" ? Object.keys(limit) : [undefined];
    return properties.map((property) => ({ file, name, property }));
  });
  return [...shared, ...privateLimits];
}

export function titleOf({ name, property }: Mutant): string {
  return property === undefined ? name : `${name}.${property}`;
}

/**
 * The test files in a folder that should notice: they mention a public limit by its name, and a private one is
 * tested beside its file.
 */
export function testsOf({ file, name }: Mutant, folder: "test/unit" | "test/e2e"): string[] {
  if (privateLimits.some((one) => one.name === name)) {
    return folder === "test/unit" ? [join(folder, file.replace(/\.ts$/u, ".test.ts"))] : [];
  }
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => path.endsWith(".test.ts") && !/protocol\/(?:limits|readme)\./u.test(path))
    .map((path) => join(folder, path))
    .filter((path) =>
      new RegExp(`\\b${name}\\b`, "u").test(readFileSync(join(root, path), "utf8")),
    );
}

/** Gives the product the mutant instead of the file, and tests the file. */
export function mutantPlugin(mutant: Mutant): Plugin {
  const path = join(root, mutant.file);
  const isPublic = mutant.file === "shared/protocol/limits.ts";
  return {
    name: "mutant",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const isTest = importer?.startsWith(join(root, "test/")) ?? true;
      if (importer === undefined || (isPublic && isTest)) return undefined;
      const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
      return resolved?.id === path ? `${path}?mutant` : undefined;
    },
    load: (id) =>
      id === `${path}?mutant` ? mutate(readFileSync(path, "utf8"), mutant) : undefined,
  };
}

/** Source text in which the limit is larger. */
function mutate(source: string, { name, property }: Mutant): string {
  const original = `${name}Original`;
  const asFunction = `export function ${name}(`;
  if (source.includes(asFunction)) {
    const mutant = `export const ${name} = (count: number) => ${larger(`${original}(count)`)};\n`;
    return `${source.replace(asFunction, `function ${original}(`)}\n${mutant}`;
  }
  const value =
    property === undefined
      ? larger(original)
      : `{ ...${original}, ${property}: ${larger(`${original}.${property}`)} }`;
  const declaration = new RegExp(`^(export )?const ${name} = ([^;]+);`, "mu");
  if (!declaration.test(source)) throw new Error(`no ${name} in its file`);
  return source.replace(declaration, `const ${original} = $2;\n$1const ${name} = ${value};`);
}

function larger(value: string): string {
  return `${factor} * (${value} || 1)`;
}

/** The same for the built program; `undefined` if the limit is not a plain number there. */
export function mutateProgram(program: string, { name }: Mutant): string | undefined {
  const assignment = new RegExp(`^(\\s+${name} = )([^,;{]+);`, "mu");
  return assignment.test(program) ? program.replace(assignment, `$1${factor} * ($2);`) : undefined;
}
