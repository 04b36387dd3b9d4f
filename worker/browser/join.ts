/**
 * @file The join page: starts a host with the token from the URL's fragment, shows its state, and passes on the
 * person's requests. Computes nothing itself.
 */
import { baseUrl } from "../../shared/pages/base-url.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { chosen, openControls, showControls } from "./controls.ts";
import { drawsFor, offerDrawing, showDrawing } from "./drawing/drawing.ts";
import { takeHost } from "./early/early-host.ts";
import type { HostReport, HostRequest, TabState } from "./page-messages.ts";
import { element, setText } from "./page.ts";
import { say, speak } from "./texts/language.ts";
import { showFailure, showStart, showStatus } from "./view.ts";
import { canKeepAwake, keepAwake } from "./wake-lock.ts";

/** Long enough to send the goodbye, after which the old host has nothing left to do. */
const goodbyeMs = 500;

/** Links to other pages; `#` is where the token goes. */
const doors = { learn: "learn#", watch: "./#", draw: "./#&at=draw", average: "./#&at=promedio" };

const pauseButton = element("pause", HTMLButtonElement);

let host: Worker | undefined;
let isPaused = false;
let last: HostReport | undefined;
/** The reason, if the browser could not start a host. */
let failure: string | undefined;

openControls({ rejoin: restart, effort: (effort) => ask({ type: "effort", effort }) });
offerDrawing(tokenHere);
speak(showAll);
showAll();
start();
pauseButton.addEventListener("click", pauseOrResume);
addEventListener("hashchange", restart);
addEventListener("online", () => ask({ type: "check" }));
addEventListener("pageshow", () => ask({ type: "check" }));
document.addEventListener("visibilitychange", tellTab);
// Chromium announces when it stops and resumes a tab. This is the last moment to hand the work to others at once.
document.addEventListener("freeze", () => ask({ type: "tab", state: "frozen" }));
document.addEventListener("resume", tellTab);

function start(): void {
  const started = takeHost();
  host = started;
  failure = undefined;
  started.addEventListener("message", ({ data }: MessageEvent<HostReport>) => {
    if (host !== started) return;
    last = data;
    showAll();
  });
  started.addEventListener("error", ({ message }) => {
    if (host === started) fail(message);
  });
  ask({
    type: "start",
    httpUrl: baseUrl(),
    token: tokenHere(),
    agent: navigator.userAgent,
    stopsAfterRun: false,
    ...chosen(),
  });
  tellTab();
  if (isPaused) ask({ type: "pause" });
}

function tokenHere(): string {
  return new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
}

/** The name, the number of threads or the token changed: a new worker replaces this one. */
function restart(): void {
  const old = host;
  ask({ type: "leave", reason: sentence("starting-again") });
  setTimeout(() => old?.terminate(), goodbyeMs);
  last = undefined;
  start();
  showAll();
}

function fail(message: string): void {
  host?.terminate();
  host = undefined;
  last = undefined;
  failure = message;
  showAll();
}

function pauseOrResume(): void {
  if (hasStopped()) {
    isPaused = false;
    return restart();
  }
  isPaused = !isPaused;
  ask({ type: isPaused ? "pause" : "resume" });
  showButton();
}

function ask(request: HostRequest): void {
  host?.postMessage(request, []);
}

function tellTab(): void {
  const state: TabState = document.visibilityState === "visible" ? "visible" : "hidden";
  ask({ type: "tab", state });
  stayAwake();
}

function showAll(): void {
  // Whoever may help may also watch, and take part in a lesson.
  for (const [id, address] of Object.entries(doors)) {
    element(id, HTMLAnchorElement).href = address.replace("#", location.hash);
  }
  if (failure !== undefined) showFailure(failure);
  else if (last === undefined) showStart();
  else showStatus(last.status, last.isSlowed);
  drawsFor(last?.status.dataset ?? null);
  showDrawing();
  showControls();
  showButton();
  showLack();
  stayAwake();
}

function showButton(): void {
  const going = isPaused ? "resume" : "pause";
  setText(pauseButton, say(hasStopped() ? "joinAgain" : going));
}

/** Says in one sentence what this browser or connection lacks; hidden if it lacks nothing. */
function showLack(): void {
  const note = element("lack", HTMLElement);
  const awake = canKeepAwake();
  note.hidden = awake && crossOriginIsolated;
  if (note.hidden) return;
  const lacking = awake ? "lacksSharedMemory" : "lacksWakeLock";
  setText(note, say(isSecureContext ? lacking : "lacksBoth"));
}

function hasStopped(): boolean {
  return failure !== undefined || last?.status.phase === "stopped";
}

function stayAwake(): void {
  void keepAwake(last?.status.phase === "training");
}
