/** @file Who has a row in the timeline, and what the workers' time of the last steps went into. Pure. */
import type { TimelineView, WorkerView } from "../../run/view.ts";
import type { TextKey } from "../texts/texts.ts";

/** More rows than one can look at. */
const rowsMax = 24;

export type Step = TimelineView["steps"][number];
/** What a worker's time goes into: it waits after its share of a step, and is idle in a step that it has no share of. */
export type Part = "download" | "compute" | "upload" | "wait" | "idle";
/** Fractions of the workers' time; together 1. */
export type Parts = Readonly<Record<Part, number>>;

/**
 * Names of the workers that are connected, in the order of their table. Not of those that the last steps happened to
 * need: these change several times a second, and with them the timeline's height would.
 */
export function rowsOf(workers: readonly WorkerView[]): string[] {
  const here = workers.filter(({ state }) => state !== "gone");
  return here.map(({ name }) => name).slice(0, rowsMax);
}

/**
 * Where the time goes of all who are present: who can take work now, and who had a share of a step. Every step counts
 * with its time for each of them.
 */
export function partsOf(steps: readonly Step[], workers: readonly WorkerView[]): Parts {
  const able = workers.filter(({ state }) => state === "ready" || state === "working");
  let [download, compute, upload, idle, all] = [0, 0, 0, 0, 0];
  for (const { startMs, endMs, shares } of steps) {
    const busy = shares.map(({ worker }) => worker);
    const present = new Set([...able.map(({ name }) => name), ...busy]).size;
    for (const share of shares) {
      download += share.downloadMs;
      compute += share.computeMs;
      upload += share.uploadMs;
    }
    idle += (present - busy.length) * (endMs - startMs);
    all += present * (endMs - startMs);
  }
  if (all === 0) return { download: 0, compute: 0, upload: 0, wait: 1, idle: 0 };
  const wait = all - idle - download - compute - upload;
  return {
    download: download / all,
    compute: compute / all,
    upload: upload / all,
    wait: wait / all,
    idle: idle / all,
  };
}

/** `old`, moved towards `newest` by a fraction of the way. */
export function mixed(old: Parts, newest: Parts, fraction: number): Parts {
  const mix = (part: Part) => old[part] + fraction * (newest[part] - old[part]);
  return {
    download: mix("download"),
    compute: mix("compute"),
    upload: mix("upload"),
    wait: mix("wait"),
    idle: mix("idle"),
  };
}

/** What limits a run whose workers spend most of their time so. */
export function limitOf({ download, compute, upload, wait, idle }: Parts): TextKey {
  const most = Math.max(download, compute, upload, wait + idle);
  if (compute === most) return "limitCompute";
  if (download === most) return "limitDownload";
  if (upload === most) return "limitUpload";
  return idle > wait ? "limitIdle" : "limitWait";
}
