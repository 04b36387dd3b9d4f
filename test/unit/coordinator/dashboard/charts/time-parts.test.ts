/** @file Which workers the timeline shows, and how they spend their time. */
import { expect, test } from "vitest";

import {
  limitOf,
  partsOf,
  rowsOf,
  type Step,
} from "../../../../../coordinator/dashboard/charts/time-parts.ts";
import type { WorkerView } from "../../../../../coordinator/run/view.ts";

function worker(name: string, state: WorkerView["state"] = "ready"): WorkerView {
  const kind = "node";
  const figures = { threads: 1, share: 0, samplesPerSecond: 0, roundTripMs: null, blocksDone: 0 };
  return { id: name, name, kind, agent: "", state, ...figures };
}

/** 10 ms in which each worker computes for 9 and its bytes travel for 1. */
function step(...names: string[]): Step {
  const times = { startMs: 0, endMs: 10, downloadMs: 0.5, computeMs: 9, uploadMs: 0.5 };
  const shares = names.map((name) => ({ worker: name, ...times, samples: 1, isLate: false }));
  return { kind: "gradient", step: 1, startMs: 0, endMs: 10, shares };
}

test("every connected worker has a row, in the order of its table, whoever had a share; 24 at most", () => {
  const workers = [worker("b"), worker("gone", "gone"), worker("a", "paused"), worker("c")];
  expect(rowsOf(workers)).toEqual(["b", "a", "c"]);
  expect(rowsOf(Array.from({ length: 30 }, (_, i) => worker(`w${i}`)))).toHaveLength(24);
});

test("2 of 3 workers that get no share wait for the whole step: 67 % of their time", () => {
  const parts = partsOf([step("a"), step("b")], [worker("a", "working"), worker("b"), worker("c")]);
  expect(parts.compute).toBeCloseTo(0.3, 12);
  expect(parts.download + parts.upload).toBeCloseTo(0.1 / 3, 12);
  expect(parts.wait).toBeCloseTo(0, 12);
  expect(parts.idle).toBeCloseTo(2 / 3, 12);
  expect(limitOf(parts)).toBe("limitIdle");
});

test("a worker that is paused, preparing or gone does not wait; one that had a share and is gone did compute", () => {
  const others = [worker("b", "paused"), worker("c", "loading"), worker("d", "gone")];
  const parts = partsOf([step("a", "d")], [worker("a"), ...others]);
  expect(parts.compute).toBeCloseTo(0.9, 12);
  expect(parts.idle).toBe(0);
  expect(limitOf(parts)).toBe("limitCompute");
});

test("steps that took no time count as waiting", () => {
  expect(partsOf([], [worker("a")]).wait).toBe(1);
});

test("the limit is whatever takes the most time", () => {
  const none = { download: 0, compute: 0, upload: 0, wait: 0, idle: 0 };
  expect(limitOf({ ...none, download: 0.5, compute: 0.4, wait: 0.1 })).toBe("limitDownload");
  expect(limitOf({ ...none, upload: 0.6, compute: 0.4 })).toBe("limitUpload");
  expect(limitOf({ ...none, compute: 0.4, wait: 0.35, idle: 0.25 })).toBe("limitWait");
});
