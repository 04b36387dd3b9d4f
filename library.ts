/**
 * @file The library: what a program gets from `import … from "promedio"`. Importing it starts nothing, prints nothing and
 * sets no flag and no signal handler. The types and their documentation are in `library-types.d.ts`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { hostServerIn } from "./coordinator/library/embedding.ts";
import { decodedModel, Models } from "./coordinator/library/model.ts";
import { commandOf, RunHandle } from "./coordinator/library/run-handle.ts";
import { nodeDisk } from "./coordinator/storage/disk.ts";
import { openModel } from "./coordinator/tools/load-model.ts";
import type * as Library from "./library-types.d.ts";
import { instantiateKernel } from "./shared/kernels/kernel.ts";
import { OperatorError } from "./shared/operator-error.ts";
import { quoted } from "./shared/words/sentence.ts";
import { checkWorkerSettings } from "./worker/library-settings.ts";
import { runWorker } from "./worker/node/main.ts";
import { statusInWords } from "./worker/status-lines.ts";

/** The folder of the bundled library, the kernel and the pages. */
const build = import.meta.dirname;

export { OperatorError };

/** `train` is for this machine alone, unless it is told otherwise. */
const trainDefaults = { host: "127.0.0.1", port: 0, workers: 2 } as const;

export const train: typeof Library.train = (settings = {}) =>
  new RunHandle(build, { ...trainDefaults, ...settings, exit: true });

export const startCoordinator: typeof Library.startCoordinator = async ({
  server,
  ...settings
} = {}) => {
  const run = new RunHandle(build, settings, hostServerIn({ ...settings, server }));
  const { url, joinUrl, dashboardUrl } = await run.listening;
  return {
    url,
    joinUrl,
    dashboardUrl,
    result: run.result,
    stop: () => run.stop(),
    [Symbol.asyncIterator]: () => run[Symbol.asyncIterator](),
    async close() {
      run.stop();
      await run.closed;
    },
  };
};

export const startWorker: typeof Library.startWorker = (settings) => {
  const { url, threads = 1, name, joinToken, signal, log, status } = settings;
  const control = new AbortController();
  const interrupted = new Promise<string>((resolve) => {
    const leave = () => resolve("abort");
    for (const each of [control.signal, ...(signal === undefined ? [] : [signal])]) {
      if (each.aborted) leave();
      else each.addEventListener("abort", leave, { once: true });
    }
  });
  let last = "";
  const work = async () => {
    checkWorkerSettings(settings);
    const code = await runWorker(
      { url, threads, name, joinToken },
      {
        build,
        env: process.env,
        log: (entry) => {
          last = entry.message;
          log?.(entry);
        },
        changed: (now) => status?.(statusInWords(now)),
        interrupted,
        isChild: false,
      },
    );
    if (code !== 0) throw new OperatorError(quoted(last));
  };
  const ended = work();
  ended.catch(() => undefined);
  return { ended, leave: () => control.abort() };
};

export const defineRun: typeof Library.defineRun = (settings) => {
  commandOf(settings);
  return settings;
};

const models = new Models(async () =>
  instantiateKernel(await readFile(join(build, "kernel.wasm"))),
);

export const loadCheckpoint: typeof Library.loadCheckpoint = async (
  source,
  { runs = "runs" } = {},
) =>
  models.add(
    typeof source === "string" ? await openModel(nodeDisk, source, runs) : decodedModel(source),
  );

export const predict: typeof Library.predict = async (model, samples) =>
  await models.predict(model, samples);
