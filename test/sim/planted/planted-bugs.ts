/**
 * @file Bugs that the simulator must find. Each is one line that somebody could have written. They are planted from
 * outside, through the simulator's hooks or by replacing a method of the product during a simulation; the product
 * has no switch for any of them.
 */
import { Holdings } from "../../../coordinator/dispatch/holdings.ts";
import { Quota } from "../../../coordinator/edge/limits/quota.ts";
import type { PeerSocket } from "../../../coordinator/edge/peer.ts";
import type { PreparedRun } from "../../../coordinator/run-setup.ts";
import { ParameterStore } from "../../../coordinator/run/parameter-store.ts";
import { TrainingRun } from "../../../coordinator/run/training-run.ts";
import { type Checkpoint, encodeCheckpoint } from "../../../coordinator/storage/checkpoint.ts";
import { temporarySuffix } from "../../../coordinator/storage/disk.ts";
import { MetricsFile } from "../../../coordinator/storage/metrics-file.ts";
import { fromTorch } from "../../../coordinator/storage/torch-layout.ts";
import { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import { known } from "../../../shared/assert.ts";
import { bytesOf } from "../../../shared/bytes.ts";
import { Reduction } from "../../../shared/engine/reduction.ts";
import { previousPointName } from "../../../shared/optimizers/optimizer.ts";
import { runConfigSchema } from "../../../shared/run/config.ts";
import type { RoundRow } from "../../../shared/run/kinds.ts";
import { batchSizeOf } from "../../../shared/run/plan.ts";
import { decodeSafetensors } from "../../../shared/safetensors.ts";
import { JobRunner } from "../../../worker/threads/job-runner.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import type { Hooks } from "../actors/sim-coordinator.ts";
import type { RelayHooks } from "../actors/sim-relay.ts";
import type { Plan } from "../faults.ts";
import { replace } from "../replace.ts";
import { type Ending, simulate } from "../simulation.ts";

export interface PlantedBug {
  /** The failure message: it must come from the check that is meant to find this bug, not from an accident. */
  readonly caughtAs: RegExp;
  readonly hooks?: Hooks & RelayHooks;
  /** Makes the faults likely that show it, where hundreds of seeds of any faults would have to be tried. */
  readonly plan?: (drawn: Plan) => Plan;
  /** Seeds that showed it, tried before all others, of which hundreds may be needed. */
  readonly seeds: readonly number[];
  /** Replaces methods of the product; returns a function that restores them. */
  readonly plant?: () => () => void;
}

const otherParameters = /^after step \d+ the fingerprint is /u;

export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  "sums are taken in the order of arrival": {
    seeds: [2, 5],
    caughtAs: otherParameters,
    plant: sumInOrderOfArrival,
  },

  "a result of an older step is accepted": {
    seeds: [116, 37],
    caughtAs: otherParameters,
    plant: () =>
      replace(TrainingRun.prototype, "result", (original) => {
        return function (this: TrainingRun, workerId, message, tensor, nowMs) {
          return original.call(this, workerId, { ...message, step: this.step }, tensor, nowMs);
        };
      }),
  },

  "folders are not flushed": {
    seeds: [6, 37],
    caughtAs: /^resumed at step \d+, but step \d+ was safe on disk$/u,
    hooks: { disk: (disk) => ({ ...disk, syncDirectory: () => Promise.resolve() }) },
  },

  "files are written in place": {
    seeds: [54, 61],
    caughtAs: /^hangs at step 0 after the faults are over: no run$/u,
    hooks: {
      disk: (disk) => ({
        ...disk,
        writeFile: (path, bytes) => disk.writeFile(path.replace(temporarySuffix, ""), bytes),
        rename: () => Promise.resolve(),
      }),
    },
  },

  "values are not checked to be finite": {
    seeds: [75, 37, 65],
    // Where NaN reaches the norm of a gradient, the run ends; where not, it is in the parameters.
    caughtAs: /^(the run failed: step \d+ diverged: .+|after step \d+ the fingerprint is .+)$/u,
    hooks: {
      kernel: (kernel) => ({ ...kernel, functions: { ...kernel.functions, allFinite: () => 1 } }),
    },
  },

  "a step is committed twice": {
    seeds: [2, 5],
    caughtAs: otherParameters,
    hooks: {
      store: (store) => {
        const applyStep = store.applyStep.bind(store);
        let commits = 0;
        store.applyStep = (step) => {
          const outcome = applyStep(step);
          if (!outcome.committed || ++commits % 5 !== 0) return outcome;
          store.restore({ ...store.snapshot(), step: step.step });
          return applyStep(step);
        };
      },
    },
  },

  "the blocks of a worker that leaves are lost": {
    seeds: [37, 12],
    caughtAs: /^hangs at step .+ given to a worker that left/u,
    plant: () => replace(Holdings.prototype, "release", () => () => []),
  },

  "leases are taken by the wall clock": {
    seeds: [7, 27],
    // A clock that is set back breaks both leases and the watch over silent sockets; either may show first.
    caughtAs:
      /^(?:waits for a second and does not say why|a socket that is silent for \d+ ms is kept)$/u,
    hooks: {
      now:
        ({ world }) =>
        () =>
          world.wallMs,
    },
  },

  "the last, smaller batch of an epoch is dropped": {
    seeds: [2, 5],
    caughtAs: otherParameters,
    hooks: { store: dropSmallBatches },
  },

  "checkpoints are not verified": {
    seeds: [32, 6],
    caughtAs: otherParameters,
    hooks: {
      disk: (disk) => ({
        ...disk,
        readFile: async (path) => {
          const bytes = await disk.readFile(path);
          return path.endsWith(".safetensors") ? forged(bytes) : bytes;
        },
      }),
    },
  },

  "a folder that can't be read is taken for an empty one": {
    seeds: [21, 186],
    caughtAs: /^resumed at step \d+, but step \d+ was safe on disk$/u,
    hooks: { disk: (disk) => ({ ...disk, readdir: (path) => disk.readdir(path).catch(() => []) }) },
    plan: (drawn) => ({
      ...drawn,
      diskErrors: 0.05,
      meanMs: new Map([["kill the coordinator", 3_000]]),
    }),
  },

  "the optimizer's state is forgotten on resume": {
    seeds: [9, 6],
    caughtAs: otherParameters,
    plant: () =>
      replace(ParameterStore.prototype, "restore", (original) => {
        return function (this: ParameterStore, snapshot) {
          const zeros = [...snapshot.state].map(([name, { length }]) => {
            return [name, new Float32Array(length)] as const;
          });
          original.call(this, { ...snapshot, state: new Map(zeros) });
        };
      }),
  },

  "the buffer of a tensor that is being sent is used again": {
    seeds: [2, 5],
    caughtAs: /^a tensor changes while it is sent$/u,
    plant: () =>
      replace(ParameterStore.prototype, "encode", (encode) => {
        return function (this: ParameterStore, point: RoundRow["point"], step) {
          return encode.call(this, point, step, true);
        };
      }),
  },

  "with a delay, a gradient is taken at the newest parameters": {
    seeds: [2, 9],
    caughtAs: otherParameters,
    plant: () =>
      replace(ParameterStore.prototype, "encode", (encode) => {
        return function (this: ParameterStore, point: RoundRow["point"]) {
          return encode.call(this, point, this.step + this.config.delay);
        };
      }),
  },

  "with a delay, the point of the step before is not in a checkpoint": {
    seeds: [9, 11],
    caughtAs: otherParameters,
    plant: () =>
      replace(ParameterStore.prototype, "restore", (original) => {
        return function (this: ParameterStore, snapshot) {
          const state = new Map(snapshot.state);
          if (state.has(previousPointName)) state.set(previousPointName, snapshot.parameters);
          original.call(this, { ...snapshot, state });
        };
      }),
  },

  "with a delay, work for the next step cancels that of this one": {
    seeds: [124, 162, 341],
    caughtAs: /^hangs at step .+ given to worker/u,
    plant: () =>
      replace(JobRunner.prototype, "add", (original) => {
        return function (this: JobRunner, job) {
          return original.call(this, job, 0);
        };
      }),
  },

  "late shares get no backup": {
    seeds: [10, 55],
    caughtAs: /^hangs at step .+ given to worker\d+ .+ ago$/u,
    plant: () => replace(TrainingRun.prototype, "tick", () => () => undefined),
  },

  "a block counts as held though its only holder is late": {
    seeds: [10, 55],
    caughtAs: /^hangs at step .+ given to worker\d+ .+ ago$/u,
    plant: () =>
      replace(Holdings.prototype, "heldLeaves", (original) => {
        return function (this: Holdings) {
          return original.call(this);
        };
      }),
  },

  "metrics of lost steps are not cut off": {
    seeds: [29, 7],
    caughtAs: /^metrics\.jsonl has step \d+ after step \d+$/u,
    plant: () =>
      replace(MetricsFile.prototype, "trim", (original) => {
        return function (this: MetricsFile) {
          return original.call(this, Number.MAX_SAFE_INTEGER);
        };
      }),
  },

  "what a failed write left of a line of metrics is not cut off": {
    seeds: [12, 50],
    caughtAs: /^metrics\.jsonl has (a line that is none: |step \d+ after step \d+$)/u,
    hooks: { disk: (disk) => ({ ...disk, truncate: () => Promise.resolve() }) },
  },

  "a coordinator that ends closes no socket": {
    seeds: [2, 5],
    caughtAs: /^\d+ sockets of the coordinator are left open$/u,
    plant: () => replace(WorkerSessions.prototype, "close", () => () => undefined),
  },

  "a ping that was sent counts as a sign of life": {
    seeds: [12, 18],
    caughtAs: /^a socket that is silent for \d+ ms is kept$/u,
    plant: () =>
      replace(WorkerSessions.prototype, "connect", (original) => {
        return function (this: WorkerSessions, socket, admitted) {
          const ping = () => {
            socket.ping();
            handler.pong();
          };
          const handler = original.call(
            this,
            Object.create(socket, { ping: { value: ping } }) as PeerSocket,
            admitted,
          );
          return handler;
        };
      }),
  },

  "the places of those who left stay taken": {
    seeds: [2, 5],
    caughtAs: /^\d+ places are taken for \d+ to \d+ sockets$/u,
    plant: () =>
      replace(Quota.prototype, "take", (original) => {
        return function (this: Quota, address) {
          const release = original.call(this, address);
          return release && (() => undefined);
        };
      }),
  },

  "a worker computes at the parameters of its last job": {
    seeds: [2, 5],
    caughtAs: /^(the loss after epoch|after step \d+ the fingerprint is)/u,
    plant: () =>
      replace(LocalPool.prototype, "start", (original) => {
        const last = new WeakMap<LocalPool, Uint8Array>();
        return function (this: LocalPool, job, events) {
          const parameters = last.get(this) ?? job.parameters;
          last.set(this, job.parameters);
          original.call(this, job.step % 5 === 4 ? { ...job, parameters } : job, events);
        };
      }),
  },
};

