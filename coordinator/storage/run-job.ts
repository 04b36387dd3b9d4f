/**
 * @file One run and its folder: sets it up or finds where it stopped, keeps its checkpoints and metrics, and says
 * how it ended. It decides when to write; `run-folder.ts` knows how, and `training-run.ts` what is computed.
 */
import type { DataDescription } from "../../shared/data/description.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import {
  type CheckpointInterval,
  isCheckpointDue,
  type Moment,
} from "../run/checkpoint-interval.ts";
import { type Guess, isBetterThanGuess } from "../run/diagnosis.ts";
import { scoreFields } from "../run/measures/scores.ts";
import type { TrainingRun } from "../run/training-run.ts";
import type { CoordinatorEvent, SavedCheckpoint } from "../run/view.ts";
import type { EndOfRun, RunOutput, RunSnapshot } from "../run/world.ts";
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
  readonly message: Sentence;
  readonly fingerprint: string;
  /** Whether nothing is left only in memory. */
  readonly isSaved: boolean;
}

export interface RunJobOptions {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly data: DataDescription;
  /** The checkpoint that the run continues from; `undefined` for a new run. */
  readonly resumedFrom: SavedCheckpoint | undefined;
  readonly checkpointEvery: CheckpointInterval;
  /** The accuracy that needs no network; `null` if the targets are not classes. */
  readonly guess: Guess | null;
  readonly report: (event: CoordinatorEvent) => void;
  readonly ended: (end: JobEnd) => void;
  /** Calls back once after a delay. Returns a function that cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Chooses a folder, unique to this process, for a result that cannot be written to the run's own folder. */
  readonly refuge: () => string;
}

/** Writes a run's output to disk. */
export class RunJob implements RunOutput {
  readonly #options: RunJobOptions;
  /** Waiting for the current write: the newest snapshot, and the best one if that is older. Others are not worth it. */
  #waiting: RunSnapshot[] = [];
  #writing: Promise<void> | undefined;
  #savedStep: number;
  /** `null` until this process has written one, unless it continued from one. */
  #savedPath: string | null;
  /** Runs from the run's end until its result is saved or given up. */
  #ending: Promise<void> | undefined;
  /** Nobody may wait any longer: the next try to write the result is the last. */
  #isHurried = false;
  #endPause = () => {};
  /** When a checkpoint was last due. */
  #lastDue: Moment;

  constructor(options: RunJobOptions) {
    this.#options = options;
    this.#savedStep = options.resumedFrom?.step ?? 0;
    this.#lastDue = { step: this.#savedStep, ms: options.now() };
    this.#savedPath = options.resumedFrom?.path ?? null;
  }

  /** The newest checkpoint. */
  get saved(): SavedCheckpoint | null {
    return this.#savedPath === null ? null : { path: this.#savedPath, step: this.#savedStep };
  }

  /**
   * Ends the run where it is, at once, and writes its state if it is newer than the one on disk. No step is
   * committed afterwards that would not be in it.
   *
   * @param run - The run whose output this is.
   * @returns Whether it is on disk.
   */
  async stop(run: TrainingRun): Promise<boolean> {
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

  // ── the run's output
  // ────────────────────────────────────────────────────────────────────────────────────────────

  wantsSnapshot(step: number, epochsDone?: number): boolean {
    const now = { step, ms: this.#options.now() };
    const isDue = isCheckpointDue(this.#options.checkpointEvery, now, this.#lastDue, epochsDone);
    if (isDue) this.#lastDue = now;
    return isDue;
  }

  save(snapshot: RunSnapshot): void {
    this.#save(snapshot);
  }

  report(event: CoordinatorEvent): void {
    if (event.event === "epoch") this.#options.folder.metrics.record(event);
    this.#options.report(event);
  }

  end(outcome: EndOfRun): void {
    this.#ending = this.#end(outcome);
  }

  // ── checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────

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
    const checkpoint = this.#checkpoint(snapshot);
    // A failure only costs time at worst: the run continues, and the next checkpoint is another try.
    this.#note(snapshot, await folder.writeCheckpoint(checkpoint, { best: snapshot.isBest }));
  }

  #checkpoint(snapshot: RunSnapshot): Checkpoint {
    const { config, data } = this.#options;
    return { ...checkpointOf(config, snapshot), data };
  }

  #note({ step }: RunSnapshot, written: WrittenCheckpoint): void {
    if (!written.ok) return this.#warn(written.reason);
    this.#savedStep = step;
    this.#savedPath = written.path;
  }

  #warn(message: Sentence): void {
    this.#options.report({ event: "warning", message });
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async #end(outcome: EndOfRun): Promise<void> {
    const { snapshot } = outcome;
    const { report, ended } = this.#options;
    const fingerprint = fingerprintOf(snapshot.store.parameters);
    if (outcome.kind === "failed") {
      const { reason } = outcome;
      report({ event: "failed", step: snapshot.step, reason });
      ended({ reason: "failed", message: reason, fingerprint, isSaved: true });
      return;
    }
    await this.#saveResult(snapshot);
    const isSaved = this.#savedStep === snapshot.step;
    const { evaluation, finalTest, trainingMs } = snapshot.progress;
    report({
      event: "finished",
      steps: snapshot.step,
      seconds: trainingMs / 1000,
      ...scoreFields(evaluation, finalTest),
      isBetterThanGuess: isBetterThanGuess(
        (finalTest ?? evaluation)?.metrics["accuracy"] ?? null,
        this.#options.guess,
      ),
      ...outcome.rates,
      fingerprint,
      checkpoint: isSaved ? this.#savedPath : null,
    });
    ended({ reason: "finished", message: sentence("run-finished"), fingerprint, isSaved });
  }

  /** No later checkpoint will replace this one. So it is tried again, and finally written to another place. */
  async #saveResult(snapshot: RunSnapshot): Promise<void> {
    const { folder, refuge } = this.#options;
    const isSafe = () => this.#savedStep === snapshot.step;
    for (let tries = 1; ; tries++) {
      this.#save(snapshot);
      // Tries are sequential.
      // oxlint-disable-next-line no-await-in-loop
      await this.#writing;
      if (isSafe() || tries === resultTriesMax || this.#isHurried) break;
      const pauseMs = firstPauseMs * 2 ** (tries - 1);
      this.#warn(sentence("result-in-memory-only", { seconds: pauseMs / 1000 }));
      // oxlint-disable-next-line no-await-in-loop
      await this.#pause(pauseMs);
    }
    if (isSafe()) return;
    this.#note(snapshot, await folder.writeElsewhere(this.#checkpoint(snapshot), refuge()));
    if (isSafe()) this.#warn(sentence("result-elsewhere", { path: this.#savedPath ?? "" }));
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
}

/** The state of a run, without what it must know of its data. */
export function checkpointOf(
  config: RunConfig,
  { step, store, progress }: RunSnapshot,
): Omit<Checkpoint, "data"> {
  const { parameters, state: optimizerState } = store;
  return { config, step, parameters, optimizerState, progress };
}
