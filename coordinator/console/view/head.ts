/**
 * @file The top of the screen: the run, where to join, its progress, quality and speed and, if it waits, the
 * reason. It always has the same number of lines, so that nothing below jumps.
 */
import { tasks } from "../../../shared/tasks/tasks.ts";
import type { CoordinatorView, Phase, RunView } from "../../run/view.ts";
import { progressBar } from "./bars.ts";
import { saidText } from "./event-line.ts";
import {
  compact,
  counted,
  duration,
  integer,
  loss,
  percent,
  score,
  unknownFigure,
} from "./figures.ts";
import type { Style } from "./style.ts";
import { cleanText, displayWidth, fit, spread } from "./text.ts";

/** Of a run's id. Its end is random and tells runs apart; its beginning is the time. */
const shortIdLength = 4;

/** The five lines of the head, each at most `columns` cells wide. */
export function headLines(view: CoordinatorView, columns: number, style: Style): string[] {
  const { run } = view;
  return [
    titleLine(run, columns, style),
    fit(joinText(view, style), columns),
    progressLine(run, columns, style),
    scoreLine(run, columns, style),
    paceLine(view, columns, style),
  ];
}

/** Where to join. */
export function joinText({ joinUrl }: CoordinatorView, style: Style): string {
  return `${style.dim("join")} ${style.accent(joinUrl)}`;
}

/**
 * Where to see more. The link contains the operator's token, so it is shown only on request and not on a projector
 * by default.
 */
export function dashboardText({ dashboardUrl }: CoordinatorView, style: Style): string {
  return `${style.dim("dashboard")} ${dashboardUrl}`;
}

/** Where to learn how networks learn: for everybody, so without a token. */
export function learnText({ joinUrl }: CoordinatorView, style: Style): string {
  return `${style.dim("learn")} ${joinUrl.replace(/\/join(?:#.*)?$/u, "/learn")}`;
}

/** A run's state as one word with a mark. A result that is no better than guessing gets no praise. */
export function phaseText({ phase, isBetterThanGuess }: RunState, style: Style): string {
  switch (phase) {
    case "training":
      return style.good("● training");
    case "evaluating":
      return style.good("◆ evaluating");
    case "waiting":
      return style.warn("◌ waiting");
    case "paused":
      return style.warn("‖ paused");
    case "finished":
      return isBetterThanGuess === false ? style.warn("■ finished") : style.good("✓ finished");
    case "failed":
      return style.warn("✗ failed");
    case "stopped":
      return style.warn("■ stopped");
    default:
      return phase satisfies never;
  }
}

/** Whether nothing trains any more. A stopped run can go on. */
export function hasEnded(phase: Phase): boolean {
  return phase === "finished" || phase === "failed" || phase === "stopped";
}

type RunState = Pick<RunView, "phase" | "isBetterThanGuess">;

/** A narrow terminal keeps the config and the end of the run's id. The rest of the id goes first, then our name. */
function titleLine(run: RunView | null, columns: number, style: Style): string {
  const name = style.bold("promedio");
  if (run === null) return spread(name, style.dim("no run yet"), columns);
  const title = saidText(run.title);
  const phase = style.bold(phaseText(run, style));
  const room = columns - displayWidth(phase) - 1;
  const short = `${shortId(run.id)}  ${title}`;
  const shortest = short.replaceAll(" · ", "·");
  const choices = [`${name}  ${cleanText(run.id)}  ${title}`, `${name}  ${short}`, short];
  return spread(choices.find((text) => displayWidth(text) <= room) ?? shortest, phase, columns);
}

function shortId(id: string): string {
  const characters = Array.from(cleanText(id));
  if (characters.length <= shortIdLength + 1) return characters.join("");
  return `…${characters.slice(-shortIdLength).join("")}`;
}

function progressLine(run: RunView | null, columns: number, style: Style): string {
  if (run === null) return progressBar(0, columns, style);
  const fraction = run.totalSteps > 0 ? run.step / run.totalSteps : 0;
  const percentage = fit(`${Math.floor(fraction * 100)} %`, 5, "right");
  const facts = [
    `epoch ${currentEpoch(run)}/${integer(run.epochs)}`,
    `step ${integer(run.step)}/${integer(run.totalSteps)}`,
    timeFact(run),
  ].join("  ");
  const full = `${style.bold(percentage)}  ${facts}`;
  const short = style.bold(percentage);
  const right = columns - displayWidth(full) >= 12 ? full : short;
  const barWidth = Math.max(0, columns - displayWidth(right) - 1);
  return `${progressBar(fraction, barWidth, style)} ${right}`;
}

/** The epoch being trained, counted from 1. */
function currentEpoch(run: RunView): string {
  const whole = run.stepsPerEpoch > 0 ? Math.floor(run.step / run.stepsPerEpoch) : 0;
  return integer(Math.min(whole + 1, Math.max(1, run.epochs)));
}

function timeFact(run: RunView): string {
  return hasEnded(run.phase)
    ? `took ${duration(run.trainingSeconds)}`
    : `ETA ${duration(run.etaSeconds)}`;
}

function scoreLine(run: RunView | null, columns: number, style: Style): string {
  const { lastEvaluation: last, testEvaluation, trainAccuracy = null } = run ?? {};
  const shown = testEvaluation ?? last ?? null;
  const split = style.test(shown?.split ?? "test");
  const train = (text: string) => style.accent(text);
  const hasHits = run === null || tasks[run.task.kind].countsHits;
  const accuracy = [
    ...(hasHits ? [style.dim("accuracy")] : []),
    `${style.bold(shown === null ? unknownFigure : score(shown.metrics))} ${split}`,
    ...(hasHits ? [` ${percent(trainAccuracy)} ${train("train")}`] : []),
  ].join(" ");
  const losses = [
    `${style.dim("loss")} ${style.bold(loss(shown?.loss ?? null))} ${split}`,
    `${loss(run?.trainLoss ?? null)} ${train("train")}`,
  ].join("  ");
  return fit(`${accuracy}   ${losses}`, columns);
}

/** The speed; while waiting, the reason; after the end, the fingerprint. */
function paceLine({ run, workers }: CoordinatorView, columns: number, style: Style): string {
  if (run === null) return "";
  if (run.fingerprint !== null) {
    return fit(`${style.dim("fingerprint")} ${run.fingerprint}`, columns);
  }
  if (run.waitingFor !== null) {
    return fit(style.warn(saidText(run.waitingFor)), columns);
  }
  const present = workers.filter((worker) => worker.state !== "gone").length;
  return fit(
    [
      `${style.bold(compact(run.samplesPerSecond))} samples/s`,
      `${style.bold(compact(run.stepsPerSecond))} steps/s`,
      `${style.bold(compact(run.bytesPerSecond, "B"))}/s`,
      counted(present, "worker"),
      counted(run.parameterCount, "parameter"),
    ].join("   "),
    columns,
  );
}
