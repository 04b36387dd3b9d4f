/**
 * @file Workers inside the test's own process, over real sockets: the real worker loop and kernel, with a transport
 * that changes the results or holds them back.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { encodeMessage, joined } from "../../../shared/protocol/codec.ts";
import {
  decodeCoordinatorMessage,
  decodeWorkerMessage,
} from "../../../shared/protocol/messages.ts";
import { quoted } from "../../../shared/words/sentence.ts";
import { createFetchDataset } from "../../../worker/fetch-dataset.ts";
import { parseJoinUrl } from "../../../worker/join-url.ts";
import { readKernel } from "../../../worker/node/kernel-source.ts";
import { createConnect } from "../../../worker/node/socket.ts";
import type { Closure, Connect } from "../../../worker/platform.ts";
import type { WorkerStatus } from "../../../worker/status.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import type { Told } from "../trainers/direct-run.ts";
import type { Cluster, CoordinatorProcess } from "./cluster.ts";

export interface TestWorkerOptions {
  readonly joinUrl: string;
  readonly name: string;
  /** Returns the result to send instead, given how many were sent before. By default it tells the truth. */
  readonly tell?: (result: Told, count: number) => Told;
  /** How long each result is held back; by default not at all. */
  readonly paceMs?: number | undefined;
}

export interface TestWorker {
  /** Resolves with its last status when it gives up. */
  readonly stopped: Promise<WorkerStatus>;
  /** How each of its sockets ended. */
  readonly closures: readonly Closure[];
  /** Results sent. */
  readonly count: number;
  /** The session under which the coordinator knows it. */
  readonly session: string;
  leave(): void;
}

const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Starts workers inside the test's process, which cost a tenth of a worker process. They are called `local 1`,
 * `local 2`, …, like a coordinator's own.
 *
 * @param paceMs - How long each answer is held back: 20 ms leave most of the machine to the pages of a run that goes
 *   on for as long as a test looks at it.
 */
export async function startWorkersHere(
  cluster: Cluster,
  coordinator: CoordinatorProcess,
  { count = 1, paceMs = 0 }: { count?: number; paceMs?: number } = {},
): Promise<void> {
  const { joinUrl } = await coordinator.event("listening");
  for (let number = 1; number <= count; number++) {
    const name = `local ${number}`;
    const worker = startTestWorker({ joinUrl: String(joinUrl), name, paceMs });
    cluster.atEnd(() => worker.leave());
  }
}

export function startTestWorker(options: TestWorkerOptions): TestWorker {
  const { joinUrl, name, tell = (result) => result, paceMs } = options;
  const { httpUrl, socketUrl, token = "" } = parseJoinUrl(joinUrl);
  const createKernel = readKernel(join(import.meta.dirname, "../../../build"));
  const closures: Closure[] = [];
  let count = 0;
  let session = "";
  const honest = createConnect(socketUrl);
  const connect: Connect = (events) => {
    const transport = honest({
      ...events,
      message(bytes) {
        const { header } = decodeCoordinatorMessage(bytes);
        if (header.type === "welcome") session = header.session;
        events.message(bytes);
      },
      closed(closure) {
        closures.push(closure);
        events.closed(closure);
      },
    });
    return {
      ...transport,
      send(head, values = new Uint8Array(0)) {
        const bytes = joined([head, values]);
        const { header, tensor } = decodeWorkerMessage(bytes);
        const isResult = header.type === "gradient" || header.type === "evaluation";
        if (!isResult) {
          transport.send(bytes);
          return;
        }
        const told = tell({ message: header, tensor }, count++);
        const bytesToSend = encodeMessage(told.message, told.tensor);
        if (paceMs === undefined || paceMs === 0) transport.send(bytesToSend);
        else setTimeout(() => transport.send(bytesToSend), paceMs);
      },
    };
  };
  let stop: ((status: WorkerStatus) => void) | undefined;
  const stopped = new Promise<WorkerStatus>((resolve) => (stop = resolve));
  const loop = new WorkerLoop({
    token,
    name,
    kind: "node",
    agent: "",
    kernel: createKernel().id,
    pool: new LocalPool({ createKernel, clock, defer: setImmediate }),
    connect,
    loadDataset: createFetchDataset({
      httpUrl,
      token,
      sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    }),
    clock,
    random: Math.random,
    stopsAfterRun: true,
    changed: (status) => {
      if (status.phase === "stopped") stop?.(status);
    },
  });
  loop.start();
  return {
    stopped,
    closures,
    get count() {
      return count;
    },
    get session() {
      return session;
    },
    leave: () => loop.leave(quoted("the test is over")),
  };
}
