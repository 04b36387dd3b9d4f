/** @file The outside view of a run: a snapshot of plain values for the console and the dashboard. */
import { parameterCount } from "../../shared/model/layout.ts";
import type { AuditPolicy } from "../audit/audit-policy.ts";
import { slowStepMs } from "../dispatch/pacing.ts";
import { type Guess, isBetterThanGuess } from "../run/diagnosis.ts";
import { idleWorkers, linkLimit } from "../run/idle-workers.ts";
import { titleOf } from "../run/title.ts";
import type { TrainingRun } from "../run/training-run.ts";
import type { GradientTableView, RunView } from "../run/view.ts";
import type { RunSnapshot } from "../run/world.ts";
import { fingerprintOf } from "../storage/checkpoint.ts";

export interface ShownRun {
  readonly run: TrainingRun;
  readonly audit: AuditPolicy;
  readonly guess: Guess | null;
  /** The promedio table that an earlier process handed over; shown until there is a newer one. */
  readonly promedio?: GradientTableView | null | undefined;
}

/** @param nowMs - On the clock that stamped the run's events. */
export function runViewOf(
  { run, audit, guess, promedio = null }: ShownRun,
  nowMs: number,
): RunView {
  const { config, plan, progress, step } = run;
  const isOver = run.outcome !== undefined;
  const crew = { ...run.crew, isTwice: audit === "quorum" };
  return {
    id: run.id,
    title: titleOf(config),
    task: config.task,
    phase: run.phase,
    pace: run.pacing.pace,
    audit,
    waitingFor: run.waitingFor(nowMs),
    parameterCount: parameterCount(config.model),
    step,
    totalSteps: plan.totalSteps,
    stepsPerEpoch: plan.stepsPerEpoch,
    epochs: Math.ceil(plan.totalSteps / plan.stepsPerEpoch),
    batchSize: config.localSteps === null ? config.batchSize : plan.trainCount / plan.stepsPerEpoch,
    learningRate: run.learningRate,
    trainingSeconds: progress.trainingMs / 1000,
    etaSeconds: isOver ? null : etaOf(run),
    trainLoss: progress.trainLoss,
    trainAccuracy: progress.trainAccuracy,
    ...(isOver ? { samplesPerSecond: 0, stepsPerSecond: 0, bytesPerSecond: 0 } : progress.rates),
    lastEvaluation: progress.evaluation,
    testEvaluation: progress.test,
    isBetterThanGuess: isBetterThanGuess(progress.evaluation?.metrics["accuracy"] ?? null, guess),
    trainCurve: progress.trainCurve,
    testCurve: progress.testCurve,
    promedio: run.promedio ?? promedio,
    idle: linkLimit(config, plan, crew) ?? idleWorkers(config, plan, crew),
    fingerprint: run.outcome?.kind === "finished" ? fingerprintAtEnd(run.outcome.snapshot) : null,
  };
}

/** Seconds to the last step; `null` if nobody can know. */
function etaOf({ pacing, plan, progress, step }: TrainingRun): number | null {
  const { stepsPerSecond } = progress.rates;
  if (pacing.pace === "single" || stepsPerSecond === 0) return null;
  const secondsPerStep = 1 / stepsPerSecond;
  const longest = pacing.pace === "slow" ? slowStepMs / 1000 : 0;
  return (plan.totalSteps - step) * Math.max(secondsPerStep, longest);
}

/** Fingerprints of ended runs, because parameters that no longer change need not be hashed for every view. */
const fingerprints = new WeakMap<RunSnapshot, string>();

function fingerprintAtEnd(snapshot: RunSnapshot): string {
  const fingerprint = fingerprints.get(snapshot) ?? fingerprintOf(snapshot.store.parameters);
  fingerprints.set(snapshot, fingerprint);
  return fingerprint;
}
