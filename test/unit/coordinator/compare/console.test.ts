import { describe, expect, test } from "vitest";

import { CompareConsole } from "../../../../coordinator/compare/console.ts";
import type { ConsoleMode } from "../../../../coordinator/console/mode.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { fakeView } from "../console/view/fake-view.ts";
import { planOf, rowWith } from "./plan/fixture.ts";

const [sgd] = planOf(["optimizer=sgd"]).variants;
const trial = { variant: sgd!, exponent: -1, seed: 2 };

const moment = { workers: 2, progress: 0.4, phase: "training" } as const;

const state = () => ({ trial, count: { done: 3, left: 5 } });

function opened(mode: ConsoleMode) {
  let written = "";
  let nowMs = 0;
  const output = {
    columns: 100,
    write: (text: string) => {
      written += text;
      return true;
    },
    on: () => undefined,
    off: () => undefined,
  };
  const console = new CompareConsole({ output, mode, color: false, now: () => nowMs, state });
  const take = () => {
    const taken = written;
    written = "";
    return taken;
  };
  return { console, take, pass: (ms: number) => (nowMs += ms) };
}

const warning = (code: "rate-too-high" | "open-to-all"): CoordinatorEvent => ({
  event: "warning",
  message:
    code === "open-to-all"
      ? sentence(code)
      : sentence(code, { epoch: 1, loss: "9", start: "2", rate: "10" }),
});

describe("the console of a comparison", () => {
  test("has one line for each run that ended, without its test figures", () => {
    const { console, take } = opened("plain");
    console.ended(trial, rowWith(trial, 0.25));
    expect(take()).toBe("3 of about 8  sgd  η 0.316  seed 2  validation loss 0.2500\n");
    console.ended(trial, rowWith(trial, Infinity));
    expect(take()).toBe("3 of about 8  sgd  η 0.316  seed 2  diverged at step 7\n");
  });

  test("says nothing of what a search for a rate is expected to meet, nor of local workers", () => {
    const { console, take } = opened("plain");
    console.event(warning("rate-too-high"));
    const worker = { event: "worker", change: "joined", kind: "node", threads: 1 } as const;
    console.event({ ...worker, name: "local 1", error: null, reason: null, workers: 1 });
    expect(take()).toBe("");
    console.event(warning("open-to-all"));
    console.event({ ...worker, name: "laptop", error: null, reason: null, workers: 3 });
    expect(take()).toMatch(/^warning: .*\nworker joined: laptop .*3 workers now\n$/u);
  });

  test("shows how far it is in a line that the next one overwrites", () => {
    const { console, take } = opened("live");
    console.update(fakeView(moment));
    const [, start, line] = take().split("\r");
    expect([start, line]).toEqual([expect.stringContaining("\u001B[K"), undefined]);
    expect(start).toMatch(
      /K━+╸?─+ {2}3 of about 8 {2}sgd {2}η 0\.316 {2}seed 2 {2}step [\d,]+ of [\d,]+, tr[^\n]*$/u,
    );
    console.ended(trial, rowWith(trial, 0.25));
    expect(take()).toMatch(/^.{4}3 of about 8 .*\n$/su);
    console.close();
    console.update(fakeView(moment));
    expect(take()).toBe("\r\u001B[K");
  });

  test("says what it waits for once that takes longer than workers need to get ready", () => {
    const { console, take, pass } = opened("plain");
    const view = fakeView(moment);
    const waitingFor = sentence("waiting-for-workers", { missing: 1 });
    const waiting = { ...view, run: { ...view.run!, waitingFor } };
    console.update(waiting);
    pass(1_900);
    console.update(waiting);
    expect(take()).toBe("");
    pass(200);
    console.update(waiting);
    console.update(waiting);
    expect(take()).toBe("waiting for 1 more worker\n");
  });

  test("prints JSON lines: each run with its figures, and the summary", () => {
    const { console, take } = opened("json");
    const row = rowWith(trial, 0.25);
    console.ended(trial, row);
    const { curve: _, ...figures } = row;
    expect(JSON.parse(take())).toEqual({ event: "row", done: 3, left: 5, ...figures });
    console.complete(["a table"], { folder: "there", summary: [] });
    expect(JSON.parse(take())).toEqual({ event: "compared", folder: "there", summary: [] });
  });
});
