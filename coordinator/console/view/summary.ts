/** @file What remains on the terminal when the live console closes: how the run ended and where its result is. */
import type { CoordinatorEvent, CoordinatorView, Phase, SavedCheckpoint } from "../../run/view.ts";
import { saidText } from "./event-line.ts";
import { compact, counted, duration, integer, loss, percent } from "./figures.ts";
import { phaseText } from "./head.ts";
import type { Style } from "./style.ts";
import { cleanText } from "./text.ts";

type Finished = Extract<CoordinatorEvent, { readonly event: "finished" }>;

/** A run's last event. */
export type RunEnding = Extract<CoordinatorEvent, { readonly event: "finished" | "failed" }>;

/** Workers named in the summary. The others are counted. */
const workersNamed = 5;

/** What remains of a run. */
export interface RunRemains {
  /** `null` if the run was stopped before its end. */
  readonly ending: RunEnding | null;
  /** `null` if nothing is on the disk, `undefined` if unknown. */
  readonly saved: SavedCheckpoint | null | undefined;
}

/** The lines of the summary, uncut: they go where the terminal scrolls. */
export function summaryLines(
  view: CoordinatorView,
  { ending, saved }: RunRemains,
  style: Style,
): string[] {
  const { run } = view;
  const finished = ending?.event === "finished" ? ending : null;
  if (run === null) return [`${style.bold("promedio")}  no run was started`];
  const test = run.lastEvaluation;
  const facts: (readonly [name: string, text: string | null])[] = [
    ["state", `${stateText(run.phase, style)} at step ${steps(run.step, run.totalSteps)}`],
    ["reason", ending?.event === "failed" ? saidText(ending.reason) : null],
    ["time", pace(run.trainingSeconds, run.samplesPerSecond, run.stepsPerSecond, finished)],
    [
      "accuracy",
      test && `${style.bold(percent(test.testAccuracy))} test, loss ${loss(test.testLoss)}`,
    ],
    ["workers", workersText(view)],
    ["fingerprint", run.fingerprint],
    ["checkpoint", finished === null ? savedText(run.step, saved, style) : pathText(finished)],
    ["to go on", ending === null ? resumeText(run.id, style) : null],
  ];
  const known = facts.filter((fact) => fact[1] !== null);
  const title = `${style.bold("promedio")}  ${cleanText(run.id)}  ${saidText(run.title)}`;
  return [title, ...known.map(([name, text]) => `${style.dim(name.padEnd(11))} ${text}`)];
}

/** The same in one line, for a pipe; `null` if the run's last event already said it. */
export function stopLine(
  { run }: CoordinatorView,
  saved: RunRemains["saved"],
  style: Style,
): string | null {
  if (run === null || isOver(run.phase)) return null;
  const checkpoint = savedText(run.step, saved, style);
  return [
    `stopped at step ${steps(run.step, run.totalSteps)}`,
    ...(checkpoint === null ? [] : [`checkpoint ${checkpoint}`]),
    `to go on: ${resumeText(run.id, style)}`,
  ].join("  ");
}

function isOver(phase: Phase): boolean {
  return phase === "finished" || phase === "failed";
}

function pathText({ checkpoint }: Finished): string {
  return cleanText(checkpoint ?? "not written");
}

/** After a full disk, or an end that nobody could wait for, there is only an older checkpoint or none. */
function savedText(step: number, saved: RunRemains["saved"], style: Style): string | null {
  if (saved === undefined) return null;
  if (saved === null) return "not written";
  const lost = `(of step ${integer(saved.step)}: what came after it is not saved)`;
  return cleanText(saved.path) + (saved.step < step ? ` ${style.warn(lost)}` : "");
}

/** The coordinator has ended, so an unfinished run is stopped. */
function stateText(phase: Phase, style: Style): string {
  return isOver(phase) ? phaseText(phase, style) : style.warn("‖ stopped");
}

/**
 * The command that continues from the run's last checkpoint. The person who started the run knows the folder of
 * runs.
 */
function resumeText(id: string, style: Style): string {
  const command = `promedio coordinator --resume ${cleanText(id)}`;
  return `${command} ${style.dim("(and --runs, if it was given)")}`;
}

function steps(step: number, totalSteps: number): string {
  return step === totalSteps ? integer(step) : `${integer(step)} of ${integer(totalSteps)}`;
}

/** The finished run's own averages if there are any, else those of the last second. */
function pace(
  seconds: number,
  samplesPerSecond: number,
  stepsPerSecond: number,
  finished: Finished | null,
): string {
  return [
    `${duration(finished?.seconds ?? seconds)} of training`,
    `${compact(finished?.samplesPerSecond ?? samplesPerSecond)} samples/s`,
    `${compact(finished?.stepsPerSecond ?? stepsPerSecond)} steps/s`,
  ].join(", ");
}

function workersText({ workers }: CoordinatorView): string | null {
  const helpers = workers.filter((worker) => worker.blocksDone > 0);
  if (helpers.length === 0) return null;
  const named = helpers
    .toSorted((a, b) => b.share - a.share)
    .slice(0, workersNamed)
    .map((worker) => `${cleanText(worker.name, "unnamed")} ${percent(worker.share, 1)}`);
  const others = helpers.length - named.length;
  const rest = others > 0 ? `, and ${counted(others, "other")}` : "";
  return `${integer(helpers.length)}: ${named.join(", ")}${rest}`;
}
