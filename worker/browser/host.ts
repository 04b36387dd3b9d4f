/**
 * @file The worker inside a page: a dedicated worker, bundled as `host.js`, that holds the socket and
 * computes, alone or with more threads. The page only displays and sends requests, so scrolling or sleeping costs
 * no step.
 */
import { quoted, sentence } from "../../shared/words/sentence.ts";
import { Doors } from "../doors.ts";
import { createDrawDataset } from "../draw-dataset.ts";
import { createFetchDataset } from "../fetch-dataset.ts";
import type { Clock } from "../platform.ts";
import { createPool } from "../threads/create-pool.ts";
import { RestingPool } from "../threads/resting-pool.ts";
import type { StartThread, ThreadReply } from "../threads/thread-messages.ts";
import { WorkerLoop } from "../worker.ts";
import { createDefer } from "./defer.ts";
import { beatMs, DriftWatch } from "./drift-watch.ts";
import { createKernel } from "./kernel-bytes.ts";
import type { HostReport, HostRequest, TabState } from "./page-messages.ts";
import { sha256 } from "./sha256.ts";
import { createConnect } from "./socket.ts";
import { computeForHost, threadName } from "./thread.ts";

type StartRequest = Extract<HostRequest, { type: "start" }>;

const clock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

class Host {
  readonly #loop: WorkerLoop;
  readonly #pool: RestingPool;
  readonly #drift = new DriftWatch();
  #tab: TabState = "visible";
  #isPaused = false;

  constructor(request: StartRequest) {
    const { httpUrl, token, name, agent, threads, effort, stopsAfterRun } = request;
    // The page's policy lets it download from its own coordinator alone, so a dataset that it lacks must come from there.
    const doors = new Doors(httpUrl);
    const defer = createDefer();
    const pool = createPool({
      // Browsers without nested workers compute on one thread.
      threads: typeof Worker === "function" ? threads : 1,
      startThread,
      createKernel,
      clock,
      defer,
      crashed: (reason) => this.#loop.fail(reason),
    });
    this.#pool = new RestingPool(pool, clock);
    this.#pool.setEffort(effort);
    this.#loop = new WorkerLoop({
      token,
      name,
      kind: "browser",
      agent,
      kernel: createKernel().id,
      pool: this.#pool,
      connect: (events) => createConnect(doors.socketUrl)(events),
      doors,
      loadDataset: createDrawDataset({
        download: createFetchDataset({ httpUrl, token, sha256 }),
        httpUrl,
        sha256,
        defer,
      }),
      clock,
      random: Math.random,
      stopsAfterRun,
      changed: () => this.#report(),
    });
    setInterval(() => this.#beat(), beatMs);
    this.#loop.start();
  }

  obey(request: Exclude<HostRequest, StartRequest>): void {
    switch (request.type) {
      case "effort":
        return this.#pool.setEffort(request.effort);
      case "pause":
      case "resume":
        this.#isPaused = request.type === "pause";
        return this.#pauseOrResume();
      case "leave":
        return this.#loop.leave(request.reason);
      case "check":
        return this.#loop.check();
      case "tab":
        return this.#tabIs(request.state);
    }
  }

  #tabIs(state: TabState): void {
    this.#tab = state;
    this.#drift.reset();
    this.#pauseOrResume();
    if (state === "visible") this.#loop.check();
  }

  /** Browsers do not slow down visible tabs, and a tab that lays out a dataset has its own reason to be late. */
  #beat(): void {
    const wasSlowed = this.#drift.isSlowed;
    const { phase } = this.#loop.status;
    if (this.#tab === "hidden" && (phase === "training" || phase === "paused")) {
      this.#drift.beat(clock.now());
    } else {
      this.#drift.reset();
    }
    if (this.#drift.isSlowed !== wasSlowed) this.#pauseOrResume();
    this.#report();
  }

  get #isSlowed(): boolean {
    return this.#tab === "frozen" || this.#drift.isSlowed;
  }

  #pauseOrResume(): void {
    if (this.#isPaused) this.#loop.pause(sentence("paused-by-user"));
    else if (this.#isSlowed) this.#loop.pause(sentence("tab-slowed"));
    else this.#loop.resume();
  }

  #report(): void {
    const isSlowed = this.#isSlowed && !this.#isPaused;
    postMessage({ type: "status", status: this.#loop.status, isSlowed } satisfies HostReport);
  }
}

const startThread: StartThread = (events) => {
  const thread = new Worker(location.href, { name: threadName });
  thread.addEventListener("message", ({ data }: MessageEvent<ThreadReply>) => events.reply(data));
  thread.addEventListener("error", ({ message }) => {
    const reason = message === "" ? sentence("thread-not-started") : quoted(message);
    events.crashed(sentence("thread-crashed", { reason }));
  });
  return {
    post: (request) => thread.postMessage(request, []),
    terminate: () => thread.terminate(),
  };
};

function obeyPage(): void {
  let host: Host | undefined;
  addEventListener("message", ({ data }: MessageEvent<HostRequest>) => {
    if (data.type === "start") host ??= new Host(data);
    else host?.obey(data);
  });
}

if (self.name === threadName) computeForHost();
else obeyPage();
