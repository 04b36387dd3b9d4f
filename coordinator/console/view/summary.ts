/** @file What remains on the terminal when the live console closes: how the run ended and where its result is. */
import { tasks } from "../../../shared/tasks/tasks.ts";
import type {
  CoordinatorEvent,
  CoordinatorView,
  RunView,
  SavedCheckpoint,
} from "../../run/view.ts";
import { checkpointText, saidText, stepsOf, stoppedCheckpoint } from "./event-line.ts";
import { compact, counted, duration, integer, loss, percent, score } from "./figures.ts";
import { hasEnded, phaseText } from "./head.ts";
import type { Style } from "./style.ts";
import { cleanText } from "./text.ts";

type Finished = Extract<CoordinatorEvent, { readonly event: "finished" }>;

/** A run's last event. */
export type RunEnding = Extract<
  CoordinatorEvent,
  { readonly event: "finished" | "failed" | "stopped" }
>;

export function isEnding(event: CoordinatorEvent): event is RunEnding {
  return ["finished", "failed", "stopped"].includes(event.event);
}

const headlineNames = { accuracy: "accuracy", rmse: "error", perplexity: "text" } as const;

/** Workers named in the summary. The others are counted. */
const workersNamed = 5;

/** What remains of a run. */
export interface RunRemains {
  /** `null` if the process ends before its run does. */
  readonly ending: RunEnding | null;
  /** The checkpoint of a run that did not say where it is: `null` if there is none, `undefined` if unknown. */
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
  const test = run.testEvaluation ?? run.lastEvaluation;
  const facts: (readonly [name: string, text: string | null])[] = [
    ["state", stateText(run, style)],
    ["reason", ending?.event === "failed" ? saidText(ending.reason) : null],
    ["time", pace(run.trainingSeconds, run.samplesPerSecond, run.stepsPerSecond, finished)],
    [
      headlineNames[tasks[run.task.kind].headline],
      test && `${style.bold(score(test.metrics))} ${test.split}, loss ${loss(test.loss)}`,
    ],
    ["workers", workersText(view)],
    ["fingerprint", run.fingerprint],
    ["checkpoint", savedText(run.step, { ending, saved }, style)],
    ["to go on", ending?.event === "stopped" ? ending.resume : null],
  ];
  const known = facts.filter((fact) => fact[1] !== null);
  const title = `${style.bold("promedio")}  ${cleanText(run.id)}  ${saidText(run.title)}`;
  return [title, ...known.map(([name, text]) => `${style.dim(name.padEnd(11))} ${text}`)];
}

function savedText(step: number, { ending, saved }: RunRemains, style: Style): string | null {
  if (ending?.event === "finished") return cleanText(ending.checkpoint ?? "not written");
  if (ending?.event === "stopped") return stoppedCheckpoint(ending, style);
  return saved === undefined ? null : checkpointText(saved, step, style);
}

/** The coordinator has ended, so an unfinished run is stopped. The reason of a failure names its step. */
function stateText(run: RunView, style: Style): string {
  const phase = hasEnded(run.phase) ? run.phase : "stopped";
  const state = phaseText({ ...run, phase }, style);
  return phase === "failed" ? state : `${state} at step ${stepsOf(run)}`;
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
