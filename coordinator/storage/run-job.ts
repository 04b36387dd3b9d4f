/**
 * @file One run and its folder: sets it up or finds where it stopped, keeps its checkpoints and metrics, and says
 * how it ended. It decides when to write; `run-folder.ts` knows how, and `training-run.ts` what is computed.
 */
import { known } from "../../shared/assert.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { epochOf } from "../../shared/run/plan.ts";
import type { RunEffects, RunOutcome, RunSnapshot, TrainingRun } from "../run/training-run.ts";
import type { CoordinatorEvent, SavedCheckpoint } from "../run/view.ts";
import { type Checkpoint, fingerprintOf } from "./checkpoint.ts";
import type { RunFolder, WrittenCheckpoint } from "./run-folder.ts";

/**
 * The last checkpoint is the run's result. If it cannot be written, it is tried again after half a second, one
 * second, two … for a minute in total, during which somebody may free space on the disk.
 */
const resultTriesMax = 8;
const firstPauseMs = 500;

/** How a run ended, once everything about it is on disk. */
export interface JobEnd {
  readonly reason: "finished" | "failed";
  readonly message: string;
  readonly fingerprint: string;
  /** Whether nothing is left only in memory. */
  readonly isSaved: boolean;
}

export interface RunJobOptions {
  readonly folder: RunFolder;
  /** Epochs between two checkpoints. */
  readonly checkpointEvery: number;
  readonly report: (event: CoordinatorEvent) => void;
  readonly ended: (end: JobEnd) => void;
  /** Calls back once after a delay. Returns a function that cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** Chooses a folder, unique to this process, for a result that cannot be written to the run's own folder. */
  readonly refuge: () => string;
}

/** The disk half of a run's effects. */
export class RunJob {
  readonly #options: RunJobOptions;
  #run: TrainingRun | undefined;
  /** Waiting for the current write: the newest snapshot, and the best one if that is older. Others are not worth it. */
  #waiting: RunSnapshot[] = [];
  #writing: Promise<void> | undefined;
  #savedStep = -1;
  /** `null` until this process has written one, unless it continued from one. */
  #savedPath: string | null = null;
  /** Runs from the run's end until its result is saved or given up. */
  #ending: Promise<void> | undefined;
  /** Nobody may wait any longer: the next try to write the result is the last. */
  #isHurried = false;
  #endPause = () => {};

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
      end: (outcome) => {
        this.#ending = this.#end(outcome);
      },
    };
  }

  /** @param resumedFrom - Path of the checkpoint that it continues from. */
  attach(run: TrainingRun, resumedFrom: string | null = null): void {
    this.#run = run;
    this.#savedStep = run.step;
    this.#savedPath = resumedFrom;
  }

  /** The newest checkpoint. */
  get saved(): SavedCheckpoint | null {
    return this.#savedPath === null ? null : { path: this.#savedPath, step: this.#savedStep };
  }

  /**
   * Ends the run where it is, at once, and writes its state if it is newer than the one on disk. No step is
   * committed afterwards that would not be in it.
   *
   * @returns Whether it is on disk.
   */
  async stop(): Promise<boolean> {
    const run = this.#run;
    if (run === undefined) return true;
    const { step } = run;
    const isOver = run.outcome?.kind === "finished" || run.outcome?.kind === "failed";
    if (!isOver && step > this.#savedStep) this.#save(run.snapshot());
    run.stop();
    this.#isHurried = true;
    this.#endPause();
    await this.#ending;
    await this.#writing;
    return this.#savedStep >= step || run.outcome?.kind === "failed";
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

  async #write(snapshot: RunSnapshot): Promise<void> {
    const { folder } = this.#options;
    const checkpoint = checkpointOf(known(this.#run, "a run is attached").config, snapshot);
    // A failure only costs time at worst: the run continues, and the next checkpoint is another try.
    this.#note(snapshot, await folder.writeCheckpoint(checkpoint, { best: snapshot.isBest }));
  }

  #note({ step }: RunSnapshot, written: WrittenCheckpoint): void {
    if (!written.ok) return this.#warn(written.reason);
    this.#savedStep = step;
    this.#savedPath = written.path;
  }

  #warn(message: string): void {
    this.#options.report({ event: "warning", message });
  }

  #report(event: CoordinatorEvent): void {
    if (event.event === "epoch") this.#options.folder.metrics.record(event);
    this.#options.report(event);
  }

  async #end(outcome: RunOutcome): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    // A caller that stops a run saves it first.
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "failed") {
      const fingerprint = fingerprintOf(run.snapshot().store.parameters);
      const { reason } = outcome;
      this.#options.report({ event: "failed", step: run.step, reason });
      this.#options.ended({ reason: "failed", message: reason, fingerprint, isSaved: true });
      return;
    }
    await this.#saveResult(outcome.snapshot, run.config);
    this.#finish(run, outcome.snapshot);
  }

  /** No later checkpoint will replace this one. So it is tried again, and finally written to another place. */
  async #saveResult(snapshot: RunSnapshot, config: RunConfig): Promise<void> {
    const { folder, refuge } = this.#options;
    const isSafe = () => this.#savedStep === snapshot.step;
    for (let tries = 1; ; tries++) {
      this.#save(snapshot);
      // Tries are sequential.
      // oxlint-disable-next-line no-await-in-loop
      await this.#writing;
      if (isSafe() || tries === resultTriesMax || this.#isHurried) break;
      const pauseMs = firstPauseMs * 2 ** (tries - 1);
      this.#warn(
        `the result is in memory only: make room on the disk, or download it from the dashboard; trying again in ${pauseMs / 1000} s`,
      );
      // oxlint-disable-next-line no-await-in-loop
      await this.#pause(pauseMs);
    }
    if (isSafe()) return;
    this.#note(snapshot, await folder.writeElsewhere(checkpointOf(config, snapshot), refuge()));
    if (isSafe()) this.#warn(`the result lies outside of the run's folder: ${this.#savedPath}`);
  }

  async #pause(pauseMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.after(pauseMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = () => {};
  }

  #finish(run: TrainingRun, { step, store }: RunSnapshot): void {
    const { evaluation, trainingMs } = run.progress;
    const fingerprint = fingerprintOf(store.parameters);
    const isSaved = this.#savedStep === step;
    this.#options.report({
      event: "finished",
      steps: step,
      seconds: trainingMs / 1000,
      testLoss: evaluation?.testLoss ?? null,
      testAccuracy: evaluation?.testAccuracy ?? null,
      ...run.progress.averageRates,
      fingerprint,
      checkpoint: isSaved ? this.#savedPath : null,
    });
    const message = "the run is finished";
    this.#options.ended({ reason: "finished", message, fingerprint, isSaved });
  }
}

function checkpointOf(config: RunConfig, { step, store, progress }: RunSnapshot): Checkpoint {
  const { parameters, state: optimizerState } = store;
  return { config, step, parameters, optimizerState, progress };
}
