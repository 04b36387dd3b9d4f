/**
 * @file A worker as a Node process: connects the worker loop to `ws`, `worker_threads`, the process's signals and
 * its parent. Wiring only.
 */
import { createHash } from "node:crypto";
import { availableParallelism, hostname, release, type } from "node:os";
import { performance } from "node:perf_hooks";

import type { LogEntry } from "../../shared/log.ts";
import { createFetch } from "../../shared/node/fetch.ts";
import type { Environment } from "../../shared/node/proxy.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { Doors } from "../doors.ts";
import { createDrawDataset } from "../draw-dataset.ts";
import { createFetchDataset } from "../fetch-dataset.ts";
import type { Clock } from "../platform.ts";
import { StatusLines } from "../status-lines.ts";
import type { WorkerStatus } from "../status.ts";
import { createPool } from "../threads/create-pool.ts";
import { WorkerLoop } from "../worker.ts";
import { resolveWorkerOptions, type WorkerOptions } from "./cli.ts";
import { readKernel } from "./kernel-source.ts";
import { createConnect } from "./socket.ts";
import { createStartThread } from "./threads.ts";

/** The options of the command line. */
export type WorkerCommand = Parameters<typeof resolveWorkerOptions>[0];

export interface WorkerWorld {
  /** The build folder, with the kernel and the thread's program. */
  readonly build: string;
  readonly env: Environment;
  /** Writes an entry of the log for the person who started the worker. */
  readonly log: (entry: LogEntry) => void;
  /** Resolves when the process is asked to end. */
  readonly interrupted: Promise<string>;
  /** Whether the process that started this one, if it talks to it, is the coordinator. */
  readonly isChild: boolean;
  /** Hears every change of the worker's state; absent: nobody does. */
  readonly changed?: ((status: WorkerStatus) => void) | undefined;
}

export const clock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Runs a worker until it is asked to leave (a signal, its parent's end), the coordinator ends after its run,
 * or it can't take part.
 *
 * @returns The exit code: 0, or 1 if it could not take part.
 * @throws OperatorError for a bad URL or a missing token.
 */
export async function runWorker(command: WorkerCommand, world: WorkerWorld): Promise<number> {
  const machine = { hostname: hostname(), coreCount: availableParallelism() };
  const options = resolveWorkerOptions(command, machine);
  const createKernel = readKernel(world.build);
  const lines = new StatusLines(world.log);
  const tellParent = createTellParent();
  const doors = new Doors(options.httpUrl);
  return await new Promise((resolve) => {
    const pool = createPool({
      threads: options.threads,
      startThread: createStartThread(world.build),
      createKernel,
      clock,
      defer: setImmediate,
      crashed: (reason) => loop.fail(reason),
    });
    const loop = new WorkerLoop({
      token: options.token,
      name: options.name,
      kind: "node",
      agent: agentOf(process),
      kernel: createKernel().id,
      pool,
      connect: (events) => createConnect(doors.socketUrl, world.env)(events),
      doors,
      loadDataset: async (...wanted) =>
        await createLoadDataset(doors, options, world.env)(...wanted),
      clock,
      random: Math.random,
      stopsAfterRun: true,
      changed(status) {
        lines.show(status);
        world.changed?.(status);
        if (world.isChild) tellParent(status);
        if (status.phase !== "stopped") return;
        stopListening();
        pool.close();
        resolve(status.failed ? 1 : 0);
      },
    });
    const stopListening = world.isChild
      ? listenForTheParent((reason) => loop.leave(reason))
      : () => undefined;
    void world.interrupted.then(() => loop.leave(sentence("stopped-by-user")));
    loop.start();
  });
}

/** Program and system, for the dashboard. */
export function agentOf({ version, arch }: Pick<NodeJS.Process, "version" | "arch">): string {
  return `Node ${version}, ${type()} ${release()}, ${arch}`;
}

function createLoadDataset({ httpUrl }: Doors, { token }: WorkerOptions, env: Environment) {
  const download = createFetchDataset({ httpUrl, token, sha256, fetch: createFetch(env) });
  return createDrawDataset({ download, httpUrl, sha256, defer: setImmediate });
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Calls `leave` when the process that started this one has ended. A coordinator that starts local workers holds the
 * other end of their IPC channel, which closes however the coordinator ends.
 *
 * @returns A function that stops listening, so that the process can end.
 */
function listenForTheParent(leave: (reason: Sentence) => void): () => void {
  const onDisconnect = () => leave(sentence("coordinator-process-ended"));
  process.on("disconnect", onDisconnect);
  return () => process.off("disconnect", onDisconnect);
}

/**
 * A coordinator that started this process does not read its lines, and would wait for it in silence: it is told why
 * the worker could not connect, until the worker has connected once.
 */
function createTellParent(): (status: WorkerStatus) => void {
  let hasConnected = false;
  return ({ phase, detail }) => {
    if (phase === "waiting" || phase === "loading" || phase === "training") hasConnected = true;
    if (phase === "retrying" && !hasConnected) process.send?.(detail);
  };
}
