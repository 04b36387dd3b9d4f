/** @file What stays on the terminal when the live console closes: how the run ended and where its result lies. */
import type { CoordinatorEvent, CoordinatorView, Phase } from "../view.ts";
import { compact, counted, duration, integer, loss, percent } from "./figures.ts";
import { phaseText } from "./head.ts";
import type { Style } from "./style.ts";
import { cleanText } from "./text.ts";

type Finished = Extract<CoordinatorEvent, { readonly event: "finished" }>;

/** A run's last event. */
export type RunEnding = Extract<CoordinatorEvent, { readonly event: "finished" | "failed" }>;

/** Workers named in the summary; the others are counted. */
const workersNamed = 5;

/**
 * The summary's lines, not cut: they go where the terminal scrolls.
 *
 * @param ending - `null` when the run was stopped before its end.
 */
export function summaryLines(
  view: CoordinatorView,
  ending: RunEnding | null,
  style: Style,
): string[] {
  const { run } = view;
  const finished = ending?.event === "finished" ? ending : null;
  if (run === null) return [`${style.bold("promedio")}  no run was started`];
  const test = run.lastEvaluation;
  const facts: (readonly [name: string, text: string | null])[] = [
    ["state", `${stateText(run.phase, style)} at step ${steps(run.step, run.totalSteps)}`],
    ["reason", ending?.event === "failed" ? cleanText(ending.reason) : null],
    ["time", pace(run.trainingSeconds, run.samplesPerSecond, run.stepsPerSecond, finished)],
    [
      "accuracy",
      test && `${style.bold(percent(test.testAccuracy))} test, loss ${loss(test.testLoss)}`,
    ],
    ["workers", workersText(view)],
    ["fingerprint", run.fingerprint],
    ["checkpoint", finished === null ? null : cleanText(finished.checkpoint ?? "not written")],
    ["to go on", ending === null ? resumeText(run.id, style) : null],
  ];
  const known = facts.filter((fact) => fact[1] !== null);
  const title = `${style.bold("promedio")}  ${cleanText(run.id)}  ${cleanText(run.title)}`;
  return [title, ...known.map(([name, text]) => `${style.dim(name.padEnd(11))} ${text}`)];
}

/** The coordinator has ended, so a run that was under way no longer is. */
function stateText(phase: Phase, style: Style): string {
  const isOver = phase === "finished" || phase === "failed";
  return isOver ? phaseText(phase, style) : style.warn("‖ stopped");
}

/** Goes on from the run's last checkpoint. Where the run's folder lies is known to who began it. */
function resumeText(id: string, style: Style): string {
  const command = `promedio coordinator --resume ${cleanText(id)}`;
  return `${command} ${style.dim("(and --runs, if it was given)")}`;
}

function steps(step: number, totalSteps: number): string {
  return step === totalSteps ? integer(step) : `${integer(step)} of ${integer(totalSteps)}`;
}

/** The finished run's own averages, not the last second's, where there are any. */
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
