/**
 * @file Animates a made-up run on the real console, to look at it without a coordinator:
 * `npx tsx test/support/console-demo.ts [--workers 5] [--seconds 20] [--json]`.
 */
import { parseArgs } from "node:util";

import { createConsole } from "../../coordinator/console/console.ts";
import { chooseMode } from "../../coordinator/console/mode.ts";
import type { CoordinatorView, Phase } from "../../coordinator/view.ts";
import { fakeFingerprint, fakeView } from "../unit/coordinator/console/fake-view.ts";

const { values: flags } = parseArgs({
  options: {
    workers: { type: "string", default: "5" },
    seconds: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
  },
});
const workers = Number(flags.workers);
const seconds = Number(flags.seconds);
const frameMs = 50;
const waitFrames = 20;

let progress = 0;
let frame = 0;
let epochsSeen = 0;
let joined = 0;
let isPaused = false;

const screen = createConsole({
  ...chooseMode({ json: flags.json, isTTY: process.stdout.isTTY, env: process.env }),
  output: process.stdout,
  input: process.stdin,
  now: () => performance.now(),
  onKey(action) {
    if (action === "pause") isPaused = !isPaused;
    else finish(action);
  },
});

announce();
const timer = setInterval(advance, frameMs);

function announce(): void {
  const { joinUrl, dashboardUrl, run } = view("waiting");
  screen.event({ event: "listening", url: dashboardUrl, joinUrl, dashboardUrl });
  screen.event({ event: "waiting", reason: `0 of ${Math.min(2, workers)} workers ready` });
  if (run === null) return;
  const { id, title, totalSteps, parameterCount } = run;
  screen.event({ event: "started", run: id, title, step: 0, totalSteps, parameterCount });
}

function advance(): void {
  frame += 1;
  if (frame <= waitFrames) {
    join();
    screen.update({
      ...view("waiting", `workers: ${present()} of ${workers} ready`),
      workers: view("waiting").workers.slice(0, present()),
    });
    return;
  }
  if (isPaused) return screen.update(view("paused"));
  progress = Math.min(1, progress + frameMs / 1000 / seconds);
  screen.update(view("training"));
  reportEpoch();
  if (progress === 1) finish("end");
}

function present(): number {
  return Math.min(workers, Math.floor((frame / waitFrames) * workers));
}

function join(): void {
  const worker = view("waiting").workers[present() - 1];
  if (worker === undefined || present() === joined) return;
  joined = present();
  const { name, kind, threads } = worker;
  screen.event({
    event: "worker",
    change: "joined",
    name,
    kind,
    threads,
    reason: "",
    workers: present(),
  });
}

function reportEpoch(): void {
  const { run } = view("training");
  const evaluation = run?.lastEvaluation ?? null;
  if (run === null || evaluation === null || evaluation.epoch === epochsSeen) return;
  epochsSeen = evaluation.epoch;
  screen.event({
    event: "epoch",
    epoch: evaluation.epoch,
    step: evaluation.step,
    trainLoss: run.trainLoss ?? 0,
    trainAccuracy: run.trainAccuracy ?? 0,
    testLoss: evaluation.testLoss,
    testAccuracy: evaluation.testAccuracy,
    samplesPerSecond: run.samplesPerSecond,
    stepsPerSecond: run.stepsPerSecond,
    learningRate: run.learningRate,
    seconds: run.trainingSeconds,
    workers,
  });
}

function finish(why: "end" | "stop" | "interrupt"): void {
  clearInterval(timer);
  const last = view(why === "end" ? "finished" : "paused");
  screen.update(last);
  if (why === "end") {
    screen.event({
      event: "finished",
      steps: last.run?.step ?? 0,
      seconds: last.run?.trainingSeconds ?? 0,
      testLoss: last.run?.lastEvaluation?.testLoss ?? 0,
      testAccuracy: last.run?.lastEvaluation?.testAccuracy ?? 0,
      samplesPerSecond: 137_000,
      stepsPerSecond: 2140,
      fingerprint: fakeFingerprint,
      checkpoint: "runs/k3x9/step-9380.safetensors",
    });
  }
  setTimeout(() => screen.close(), why === "end" ? 3000 : 0);
}

function view(phase: Phase, waitingFor?: string): CoordinatorView {
  return fakeView({
    workers,
    progress,
    phase,
    ...(waitingFor === undefined ? {} : { waitingFor }),
  });
}
