import { EventEmitter } from "node:events";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createConsole } from "../../../../coordinator/console/console.ts";
import type { ConsoleMode } from "../../../../coordinator/console/mode.ts";
import type { Console, ConsoleAction } from "../../../../coordinator/console/types.ts";
import type { CoordinatorEvent, Phase } from "../../../../coordinator/run/view.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";
import { fakeFingerprint, fakeView } from "./view/fake-view.ts";

class FakeOutput extends EventEmitter {
  columns = 80;
  rows = 24;
  isRead = true;
  written = "";

  write(text: string): boolean {
    this.written += text;
    return this.isRead;
  }

  /** Output since the last call. */
  take(): string {
    const taken = this.written;
    this.written = "";
    return taken;
  }
}

class FakeInput extends EventEmitter {
  isTTY = true;
  isRaw = false;
  isFlowing = false;

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }
  resume(): void {
    this.isFlowing = true;
  }
  pause(): void {
    this.isFlowing = false;
  }
}

const enter = "\u001B[?1049h";
const leave = "\u001B[?1049l";
const showCursor = "\u001B[?25h";

const stopped: CoordinatorEvent = {
  event: "stopped",
  run: "k3x9",
  step: 3752,
  totalSteps: 9380,
  checkpoint: "runs/k3x9/step-3752.safetensors",
  checkpointStep: 3752,
  resume: "npm start -- --resume k3x9",
};
const joined: CoordinatorEvent = {
  event: "worker",
  change: "joined",
  name: "lab\u001B[2J\n\u009B1m",
  kind: "node",
  threads: 2,
  error: null,
  reason: null,
  workers: 1,
};
const epoch: CoordinatorEvent = {
  event: "epoch",
  epoch: 3,
  step: 2814,
  trainLoss: 0.1987,
  trainAccuracy: 0.94,
  testLoss: 0.2012,
  testAccuracy: 0.9412,
  testMetrics: { accuracy: 0.9412 },
  validationLoss: null,
  validationMetrics: null,
  samplesPerSecond: 137_000,
  stepsPerSecond: 2140,
  learningRate: 0.5,
  seconds: 1.3,
  workers: 3,
};
const k3x9 = { run: "k3x9", title: quoted("mnist"), totalSteps: 9380, parameterCount: 13_002 };
const finished: CoordinatorEvent = {
  event: "finished",
  steps: 9380,
  seconds: 4.4,
  testLoss: 0.17,
  testAccuracy: 0.9512,
  isBetterThanGuess: true,
  testMetrics: { accuracy: 0.9512 },
  validationLoss: null,
  validationMetrics: null,
  samplesPerSecond: 137_000,
  stepsPerSecond: 2140,
  fingerprint: fakeFingerprint,
  checkpoint: "runs/k3x9/step-9380.safetensors",
};

function open(mode: ConsoleMode, color = false) {
  const output = new FakeOutput();
  const input = new FakeInput();
  const actions: ConsoleAction[] = [];
  const console: Console = createConsole({
    output,
    input,
    mode,
    color,
    now: () => Date.now(),
    onKey: (action) => actions.push(action),
  });
  return { output, input, actions, console };
}

