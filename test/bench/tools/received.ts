/**
 * @file The coordinator's cost per received gradient, without its socket: the real coordinator and training run,
 * with workers that are objects in this process and answer at once.
 */
import type { PeerHandler, PeerSocket } from "../../../coordinator/edge/peer.ts";
import { createRun, createStore } from "../../../coordinator/run/create-run.ts";
import { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { encodeMessage } from "../../../shared/protocol/codec.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import { decodeCoordinatorMessage, type WorkerMessage } from "../../../shared/protocol/messages.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { noise } from "./engine-rate.ts";
import { medianOf } from "./report.ts";

const wasm = await loadKernelWasm();
const run = "bench";
const selfTest = "0".repeat(64);

export interface Received {
  /** Coordinator time from the message's bytes to its values in the tree, including handing out the next block. */
  readonly micros: number;
  /** The least possible work for a message that has just arrived: copy its values and add them to others. */
  readonly leastMicros: number;
}

/**
 * The cost of one more gradient per step: the growth of a step's time from one worker to `workers`, divided by
 * their number, which excludes the step's update.
 *
 * @returns Several turns.
 */
export function receivedGradients(layers: readonly number[], workers: number): Received[] {
  const [alone, together] = [createSteps(layers, 1), createSteps(layers, workers)];
  const least = createLeast(parameterCount(testConfig({ layers }).model));
  return Array.from({ length: 7 }, () => {
    const [many, leastMicros, one] = [together(), least(), alone()];
    const micros = (many.micros - one.micros) / (many.gradients - one.gradients);
    return { micros, leastMicros };
  });
}

/** Returns a function that copies and adds messages for a while and returns the median in microseconds. */
function createLeast(parameters: number): () => number {
  const kernel = instantiateKernel(wasm);
  const [sum, slot] = [
    kernel.arena.allocate(4 * parameters),
    kernel.arena.allocate(4 * parameters),
  ];
  const gradient = new Uint8Array(4 * parameters);
  return () => {
    const times = repeat(() => {
      const message = encodeMessage(answerOf("gradient", 0, [0, 1]), gradient);
      const started = performance.now();
      kernel.views.u8.set(message.subarray(-gradient.length), slot);
      kernel.functions.addVectors(sum, sum, slot, parameters);
      return performance.now() - started;
    });
    return 1000 * medianOf(times);
  };
}

/** Results of many calls of `turn`. */
function repeat<T>(turn: () => T): T[] {
  const results: T[] = [];
  const end = performance.now() + 300;
  while (results.length < 9 || performance.now() < end) results.push(turn());
  return results;
}

interface Steps {
  /** Coordinator time of one step. The median. */
  readonly micros: number;
  /** Gradients per step. The median. */
  readonly gradients: number;
}

/** Returns a function that makes steps for a while. */
function createSteps(layers: readonly number[], workers: number): () => Steps {
  const kernel = instantiateKernel(wasm);
  // One leaf per worker.
  const model = { layers, batchSize: workers, shardSize: 1 } as const;
  const config = { ...testConfig(model), epochs: 1_000_000 };
  const sizes = { train: { count: 1000 * workers }, test: { count: workers } };
  const store = createStore({ kernel, config, dataset: sizes });
  let nowMs = 0;
  const coordinator = new WorkerSessions({
    kernel: kernel.id,
    selfTest,
    admits: () => true,
    now: () => nowMs,
    newSession: () => String(nowMs++),
    report: ignore,
  });
  const output = { wantsSnapshot: () => false, save: ignore, report: ignore, end: ignore };
  const given = { id: run, store, dataset: noise(1), minWorkers: workers };
  const training = createRun({ ...given, workers: coordinator, output });
  coordinator.start(training, "/data/none");
  training.begin(nowMs);
  const sent: Sent[] = [];
  for (let i = 0; i < workers; i++) join(coordinator, kernel.id, sent);
  const gradient = new Uint8Array(4 * store.parameterCount);
  return () => {
    const steps = repeat(() => {
      nowMs += 1;
      const { step } = store;
      let [time, gradients] = [0, 0];
      while (store.step === step) {
        // Copy every message, as the transport (which is measured separately) does.
        for (const { handler, message } of answersTo(sent.splice(0), gradient)) {
          const started = performance.now();
          handler.message(message);
          time += performance.now() - started;
          gradients += 1;
        }
      }
      return { micros: 1000 * time, gradients };
    });
    return {
      micros: medianOf(steps.map(({ micros }) => micros)),
      gradients: medianOf(steps.map(({ gradients }) => gradients)),
    };
  };
}

/** A message to a worker, and the handler of its answers. */
interface Sent {
  readonly handler: PeerHandler;
  readonly fragments: readonly Uint8Array[];
}

/** A worker that has joined. Messages to it are appended to `sent`. */
function join(coordinator: WorkerSessions, kernel: string, sent: Sent[]): void {
  const socket: PeerSocket = {
    address: "127.0.0.1",
    queuedBytes: 0,
    ping: ignore,
    close: ignore,
    terminate: ignore,
    send(head, tensor) {
      if (tensor !== undefined) sent.push({ handler, fragments: [head, tensor] });
    },
  };
  const handler = coordinator.connect(socket);
  const say = (message: WorkerMessage) => handler.message(encodeMessage(message));
  const about = { name: "light", kind: "node", agent: "bench", threads: 1 } as const;
  const hello = { type: "hello", protocol: protocolVersion, token: "", kernel } as const;
  say({ ...hello, ...about, session: "" });
  say({ type: "ready", run, selfTest, samplesPerSecond: 1e6 });
}

/** One message per block. */
function* answersTo(sent: readonly Sent[], gradient: Uint8Array) {
  for (const { handler, fragments } of sent) {
    const { header } = decodeCoordinatorMessage(fragments);
    if (header.type !== "work" && header.type !== "evaluate") continue;
    const [type, values] =
      header.type === "work" ? ["gradient", gradient] : ["evaluation", noConfusion];
    for (const block of header.blocks) {
      const message = encodeMessage(answerOf(type, header.step, block), values);
      yield { handler, message };
    }
  }
}

/** Fields in a worker's order, which is the one that is parsed fast. */
function answerOf(type: string, step: number, block: readonly number[]) {
  return { type, run, step, block, computeMs: 0, lossSum: 1, correct: 0 };
}

const noConfusion = new Uint8Array(4 * 10 * 10);

function ignore(): void {
  // A bench needs none of it.
}
