/**
 * @file The contents of a run's `config.json`: what it was trained with, and where its data are. People edit files, so all
 * of it is checked.
 */
import * as z from "zod/mini";

import { shown } from "../shared/error-text.ts";
import type { RunConfig } from "../shared/run/config.ts";
import {
  dataKeys,
  dataOptions,
  type DataRequest,
  type DataSettings,
} from "../shared/run/settings/data-settings.ts";
import type { Given } from "../shared/run/settings/option.ts";
import { readSettings } from "../shared/run/settings/read-settings.ts";
import { valueText } from "../shared/run/settings/readers.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import { datasetReader } from "./datasets/loaders.ts";
import { storedConfigSchema } from "./storage/old-forms.ts";
import type { RunFolder } from "./storage/run-folder.ts";

/** The contents of a run's `config.json`. */
export interface Setup {
  readonly config: RunConfig;
  /** As the operator spelled it, but with an absolute path, so that a resumed run finds it from any folder. */
  readonly dataset: string;
  /** How its data become a dataset. */
  readonly data: DataRequest;
}

/** What `config.json` contains for a run. */
export function setupOf(run: {
  readonly config: RunConfig;
  readonly source: string;
  readonly data: DataSettings;
}): object {
  return { config: run.config, dataset: run.source, ...storedData(run.data) };
}

/** The given settings as texts, which read like those of a command line. Absent if there are none. */
function storedData(data: DataSettings): { readonly data?: Readonly<Record<string, string>> } {
  const given = dataKeys.filter((key) => data[key] !== undefined);
  if (given.length === 0) return {};
  return { data: Object.fromEntries(given.map((key) => [key, valueText(data[key] ?? null)])) };
}

/** @throws OperatorError for a value that no command line accepts. */
function readStoredData(path: string, stored: Readonly<Record<string, string>>): DataRequest {
  const given = Object.entries(stored).map(([key, value]): [string, Given] => {
    const label = `${path}: ${key}`;
    return [key, { texts: [value], origin: { from: "file", label } }];
  });
  return readSettings(dataOptions, [new Map(given)]);
}

const setupSchema = z.object({
  config: storedConfigSchema,
  dataset: z.string(),
  data: z.optional(z.partialRecord(z.enum(dataKeys), z.string())),
});

/** Reads and checks a run's `config.json`. */
export async function readSetup(
  folder: RunFolder,
): Promise<
  { readonly ok: true; readonly setup: Setup } | { readonly ok: false; readonly reason: Sentence }
> {
  const read = await folder.readSetup();
  if (!read.ok) return read;
  const parsed = setupSchema.safeParse(read.setup);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") || "it";
    return {
      ok: false,
      reason: sentence("setup-invalid", { path: folder.setupPath, field: where }),
    };
  }
  const { config, dataset, data: texts = {} } = parsed.data;
  if (datasetReader.read(dataset) !== undefined) {
    const data = readStoredData(folder.setupPath, texts);
    return { ok: true, setup: { config, dataset, data } };
  }
  return {
    ok: false,
    reason: sentence("setup-dataset-invalid", {
      path: folder.setupPath,
      expects: datasetReader.expects,
      given: shown(dataset),
    }),
  };
}
