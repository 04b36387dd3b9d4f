/**
 * @file Puts a run together: its plan, its parameters in a kernel's memory, its audit, and the state machine that
 * trains. Every run is made here, whoever surrounds it: the product, the simulator, a test or a bench.
 */
import type { Dataset } from "../../shared/data/dataset.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { initialParameters } from "../../shared/model/initialize.ts";
import { Random } from "../../shared/random.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { planRun } from "../../shared/run/plan.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";
import { Audit, type AuditOptions } from "../audit/audit.ts";
import { Referee } from "../audit/referee.ts";
import { ParameterStore, type StoreSnapshot } from "./parameter-store.ts";
import type { ProgressState } from "./progress.ts";
import { TrainingRun } from "./training-run.ts";
import type { RunOutput, RunWorkers } from "./world.ts";

export interface StoreOptions {
  /** Its memory holds the parameters, the optimizer state and the sums of a round. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  /** The dataset, of which only the sizes matter here. */
  readonly dataset: { readonly [Split in "train" | "test"]: { readonly count: number } };
  /** The state to continue from; by default step 0 with the parameters that the seed draws. */
  readonly from?: StoreSnapshot | undefined;
}

/**
 * The parameters and the optimizer state of a run.
 *
 * @throws RangeError if the machine has too little memory for them.
 */
export function createStore({ kernel, config, dataset, from }: StoreOptions): ParameterStore {
  const plan = planRun(config, { trainCount: dataset.train.count, testCount: dataset.test.count });
  const parameters = initialParameters(config.model, config.seed);
  const store = new ParameterStore({ kernel, config, plan, parameters });
  if (from !== undefined) store.restore(from);
  return store;
}

export interface RunOptions {
  readonly id: string;
  /** Its own: from `createStore`. It says what is trained, and from which step. */
  readonly store: ParameterStore;
  /** What the store was made for; the audit computes on it. */
  readonly dataset: Dataset;
  readonly workers: RunWorkers;
  readonly output: RunOutput;
  /** The first round opens when this many workers are ready; by default 1. */
  readonly minWorkers?: number;
  /** By default nothing is audited. The seeds draw what is; no worker may guess them. */
  readonly audit?: { readonly policy: AuditPolicy; readonly seeds: readonly number[] };
  /** Recomputes what is audited; by default in the store's kernel. */
  readonly referee?: AuditOptions["referee"];
  /** What an earlier process had measured up to the store's step; absent for a run that begins. */
  readonly progress?: ProgressState | undefined;
}

/** A run that waits for its workers: `begin` starts it. */
export function createRun({
  store,
  dataset,
  audit,
  progress,
  ...options
}: RunOptions): TrainingRun {
  const { kernel, config, plan } = store;
  const { policy, seeds } = audit ?? { policy: "none", seeds: [0] };
  const referee = options.referee ?? new Referee({ kernel, config, dataset });
  return new TrainingRun({
    id: options.id,
    config,
    plan,
    store,
    workers: options.workers,
    output: options.output,
    minWorkers: options.minWorkers ?? 1,
    audit: new Audit({ policy, referee, random: new Random(...seeds) }),
    resume: progress === undefined ? undefined : { step: store.step, progress },
  });
}
