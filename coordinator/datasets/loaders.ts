/**
 * @file The table of loaders and what follows from it: which datasets exist, and how a name becomes a dataset in
 * memory. A new kind of data takes its own file and one line here.
 */
import { resolve } from "node:path";

import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { labelOf } from "../../shared/run/settings/complete.ts";
import { isDataKey } from "../../shared/run/settings/data-settings.ts";
import { oneOfThese, type Reader, valueText } from "../../shared/run/settings/readers.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { withHome } from "../storage/home-path.ts";
import { cifar10Loader, cifar100Loader } from "./arrays/cifar.ts";
import { idxLoader } from "./arrays/idx-folder.ts";
import { npyLoader, npzLoader } from "./arrays/numpy.ts";
import { cacheFolder } from "./cache-folder.ts";
import { digitsLoader } from "./digits.ts";
import { imagesLoader } from "./images/images.ts";
import type { LoadedDataset, Loader, LoadOptions, ProfiledTable } from "./loader.ts";
import { mnistLoader } from "./mnist.ts";
import { csvLoader, jsonlLoader, parquetLoader, tsvLoader } from "./table/table-loaders.ts";
import { textLoader } from "./text/text.ts";

/** Keyed by the word before the colon. */
const loaders: Readonly<Record<string, Loader>> = {
  digits: digitsLoader,
  mnist: mnistLoader,
  idx: idxLoader,
  cifar10: cifar10Loader,
  cifar100: cifar100Loader,
  images: imagesLoader,
  npy: npyLoader,
  npz: npzLoader,
  csv: csvLoader,
  tsv: tsvLoader,
  jsonl: jsonlLoader,
  parquet: parquetLoader,
  text: textLoader,
};

/** Kinds that need no argument. */
const words = Object.keys(loaders).filter((kind) => loaders[kind]?.accepts(undefined));

/** Keeps a dataset's name as it was typed; {@link loadDataset} parses it. */
export const datasetReader: Reader<string> = {
  expects: oneOfThese(Object.values(loaders).flatMap(({ forms }) => forms)),
  words,
  read: (name) => (find(name) === undefined ? undefined : name),
};

/**
 * Loads a dataset.
 *
 * @param name - One that `datasetReader` accepts.
 * @param options - Without a `cache`, downloads are kept in the user's cache folder.
 * @throws OperatorError if the name is not valid, a file is missing or wrong, or a download fails for good.
 */
export async function loadDataset(
  name: string,
  options: Omit<LoadOptions, "cache"> & { readonly cache: string | undefined },
): Promise<LoadedDataset> {
  const { loader, argument } = findFor(name, options);
  try {
    return await loader.load(argument, { ...options, cache: options.cache ?? cacheFolder() });
  } catch (error) {
    throw systemErrorInWords(error, argument ?? name);
  }
}

/** What the operating system says of a file or a folder that a loader only looked at. */
function systemErrorInWords(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // `EIO`, `EACCES` …; Node's own codes have an underscore.
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/u.test(code)) return error;
  const reason = systemReason(error);
  return new OperatorError(sentence("dataset-file-unreadable", { path, reason }), { cause: error });
}

/**
 * Looks at every column of a table.
 *
 * @returns `undefined` if the data are no table.
 * @throws OperatorError as `loadDataset` does, but not for a table that only can't be trained on.
 */
export async function profileDataset(
  name: string,
  options: Parameters<typeof loadDataset>[1],
): Promise<ProfiledTable | undefined> {
  const { loader, argument } = findFor(name, options);
  return await loader.profile?.(argument, { ...options, cache: options.cache ?? cacheFolder() });
}

function findFor(name: string, options: Pick<LoadOptions, "data" | "origins">): Found {
  const found = find(name);
  if (found === undefined) {
    const { expects } = datasetReader;
    throw new OperatorError(
      sentence("must-be", { setting: "--dataset", expects, given: shown(name) }),
    );
  }
  refuseStrangers(found, options);
  return found;
}

/** @throws OperatorError for a setting that the loader does not take. */
function refuseStrangers(
  { kind, loader }: Found,
  { data = {}, origins = {} }: Pick<LoadOptions, "data" | "origins">,
): void {
  const key = Object.keys(data)
    .filter(isDataKey)
    .find((each) => data[each] !== undefined && loader.takes?.includes(each) !== true);
  if (key === undefined) return;
  const value = shown(valueText(data[key] ?? null));
  const setting = sentence("setting-with-value", { setting: labelOf(key, origins), value });
  const owners = oneOfThese(
    Object.values(loaders).flatMap(({ forms, takes }) => (takes?.includes(key) ? forms : [])),
  );
  throw new OperatorError(sentence("not-for-dataset", { setting, chosen: kind, owners }));
}

/** Whether a page of the dashboard may choose a dataset: only those that a loader opens to pages. */
export function isOpenToPages(name: string): boolean {
  const found = find(name);
  return found?.loader.isOpenToPages?.(found.argument) === true;
}

/** The datasets that a page may choose, in words: `digits or mnist`. */
export const openToPages = oneOfThese(words.filter(isOpenToPages));

/** The name with an absolute path, so that a resumed run finds its data from any folder: `mnist:/home/ada/data`. */
export function absoluteName(name: string): string {
  const { kind, loader, argument } = find(name) ?? {};
  return loader?.takesPath && argument !== undefined ? `${kind}:${resolve(argument)}` : name;
}

/**
 * The dataset to open for a resumed run.
 *
 * @param source - The dataset's name according to the operator or the run's folder.
 * @param savedName - Its name in the checkpoint, which may be the name of some folder.
 * @throws OperatorError if only the checkpoint's name is known and it does not say where the data are.
 */
export function resumedDataset(source: string | undefined, savedName: string): string {
  const name = source ?? savedName;
  if (datasetReader.read(name) !== undefined) return name;
  throw new OperatorError(sentence("data-somewhere", { name: shown(name) }));
}

/** Why a resumed run's data cannot be read, with what to do if they are on the operator's disk and have moved. */
export function withMovedHint(name: string, reason: Sentence): Sentence {
  const { kind, loader, argument } = find(name) ?? {};
  if (kind === undefined || !loader?.takesPath || argument === undefined) return reason;
  return sentence("data-moved", { reason, kind });
}

interface Found {
  readonly kind: string;
  readonly loader: Loader;
  readonly argument: string | undefined;
}

function find(name: string): Found | undefined {
  const [, kind = "", argument] = /^([a-z0-9]+)(?::([^\0]+))?$/u.exec(name) ?? [];
  const loader = Object.hasOwn(loaders, kind) ? loaders[kind] : undefined;
  if (!loader?.accepts(argument)) return undefined;
  const isPath = loader.takesPath && argument !== undefined;
  return { kind, loader, argument: isPath ? withHome(argument) : argument };
}
