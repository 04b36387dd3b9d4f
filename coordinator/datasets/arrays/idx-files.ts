/**
 * @file Finds the four IDX files of a dataset, as they are found in the wild: raw or packed, with a common prefix, or
 * each in a folder of its own name, as Kaggle unpacks them.
 */
import { basename, dirname, join } from "node:path";

import { known } from "../../../shared/assert.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { oneOfThese } from "../../../shared/run/settings/readers.ts";
import { sentence, type Value } from "../../../shared/words/sentence.ts";
import type { Disk } from "../../storage/disk.ts";
import { entryAt, namesIn } from "../place.ts";

/** The four files, each with its possible stems. */
const stems = {
  trainImages: ["train-images"],
  trainLabels: ["train-labels"],
  testImages: ["t10k-images", "test-images"],
  testLabels: ["t10k-labels", "test-labels"],
} as const;
type Role = keyof typeof stems;
const roles = ["trainImages", "trainLabels", "testImages", "testLabels"] as const;

export type IdxPaths = Readonly<Record<Role, string>>;

/**
 * @param place - A folder, or a folder's path and the files' common prefix, for a folder with several datasets.
 * @throws OperatorError if a file is missing, or the folder has several datasets.
 */
export async function findIdxFiles(disk: Disk, place: string): Promise<IdxPaths> {
  const entry = await entryAt(disk, place);
  if (entry?.kind === "file") throw new OperatorError(sentence("idx-is-a-file", { path: place }));
  const isPrefix = entry === undefined && (await entryAt(disk, dirname(place)))?.kind === "folder";
  const folder = isPrefix ? dirname(place) : place;
  const names = await namesIn(disk, folder);
  const sets = setsAmong(names);
  if (isPrefix) {
    const files = sets.get(basename(place));
    // Not a prefix either, so the reason is that there is no such folder.
    if (files === undefined) await namesIn(disk, place);
    return await pathsOf(disk, { folder, names, files: files ?? new Map() });
  }
  const whole = [...sets].filter(([, files]) => files.size === roles.length);
  const [only] = whole;
  if (whole.length > 1 && !sets.has("")) {
    const prefixes = whole.map(([prefix]) => prefix);
    const example = join(folder, prefixes[0] ?? "");
    throw new OperatorError(sentence("idx-several", { path: folder, prefixes, example }));
  }
  const files = sets.get("") ?? only?.[1] ?? new Map<Role, string[]>();
  return await pathsOf(disk, { folder, names, files });
}

/** The names of each role, best first. */
type Files = ReadonlyMap<Role, readonly string[]>;

interface Found {
  readonly folder: string;
  readonly names: readonly string[];
  readonly files: Files;
}

/** The files by their common prefix, which is usually empty. */
function setsAmong(names: readonly string[]): ReadonlyMap<string, Map<Role, string[]>> {
  const sets = new Map<string, Map<Role, string[]>>();
  for (const name of names) {
    for (const role of roles) {
      const prefix = prefixOf(name, role);
      if (prefix === undefined) continue;
      const set = sets.get(prefix) ?? new Map<Role, string[]>();
      sets.set(prefix, set.set(role, [...(set.get(role) ?? []), name]));
    }
  }
  return sets;
}

/** `emnist-letters` for `emnist-letters-train-images-idx3-ubyte.gz`; `undefined` if it is not a file of the role. */
function prefixOf(name: string, role: Role): string | undefined {
  const stem = stems[role].join("|");
  const pattern = new RegExp(
    `^(?:(.+)[-_.])?(?:${stem})(?:[-.]idx\\d?(?:-\\w+)?)?(?:\\.gz)?$`,
    "u",
  );
  const match = pattern.exec(name);
  return match === null ? undefined : (match[1] ?? "");
}

async function pathsOf(disk: Disk, { folder, names, files }: Found): Promise<IdxPaths> {
  const paths = new Map<Role, string>();
  for (const role of roles) {
    const path = await bestOf(disk, folder, files.get(role) ?? [], role);
    if (path !== undefined) paths.set(role, path);
  }
  const missing = roles.filter((role) => !paths.has(role));
  if (missing.length > 0) {
    const wanted = missing.map((role) => oneOfThese(stems[role].map((stem) => `${stem}*`)));
    throw new OperatorError(
      sentence("dataset-files-missing", { path: folder, files: wanted, found: listed(names) }),
    );
  }
  const pathOf = (role: Role): string => known(paths.get(role), `${role} was found`);
  return {
    trainImages: pathOf("trainImages"),
    trainLabels: pathOf("trainLabels"),
    testImages: pathOf("testImages"),
    testLabels: pathOf("testLabels"),
  };
}

/** Prefers a file to a folder that has it, and an unpacked one, because its name sorts before the `.gz`. */
async function bestOf(
  disk: Disk,
  folder: string,
  names: readonly string[],
  role: Role,
): Promise<string | undefined> {
  let inside: string | undefined;
  for (const name of names) {
    const path = join(folder, name);
    if ((await entryAt(disk, path))?.kind !== "folder") return path;
    const held = (await namesIn(disk, path)).find((each) => prefixOf(each, role) !== undefined);
    if (held !== undefined) inside ??= join(path, held);
  }
  return inside;
}

function listed(names: readonly string[]): Value {
  if (names.length === 0) return sentence("nothing");
  if (names.length <= 8) return names;
  return sentence("and-more", { names: names.slice(0, 8), count: names.length - 8 });
}
