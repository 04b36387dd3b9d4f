/**
 * @file All sentences in English, by code. This is the reference: it defines which sentences exist and which values
 * each has.
 */
import { arrays } from "./arrays.ts";
import { breakIt } from "./break-it.ts";
import { commandLine } from "./command-line.ts";
import { data } from "./data.ts";
import { files } from "./files.ts";
import { general } from "./general.ts";
import { model } from "./model.ts";
import { network } from "./network.ts";
import { pictures } from "./pictures.ts";
import { protocol } from "./protocol.ts";
import { run } from "./run.ts";
import { settings } from "./settings.ts";
import { tables } from "./tables.ts";
import { text } from "./text.ts";
import { worker } from "./worker.ts";

export const english = {
  ...general,
  ...run,
  ...breakIt,
  ...worker,
  ...protocol,
  ...network,
  ...data,
  ...arrays,
  ...pictures,
  ...files,
  ...settings,
  ...tables,
  ...text,
  ...commandLine,
  ...model,
} as const;
