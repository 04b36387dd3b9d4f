/**
 * @file Mutants of the limits: one file of the product in which a limit is a thousand times larger, as if nobody
 * had set it. Tests and the other files keep the right limit, so a test fails if that file is the one to enforce it.
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
  /** The file that uses the larger limit; absent for a limit that is private to its file. */
  readonly user: string | undefined;
}

/** Limits that are private to their file. */
const privateLimits: readonly Mutant[] = [
  ["coordinator/edge/access.ts", "formerMax"],
  ["coordinator/edge/access.ts", "tokenLengthMax"],
  ["coordinator/edge/addresses.ts", "otherUrlsMax"],
].map(([file = "", name = ""]) => ({ file, name, property: undefined, user: undefined }));

const limitsFile = "shared/protocol/limits.ts";

/** Every number in `limits.ts` in every file that uses it, and the private limits of the edge. */
export function allMutants(): Mutant[] {
  const shared = Object.entries(limits).flatMap(([name, limit]) => {
    const users = filesBelow("coordinator", "shared/protocol", "shared/run", "worker").filter(
      (user) => imports(user, name),
    );
    return propertiesOf(limit).flatMap((property) =>
      users.map((user) => ({ file: limitsFile, name, property, user })),
    );
  });
  return [...shared, ...privateLimits];
}

function propertiesOf(limit: unknown): (string | undefined)[] {
  if (typeof limit !== "object" || limit === null) return [undefined];
  // One address that may have all places has no limit of its own.
  const isShared = "inAll" in limit && "perAddress" in limit && limit.inAll === limit.perAddress;
  return Object.keys(limit).filter((property) => !isShared || property === "inAll");
}

function filesBelow(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(folder, path)),
  );
}

function imports(file: string, name: string): boolean {
  const list = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "[^"]*/limits\\.ts"`, "u");
  return list.test(readFileSync(join(root, file), "utf8"));
}

function mentions(file: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`, "u").test(readFileSync(join(root, file), "utf8"));
}

export function titleOf({ file, name, property, user = file }: Mutant): string {
  return `${property === undefined ? name : `${name}.${property}`} in ${user}`;
}

/**
 * The test files in a folder that should notice: they or their attacks mention a public limit by its name, or are
 * the tests of the file that uses it. A private one is tested beside its file.
 */
export function testsOf({ file, name, user }: Mutant, folder: "test/unit" | "test/e2e"): string[] {
  if (user === undefined) {
    return folder === "test/unit" ? [join(folder, file.replace(/\.ts$/u, ".test.ts"))] : [];
  }
  const tests = filesBelow(folder).filter(
    (path) => path.endsWith(".test.ts") && !/protocol\/(?:limits|readme)\./u.test(path),
  );
  const own = join("test/unit", user.replace(/\.ts$/u, ".test.ts"));
  return tests.filter((path) => {
    return path === own || [path, ...attacksIn(path)].some((one) => mentions(one, name));
  });
}

/** The files of attacks that a test imports. */
function attacksIn(path: string): string[] {
  const source = readFileSync(join(root, path), "utf8");
  const imported = source.matchAll(/\/(support\/attacks\/[\w-]+\.ts)"/gu);
  return Array.from(imported, ([, attacks = ""]) => join("test", attacks));
}

/** Gives the user of the limit the mutant instead of the file. */
export function mutantPlugin(mutant: Mutant): Plugin {
  const path = join(root, mutant.file);
  const user = mutant.user === undefined ? undefined : join(root, mutant.user);
  return {
    name: "mutant",
    enforce: "pre",
    async resolveId(source, importer, options) {
      if (importer === undefined || importer !== (user ?? importer)) return undefined;
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

/** The same for a file of the built program; `undefined` if the limit is not a plain number there. */
export function mutateProgram(program: string, { name }: Mutant): string | undefined {
  const assignment = new RegExp(`^(\\s*(?:var )?${name} = )([^,;{]+);`, "mu");
  return assignment.test(program) ? program.replace(assignment, `$1${factor} * ($2);`) : undefined;
}