/** The number of terminal rows on which a frame puts its cursor. */
function linesDrawn(frame: string): number {
  return frame.split("\u001B[").filter((part) => /^\d+;1H/u.test(part)).length;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("json", () => {
  test("prints 3 events as 3 lines that parse to the same events, and no snapshot", () => {
    const { output, console } = open("json");
    for (const event of [joined, epoch, finished]) console.event(event);
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    console.close();
    const lines = output.written.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([joined, epoch, finished]);
  });

  test("escapes control characters that JSON would let through", () => {
    const { output, console } = open("json");
    console.event(joined);
    expect(output.written).not.toContain("\u009B");
    expect(output.written).toContain("\\u009b");
  });
});

describe("plain", () => {
  test("prints one line per event, without carriage returns, escapes and control characters", () => {
    const { output, console } = open("plain");
    const events: CoordinatorEvent[] = [
      {
        event: "listening",
        url: "http://localhost:8080",
        joinUrl: "http://192.168.1.20:8080/join#token=x",
        otherJoinUrls: [],
        dashboardUrl: "http://localhost:8080/#token=x",
      },
      { event: "waiting", reason: sentence("waiting-for-workers", { missing: 1 }) },
      joined,
      { event: "started", ...k3x9, step: 0 },
      epoch,
      { event: "warning", message: quoted("no room on the disk") },
      { ...joined, change: "left", reason: sentence("went-away"), workers: 0 },
      {
        ...joined,
        change: "refused",
        name: "10.0.0.9",
        kind: "unknown",
        threads: 0,
        error: "ERR_TOKEN",
        reason: sentence("token-missing"),
        workers: 0,
      },
      { event: "resumed", ...k3x9, step: 938 },
      { event: "failed", step: 12, reason: quoted("step 12 diverged") },
      finished,
    ];
    for (const event of events) console.event(event);
    expect(output.written.split("\n")).toEqual([
      "listening: join at http://192.168.1.20:8080/join#token=x  dashboard http://localhost:8080/#token=x",
      "waiting for 1 more worker",
      "worker joined: lab (node, 2 threads); 1 worker now",
      "started: run k3x9: mnist; 9,380 steps, 13,002 parameters",
      "epoch 3  test 94.12 %  test loss 0.2012  train loss 0.1987  step 2,814  137 k samples/s  2.14 k steps/s  1.3 s  3 workers",
      "warning: no room on the disk",
      "worker left: lab (node, 2 threads): its page was closed, or its process ended; 0 workers now",
      "worker refused: 10.0.0.9: ERR_TOKEN: no token, or a wrong one; 0 workers now",
      "resumed at step 938: run k3x9: mnist; 9,380 steps, 13,002 parameters",
      "failed: step 12 diverged",
      `finished: 9,380 steps in 4.4 s  test 95.12 %  test loss 0.1700  137 k samples/s  2.14 k steps/s  fingerprint ${fakeFingerprint}  checkpoint runs/k3x9/step-9380.safetensors`,
      "",
    ]);
  });

  test("says where a stopped run is saved and how to continue, and no more at the end", () => {
    const { output, console } = open("plain");
    console.update(fakeView({ workers: 3, progress: 0.4 }));
    console.event(stopped);
    console.close({ path: "runs/k3x9/step-3752.safetensors", step: 3752 });
    expect(output.written).toBe(
      "stopped at step 3,752 of 9,380  checkpoint runs/k3x9/step-3752.safetensors  to go on: npm start -- --resume k3x9\n",
    );
  });

  test("has colour if forced", () => {
    const { output, console } = open("plain", true);
    console.event({ event: "warning", message: quoted("hot") });
    expect(output.written).toBe("\u001B[38;5;166mwarning\u001B[39m: hot\n");
  });

  test("continues silently after its reader has gone away", () => {
    const { output, console } = open("plain");
    output.emit("error", new Error("EPIPE"));
    console.event(epoch);
    expect(output.written).toBe("");
  });
});

describe("live", () => {
  test("leaves terminal and keyboard alone until the first update", () => {
    const { output, input, console } = open("live");
    console.event(epoch);
    vi.advanceTimersByTime(1000);
    expect(output.written).toBe("");
    expect(input.isRaw).toBe(false);
    console.close();
  });

  test("draws 100 updates in one second as at most 11 frames, each in synchronised output", () => {
    const { output, console } = open("live");
    for (let i = 0; i < 100; i++) {
      console.update(fakeView({ workers: 3, progress: i / 100 }));
      vi.advanceTimersByTime(10);
    }
    const begins = output.written.split("\u001B[?2026h").length - 1;
    expect(begins).toBeGreaterThanOrEqual(9);
    expect(begins).toBeLessThanOrEqual(11);
    expect(output.written.split("\u001B[?2026l").length - 1).toBe(begins);
    console.close();
  });

  test("writes only the lines that changed: none of 24 for the same view again", () => {
    const { output, console } = open("live");
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    expect(output.take()).toContain(enter);
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    expect(output.take()).toBe("");
    console.event(epoch);
    vi.advanceTimersByTime(100);
    const frame = output.take();
    expect(linesDrawn(frame)).toBe(1);
    expect(frame).toContain("epoch 3");
    console.close();
  });

  test("draws every line anew at the new size after a resize", () => {
    const { output, console } = open("live");
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    output.take();
    Object.assign(output, { columns: 100, rows: 30 });
    output.emit("resize");
    vi.advanceTimersByTime(100);
    expect(linesDrawn(output.take())).toBe(30);
    console.close();
  });

  test("drops frames while the terminal doesn't read, and draws again after drain", () => {
    const { output, console } = open("live");
    output.isRead = false;
    for (let i = 0; i < 20; i++) {
      console.update(fakeView({ workers: 3, progress: i / 20 }));
      vi.advanceTimersByTime(100);
    }
    expect(output.take().split("\u001B[?2026h").length - 1).toBe(1);
    output.isRead = true;
    output.emit("drain");
    vi.advanceTimersByTime(100);
    expect(output.take()).toContain("95 %");
    console.close();
  });

  test("on close restores screen, cursor, keyboard and listeners, and leaves the summary once", () => {
    const before = process.listenerCount("exit") + process.listenerCount("SIGTERM");
    const { output, input, console } = open("live");
    console.update(fakeView({ workers: 3, progress: 1, phase: "finished" }));
    vi.advanceTimersByTime(100);
    expect(input.isRaw && input.isFlowing).toBe(true);
    output.take();
    console.event(finished);
    console.close();
    console.close();
    const end = output.take();
    expect(end.indexOf(showCursor)).toBeLessThan(end.indexOf(leave));
    // Otherwise a tmux window that grew would show old lines above the summary.
    expect(end.slice(0, end.indexOf(leave))).toContain("\u001B[H\u001B[2J");
    const summary = end.slice(end.indexOf(leave) + leave.length);
    expect(summary).toMatch(/^promedio {2}k3x9 {2}mnist.*\nstate +✓ finished at step 9,380\n/u);
    expect(summary).toContain(`fingerprint ${fakeFingerprint}\n`);
    expect(summary).toContain("checkpoint  runs/k3x9/step-9380.safetensors\n");
    expect(summary.split("promedio").length - 1).toBe(1);
    expect(summary).not.toContain("--resume");
    expect(input.isRaw || input.isFlowing).toBe(false);
    expect(input.listenerCount("data")).toBe(0);
    expect(process.listenerCount("exit") + process.listenerCount("SIGTERM")).toBe(before);
    vi.advanceTimersByTime(1000);
    expect(output.written).toBe("");
  });

  test("says in the summary that an unfinished run was stopped, where it is saved and how to continue", () => {
    const { output, console } = open("live");
    console.update(fakeView({ workers: 1, progress: 0.4, phase: "stopped" }));
    console.event(stopped);
    console.close();
    expect(output.written).toContain("■ stopped at step 3,752 of 9,380\n");
    expect(output.written).toContain("\ncheckpoint  runs/k3x9/step-3752.safetensors\n");
    expect(output.written).toContain("\nto go on    npm start -- --resume k3x9\n");
  });
});

/** Types the keys, one per chunk, on a running live console. */
function typing(keys: string, phase: Phase = "training") {
  const live = open("live");
  live.console.update(fakeView({ workers: 3, progress: 0.5, phase }));
  vi.advanceTimersByTime(100);
  for (const key of keys) {
    live.input.emit("data", Buffer.from(key));
    vi.advanceTimersByTime(100);
  }
  const text = live.output.take();
  live.console.close();
  return { text, actions: live.actions };
}

describe("keys", () => {
  test("p pauses and Ctrl-C interrupts", () => {
    expect(typing("p\u0003").actions).toEqual(["pause", "interrupt"]);
  });

  test("s asks, a second s stops, and anything in between cancels the question", () => {
    expect(typing("s").actions).toEqual([]);
    expect(typing("s").text).toContain("press s again");
    expect(typing("ss").actions).toEqual(["stop"]);
    expect(typing("stss").actions).toEqual(["stop"]);
    expect(typing("sts").actions).toEqual([]);
  });

  test("s asks nothing about a run that is over, and p continues one that was stopped", () => {
    for (const phase of ["finished", "failed", "stopped"] as const) {
      const { text, actions } = typing("ss", phase);
      expect(actions).toEqual([]);
      expect(text).not.toContain("press s again");
      expect(text).toContain("no run is in progress; Ctrl-C ends the coordinator");
    }
    expect(typing("p", "stopped").actions).toEqual(["pause"]);
    expect(typing("x", "stopped").text).toContain("p go on   tab panels");
    expect(typing("x", "finished").text).not.toContain("p pause");
  });

  test("an escape sequence is not a letter: an unknown one does nothing", () => {
    const { console, input, actions, output } = open("live");
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    output.take();
    input.emit("data", "\u001B[p");
    vi.advanceTimersByTime(100);
    expect(actions).toEqual([]);
    expect(output.take()).toBe("");
    console.close();
  });

  test.each([
    ["\u001B[B", "\u001B[A", /… 1 above and/u],
    ["\u001BOB", "\u001BOA", /… 1 above and/u],
    ["\u001B[B\u001B[B\u001B[B", "kkk", /… 3 above and/u],
    ["j", "k", /… 1 above and/u],
    ["\u001B[C", "\u001B[D", /‹1 /u],
    ["l", "h", /‹1 /u],
  ])("%j scrolls, %j scrolls back", (there, back, scrolled) => {
    const { console, input, output } = open("live");
    console.update(fakeView({ workers: 60, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    const first = output.take();
    expect(first).not.toMatch(scrolled);
    input.emit("data", there);
    vi.advanceTimersByTime(100);
    expect(output.take()).toMatch(scrolled);
    input.emit("data", back);
    vi.advanceTimersByTime(100);
    const third = output.take().replace(/^.{8}|.{8}$/gsu, "");
    expect(third).not.toMatch(scrolled);
    for (const line of third.split("\u001B[").filter(Boolean)) expect(first).toContain(line);
    console.close();
  });

  test("q shows the QR code and hides it, ? the help, tab the next of 5 panels", () => {
    expect(typing("q").text).toContain("██ ▄▄▄▄▄ █");
    expect(typing("?").text).toContain("pause the run, and go on");
    expect(typing("c").text).toContain("── loss ────────────────────────────────────────────");
    expect(typing("\t\t\t\t").text).toContain("── log ─");
    const { output, input, console } = open("live");
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    const first = output.take();
    input.emit("data", "q");
    vi.advanceTimersByTime(100);
    output.take();
    input.emit("data", "q");
    vi.advanceTimersByTime(100);
    const third = output.take().replace(/^.{8}|.{8}$/gsu, "");
    expect(first).toContain(third);
    console.close();
  });

  test("are not read if the input is not a terminal", () => {
    const output = new FakeOutput();
    const input = Object.assign(new FakeInput(), { isTTY: false });
    const options = { output, input, mode: "live", color: false } as const;
    const console = createConsole({ ...options, now: () => Date.now(), onKey: () => {} });
    console.update(fakeView({ workers: 3, progress: 0.5 }));
    vi.advanceTimersByTime(100);
    expect(input.isRaw || input.isFlowing).toBe(false);
    expect(output.take()).toContain("Ctrl-C ends the coordinator");
    console.close();
  });
});