/** The root becomes the sum of the results in order of arrival. */
function sumInOrderOfArrival(): () => void {
  const arrivals = new WeakMap<Reduction, Float32Array[]>();
  const undo = [
    replace(Reduction.prototype, "begin", (original) => {
      return function (this: Reduction, ...rest) {
        arrivals.set(this, []);
        original.apply(this, rest);
      };
    }),
    replace(Reduction.prototype, "accept", (original) => {
      return function (this: Reduction, block, result) {
        const acceptance = original.call(this, block, result);
        const { values } = result;
        const bytes = bytesOf(values).slice();
        if (acceptance === "accepted") arrivals.get(this)?.push(new Float32Array(bytes.buffer));
        return acceptance;
      };
    }),
    replace(Reduction.prototype, "root", (original) => {
      return function (this: Reduction) {
        const root = original.call(this);
        const [first, ...others] = known(arrivals.get(this), "a round began");
        root.values.set(known(first, "a result came in"));
        for (const other of others) {
          for (let i = 0; i < other.length; i++) {
            root.values[i] = (root.values[i] ?? 0) + (other[i] ?? 0);
          }
        }
        return root;
      };
    }),
  ];
  return () => {
    for (const putBack of undo) putBack();
  };
}

/** The store advances to the next step without the last batch's update. */
function dropSmallBatches(store: ParameterStore, { config, plan }: PreparedRun): void {
  const applyStep = store.applyStep.bind(store);
  store.applyStep = (step) => {
    const before = store.snapshot();
    const outcome = applyStep(step);
    const isSmall = batchSizeOf(step.step, config, plan) < config.batchSize;
    if (outcome.committed && isSmall) store.restore({ ...before, step: step.step + 1 });
    return outcome;
  };
}

