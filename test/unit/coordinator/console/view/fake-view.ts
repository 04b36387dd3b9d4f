/** @file A made-up coordinator at any moment of its run, for tests of the console and for its demo. */
import type {
  CoordinatorView,
  Phase,
  RunView,
  WorkerView,
} from "../../../../../coordinator/run/view.ts";
import { denseModel } from "../../../../../shared/model/dense-model.ts";
import { parameterName } from "../../../../../shared/model/parameter-name.ts";
import { quoted } from "../../../../../shared/words/sentence.ts";

const names = ["lab-pc-01", "ana's laptop", "phone", "Zoë", "日本の端末", "pi-4"];
const agents = ["Node 22.11", "Chrome 142, Linux", "Safari 26, iOS", "Firefox 145, Windows"];
const totalSteps = 9380;
const stepsPerEpoch = 938;
const batchSize = 64;
const model = denseModel({
  widths: [784, 16, 16, 10],
  activation: "sigmoid",
  output: "softmax",
});

export interface FakeMoment {
  readonly workers: number;
  /** Fraction of the run that is done, in [0, 1]. */
  readonly progress: number;
  readonly phase?: Phase;
  readonly waitingFor?: string;
}

export const fakeFingerprint = "5f3a9c1e".repeat(8);

export function fakeView({ workers, progress, phase, waitingFor }: FakeMoment): CoordinatorView {
  const step = Math.floor(progress * totalSteps);
  const views = fakeWorkers(workers, step);
  return {
    joinUrl: "http://192.168.1.20:8080/join#t=V1StGXR8_Z5jdHi6B-myT",
    otherJoinUrls: [],
    dashboardUrl: "http://192.168.1.20:8080/",
    run: fakeRun({ step, views, phase: phase ?? "training", waitingFor: waitingFor ?? null }),
    workers: views,
  };
}

function fakeRun({
  step,
  views,
  phase,
  waitingFor,
}: {
  step: number;
  views: readonly WorkerView[];
  phase: Phase;
  waitingFor: string | null;
}): RunView {
  const epoch = Math.floor(step / stepsPerEpoch);
  const stepsPerSecond = phase === "training" ? 2140 + 60 * wave(step / 90) : 0;
  const testCurve = Array.from({ length: epoch }, (_, index) => {
    const at = (index + 1) * stepsPerEpoch;
    return {
      step: at,
      loss: lossAt(at) * 1.04 + 0.01,
      metrics: { accuracy: accuracyAt(at) - 0.004 },
    };
  });
  const last = testCurve.at(-1);
  const evaluation =
    last === undefined
      ? null
      : { ...last, epoch, split: "test" as const, sums: Array.from({ length: 100 }, () => 0) };
  return {
    id: "k3x9",
    title: quoted("mnist · 784-16-16-10 sigmoid, softmax · cce · momentum 0.5 · batch 64"),
    task: { name: "classification", kind: "classes", count: 10 },
    phase,
    audit: "sample",
    waitingFor: waitingFor === null ? null : quoted(waitingFor),
    parameterCount: 13_002,
    step,
    totalSteps,
    stepsPerEpoch,
    epochs: totalSteps / stepsPerEpoch,
    batchSize,
    learningRate: 0.5,
    trainingSeconds: step / 2140,
    etaSeconds: step === 0 ? null : (totalSteps - step) / 2140,
    trainLoss: step === 0 ? null : lossAt(step),
    trainAccuracy: step === 0 ? null : accuracyAt(step),
    samplesPerSecond: stepsPerSecond * batchSize,
    stepsPerSecond,
    bytesPerSecond: stepsPerSecond * views.length * 13_002 * 8,
    lastEvaluation: evaluation,
    testEvaluation: evaluation,
    isBetterThanGuess: last === undefined ? null : last.metrics.accuracy > 0.2,
    trainCurve: Array.from({ length: Math.min(step, 300) }, (_, index) => {
      const at = Math.floor(((index + 1) * step) / Math.min(step, 300));
      return { step: at, loss: lossAt(at) * (1 + 0.15 * wave(at * 1.7)) };
    }),
    testCurve,
    promedio: step === 0 ? null : fakePromedio(step, views),
    idle: null,
    pace: "full",
    fingerprint: phase === "finished" ? fakeFingerprint : null,
  };
}

function fakeWorkers(count: number, step: number): WorkerView[] {
  const speeds = Array.from({ length: count }, (_, index) => 1 + 3 * Math.abs(wave(index * 2.3)));
  const total = speeds.reduce((sum, speed) => sum + speed, 0);
  return speeds.map((speed, index) => ({
    id: `worker-${index}`,
    name: index < names.length ? (names[index] ?? "") : `lab-pc-${String(index).padStart(2, "0")}`,
    kind: index % 2 === 0 ? "node" : "browser",
    agent: agents[index % agents.length] ?? "",
    threads: 1 + (index % 4),
    state: index === 7 ? "paused" : Math.abs(wave(step + index)) > 0.2 ? "working" : "ready",
    share: speed / total,
    samplesPerSecond: (step === 0 ? 0 : 137_000) * (speed / total),
    roundTripMs: index === 5 ? null : 0.4 + 30 * Math.abs(wave(index * 1.9)),
    blocksDone: Math.floor(step * (speed / total) * 2),
  }));
}

function fakePromedio(step: number, views: readonly WorkerView[]): RunView["promedio"] {
  // The parameters that a run of 784-16-16-10 shows.
  const parameters = [6496, 6497, 6498, 12_560, 12_832, 13_001];
  const rows = parameters.map((parameter, row) => {
    const size = row === 0 ? 0 : 0.4 / (1 + row * row) / (1 + step / 500);
    const gradients = views.map((_, index) => size * wave(step * 0.7 + row * 3.1 + index * 1.3));
    const average = gradients.reduce((sum, value) => sum + value, 0) / Math.max(1, views.length);
    return { parameter, ...parameterName(model, [28, 28], parameter), gradients, average };
  });
  const workers = views.map((worker) => worker.name);
  return { step: step - 1, workers, samples: views.map((_, index) => 8 + index), rows };
}

function lossAt(step: number): number {
  return 2.3 / (1 + step / 220) + 0.16;
}

function accuracyAt(step: number): number {
  return 0.955 - 0.85 / (1 + step / 180);
}

function wave(x: number): number {
  return Math.sin(x * 12.9898) * Math.cos(x * 4.1414);
}
