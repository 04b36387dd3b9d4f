/**
 * @file Assembles a run: its plan, its parameters in a kernel's memory, its audit, and the state machine that
 * trains. Every run is created here, in the product, the simulator, tests and benches.
 */
import { assert } from "../../shared/assert.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { featureNamesOf } from "../../shared/data/table/preprocess.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { initialParameters } from "../../shared/model/initialize.ts";
import type { DataNames } from "../../shared/model/parameter-name.ts";
import { Random } from "../../shared/random.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type CountedSplits, countsOf, planRun } from "../../shared/run/plan.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";
import { Audit, type AuditOptions } from "../audit/audit.ts";
import { Descent } from "../audit/descent.ts";
import { Referee } from "../audit/referee.ts";
import type { Pacing } from "../dispatch/pacing.ts";
import { ParameterStore, type StoreSnapshot } from "./parameter-store.ts";
import type { ProgressState } from "./progress.ts";
import { TrainingRun } from "./training-run.ts";
import type { RunOutput, RunWorkers } from "./world.ts";

export interface StoreOptions {
  /** Its memory holds the parameters, the optimizer state and the sums of a round. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  /** The dataset; only its sizes matter here. */
  readonly dataset: CountedSplits;
  /** The state to continue from; by default step 0 with the parameters drawn from the seed. */
  readonly from?: StoreSnapshot | undefined;
  /** The parameters of step 0, if the config says that they came from a file. Shape `[parameterCount]`. */
  readonly initial?: Float32Array | undefined;
}

/**
 * Creates the parameters and the optimizer state of a run.
 *
 * @throws RangeError if the machine has too little memory for them.
 */
export function createStore({
  kernel,
  config,
  dataset,
  from,
  initial,
}: StoreOptions): ParameterStore {
  const plan = planRun(config, countsOf(dataset));
  const isDrawn = config.init === null;
  assert(isDrawn || from !== undefined || initial !== undefined, "the file's parameters are given");
  const parameters = initial ?? initialParameters(config.model, config.seed, config.initWeights);
  const store = new ParameterStore({ kernel, config, plan, parameters });
  if (from !== undefined) store.restore(from);
  return store;
}

export interface RunOptions {
  readonly id: string;
  /** Its own store, from `createStore`. It determines what is trained, and from which step. */
  readonly store: ParameterStore;
  /** The dataset for which the store was created; the audit computes on it. */
  readonly dataset: Dataset;
  readonly workers: RunWorkers;
  readonly output: RunOutput;
  /** The first round opens when this many workers are ready; by default 1. */
  readonly minWorkers?: number;
  /** When a step may begin; by default at full speed. */
  readonly pacing?: Pacing;
  /** By default nothing is audited. The seeds choose the audited results, so no worker may be able to guess them. */
  readonly audit?: { readonly policy: AuditPolicy; readonly seeds: readonly number[] };
  /** Recomputes audited results; by default in the store's kernel. */
  readonly referee?: AuditOptions["referee"];
  /** What an earlier process measured up to the store's step; absent for a new run. */
  readonly progress?: ProgressState | undefined;
}

const noTensor = new Uint8Array(0);

/** Creates a run that waits for its workers; `begin` starts it. */
export function createRun({
  store,
  dataset,
  audit,
  progress,
  ...options
}: RunOptions): TrainingRun {
  const { kernel, config, plan } = store;
  const { policy, seeds } = audit ?? { policy: "none", seeds: [0] };
  const random = new Random(...seeds);
  const referee = options.referee ?? new Referee({ kernel, config, dataset });
  return new TrainingRun({
    id: options.id,
    config,
    plan,
    featureShape: dataset.featureShape,
    names: namesIn(dataset),
    target: dataset.target,
    store,
    workers: options.workers,
    output: options.output,
    minWorkers: options.minWorkers ?? 1,
    pacing: options.pacing,
    audit: new Audit({
      policy,
      referee,
      random,
      descent: new Descent({
        kernel,
        config,
        referee,
        random,
        ask: (workerId, challenge) =>
          options.workers.send(
            workerId,
            { type: "challenge", run: options.id, ...challenge },
            noTensor,
          ),
      }),
    }),
    resume: progress === undefined ? undefined : { step: store.step, progress },
  });
}

function namesIn({ preprocessing, target }: Dataset): DataNames {
  const features = preprocessing?.kind === "table" ? featureNamesOf(preprocessing) : undefined;
  return { features, targets: target.names };
}
