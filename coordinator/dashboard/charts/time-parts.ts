/** @file Which workers get a row in the timeline, and how the workers spent the time of the last steps. Pure. */
import type { TimelineView, WorkerView } from "../../run/view.ts";
import type { TextKey } from "../texts/texts.ts";

/** More rows than a person can look at. */
const rowsMax = 24;

export type Step = TimelineView["steps"][number];
/** How a worker spends time. It waits after its share of a step, and is idle in a step in which it has no share. */
export type Part = "download" | "compute" | "upload" | "wait" | "idle";
/** Fractions of the workers' time; their sum is 1. */
export type Parts = Readonly<Record<Part, number>>;

/**
 * Names of the connected workers, in the order of their table. Not only those used by the last steps, because they
 * change several times per second and the timeline's height would change with them.
 */
export function rowsOf(workers: readonly WorkerView[]): string[] {
  const here = workers.filter(({ state }) => state !== "gone");
  return here.map(({ name }) => name).slice(0, rowsMax);
}

/**
 * How the present workers spend their time: those that can take work now, and those that had a share of a step.
 * Every step counts its full time for each of them.
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

/** Moves `old` towards `newest` by a fraction of the distance. */
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

/** What limits a run whose workers spend their time like this. */
export function limitOf({ download, compute, upload, wait, idle }: Parts): TextKey {
  const most = Math.max(download, compute, upload, wait + idle);
  if (compute === most) return "limitCompute";
  if (download === most) return "limitDownload";
  if (upload === most) return "limitUpload";
  return idle > wait ? "limitIdle" : "limitWait";
}
