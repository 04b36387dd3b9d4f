/**
 * @file How the cost of a step grows with workers and with parameters. The workers are light: they answer at once with
 * a gradient made up beforehand, all from one process, so what is measured is the coordinator and its sockets. Beside
 * it the least that a coordinator could do for a received gradient: one pass that copies it and one that adds it.
 */
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { parameterCount } from "../../shared/model/layout.ts";
import { Cluster } from "../support/cluster.ts";
import { loadKernelWasm } from "../support/kernel-wasm.ts";
import type { Turn } from "./interleave.ts";
import { LightClient, madeUp } from "./light-client.ts";
import { cpuMicrosOf } from "./processes.ts";
import { medianOf, type Report } from "./report.ts";
import { flags } from "./trainer.ts";

const rounds = 3;
const seconds = 2;
const workerCounts = [1, 2, 4, 8, 16, 32, 64];
/** 52 KB and 1 MB of parameters, and on to 40 MB. */
const models = [
  [784, 16, 16, 10],
  [784, 320, 10],
  [784, 1024, 512, 10],
  [784, 2560, 2560, 600, 10],
];

export async function benchScale(report: Report): Promise<void> {
  for (const layers of models.slice(0, 2)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const workers of workerCounts) await measure(report, layers, workers);
  }
  // oxlint-disable-next-line no-await-in-loop
  for (const layers of models.slice(2)) await measure(report, layers, 2);
}

async function measure(report: Report, layers: readonly number[], workers: number): Promise<void> {
  const parameters = parameterCount({ layers: [...layers], activation: "relu", output: "softmax" });
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    turns.push(await turn(layers, workers, parameters));
  }
  const title = `${(parameters / 1e3).toFixed(0)} k parameters, ${workers} light workers`;
  report.figure(
    title,
    "steps/s",
    turns.map(({ perSecond }) => perSecond),
  );
  const cpu = turns.flatMap(({ cpuMicros }) =>
    cpuMicros === undefined ? [] : [cpuMicros / workers],
  );
  report.figure("  coordinator's CPU time a gradient", "µs", cpu);
  if (workers === 2) {
    const least = copyAndAddMicros(parameters);
    report.figure("  one copy and one addition of it", "µs", [least]);
    report.figure(
      "  ratio, sockets included",
      "×",
      cpu.map((micros) => micros / least),
    );
  }
}

async function turn(layers: readonly number[], workers: number, parameters: number): Promise<Turn> {
  const cluster = await Cluster.create();
  const clients: LightClient[] = [];
  try {
    const settings = {
      dataset: "digits:10000,64",
      // A leaf for each of the most workers.
      "batch-size": 64,
      "shard-size": 1,
      layers: layers.join(),
      epochs: 1_000_000,
      "checkpoint-every": 1_000_000,
      optimizer: "sgd",
      "learning-rate": 1e-9,
      audit: "none",
      "min-workers": workers,
    };
    const coordinator = cluster.coordinator("--open", ...flags(settings));
    const { url } = await coordinator.event("listening");
    const answers = madeUp(new Uint8Array(4 * parameters));
    const join = () => new LightClient(String(url), { answers });
    clients.push(...Array.from({ length: workers }, join));
    await Promise.all(clients.map((client) => client.welcomed));
    await delay(1_000);
    const pid = coordinator.child.pid ?? 0;
    const before = { steps: stepsOf(clients), cpu: cpuMicrosOf(pid), time: performance.now() };
    await delay(1000 * seconds);
    const after = { steps: stepsOf(clients), cpu: cpuMicrosOf(pid), time: performance.now() };
    const steps = after.steps - before.steps;
    const cpu =
      before.cpu === undefined || after.cpu === undefined ? undefined : after.cpu - before.cpu;
    return {
      perSecond: (1000 * steps) / (after.time - before.time),
      cpuMicros: cpu === undefined ? undefined : cpu / steps,
    };
  } finally {
    for (const client of clients) client.close();
    await cluster.stop();
  }
}

function stepsOf(clients: readonly LightClient[]): number {
  return Math.max(...clients.map((client) => client.lastStep));
}

/** What memory allows: the copy into the kernel's memory and the addition there. */
function copyAndAddMicros(parameters: number): number {
  const arrived = new Float32Array(parameters);
  const kernel = instantiateKernel(wasm);
  const [left, right] = [
    kernel.arena.allocate(4 * parameters),
    kernel.arena.allocate(4 * parameters),
  ];
  const times = Array.from({ length: 200 }, () => {
    const start = performance.now();
    kernel.views.f32.set(arrived, right / 4);
    kernel.functions.addVectors(left, left, right, parameters);
    return 1000 * (performance.now() - start);
  });
  return medianOf(times);
}

const wasm = await loadKernelWasm();

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
