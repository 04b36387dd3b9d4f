/**
 * @file A coordinator as an object of a program: its events, its result and its end. It is the coordinator of the command
 * line, with another console and other signals.
 */
import type * as Library from "../../library-types.d.ts";
import { known } from "../../shared/assert.ts";
import { checkFunction } from "../../shared/check-function.ts";
import { type LogEntry, noteOf } from "../../shared/log.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { parseSettings } from "../cli/parse.ts";
import { jsonLine } from "../console/console.ts";
import type { HostServer } from "../edge/listening/host-server.ts";
import { runCoordinator } from "../main.ts";
import type { CoordinatorCommand, ProgramWorld } from "../program-world.ts";
import { dataSettingsOf } from "../run-setup.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import { EventList } from "./event-list.ts";
import { datasetOf } from "./memory-data.ts";

/** The dataset's name in the request, if the program gave arrays. No loader has it. */
const inMemory = "memory";

export type RunSettings = Library.Settings & Library.Control;

/** The options that have another name in a program. */
const optionOf: Readonly<Record<string, string>> = {
  data: "dataset",
  model: "layers",
  workers: "localWorkers",
};

/**
 * Reads the settings as a command line would be read.
 *
 * @throws OperatorError for an unknown one, or a value that cannot be.
 */
export function commandOf(given: RunSettings): CoordinatorCommand {
  const { data, model, workers, signal: _signal, log, ...settings } = given;
  refuseUnusable({ ...given, data, log });
  // Arrays are no setting.
  const aliases = { data: typeof data === "string" ? data : undefined, model, workers };
  const found = Object.entries(aliases).filter(([, value]) => value !== undefined);
  const named = Object.fromEntries(found.map(([name, value]) => [optionOf[name] ?? name, value]));
  const labels = Object.fromEntries(found.map(([name]) => [optionOf[name] ?? name, name]));
  const parsed = parseSettings({ ...settings, ...named }, labels);
  if (parsed.kind !== "coordinator")
    throw new OperatorError(sentence("setting-not-here", { setting: "printConfig" }));
  return parsed;
}

/** @throws OperatorError for what has no form on a command line, or no meaning beside it. */
function refuseUnusable({ data, log, ...settings }: Readonly<Record<string, unknown>>): void {
  if (data === null || !["undefined", "string", "object"].includes(typeof data)) {
    const expects = sentence("expects-dataset-name");
    throw new OperatorError(sentence("must-be", { setting: "data", expects, given: String(data) }));
  }
  checkFunction("log", log);
  if (settings["cluster"] !== undefined)
    throw new OperatorError(sentence("setting-not-here", { setting: "cluster" }));
}

/** A run, its events and its result. */
export class RunHandle implements Library.Run {
  readonly result: Promise<Library.RunResult>;
  /** The addresses; rejects if it never listens. */
  readonly listening: Promise<Extract<CoordinatorEvent, { event: "listening" }>>;
  /** Resolves when everything is closed. Never rejects. */
  readonly closed: Promise<void>;
  readonly #events = new EventList<Library.RunEvent>();
  readonly #control = new AbortController();

  /**
   * @param build - The folder with the kernel, the pages and the program of local workers.
   * @param settings - With `exit: true` the result waits until everything is closed.
   * @param hostServer - In whose place it opens none; `undefined`: it opens one.
   */
  constructor(build: string, settings: RunSettings, hostServer?: HostServer) {
    const heard = deferred<Extract<CoordinatorEvent, { event: "listening" }>>();
    const ended = deferred<Library.RunResult>();
    const hear = (event: CoordinatorEvent) => {
      this.#events.add(JSON.parse(jsonLine(event)));
      if (event.event === "listening") heard.resolve(event);
      if (event.event === "failed") ended.reject(new OperatorError(event.reason));
      if (event.event === "finished") ended.resolve({ ...event });
    };
    const { signal } = settings;
    const abort = () => this.#control.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const fail = (error: unknown) => {
      heard.reject(error);
      ended.reject(error);
    };
    const finish = async () => {
      try {
        await this.#run({ build, hostServer, hear }, settings);
        const { aborted, reason } = this.#control.signal;
        fail(aborted ? reason : new Error("the coordinator ended without a result"));
      } catch (error) {
        fail(error);
      }
      signal?.removeEventListener("abort", abort);
    };
    this.closed = finish();
    this.listening = heard.promise;
    this.result =
      settings["exit"] === true ? this.closed.then(async () => await ended.promise) : ended.promise;
    const close = () =>
      ended.promise.then(
        () => this.#events.close(),
        (error: unknown) => this.#events.close({ error }),
      );
    void this.closed.then(close);
    // Whoever does not ask for the result reads it in the events, or does not care.
    for (const promise of [this.result, this.listening]) promise.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<Library.RunEvent> {
    return this.#events[Symbol.asyncIterator]();
  }

  stop(): void {
    this.#control.abort();
  }

  async #run(
    place: Pick<ProgramWorld, "build" | "hostServer"> & Ears,
    settings: RunSettings,
  ): Promise<void> {
    const { data, log } = settings;
    const parsed = commandOf(settings);
    const tell = (said: Sentence) => log?.(noteOf(said, "info", sayAtTerminal(said)));
    const isArrays = typeof data === "object" && data !== null;
    const command = isArrays ? await withArrays(parsed, data, tell) : parsed;
    this.#control.signal.throwIfAborted();
    const form = log === undefined ? "text" : "json";
    const options = { ...command.options, log: form, json: true } as const;
    const world = { ...place, tell, log: (entry: LogEntry) => log?.(entry) };
    await runCoordinator({ ...command, options }, worldOf(world, this.#control.signal));
  }
}

async function withArrays(
  command: CoordinatorCommand,
  data: Library.Data | AsyncIterable<Library.Sample>,
  tell: (said: Sentence) => void,
): Promise<CoordinatorCommand> {
  const run = { ...command.run, given: { ...command.run.given, dataset: inMemory } };
  const settings = dataSettingsOf(run);
  const dataset = await datasetOf(data, { data: settings, origins: run.origins }, tell);
  return { ...command, run, loaded: { dataset, source: inMemory, data: settings } };
}

interface Ears {
  readonly hear: (event: CoordinatorEvent) => void;
}

/** The coordinator's surroundings, without a terminal and without the process's signals. */
function worldOf(
  { hear, ...world }: Pick<ProgramWorld, "build" | "hostServer" | "tell" | "log"> & Ears,
  signal: AbortSignal,
): ProgramWorld {
  const ended = new Promise<string>((resolve) => {
    signal.addEventListener("abort", () => resolve("abort"), { once: true });
  });
  return {
    ...world,
    env: process.env,
    output: { isTTY: false, write: () => true, on() {}, off() {} },
    console: { event: hear, update() {}, close() {} },
    signals: { ended, onReload() {} },
  };
}

function deferred<Value>() {
  let settle: [(value: Value) => void, (error: unknown) => void] | undefined;
  const promise = new Promise<Value>((resolve, reject) => (settle = [resolve, reject]));
  promise.catch(() => undefined);
  const [resolve, reject] = known(settle, "a promise calls its function at once");
  return { promise, resolve, reject };
}
