/**
 * @file Which pictures are in a folder, of which class and split: `train/cats/1.jpg`, or `cats/1.jpg` without splits.
 * Looks at names only.
 */
import { extname, join } from "node:path";

import type { SplitName } from "../../../shared/data/dataset.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type Sentence, sentence, type Value } from "../../../shared/words/sentence.ts";
import type { Disk } from "../../storage/disk.ts";
import { entryAt, namesIn } from "../place.ts";

export interface PictureFile {
  readonly path: string;
  /** Index of its class. */
  readonly label: number;
}

export interface FoundPictures {
  /** Names of the classes, at least two. */
  readonly classes: readonly string[];
  readonly train: readonly PictureFile[];
  readonly validation?: readonly PictureFile[];
  readonly test?: readonly PictureFile[];
  /** What was left out, for the operator. */
  readonly notes: readonly Sentence[];
}

/** @throws OperatorError if there are no pictures in at least two folders. */
export async function findPictures(disk: Disk, place: string): Promise<FoundPictures> {
  const root = await unwrapped(disk, place);
  const top = await listFolder(disk, root);
  const splits = top.folders.flatMap((name) => {
    const split = splitOf(name);
    return split === undefined ? [] : [{ split, path: join(root, name) }];
  });
  const hasSplits = splits.some(({ split }) => split === "train");
  const search = new Search(disk);
  const roots = hasSplits ? splits : [{ split: "train" as const, path: root }];
  for (const { split, path } of roots) await search.addSplit(split, path);
  return search.found(place);
}

/** The names of the files that are pictures of a format that is read. */
const pictureEndings = new Set([".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif"]);
/** Deeper folders would be a mistake, such as a link to a folder above. */
const depthMax = 8;

function splitOf(name: string): SplitName | undefined {
  if (/^train(?:ing)?(?:[-_]?set)?$/iu.test(name)) return "train";
  if (/^(?:val|valid|validation|dev)(?:[-_]?set)?$/iu.test(name)) return "validation";
  return /^test(?:ing)?(?:[-_]?set)?$/iu.test(name) ? "test" : undefined;
}

interface Listing {
  readonly folders: readonly string[];
  readonly pictures: readonly string[];
  readonly others: readonly string[];
}