/** A checkpoint whose checksums all match its contents, if it can be read at all. */
function forged(bytes: Uint8Array): Uint8Array {
  try {
    const { metadata, tensors } = decodeSafetensors(bytes);
    const json = (key: string): unknown => JSON.parse(metadata.get(key) ?? "");
    const config = runConfigSchema.parse(json("config"));
    const read = (prefix: string) =>
      fromTorch((name) => tensors.get(prefix + name)?.data as Float32Array, config.model);
    const states = new Set(
      [...tensors.keys()].map((name) => /^optimizer\.(\w+)\./u.exec(name)?.[1]),
    );
    states.delete(undefined);
    return encodeCheckpoint({
      config,
      step: Number(metadata.get("step")),
      parameters: read(""),
      optimizerState: new Map(
        [...states].map((state) => [`${state}`, read(`optimizer.${state}.`)]),
      ),
      progress: json("progress") as Checkpoint["progress"],
    });
  } catch {
    return bytes;
  }
}

/** The first seed that reveals a bug; `undefined` if none does. */
export async function seedThatCatches(
  bug: PlantedBug,
  seedsMax: number,
): Promise<Ending | undefined> {
  const putBack = bug.plant?.();
  try {
    const seeds = Array.from({ length: seedsMax }, (_, i) => i + 1);
    for (const seed of [...bug.seeds, ...seeds]) {
      const ending = await simulate({
        seed,
        hooks: bug.hooks ?? {},
        plan: bug.plan ?? ((drawn) => drawn),
      });
      if (ending.violation !== undefined) return ending;
    }
    return undefined;
  } finally {
    putBack?.();
  }
}
