/**
 * @file One run and its folder: sets it up or finds where it stopped, keeps its checkpoints and metrics, and says how
 * it ended. It decides when to write; how, stands in `run-folder.ts`, and what is computed, in `training-run.ts`.
 */
import { epochOf } from "../shared/run/plan.ts";
import { fingerprintOf } from "./checkpoint.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunEffects, RunOutcome, RunSnapshot, TrainingRun } from "./training-run.ts";
import type { CoordinatorEvent } from "./view.ts";

/** How a run ended, once everything about it is on disk. */
export interface JobEnd {
  readonly reason: "finished" | "failed";
  readonly message: string;
  readonly fingerprint: string;
}

export interface RunJobOptions {
  readonly folder: RunFolder;
  /** Epochs between two checkpoints. */
  readonly checkpointEvery: number;
  readonly report: (event: CoordinatorEvent) => void;
  readonly ended: (end: JobEnd) => void;
}

/** The disk's half of a run's effects. */
export class RunJob {
  readonly #options: RunJobOptions;
  #run: TrainingRun | undefined;
  /** Waiting for the one being written: the newest, and the best if that is an older one. Others are not worth it. */
  #waiting: RunSnapshot[] = [];
  #writing: Promise<void> | undefined;
  #savedStep = -1;
  #savedPath: string | null = null;

  constructor(options: RunJobOptions) {
    this.#options = options;
  }

  /** Effects for a new `TrainingRun`; `attach` it before its first event. */
  effects(send: RunEffects["send"], expel: RunEffects["expel"]): RunEffects {
    return {
      send,
      expel,
      save: (snapshot) => this.#saveEveryFewEpochs(snapshot),
      report: (event) => this.#report(event),
      end: (outcome) => void this.#end(outcome),
    };
  }

  attach(run: TrainingRun): void {
    this.#run = run;
    this.#savedStep = run.step;
  }

  /** Writes the committed state now, if it is newer than what lies on disk. For an orderly stop. */
  async saveNow(): Promise<void> {
    if (this.#run === undefined || this.#run.outcome !== undefined) return this.#writing;
    if (this.#run.step > this.#savedStep) this.#save(this.#run.snapshot());
    await this.#writing;
  }

  #saveEveryFewEpochs(snapshot: RunSnapshot): void {
    const plan = this.#run?.plan;
    if (plan === undefined) return;
    const epochsDone = epochOf(snapshot.step - 1, plan).epoch + 1;
    if (epochsDone % this.#options.checkpointEvery === 0) this.#save(snapshot);
  }

  #save(snapshot: RunSnapshot): void {
    const stillBest = this.#waiting.filter(({ isBest }) => isBest && !snapshot.isBest);
    this.#waiting = [...stillBest, snapshot];
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#write(next);
    }
    this.#writing = undefined;
  }

  async #write({ step, store, progress, isBest }: RunSnapshot): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { parameters, state: optimizerState } = store;
    const checkpoint = { config: run.config, step, parameters, optimizerState, progress };
    const outcome = await this.#options.folder.writeCheckpoint(checkpoint, { best: isBest });
    if (outcome.ok) {
      this.#savedStep = step;
      this.#savedPath = outcome.path;
    } else {
      // The run goes on: the next checkpoint is another try, and nothing but time is lost until then.
      this.#options.report({ event: "warning", message: outcome.reason });
    }
  }

  #report(event: CoordinatorEvent): void {
    if (event.event === "epoch") this.#options.folder.metrics.record(event);
    this.#options.report(event);
  }

  async #end(outcome: RunOutcome): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    // Who stops a run saves it first.
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "failed") {
      const fingerprint = fingerprintOf(run.snapshot().store.parameters);
      this.#options.report({ event: "failed", step: run.step, reason: outcome.reason });
      this.#options.ended({ reason: "failed", message: outcome.reason, fingerprint });
      return;
    }
    this.#save(outcome.snapshot);
    await this.#writing;
    this.#finish(run, outcome.snapshot);
  }

  #finish(run: TrainingRun, { step, store }: RunSnapshot): void {
    const { evaluation, trainingMs } = run.progress;
    const fingerprint = fingerprintOf(store.parameters);
    this.#options.report({
      event: "finished",
      steps: step,
      seconds: trainingMs / 1000,
      testLoss: evaluation?.testLoss ?? null,
      testAccuracy: evaluation?.testAccuracy ?? null,
      ...run.progress.averageRates,
      fingerprint,
      checkpoint: this.#savedStep === step ? this.#savedPath : null,
    });
    this.#options.ended({ reason: "finished", message: "the run is finished", fingerprint });
  }
}
