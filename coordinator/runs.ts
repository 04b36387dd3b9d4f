/**
 * @file The runs of one coordinator, one after the other: starts them, pauses, resumes and stops the current one,
 * and remembers how each ended. `training-run.ts` is the run itself; `run-job.ts` is what it leaves on disk.
 */
import { assert } from "../shared/assert.ts";
import { describeData } from "../shared/data/description.ts";
import { datasetPath } from "../shared/data/digits/canonical-digits.ts";
import { OperatorError } from "../shared/operator-error.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import type { AuditPolicy } from "./audit/audit-policy.ts";
import { type Pace, Pacing } from "./dispatch/pacing.ts";
import type { DataRoute } from "./edge/data-route.ts";
import type { PreparedRun } from "./run-setup.ts";
import type { CheckpointInterval } from "./run/checkpoint-interval.ts";
import { createRun } from "./run/create-run.ts";
import { dataFindings, Diagnosis, type FirstStep, type Guess } from "./run/diagnosis.ts";
import { dataEvent } from "./run/measures/data-event.ts";
import { SampleWriter } from "./run/measures/sample-writer.ts";
import { scoreIn, scoreOf } from "./run/measures/scores.ts";
import { titleOf } from "./run/title.ts";
import type { TrainingRun } from "./run/training-run.ts";
import type { CoordinatorEvent, RunRecordView } from "./run/view.ts";
import { fingerprintOf } from "./storage/checkpoint.ts";
import { RunJob } from "./storage/run-job.ts";
import type { WorkerSessions } from "./workers/worker-sessions.ts";

/** Ended runs that are remembered; the oldest are forgotten. Enough for a long lesson. */
const recordsMax = 100;
/** Points of an ended run's curve: as many as a comparison chart can show, in at most 8 kB of text per watcher. */
const recordPoints = 200;

export interface RunsOptions {
  readonly coordinator: WorkerSessions;
  readonly data: DataRoute;
  readonly minWorkers: number;
  /** Of the first run; by default full speed. */
  readonly pace?: Pace | undefined;
  readonly audit: AuditPolicy;
  /** Returns new unguessable integers at each call. They seed the choice of audited results. */
  readonly auditSeeds: () => readonly number[];
  readonly checkpointEvery: CheckpointInterval;
  /** Turns a request into everything that a run needs. Throws OperatorError. */
  readonly prepare: (request: RunRequest) => Promise<PreparedRun>;
  /** Reads a stopped run again from its folder, with what this process hands over. Throws OperatorError. */
  readonly prepareStopped: (stopped: PreparedRun) => Promise<PreparedRun>;
  /** The command that continues a run later. */
  readonly resumeCommand: (stopped: PreparedRun) => string;
  readonly report: (event: CoordinatorEvent) => void;
  /** Called when a run is over and everything about it is on disk, unless another run takes its place. */
  readonly ended: (end: RunEnd) => void;
  readonly after: (delayMs: number, callback: () => void) => () => void;
  readonly refuge: () => string;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Under which conditions another run starts. What is absent stays as it is. */
export interface RunTerms {
  /** The policy from this run on. */
  readonly audit?: AuditPolicy | undefined;
  /** The run begins when so many are ready; by default as the coordinator's options say. */
  readonly minWorkers?: number | undefined;
}

/** How a run ended. */
export interface RunEnd {
  readonly kind: "finished" | "failed" | "stopped";
  /** Whether nothing is left only in memory. */
  readonly isSaved: boolean;
}

/** The current run, in progress or over. */
export interface CurrentRun {
  /** Counted from 1. */
  readonly number: number;
  readonly run: TrainingRun;
  readonly prepared: PreparedRun;
  readonly job: RunJob;
  readonly sample: SampleWriter;
  readonly audit: AuditPolicy;
  /** The accuracy that needs no network; `null` if the targets are not classes. */
  readonly guess: Guess | null;
  /** How often somebody deliberately broke something in it. */
  disturbances: number;
}

export class Runs {
  readonly #options: RunsOptions;
  #records: RunRecordView[] = [];
  #current: CurrentRun | undefined;
  /** Of the current run. */
  #diagnosis: Diagnosis | undefined;
  #isPreparing = false;
  /** The data about which everything was said. */
  #diagnosedData = "";
  /** The policy of the next run. */
  #policy: AuditPolicy;
  /** Stays the same from run to run, like the room that watches. */
  readonly #pacing: Pacing;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#policy = options.audit;
    this.#pacing = new Pacing(options.pace);
  }

  get current(): CurrentRun | undefined {
    return this.#current;
  }

