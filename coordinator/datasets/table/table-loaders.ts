/** @file The loaders of tables: they differ only in how a file is opened. */
import { OperatorError } from "../../../shared/operator-error.ts";
import type { DataKey, DataRequest } from "../../../shared/run/settings/data-settings.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { encodeFrom, type Loader, type LoadOptions } from "../loader.ts";
import { profileTable } from "./profile.ts";
import { openCsv } from "./read/csv-source.ts";
import type { ReadOptions } from "./read/file-bytes.ts";
import { openJsonl } from "./read/jsonl-source.ts";
import type { TableSource } from "./read/source.ts";
import { tableDataset } from "./table-dataset.ts";

type Open = (path: string, options: ReadOptions, request: DataRequest) => Promise<TableSource>;

const anyTable: readonly DataKey[] = [
  "target",
  "ignore",
  "missing",
  "task",
  "validation",
  "test",
  "dataSeed",
];

/** How each kind of file is opened. */
const tableKinds = {
  csv: {
    open: (path, options, { values }) => openCsv(path, options, values),
    takes: [...anyTable, "header", "delimiter"],
  },
  tsv: {
    open: (path, options, { values }) => openCsv(path, options, { ...values, delimiter: "tab" }),
    takes: [...anyTable, "header"],
  },
  jsonl: { open: (path, options) => openJsonl(path, options), takes: anyTable },
  parquet: {
    // Loaded when it is needed: its decoders take a while to compile.
    open: async (path, options) => {
      const { openParquet } = await import("./read/parquet-source.ts");
      return await openParquet(path, options);
    },
    takes: anyTable,
  },
} satisfies Readonly<Record<string, { readonly open: Open; readonly takes: readonly DataKey[] }>>;

export const csvLoader = tableLoader("csv");
export const tsvLoader = tableLoader("tsv");
export const jsonlLoader = tableLoader("jsonl");
export const parquetLoader = tableLoader("parquet");

function tableLoader(kind: keyof typeof tableKinds): Loader {
  const { open, takes }: { readonly open: Open; readonly takes: readonly DataKey[] } =
    tableKinds[kind];
  return {
    forms: [`${kind}:FILE`],
    takesPath: true,
    takes,
    accepts: (path) => path !== undefined,
    async profile(path = "", options) {
      const source = await open(path, options, requestOf(options));
      return { source, profile: await profileTable(source) };
    },
    async load(path = "", options) {
      const request = requestOf(options);
      const source = await open(path, options, request);
      try {
        const { content, notes } = await tableDataset(source, request);
        for (const note of notes) options.progress(note);
        return encodeFrom(path, content);
      } catch (error) {
        // What fits into a dataset need not fit into this machine.
        if (!(error instanceof RangeError)) throw error;
        throw new OperatorError(sentence("table-no-memory", { path }), { cause: error });
      }
    },
  };
}

function requestOf({ data = {}, origins = {} }: LoadOptions): DataRequest {
  return { values: data, origins };
}
