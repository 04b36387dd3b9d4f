/**
 * @file The pool of a relay: its threads are other workers. The worker loop above it does not know. Every run that it
 * loads is a run of the sessions below it, with the same config and dataset.
 */
import { known } from "../../shared/assert.ts";
import { datasetPath } from "../../shared/data/digits/canonical-digits.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { Random } from "../../shared/random.ts";
import { countsOf, planRun } from "../../shared/run/plan.ts";
import type {
  Challenge,
  ComputePool,
  Evidence,
  Job,
  JobEvents,
  LoadedRun,
  RunToLoad,
} from "../../worker/threads/compute-pool.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";
import { Audit } from "../audit/audit.ts";
import { Referee } from "../audit/referee.ts";
import type { RunWorkers } from "../run/world.ts";
import type { ServedRun } from "../workers/served-run.ts";
import { RelayRun } from "./relay-run.ts";

export interface RelayPoolOptions {
  /** The workers of the relay. */
  readonly workers: RunWorkers & { start(run: ServedRun, dataset: string): void };
  /** A kernel with its own memory. One per run, because its memory is never freed. */
  readonly createKernel: () => Kernel;
  /** The hash of the self-test's bits. */
  readonly selfTest: string;
  /** Whether results are recomputed: none, or some of each worker. */
  readonly audit: Exclude<AuditPolicy, "quorum">;
  /** They choose the recomputed results, so no worker may be able to guess them. */
  readonly auditSeeds: () => readonly number[];
  readonly newRunId: () => string;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Called when the first worker is ready, and when there is none any more. */
  readonly staffed: (isStaffed: boolean) => void;
}

export class RelayPool implements ComputePool {
  /** What it computes with is behind its workers; the coordinator measures how fast that is. */
  readonly threads = 1;
  readonly passesOn = true;
  readonly #options: RelayPoolOptions;
  #run: RelayRun | undefined;

  constructor(options: RelayPoolOptions) {
    this.#options = options;
  }

  load({ config, dataset }: RunToLoad): Promise<LoadedRun> {
    this.cancel();
    const {
      createKernel,
      audit: policy,
      auditSeeds,
      newRunId,
      staffed,
      ...options
    } = this.#options;
    const kernel = createKernel();
    const referee = new Referee({ kernel, config, dataset });
    const run = new RelayRun({
      id: newRunId(),
      config,
      plan: planRun(config, countsOf(dataset)),
      kernel,
      audit: new Audit({ policy, referee, random: new Random(...auditSeeds()) }),
      workers: options.workers,
      staffed: (isStaffed) => {
        if (this.#run === run) staffed(isStaffed);
      },
    });
    this.#run = run;
    staffed(false);
    options.workers.start(run, datasetPath(dataset));
    return Promise.resolve({ selfTest: options.selfTest, samplesPerSecond: 0 });
  }

  start(job: Job, events: JobEvents): void {
    const { now } = this.#options;
    const run = known(this.#run, "a run is loaded before its first job");
    run.start(job, events, now());
    for (const arrival of job.arrivals ?? []) {
      arrival.follow({ more: () => run.arrived(job, now()), abandoned: () => {} });
    }
  }

  challenge(challenge: Challenge, evidence: Evidence): void {
    this.#run?.challenge(challenge, evidence);
  }

  cancel(): void {
    this.#run?.drop(this.#options.now());
  }

  close(): void {
    this.cancel();
    this.#run = undefined;
  }
}