  /** All remembered runs, oldest first. The current one has what is known so far, without its curve. */
  get records(): readonly RunRecordView[] {
    const current = this.#current;
    if (current === undefined || this.#records.at(-1)?.number === current.number) {
      return this.#records;
    }
    return [...this.#records, recordOf(current, null)];
  }

  /** Starts a run. The previous one must be over. */
  async begin(prepared: PreparedRun, terms: RunTerms = {}): Promise<void> {
    const { coordinator, data, report, now } = this.#options;
    const { minWorkers = this.#options.minWorkers } = terms;
    const { config, plan, store, folder, resume, epochs, notes } = prepared;
    const { dataset } = prepared.dataset;
    await data.add(prepared.dataset, dataset.sha256);
    assert(this.#current === undefined || this.#isOver, "one run at a time");
    this.#warn(notes);
    const diagnosis = new Diagnosis(config, plan, dataset);
    const sample = this.#createSample(prepared);
    const job = this.#createJob(prepared, diagnosis, sample);
    const run = createRun({
      id: folder.id,
      store,
      dataset,
      workers: coordinator,
      output: job,
      minWorkers,
      pacing: this.#pacing,
      audit: { policy: this.#policy, seeds: this.#options.auditSeeds() },
      progress: resume?.progress,
    });
    run.progress.recall(epochs);
    coordinator.start(run, datasetPath(dataset));
    const number = this.#recall(prepared);
    const { guess } = diagnosis;
    const audit = this.#policy;
    this.#current = { number, run, prepared, job, sample, audit, guess, disturbances: 0 };
    this.#diagnosis = diagnosis;
    report(dataEvent(dataset));
    report({
      event: resume === undefined ? "started" : "resumed",
      run: run.id,
      title: titleOf(config),
      step: run.step,
      totalSteps: plan.totalSteps,
      parameterCount: store.parameterCount,
    });
    if (this.#diagnosedData !== dataset.sha256) this.#warn(dataFindings(dataset));
    this.#diagnosedData = dataset.sha256;
    run.begin(now());
  }

  /**
   * Trains again. The current run continues until the new one is ready to start, and is then stopped.
   *
   * @throws OperatorError if the request is not possible; then nothing has changed.
   */
  async startAgain(request: RunRequest, terms: RunTerms): Promise<void> {
    await this.startPrepared(() => this.#options.prepare(request), terms);
  }

  /** The same with a run that somebody else prepares. */
  async startPrepared(prepare: () => Promise<PreparedRun>, terms: RunTerms = {}): Promise<void> {
    if (this.#isPreparing) throw new OperatorError(sentence("a-run-is-being-prepared"));
    this.#isPreparing = true;
    try {
      const prepared = await prepare();
      if (!this.#isOver) await this.#stop();
      // A result that waits for space on the disk waits no longer.
      else await this.close();
      this.#policy = terms.audit ?? this.#policy;
      await this.begin(prepared, terms);
    } finally {
      this.#isPreparing = false;
    }
  }

  /** @throws OperatorError if no run is in progress, like the next two. */
  pause(): void {
    this.#underWay().run.pause();
  }

  /** Continues a run that is paused, or one that was stopped, from its checkpoint. */
  async resume(): Promise<void> {
    if (this.#current?.run.outcome?.kind === "stopped") return await this.#continue(this.#current);
    this.#underWay().run.resume(this.#options.now());
  }

  /** How fast steps follow each other, in this run and the next ones. */
  pace(pace: Pace): void {
    this.#pacing.choose(pace);
  }

  /** Takes one step and waits for the next word. @throws OperatorError if no run is in progress. */
  step(): void {
    this.#underWay();
    this.#pacing.askStep();
  }

  /** Ends the current run where it is, with a checkpoint. The coordinator and its workers stay, and may continue it. */
  async stop(): Promise<void> {
    const isSaved = await this.#stop();
    this.#options.ended({ kind: "stopped", isSaved });
  }

  /** @returns Whether the run's state is on disk. */
  async #stop(): Promise<boolean> {
    const current = this.#underWay();
    const { run, job, sample } = current;
    sample.drop();
    const saved = job.stop(run);
    const fingerprint = fingerprintOf(run.snapshot().store.parameters);
    this.#remember(current, fingerprint);
    this.#options.coordinator.end(sentence("stopped-by-operator"), fingerprint);
    const isSaved = await saved;
    this.#reportStopped(current);
    return isSaved;
  }

  async #continue(stopped: CurrentRun): Promise<void> {
    if (this.#isPreparing) throw new OperatorError(sentence("a-run-is-being-prepared"));
    this.#isPreparing = true;
    try {
      await this.begin(await this.#options.prepareStopped(stopped.prepared));
      if (this.#current !== undefined) this.#current.disturbances = stopped.disturbances;
    } finally {
      this.#isPreparing = false;
    }
  }

  #reportStopped({ run, job, prepared }: CurrentRun): void {
    this.#options.report({
      event: "stopped",
      run: run.id,
      step: run.step,
      totalSteps: run.plan.totalSteps,
      checkpoint: job.saved?.path ?? null,
      checkpointStep: job.saved?.step ?? null,
      resume: this.#options.resumeCommand(prepared),
    });
  }

  /** Counts a deliberate disturbance of the current run. */
  noteDisturbance(): void {
    if (this.#current !== undefined && !this.#isOver) this.#current.disturbances += 1;
  }

  /**
   * Ends the current run with a checkpoint, for an orderly end of the program.
   *
   * @returns How it ended; `undefined` if there was none.
   */
  async close(): Promise<RunEnd | undefined> {
    const current = this.#current;
    if (current === undefined) return undefined;
    const wasOver = this.#isOver;
    current.sample.drop();
    const isSaved = await current.job.stop(current.run);
    if (!wasOver) this.#reportStopped(current);
    return { kind: current.run.outcome?.kind ?? "stopped", isSaved };
  }

  /** The ended runs before the current one, oldest first. */
  get earlierRecords(): readonly RunRecordView[] {
    const number = this.#current?.number ?? 0;
    return this.#records.filter((record) => record.number < number);
  }

  /** Takes over the runs of the process before this one. @returns The number of the run that begins. */
  #recall({ handover }: PreparedRun): number {
    if (handover === undefined) return (this.#current?.number ?? 0) + 1;
    this.#records = [...handover.records];
    return handover.number;
  }

  get #isOver(): boolean {
    return this.#current?.run.outcome !== undefined;
  }

  #underWay(): CurrentRun {
    if (this.#current !== undefined && !this.#isOver) return this.#current;
    throw new OperatorError(sentence("no-run-under-way"));
  }

  #warn(messages: readonly Sentence[]): void {
    for (const message of messages) this.#options.report({ event: "warning", message });
  }

  #createSample({ store, dataset }: PreparedRun): SampleWriter {
    const { report, after, now } = this.#options;
    return new SampleWriter({ store, data: describeData(dataset.dataset), report, after, now });
  }

  /** Called now and then: an epoch may take hours, and what is wrong with it shows much earlier. */
  look(): void {
    if (this.#current === undefined) return;
    const { run, prepared } = this.#current;
    const { trainLoss, history } = run.progress;
    const [, , firstLoss] = history.points(0, 1);
    if (prepared.resume !== undefined || firstLoss === undefined || trainLoss === null) return;
    const found = this.#diagnosis?.withinFirstEpoch(run.step, trainLoss, firstLoss) ?? null;
    if (found !== null) this.#warn([found]);
  }

  #createJob(prepared: PreparedRun, diagnosis: Diagnosis, sample: SampleWriter): RunJob {
    const { checkpointEvery, after, now, refuge, report } = this.#options;
    const { folder, config, plan, resume, dataset } = prepared;
    return new RunJob({
      folder,
      config,
      plan,
      data: describeData(dataset.dataset),
      resumedFrom: resume,
      checkpointEvery,
      now,
      guess: diagnosis.guess,
      report: (event) => {
        // The last sample comes before the end.
        if (event.event === "finished") sample.finish();
        report(event);
        if (event.event !== "epoch") return;
        sample.begin(event);
        const accuracy = scoreIn(event)?.metrics["accuracy"] ?? null;
        const first = firstStepOf(prepared, this.#current?.run);
        this.#warn(diagnosis.afterEpoch({ ...event, accuracy }, first));
      },
      after,
      refuge,
      ended: (end) => {
        if (this.#current?.prepared !== prepared) return;
        this.#remember(this.#current, end.fingerprint);
        this.#options.coordinator.end(end.message, end.fingerprint);
        this.#options.ended({ kind: end.reason, isSaved: end.isSaved });
      },
    });
  }

  #remember(current: CurrentRun, fingerprint: string): void {
    const twin = this.#records.find((record) => record.fingerprint === fingerprint);
    const record = recordOf(current, fingerprint);
    const curve = current.run.progress.history.thinned(recordPoints);
    const evaluations = [...current.run.progress.testCurve];
    const sameAs = twin?.sameAs ?? twin?.number ?? null;
    this.#records.push({ ...record, sameAs, curve, evaluations });
    if (this.#records.length > recordsMax) this.#records.shift();
  }
}

/** The first step of a run, if this process trained it. */
function firstStepOf(
  { resume, store }: PreparedRun,
  run: TrainingRun | undefined,
): FirstStep | undefined {
  const [, , loss, , , gradientNorm] = run?.progress.history.points(0, 1) ?? [];
  if (resume !== undefined || loss === undefined || gradientNorm === undefined) return undefined;
  const { parameters } = store;
  const squares = parameters.reduce((sum, value) => sum + value * value, 0);
  return {
    loss,
    gradientNorm,
    parameterNorm: Math.sqrt(squares),
    parameterCount: parameters.length,
  };
}

function recordOf(
  { number, run, disturbances }: CurrentRun,
  fingerprint: string | null,
): RunRecordView {
  const { config, plan, progress, step } = run;
  return {
    number,
    id: run.id,
    title: titleOf(config),
    phase: run.phase,
    step,
    totalSteps: plan.totalSteps,
    trainingSeconds: progress.trainingMs / 1000,
    score: scoreOf(progress.test ?? progress.evaluation),
    fingerprint,
    sameAs: null,
    disturbances,
    curve: [],
    config,
    epoch: { steps: plan.stepsPerEpoch, samples: plan.trainCount },
    evaluations: [],
  };
}
