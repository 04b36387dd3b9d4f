/**
 * @file One line per event: the plain console prints it and the live one keeps it in its log. The most important
 * facts come first, because a narrow log cuts off the rest.
 */
import { assertNever } from "../../../shared/assert.ts";
import { sayAtTerminal, type Sentence } from "../../../shared/words/sentence.ts";
import { scoreIn, testScoreIn } from "../../run/measures/scores.ts";
import type { CoordinatorEvent, Score } from "../../run/view.ts";
import { compact, counted, duration, integer, loss, score, unknownFigure } from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText } from "./text.ts";

type EventOf<Name extends CoordinatorEvent["event"]> = Extract<
  CoordinatorEvent,
  { readonly event: Name }
>;

/** Describes an event in one line without control characters, in colour if the style has any. */
export function eventLine(event: CoordinatorEvent, style: Style): string {
  switch (event.event) {
    case "listening":
      return listeningLine(event, style);
    case "worker":
      return workerLine(event, style);
    case "started":
    case "resumed":
      return startedLine(event, style);
    case "epoch":
      return epochLine(event, style);
    case "data":
      return saidText(event.message);
    case "sample":
      return sampleLine(event, style);
    case "waiting":
      return style.warn(saidText(event.reason));
    case "warning":
      return `${style.warn("warning")}: ${saidText(event.message)}`;
    case "finished":
      return finishedLine(event, style);
    case "stopped":
      return stoppedLine(event, style);
    case "failed":
      // The reason names the step.
      return `${style.warn("failed")}: ${saidText(event.reason)}`;
    default:
      return assertNever(event);
  }
}

/** A sentence for a terminal. Text from peers and files in it can't control the terminal. */
export function saidText(said: Sentence): string {
  return cleanText(sayAtTerminal(said));
}

function listeningLine(event: EventOf<"listening">, style: Style): string {
  return `listening: join at ${style.accent(event.joinUrl)}  dashboard ${event.dashboardUrl}`;
}

function workerLine(event: EventOf<"worker">, style: Style): string {
  const name = style.bold(cleanText(event.name, "unnamed"));
  const details = [
    ...(event.kind === "unknown" ? [] : [event.kind]),
    ...(event.threads > 0 ? [counted(event.threads, "thread")] : []),
  ].join(", ");
  const reason = event.reason === null ? "" : saidText(event.reason);
  const change = event.change === "refused" ? style.warn("refused") : event.change;
  return [
    `worker ${change}: ${name}`,
    details === "" ? "" : ` (${details})`,
    event.error === null ? "" : `: ${event.error}`,
    reason === "" ? "" : `: ${reason}`,
    `; ${counted(event.workers, "worker")} now`,
  ].join("");
}

function startedLine(event: EventOf<"started" | "resumed">, style: Style): string {
  const from = event.event === "resumed" ? ` at step ${integer(event.step)}` : "";
  const run = style.bold(`run ${cleanText(event.run)}`);
  const size = `${counted(event.totalSteps, "step")}, ${counted(event.parameterCount, "parameter")}`;
  return `${event.event}${from}: ${run}: ${saidText(event.title)}; ${size}`;
}

function epochLine(event: EventOf<"epoch">, style: Style): string {
  return [
    `epoch ${integer(event.epoch)}`,
    ...scoreParts(scoreIn(event), style),
    `train loss ${loss(event.trainLoss)}`,
    `step ${integer(event.step)}`,
    `${compact(event.samplesPerSecond)} samples/s`,
    `${compact(event.stepsPerSecond)} steps/s`,
    duration(event.seconds),
    counted(event.workers, "worker"),
  ].join("  ");
}

/** All in one line, whose ends of lines are shown. */
function sampleLine({ epoch, text }: EventOf<"sample">, style: Style): string {
  const shown = cleanText(text.trim().replaceAll(/\s*\n\s*/gu, " ⏎ "));
  return style.dim(`epoch ${integer(epoch)} writes: ${shown}`);
}

function stoppedLine(event: EventOf<"stopped">, style: Style): string {
  return [
    `${style.warn("stopped")} at step ${stepsOf(event)}`,
    `checkpoint ${stoppedCheckpoint(event, style)}`,
    ...(event.resume === null ? [] : [`to go on: ${cleanText(event.resume)}`]),
  ].join("  ");
}

/** `1,200 of 9,380`, or only the number after the last step. */
export function stepsOf(at: { readonly step: number; readonly totalSteps: number }): string {
  const { step, totalSteps } = at;
  return step === totalSteps ? integer(step) : `${integer(step)} of ${integer(totalSteps)}`;
}

/** After a full disk, or an end that nobody could wait for, there is only an older checkpoint or none. */
export function checkpointText(
  saved: { readonly path: string; readonly step: number } | null,
  step: number,
  style: Style,
): string {
  if (saved === null) return "not written";
  const lost = `(of step ${integer(saved.step)}: what came after it is not saved)`;
  return cleanText(saved.path) + (saved.step < step ? ` ${style.warn(lost)}` : "");
}

export function stoppedCheckpoint(event: EventOf<"stopped">, style: Style): string {
  const { checkpoint: path, checkpointStep: step } = event;
  const saved = path === null || step === null ? null : { path, step };
  return checkpointText(saved, event.step, style);
}

function scoreParts(found: Score | null, style: Style): string[] {
  if (found === null) return [`test ${style.bold(unknownFigure)}`];
  const { split, loss: lossFound, metrics } = found;
  return [`${split} ${style.bold(score(metrics))}`, `${split} loss ${loss(lossFound)}`];
}

function finishedLine(event: EventOf<"finished">, style: Style): string {
  const checkpoint = event.checkpoint === null ? "not written" : cleanText(event.checkpoint);
  const mark = event.isBetterThanGuess === false ? style.warn : style.good;
  return [
    `${mark("finished")}: ${counted(event.steps, "step")} in ${duration(event.seconds)}`,
    ...scoreParts(testScoreIn(event), style),
    `${compact(event.samplesPerSecond)} samples/s`,
    `${compact(event.stepsPerSecond)} steps/s`,
    `fingerprint ${event.fingerprint}`,
    `checkpoint ${checkpoint}`,
  ].join("  ");
}
