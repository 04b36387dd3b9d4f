/**
 * @file Workers on the coordinator's own machine: processes, or one inside the coordinator's own. They are workers like
 * any other: same program, same protocol, over loopback or a connection in memory. Processes end with the coordinator,
 * because their IPC channel closes.
 */
import { type ChildProcess, spawn } from "node:child_process";

import type { Dataset } from "../../shared/data/dataset.ts";
import type { LinkEvents, LinkTransport } from "../../shared/protocol/memory-link.ts";
import { sentenceSchema } from "../../shared/protocol/sentence-schema.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";

export interface LocalWorkersOptions {
  /** Path of the bundled program. */
  readonly program: string;
  /** The coordinator's URL, without a token. */
  readonly url: string;
  /** `null` if none is needed. */
  readonly joinToken: string | null;
  /** The coordinator's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly count: number;
  readonly threads: number | "auto";
  /** A worker process ended unexpectedly, or it cannot reach this coordinator. */
  readonly failed: (said: Sentence) => void;
}

/** What a worker inside this process needs of it. */
export interface InsideWorker {
  readonly name: string;
  readonly threads: number;
  /** Its token; empty if none is needed. */
  readonly token: string;
  readonly connect: (events: LinkEvents) => LinkTransport;
  /** The dataset with that hash; `undefined` if this coordinator has another one. */
  readonly datasetOf: (sha256: string) => Dataset | undefined;
  /** A thread of it has ended, and so has the worker. */
  readonly failed: (reason: Sentence) => void;
}

/** Starts a worker in this process. Returns a function that ends it. */
export type StartInside = (worker: InsideWorker) => Promise<() => void>;

/** Starts the one that `startInside` is for. Returns a function like that of `startLocalWorkers`. */
export function startWorkerInside(
  startInside: StartInside,
  worker: Omit<InsideWorker, "name" | "failed">,
  failed: LocalWorkersOptions["failed"],
): () => Promise<void> {
  const starting = startInside({
    ...worker,
    name: localName(1),
    failed: (reason) => failed(sentence("local-worker-failed", { number: 1, reason })),
  });
  return async () => (await starting)();
}

function localName(number: number): string {
  return `local ${number}`;
}

/** Whether a worker may be a local one. They end with their coordinator, so none comes back under its name. */
export function isLocalName(name: string): boolean {
  return /^local \d+$/u.test(name);
}

/** Starts the processes. Returns a function that ends them and waits until they are gone. */
export function startLocalWorkers(options: LocalWorkersOptions): () => Promise<void> {
  let stopping = false;
  const children = Array.from({ length: options.count }, (_, i) => {
    const child = spawnWorker(options, i + 1);
    child.once("exit", (code, signal) => {
      // A worker that exits normally was asked to, for example by Ctrl-C, which every process of a terminal
      // receives.
      if (stopping || code === 0) return;
      const how = signal ?? sentence("exit-code", { code: String(code) });
      options.failed(sentence("local-worker-ended", { number: i + 1, how }));
    });
    const fail = (reason: Sentence) => {
      options.failed(sentence("local-worker-failed", { number: i + 1, reason }));
    };
    child.once("error", (error) => fail(systemReason(error)));
    // A worker tells its parent why it has not connected yet.
    child.once("message", (reason) => {
      const read = sentenceSchema.safeParse(reason);
      if (read.success) fail(sentence("cannot-connect", { reason: read.data }));
    });
    return child;
  });
  return async () => {
    stopping = true;
    await Promise.all(children.map((child) => stop(child)));
  };
}

function spawnWorker(
  { program, url, joinToken, env, threads }: LocalWorkersOptions,
  number: number,
): ChildProcess {
  const settings = ["--threads", String(threads), "--name", localName(number)];
  return spawn(process.execPath, [program, "worker", url, ...settings], {
    // Passed in the environment, because every user of this machine can read command lines. The worker gets none of
    // the coordinator's other settings, least of all its admin token.
    env: {
      ...withoutSettings(env),
      ...(joinToken === null ? {} : { PROMEDIO_JOIN_TOKEN: joinToken }),
    },
    // A local worker's output does not belong on the coordinator's screen; its row in the console shows everything.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** A proxy is not on the way to this machine, whatever its address. */
const notInherited = /^(?:PROMEDIO_.*|https?_proxy)$/iu;

function withoutSettings(env: LocalWorkersOptions["env"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !notInherited.test(name)));
}

/** The time a worker has to say goodbye. */
const goodbyeMs = 2_000;

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), goodbyeMs);
  await gone;
  clearTimeout(timer);
}
