/**
 * @file The worker inside the join page: a dedicated worker, bundled as `host.js`, that holds the socket and computes,
 * alone or with threads of its own. The page only shows and asks; it can scroll and sleep without costing a step.
 */
import type { ComputePool } from "../compute-pool.ts";
import { createFetchDataset } from "../fetch-dataset.ts";
import { LocalPool } from "../local-pool.ts";
import type { Clock } from "../platform.ts";
import type { StartThread, ThreadReply } from "../thread-messages.ts";
import { ThreadPool } from "../thread-pool.ts";
import { WorkerLoop } from "../worker.ts";
import { createDefer } from "./defer.ts";
import { createKernel } from "./kernel-bytes.ts";
import type { HostReport, HostRequest } from "./page-messages.ts";
import { createConnect } from "./socket.ts";

/** How often the page gets the counts: numbers that change faster can't be read. */
const reportMs = 250;

const clock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

let loop: WorkerLoop | undefined;

addEventListener("message", ({ data }: MessageEvent<HostRequest>) => {
  if (data.type === "start") loop = start(data);
  else if (data.type === "pause") loop?.pause(data.reason);
  else if (data.type === "resume") loop?.resume();
  else if (data.type === "leave") loop?.leave(data.reason);
  else loop?.check();
});

function start(options: Extract<HostRequest, { type: "start" }>): WorkerLoop {
  const { httpUrl, token, name, agent } = options;
  const pool = createPool(options.threads, (reason) => started.fail(reason));
  const started = new WorkerLoop({
    token,
    name,
    kind: "browser",
    agent,
    kernel: createKernel().id,
    pool,
    connect: createConnect(`${httpUrl.replace(/^http/u, "ws")}/worker`),
    loadDataset: createFetchDataset({ httpUrl, token }),
    clock,
    random: Math.random,
    stopsAfterRun: false,
    changed: (status) => report({ type: "status", status }),
  });
  setInterval(() => report({ type: "status", status: started.status }), reportMs);
  started.start();
  return started;
}

/** A browser without workers inside of workers computes on one thread. */
function createPool(threads: number, crashed: (reason: string) => void): ComputePool {
  if (threads === 1 || typeof Worker !== "function") {
    return new LocalPool({ createKernel, clock, defer: createDefer() });
  }
  return new ThreadPool({ threads, startThread, createKernel, clock, crashed });
}

const startThread: StartThread = (events) => {
  const thread = new Worker("/thread.js");
  thread.addEventListener("message", ({ data }: MessageEvent<ThreadReply>) => events.reply(data));
  thread.addEventListener("error", ({ message }) => {
    events.crashed(`a compute thread crashed: ${message || "it could not be started"}`);
  });
  return {
    post: (request) => thread.postMessage(request, []),
    terminate: () => thread.terminate(),
  };
};

function report(message: HostReport): void {
  postMessage(message);
}