async function listFolder(disk: Disk, path: string): Promise<Listing> {
  const listing = { folders: [] as string[], pictures: [] as string[], others: [] as string[] };
  for (const name of (await namesInFolder(disk, path)).toSorted(byName)) {
    // Other systems' own files: .DS_Store, ._cat.jpg, __MACOSX.
    if (/^(?:\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/iu.test(name)) continue;
    if (pictureEndings.has(extname(name).toLowerCase())) listing.pictures.push(name);
    else if ((await entryAt(disk, join(path, name)))?.kind === "folder") listing.folders.push(name);
    else listing.others.push(name);
  }
  return listing;
}

async function namesInFolder(disk: Disk, path: string): Promise<string[]> {
  if ((await entryAt(disk, path))?.kind === "file") {
    throw new OperatorError(sentence("images-is-a-file", { path }));
  }
  return await namesIn(disk, path);
}

/** Steps into a folder that has nothing but one folder with folders, as archives are often unpacked. */
async function unwrapped(disk: Disk, place: string): Promise<string> {
  let path = place;
  for (let depth = 0; depth < depthMax; depth++) {
    const { folders, pictures } = await listFolder(disk, path);
    const [only] = folders;
    if (folders.length !== 1 || only === undefined || pictures.length > 0) break;
    const inner = await listFolder(disk, join(path, only));
    if (inner.folders.length === 0 || splitOf(only) !== undefined) break;
    path = join(path, only);
  }
  return path;
}

class Search {
  readonly #disk: Disk;
  /** Paths of the pictures by split and class. */
  readonly #paths = new Map<SplitName, Map<string, string[]>>();
  readonly #empty: string[] = [];
  /** How many files with each ending are not pictures. */
  readonly #others = new Map<string, number>();
  readonly #unlabelled: string[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async addSplit(split: SplitName, path: string): Promise<void> {
    const { folders, pictures, others } = await listFolder(this.#disk, path);
    this.#leaveOut(others);
    if (folders.length === 0 || (split === "train" && pictures.length > 0)) {
      // A test split without classes is common: its labels are kept from those who compete.
      if (split === "train") throw new OperatorError(sentence("pictures-without-class", { path }));
      this.#unlabelled.push(path);
      return;
    }
    const classes = this.#paths.get(split) ?? new Map<string, string[]>();
    this.#paths.set(split, classes);
    for (const folder of folders) {
      const paths = await this.#below(join(path, folder), 0);
      const name = folder.normalize("NFC");
      if (paths.length === 0) this.#empty.push(join(path, folder));
      else classes.set(name, [...(classes.get(name) ?? []), ...paths]);
    }
  }

  async #below(path: string, depth: number): Promise<string[]> {
    if (depth > depthMax) throw new OperatorError(sentence("folders-too-deep", { path }));
    const { folders, pictures, others } = await listFolder(this.#disk, path);
    this.#leaveOut(others);
    const paths = pictures.map((name) => join(path, name));
    for (const folder of folders) {
      for (const inner of await this.#below(join(path, folder), depth + 1)) paths.push(inner);
    }
    return paths;
  }

  #leaveOut(names: readonly string[]): void {
    for (const name of names) {
      const ending = extname(name).toLowerCase() || name;
      this.#others.set(ending, (this.#others.get(ending) ?? 0) + 1);
    }
  }

  found(place: string): FoundPictures {
    const names = [...this.#paths.values()].flatMap((classes) => [...classes.keys()]);
    const classes = [...new Set(names)].toSorted(byName);
    if (classes.length === 0) {
      throw new OperatorError(sentence("no-pictures", { path: place, found: this.#othersFound() }));
    }
    if (classes.length === 1) {
      throw new OperatorError(
        sentence("pictures-of-one-class", { path: place, name: classes[0] ?? "" }),
      );
    }
    const filesOf = (split: SplitName): PictureFile[] =>
      classes.flatMap((name, label) =>
        (this.#paths.get(split)?.get(name) ?? []).map((path) => ({ path, label })),
      );
    const of = (split: "validation" | "test") =>
      this.#paths.has(split) ? { [split]: filesOf(split) } : {};
    return {
      classes,
      train: filesOf("train"),
      ...of("validation"),
      ...of("test"),
      notes: this.#notes(classes),
    };
  }

  #notes(classes: readonly string[]): Sentence[] {
    const notes: Sentence[] = [];
    const trained = this.#paths.get("train");
    const untrained = classes.filter((name) => trained?.has(name) !== true);
    if (untrained.length > 0) {
      const values = { labels: firstOf(untrained), count: untrained.length };
      notes.push(sentence("classes-untrained", values));
    }
    if (this.#empty.length > 0) {
      notes.push(
        sentence("folders-empty", { paths: firstOf(this.#empty), count: this.#empty.length }),
      );
    }
    if (this.#unlabelled.length > 0) {
      notes.push(sentence("split-without-classes", { path: this.#unlabelled[0] ?? "" }));
    }
    if (this.#others.size > 0) {
      notes.push(sentence("no-picture-names", { found: this.#othersFound() }));
    }
    return notes;
  }

  #othersFound(): Value {
    const found = [...this.#others].toSorted((a, b) => b[1] - a[1]);
    if (found.length === 0) return sentence("nothing");
    return firstOf(found.map(([ending, count]) => `${count} × ${ending}`));
  }
}

/** The first few, and how many more there are. */
export function firstOf(names: readonly string[]): Value {
  if (names.length <= 5) return names;
  return sentence("and-more", { names: names.slice(0, 5), count: names.length - 5 });
}

/**
 * The same order on every system: numbers by value, everything else by its normalised characters, because some systems
 * take names apart (e + ´) and others do not.
 */
function byName(one: string, other: string): number {
  const [a, b] = [one.normalize("NFC"), other.normalize("NFC")];
  if (/^\d{1,9}$/u.test(a) && /^\d{1,9}$/u.test(b)) return Number(a) - Number(b) || compared(a, b);
  return compared(a, b);
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
