/** @file One line about how far a comparison is, and one for each run that ended. Pure. */
import { sayAtTerminal, type Sentence } from "../../shared/words/sentence.ts";
import { progressBar } from "../console/view/bars.ts";
import { integer, loss } from "../console/view/figures.ts";
import type { Style } from "../console/view/style.ts";
import type { RunView } from "../run/view.ts";
import type { Trial } from "./plan/next-trial.ts";
import { rateAt } from "./plan/rates.ts";
import type { Row } from "./plan/rows.ts";

/** In cells. */
const barWidth = 16;

/** How far a comparison is. */
export interface Count {
  readonly done: number;
  /** At least: an extended search adds runs. */
  readonly left: number;
}

/** `sgd  η 0.316  seed 1`. */
function trialText({ variant, exponent, seed }: Trial): string {
  return [
    variant.label,
    ...(exponent === null ? [] : [rateText(variant.search?.key, exponent)]),
    `seed ${seed}`,
  ].join("  ");
}

function rateText(key: string | undefined, exponent: number): string {
  return `${key === "sigma" ? "σ" : "η"} ${rateAt(exponent)}`;
}

/** Of a run that ended. Test figures wait for the end of the comparison. */
export function endedLine(trial: Trial, row: Row, count: Count): string {
  const result =
    row.outcome === "diverged"
      ? `diverged at step ${integer(row.steps)}`
      : `validation loss ${loss(row.validation?.loss ?? null)}`;
  return `${countText(count)}  ${trialText(trial)}  ${result}`;
}

/** Of the run in progress, with a bar. */
export function progressLine(
  trial: Trial,
  { done, left }: Count,
  { run, waiting }: { readonly run: RunView | null; readonly waiting: Sentence | null },
  style: Style,
): string {
  const bar = progressBar(done / Math.max(done + left, 1), barWidth, style);
  const where =
    waiting !== null
      ? sayAtTerminal(waiting)
      : run === null
        ? ""
        : `step ${integer(run.step)} of ${integer(run.totalSteps)}, training loss ${loss(run.trainLoss)}`;
  return [bar, countText({ done, left }), trialText(trial), where].filter(Boolean).join("  ");
}

function countText({ done, left }: Count): string {
  return `${integer(done)} of ${left === 0 ? "" : "about "}${integer(done + left)}`;
}
