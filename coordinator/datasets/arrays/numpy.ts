/** @file Datasets from NumPy: one npz file, or a folder of npy files, with samples and labels under their usual names. */
import { basename, extname, join, resolve } from "node:path";

import { parseNpy } from "../../../shared/data/npy.ts";
import type { FoundArray } from "../../../shared/data/number-array.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { systemReason } from "../../../shared/words/system-reason.ts";
import type { Disk } from "../../storage/disk.ts";
import { fileBytesMax, readUnpacked } from "../compressed.ts";
import { divisionKeys } from "../divide.ts";
import { encodeArrays, type Loader } from "../loader.ts";
import { entryAt, namesIn } from "../place.ts";
import { type ArraySplits, type ArraySplit, contentOf } from "./from-arrays.ts";
import { type ArrayRole, roleOf } from "./names.ts";
import { unzip, zipEntries } from "./zip.ts";

/** One file, as `numpy.savez` writes it. */
export const npzLoader: Loader = {
  forms: ["npz:FILE"],
  takesPath: true,
  takes: [...divisionKeys, "task"],
  accepts: (file) => file !== undefined,
  async load(file = "", options) {
    const arrays = await arraysInFile(options.disk, file);
    const splits = await splitsAmong(file, arrays);
    return encodeArrays(file, contentOf(nameOf(file), splits, options), options);
  },
};

/** A folder of files, as `numpy.save` writes them. */
export const npyLoader: Loader = {
  forms: ["npy:DIR"],
  takesPath: true,
  takes: [...divisionKeys, "task"],
  accepts: (folder) => folder !== undefined,
  async load(folder = "", options) {
    const arrays = await arraysInFolder(options.disk, folder);
    const splits = await splitsAmong(folder, arrays);
    return encodeArrays(folder, contentOf(nameOf(folder), splits, options), options);
  },
};

function nameOf(place: string): string {
  return basename(resolve(place), ".npz");
}

/** By name, without reading them yet. */
type Arrays = ReadonlyMap<string, () => Promise<FoundArray>>;

async function arraysInFile(disk: Disk, path: string): Promise<Arrays> {
  if ((await entryAt(disk, path))?.kind === "folder") {
    throw new OperatorError(sentence("npz-is-a-folder", { path }));
  }
  const bytes = await readUnpacked(disk, path);
  try {
    const entries = zipEntries(bytes).filter(({ name }) => name.endsWith(".npy"));
    return new Map(
      entries.map((entry) => {
        const place = `${path} (${entry.name})`;
        return [
          basename(entry.name, ".npy"),
          async () => ({ path: place, ...parseNpy(await unzipped(bytes, entry, place), place) }),
        ];
      }),
    );
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function unzipped(
  bytes: Uint8Array,
  entry: Parameters<typeof unzip>[1],
  place: string,
): Promise<Uint8Array> {
  try {
    return await unzip(bytes, entry, fileBytesMax);
  } catch (error) {
    throw unreadable(place, error);
  }
}

function unreadable(path: string, error: unknown): OperatorError {
  const reason = systemReason(error);
  return new OperatorError(sentence("dataset-file-unreadable", { path, reason }));
}

async function arraysInFolder(disk: Disk, folder: string): Promise<Arrays> {
  const entry = await entryAt(disk, folder);
  if (entry?.kind === "file") {
    const code = extname(folder) === ".npz" ? "npy-is-npz" : "npy-is-a-file";
    throw new OperatorError(sentence(code, { path: folder }));
  }
  const names = (await namesIn(disk, folder)).filter((name) => /\.npy(?:\.gz)?$/u.test(name));
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      return [
        name.replace(/\.npy(?:\.gz)?$/u, ""),
        async () => ({ path, ...parseNpy(await readUnpacked(disk, path), path) }),
      ];
    }),
  );
}

/** Reads the arrays whose names say what they are. */
async function splitsAmong(place: string, arrays: Arrays): Promise<ArraySplits> {
  const found = [...arrays].flatMap(([name, read]) => {
    const role = roleOf(name);
    return role === undefined ? [] : [{ name, read, ...role }];
  });
  const pick = async (split: ArrayRole["split"]): Promise<ArraySplit | undefined> => {
    const samples = found.filter((each) => each.split === split && each.part === "samples");
    const labels = found.filter((each) => each.split === split && each.part === "labels");
    const [firstSamples, firstLabels] = [samples[0], labels[0]];
    if (firstSamples === undefined && firstLabels === undefined) return undefined;
    const isPair = samples.length === 1 && labels.length === 1;
    if (!isPair || firstSamples === undefined || firstLabels === undefined) {
      throw notFound(place, arrays);
    }
    return { samples: await firstSamples.read(), labels: await firstLabels.read() };
  };
  const [train, validation, test] = [
    await pick("train"),
    await pick("validation"),
    await pick("test"),
  ];
  const all = train === undefined ? await pick("all") : undefined;
  const base = train ?? all;
  if (base === undefined) throw notFound(place, arrays);
  return { train: base, validation, test };
}

function notFound(path: string, arrays: Arrays): OperatorError {
  const names = [...arrays.keys()];
  return new OperatorError(
    sentence("arrays-not-found", { path, found: names.length === 0 ? sentence("none") : names }),
  );
}
