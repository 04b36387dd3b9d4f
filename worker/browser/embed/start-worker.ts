/**
 * @file `startWorker` in a page: joins a coordinator from the page of any site that it allows. The script comes from that
 * coordinator, so it has its kernel, whatever version of the library the page has.
 */
import type * as Library from "../../../library-types.d.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { quoted, sentence } from "../../../shared/words/sentence.ts";
import { parseJoinUrl } from "../../join-url.ts";
import { checkWorkerSettings } from "../../library-settings.ts";
import { statusInWords, StatusLines } from "../../status-lines.ts";
import { browserName } from "../browser-name.ts";
import type { HostReport, HostRequest } from "../page-messages.ts";

export const startWorker: typeof Library.startWorker = (settings) => {
  const control = new AbortController();
  const { signal } = settings;
  const left = signal === undefined ? control.signal : AbortSignal.any([control.signal, signal]);
  const ended = work(settings, left);
  ended.catch(() => undefined);
  return { ended, leave: () => control.abort() };
};

type Settings = Parameters<typeof Library.startWorker>[0];

async function work(settings: Settings, left: AbortSignal): Promise<void> {
  checkWorkerSettings(settings);
  const { url, threads = 1, name, joinToken = "", effort = 1 } = settings;
  const { httpUrl, token = joinToken } = parseJoinUrl(url);
  const hostUrl = await scriptAt(`${httpUrl}/host.js`);
  if (left.aborted) return;
  const agent = navigator.userAgent;
  await computed(hostUrl, settings, left, {
    type: "start",
    httpUrl,
    token,
    name: name ?? browserName(agent),
    agent,
    // One core stays free for the page.
    threads: threads === "auto" ? Math.max(1, navigator.hardwareConcurrency - 1) : threads,
    effort,
    stopsAfterRun: true,
  });
}

/**
 * The address of a script for a web worker: those of another site have to be copied.
 *
 * @throws OperatorError if the coordinator is not there, or does not allow this page.
 */
async function scriptAt(url: string): Promise<string> {
  if (new URL(url).origin === location.origin) return url;
  const failed = (reason: string) =>
    new OperatorError(
      sentence("embed-not-allowed", { url, origin: location.origin, reason: quoted(reason) }),
    );
  const response = await fetch(url).catch((error: unknown) => {
    throw failed(error instanceof Error ? error.message : String(error));
  });
  if (!response.ok) throw failed(String(response.status));
  const script = await response.blob();
  return URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
}

/** Resolves when the worker has left; rejects if it cannot take part. */
function computed(
  hostUrl: string,
  { log, status: changed }: Settings,
  left: AbortSignal,
  start: HostRequest,
): Promise<void> {
  const host = new Worker(hostUrl);
  const ask = (request: HostRequest) => host.postMessage(request, []);
  const stopListening = listenToTab(ask);
  const leave = () => ask({ type: "leave", reason: sentence("stopped-by-user") });
  const done = new Promise<void>((resolve, reject) => {
    const lines = new StatusLines((entry) => log?.(entry));
    host.addEventListener("message", ({ data }: MessageEvent<HostReport>) => {
      const status = statusInWords(data.status);
      lines.show(data.status);
      changed?.(status);
      if (status.phase !== "stopped") return;
      if (status.failed) reject(new OperatorError(quoted(status.message)));
      else resolve();
    });
    host.addEventListener("error", ({ message }) => {
      const reason = message === "" ? sentence("thread-not-started") : quoted(message);
      reject(new OperatorError(sentence("thread-crashed", { reason })));
    });
    left.addEventListener("abort", leave, { once: true });
    ask(start);
    tellTab(ask);
  });
  return done.finally(() => {
    left.removeEventListener("abort", leave);
    stopListening();
    host.terminate();
  });
}

/** Browsers slow hidden tabs down, and stop some of them; the host pauses when that happens. */
function listenToTab(ask: (request: HostRequest) => void): () => void {
  const control = new AbortController();
  const { signal } = control;
  addEventListener("online", () => ask({ type: "check" }), { signal });
  addEventListener("pageshow", () => ask({ type: "check" }), { signal });
  document.addEventListener("visibilitychange", () => tellTab(ask), { signal });
  document.addEventListener("resume", () => tellTab(ask), { signal });
  document.addEventListener("freeze", () => ask({ type: "tab", state: "frozen" }), { signal });
  return () => control.abort();
}

function tellTab(ask: (request: HostRequest) => void): void {
  ask({ type: "tab", state: document.visibilityState === "visible" ? "visible" : "hidden" });
}
