/**
 * @file The table of the settings that say how raw data become a dataset. They are not part of a run config, because
 * the dataset's hash identifies what they lead to. Each loader says which of them it takes.
 */
import { contextMax, tokenForms } from "../../data/text/preprocess.ts";
import { type Origins, row, type Settings } from "./option.ts";
import { fraction, integer, names, oneOf, pictureSize, shareBetween } from "./readers.ts";

/** How missing values are treated: refused, filled in from the training samples, or their rows dropped. */
const missingWays = ["refuse", "mean", "median", "mode", "drop"] as const;

export const dataOptions = {
  target: row("Data", "<columns>", names, "of a table: what to predict, by name or number", {
    list: true,
    repeatable: true,
  }),
  ignore: row("Data", "<columns>", names, "of a table: columns to leave out, by name or number", {
    list: true,
    repeatable: true,
  }),
  missing: row(
    "Data",
    "<way>",
    oneOf(missingWays),
    "of a table: refuse missing values, fill in mean, median or mode, or drop their rows",
  ),
  task: row(
    "Data",
    "<name>",
    oneOf(["classification", "regression"]),
    "what numbers to predict are, if it is not what they look like",
  ),
  header: row(
    "Data",
    "<form>",
    oneOf(["auto", "yes", "no"]),
    "whether a table's first line names the columns",
  ),
  delimiter: row(
    "Data",
    "<name>",
    oneOf(["auto", "comma", "semicolon", "tab", "pipe"]),
    "between the columns of a table",
  ),
  imageSize: row(
    "Data",
    "<size>",
    pictureSize,
    "of pictures: their width and height in pixels, 64x48 or 32 for 32x32",
  ),
  color: row("Data", "<form>", oneOf(["auto", "grey", "color"]), "of pictures: grey or in colour"),
  onBroken: row(
    "Data",
    "<way>",
    oneOf(["refuse", "skip"]),
    "of pictures: refuse those that can't be read, or leave them out",
  ),
  tokens: row(
    "Data",
    "<form>",
    oneOf(tokenForms),
    "of a text: what is predicted one by one, characters (char) or the bytes of UTF-8 (byte)",
  ),
  context: row(
    "Data",
    "<tokens>",
    integer({ min: 1, max: contextMax }),
    "of a text: how many tokens the network sees at most before the one that it predicts",
  ),
  validation: row(
    "Data",
    "<share>",
    fraction,
    "of the samples that are not for the test, kept for validation",
  ),
  test: row("Data", "<share>", shareBetween, "of the samples, where the data have no test split"),
  dataSeed: row(
    "Data",
    "<number>",
    integer({}),
    "of the choice of samples for validation and test",
  ),
};

export type DataKey = keyof typeof dataOptions;
/** Only the given values; a loader has the defaults. */
export type DataSettings = Settings<typeof dataOptions>;

/** The settings of a dataset, and where each comes from. */
export interface DataRequest {
  readonly values: DataSettings;
  readonly origins: Origins;
}

/** In the order of the help. */
export const dataKeys = Object.keys(dataOptions).filter(isDataKey);

export function isDataKey(key: string): key is DataKey {
  return Object.hasOwn(dataOptions, key);
}

/** Whether two requests ask for the same. */
export function sameDataSettings(one: DataSettings, other: DataSettings): boolean {
  return dataKeys.every((key) => one[key]?.toString() === other[key]?.toString());
}

/** How samples are split where neither the data nor the operator say. */
export const splitDefaults = { test: 0.2, validation: 0, dataSeed: 1 } as const;

/** The same of a text, whose parts follow one another; and what its tokens are. */
export const textDefaults = { tokens: "char", context: 64, test: 0.1, validation: 0 } as const;
