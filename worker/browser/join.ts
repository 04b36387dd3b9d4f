import type { WorkerPhase, WorkerStatus } from "../status.ts";
/**
 * @file The join page: starts a host from the token in the URL's fragment, shows what it does, and passes on what the
 * person asks for. Computes nothing itself.
 */
import { browserName } from "./browser-name.ts";
import type { HostReport, HostRequest } from "./page-messages.ts";
import { Trace } from "./trace.ts";

/** More threads would rarely get faster on what is left of a browser's cores, and each needs a copy of the dataset. */
const threadsMax = 8;

const headlines: Readonly<Record<WorkerPhase, string>> = {
  connecting: "Connecting",
  retrying: "Reconnecting",
  waiting: "Waiting",
  loading: "Preparing",
  training: "Training",
  paused: "Paused",
  stopped: "Stopped",
};

const view = {
  state: element("state", HTMLElement),
  name: element("name", HTMLElement),
  headline: element("headline", HTMLElement),
  detail: element("detail", HTMLElement),
  pace: element("pace", HTMLElement),
  share: element("share", HTMLElement),
  blocks: element("blocks", HTMLElement),
  step: element("step", HTMLElement),
  pause: element("pause", HTMLButtonElement),
  threads: element("threads", HTMLSelectElement),
};
const trace = new Trace(element("trace", HTMLCanvasElement));

let host: Worker | undefined;
let isPaused = false;
let phase: WorkerPhase = "connecting";
let wakeLock: WakeLockSentinel | undefined;
let isAskingForLock = false;

fillThreads();
start();
view.pause.addEventListener("click", pauseOrGoOn);
view.threads.addEventListener("change", restart);
addEventListener("hashchange", restart);
addEventListener("online", () => ask({ type: "check" }));
addEventListener("pageshow", () => ask({ type: "check" }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  ask({ type: "check" });
  void keepAwake();
});

function start(): void {
  const started = new Worker("/host.js");
  host = started;
  started.addEventListener("message", ({ data }: MessageEvent<HostReport>) => {
    if (host === started) show(data.status);
  });
  started.addEventListener("error", ({ message }) => {
    if (host === started) showFailure(message);
  });
  ask({
    type: "start",
    httpUrl: location.origin,
    token: new URLSearchParams(location.hash.slice(1)).get("token") ?? "",
    name: browserName(navigator.userAgent),
    agent: navigator.userAgent,
    threads: Number(view.threads.value),
  });
  if (isPaused) ask({ type: "pause", reason: "paused by the user" });
}

/** Another number of threads, or another token: a new worker takes the place of this one. */
function restart(): void {
  const old = host;
  ask({ type: "leave", reason: "starts anew" });
  host = undefined;
  // Enough for the goodbye to be sent; after it the host would only sit there.
  setTimeout(() => old?.terminate(), 500);
  start();
}

function pauseOrGoOn(): void {
  if (phase === "stopped") {
    isPaused = false;
    return restart();
  }
  isPaused = !isPaused;
  ask(isPaused ? { type: "pause", reason: "paused by the user" } : { type: "resume" });
  showButton();
}

function ask(request: HostRequest): void {
  host?.postMessage(request, []);
}

function show(status: WorkerStatus): void {
  const { samplesPerSecond, share, blocksDone, step } = status;
  phase = status.phase;
  view.state.dataset["phase"] = phase;
  setText(view.name, status.name);
  setText(view.headline, headlines[phase]);
  setText(view.detail, detailOf(status));
  setText(view.pace, phase === "training" ? whole(samplesPerSecond) : "–");
  setText(view.share, blocksDone === 0 ? "–" : `${(100 * share).toFixed(1)} %`);
  setText(view.blocks, blocksDone === 0 ? "–" : whole(blocksDone));
  setText(view.step, step === null ? "–" : whole(step + 1));
  document.title = `${headlines[phase]} · Promedio`;
  trace.add(phase === "training" ? samplesPerSecond : 0);
  showButton();
  void keepAwake();
}

function showFailure(message: string): void {
  host?.terminate();
  host = undefined;
  phase = "stopped";
  view.state.dataset["phase"] = phase;
  setText(view.headline, "This browser can't take part");
  setText(view.detail, message || "It lacks WebAssembly SIMD or workers; try a newer one");
  showButton();
}

function detailOf({ phase: current, detail, run, threads }: WorkerStatus): string {
  if (current !== "training") return detail;
  return `${run ?? ""} on ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}

function showButton(): void {
  const going = isPaused ? "Resume" : "Pause";
  setText(view.pause, phase === "stopped" ? "Join again" : going);
}

/** Writes only what differs, so that a screen reader is not told the same thing four times a second. */
function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A phone that lies on the table would go to sleep. Only on secure pages; a refusal does no harm. */
async function keepAwake(): Promise<void> {
  if (!("wakeLock" in navigator) || phase !== "training" || wakeLock?.released === false) return;
  if (document.visibilityState !== "visible" || isAskingForLock) return;
  isAskingForLock = true;
  try {
    wakeLock = await navigator.wakeLock.request("screen");
  } catch {
    // A low battery, or the person said no.
  } finally {
    isAskingForLock = false;
  }
}

/** One core stays free for the page and for whatever else the person does. */
function fillThreads(): void {
  const cores = navigator.hardwareConcurrency;
  const chosen = Math.min(Math.max(cores - 1, 1), threadsMax);
  for (let count = 1; count <= Math.min(Math.max(cores, 1), threadsMax); count++) {
    view.threads.append(new Option(String(count), String(count), false, count === chosen));
  }
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}
