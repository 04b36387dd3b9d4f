/**
 * @file How the cost of a step grows with workers and parameters. The workers are light: they answer at once with a
 * prepared gradient, all from one process, so the bench measures the coordinator and its sockets. For comparison:
 * the cost of sockets alone (an echo server with the same bytes), the coordinator without sockets, and the least
 * possible work per received gradient (one pass that copies it and one that adds it).
 */
import { denseModel } from "../../shared/model/dense-model.ts";
import { parameterCount } from "../../shared/model/layout.ts";
import { Cluster } from "../support/processes/cluster.ts";
import { LightClient, madeUp } from "./tools/light-client.ts";
import { cpuMicrosOf, runPeer } from "./tools/processes.ts";
import { receivedGradients } from "./tools/received.ts";
import { ratios, type Report } from "./tools/report.ts";
import { flags } from "./tools/trainer.ts";

const rounds = 3;
const seconds = 2;
const workerCounts = [1, 2, 4, 8, 16, 32, 64];
/** 52 KB and 1 MB of parameters, up to 40 MB. */
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
  const parameters = parameterCount(
    denseModel({ widths: layers, activation: "relu", output: "softmax" }),
  );
  const turns: Turn[] = [];
  const sockets: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    turns.push(await turn(layers, workers, parameters));
    // oxlint-disable-next-line no-await-in-loop
    sockets.push(await socketsMicros(4 * parameters, workers));
  }
  const stepsPerSecond = turns.map((each) => each.stepsPerSecond);
  const perStep = turns.map((each) => each.gradientsPerStep);
  const micros = turns.flatMap((each) => each.cpuMicros ?? []);
  const title = `${(parameters / 1e3).toFixed(0)} k parameters, ${workers} light workers`;
  report.figure(title, "steps/s", stepsPerSecond);
  report.figure("  gradients in a step", "", perStep);
  report.figure("  coordinator's CPU time a gradient, its share of a step", "µs", micros);
  report.figure("  an echo server's for the same bytes", "µs", sockets);
  if (workers === 1) return;
  const received = receivedGradients(layers, workers);
  const own = received.map((each) => each.micros);
  const least = received.map((each) => each.leastMicros);
  report.figure("  coordinator's, without any sockets", "µs", own);
  report.figure("  one copy and one addition of a gradient that has just come", "µs", least);
  report.figure("  the former / the latter", "×", ratios(own, least), { below: 2 });
}

interface Turn {
  readonly stepsPerSecond: number;
  /** A worker may get several blocks per step, or none. */
  readonly gradientsPerStep: number;
  /** Coordinator time per received gradient. */
  readonly cpuMicros: number | undefined;
}

async function turn(layers: readonly number[], workers: number, parameters: number): Promise<Turn> {
  const cluster = await Cluster.create();
  const clients: LightClient[] = [];
  try {
    const settings = {
      dataset: "digits:10000,64",
      // One leaf for each of the largest number of workers.
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
    const reading = () => ({
      steps: Math.max(...clients.map(({ lastStep }) => lastStep)),
      gradients: clients.reduce((sum, { answered }) => sum + answered, 0),
      cpu: cpuMicrosOf(pid),
      time: performance.now(),
    });
    const before = reading();
    await delay(1000 * seconds);
    const after = reading();
    const [steps, gradients] = [after.steps - before.steps, after.gradients - before.gradients];
    const cpu = (after.cpu ?? Number.NaN) - (before.cpu ?? Number.NaN);
    return {
      stepsPerSecond: (1000 * steps) / (after.time - before.time),
      gradientsPerStep: gradients / steps,
      cpuMicros: Number.isNaN(cpu) ? undefined : cpu / gradients,
    };
  } finally {
    for (const client of clients) client.close();
    await cluster.stop();
  }
}

/** The cost for a process to send these bytes to a client and receive them back. */
async function socketsMicros(bytes: number, clients: number): Promise<number> {
  const given = { bytes, clients, seconds, processes: 1 };
  const echo = await runPeer<{ serverCpuMicros: number }>("echo.ts", given);
  return (echo?.serverCpuMicros ?? Number.NaN) / clients;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
