/** @file The run's card: title, phase, figures, fingerprint, and the operator's buttons. */
import type { Figures } from "../../../shared/tasks/metrics.ts";
import { hasCode } from "../../../shared/words/sentence.ts";
import type { Phase, RunRecordView, RunView } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import type { Feed } from "../feed.ts";
import { create, element, setText } from "../page.ts";
import { said, say, waited } from "../texts/language.ts";

/** How long the question before a stop stays. */
const questionMs = 5_000;

export class RunPanel {
  readonly #feed: () => Feed;
  readonly #values: HTMLElement[] = [];
  readonly #pause = element("pause", HTMLButtonElement);
  readonly #stop = element("stop", HTMLButtonElement);
  #canResume = false;
  /** The first click asks, the second one stops. */
  #isAsking = false;
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(feed: () => Feed) {
    this.#feed = feed;
    this.#pause.addEventListener(
      "click",
      () => void this.#command(this.#canResume ? "resume" : "pause"),
    );
    this.#stop.addEventListener("click", () => this.#askOrStop());
  }

  /** @param record - The record of the same run, once it has ended. */
  show(run: RunView, record: RunRecordView | undefined): void {
    const done = run.totalSteps === 0 ? 0 : run.step / run.totalSteps;
    const progress = hasEnded(run.phase) ? say(run.phase) : figures.percent(done, 0);
    document.title = `${progress} · Promedio`;
    setText(element("title"), said(run.title));
    element("phase").dataset["phase"] = isPoor(run) ? "poor" : run.phase;
    setText(element("phase-name"), say(run.phase));
    setText(element("phase-detail"), detailOf(run));
    element("progress").setAttribute("value", String(done));
    this.#showFigures(run);
    this.#showFingerprint(record);
    this.#showButtons(run);
  }

  /** Nothing is known about the run any more. @param why - One sentence. */
  lose(why: string): void {
    element("phase").dataset["phase"] = "lost";
    setText(element("phase-name"), why);
    setText(element("phase-detail"), "");
    this.#pause.disabled = true;
    this.#stop.disabled = true;
  }

  /** A reader without access is told so once, in place of the phase. The page keeps a heading for screen readers. */
  refuse(): void {
    const title = element("title");
    setText(title, say("notLetIn"));
    title.classList.add("visually-hidden");
  }

  #showFigures(run: RunView): void {
    const epoch = Math.min(Math.floor(run.step / run.stepsPerEpoch) + 1, run.epochs);
    const test = run.testEvaluation ?? run.lastEvaluation;
    const all: readonly (readonly [string, string])[] = [
      [say("step"), `${figures.whole(run.step)} / ${figures.whole(run.totalSteps)}`],
      [say("epoch"), `${figures.whole(epoch)} / ${figures.whole(run.epochs)}`],
      ...scoreRows(run, test?.metrics ?? {}),
      [say("testLoss"), figures.short(test?.loss ?? null)],
      [say("trainLoss"), figures.short(run.trainLoss)],
      [say("samplesPerSecond"), figures.whole(run.samplesPerSecond)],
      [say("stepsPerSecond"), figures.whole(run.stepsPerSecond)],
      [say("trainedFor"), figures.seconds(run.trainingSeconds)],
      [say("left"), figures.seconds(run.etaSeconds)],
      [say("parameters"), figures.whole(run.parameterCount)],
      [say("learningRate"), figures.short(run.learningRate)],
    ];
    for (const [i, [label, value]] of all.entries()) {
      const target = this.#values[i] ?? this.#addFigure(label);
      setText(target, value);
    }
  }

  #addFigure(label: string): HTMLElement {
    const box = create("div");
    const value = create("dd");
    box.append(create("dt", "", label), value);
    element("figures").append(box);
    this.#values.push(value);
    return value;
  }

  #showFingerprint(record: RunRecordView | undefined): void {
    const target = element("fingerprint");
    const { fingerprint = null } = record ?? {};
    const text = fingerprint === null ? "" : `${say("fingerprint")} ${fingerprint}`;
    const more = record === undefined || fingerprint === null ? "" : comparisonOf(record);
    if (target.textContent === text + more) return;
    target.replaceChildren(text, create("strong", "", more));
  }

  #showButtons({ phase, waitingFor }: RunView): void {
    const isOver = hasEnded(phase);
    const isPaused = phase === "paused" || hasCode(waitingFor, "paused-by-operator");
    this.#canResume = isPaused || phase === "stopped";
    setText(this.#pause, say(this.#canResume ? "resume" : "pause"));
    this.#pause.disabled = isOver && !this.#canResume;
    this.#stop.disabled = isOver;
    if (isOver) this.#ask(false);
  }

  #askOrStop(): void {
    if (this.#isAsking) void this.#command("stop");
    this.#ask(!this.#isAsking);
  }

  #ask(isAsking: boolean): void {
    this.#isAsking = isAsking;
    clearTimeout(this.#forget);
    if (isAsking) this.#forget = setTimeout(() => this.#ask(false), questionMs);
    setText(this.#stop, say(isAsking ? "stopSure" : "stop"));
  }

  async #command(command: "pause" | "resume" | "stop"): Promise<void> {
    const error = await this.#feed().command({ command });
    setText(element("control-error"), said(error));
  }
}

/** Whether nothing trains any more. */
export function hasEnded(phase: Phase): boolean {
  return phase === "finished" || phase === "failed" || phase === "stopped";
}

/** Whether an earlier run ended with the same bits, and how often this one was disturbed. */
function comparisonOf({ sameAs, disturbances: count }: RunRecordView): string {
  if (sameAs !== null && count === 0) return ` = ${say("sameAs", { run: sameAs })}`;
  if (sameAs !== null) return ` = ${say("sameAsDisturbed", { run: sameAs, count })}`;
  return count === 0 ? "" : ` · ${say("disturbed", { count })}`;
}

/** Whether a run is over and no more accurate than a guess. */
function isPoor({ phase, isBetterThanGuess }: RunView): boolean {
  return phase === "finished" && isBetterThanGuess === false;
}

/** The reason for waiting, if it says more than the phase; or what is wrong with the result. */
function detailOf(run: RunView): string {
  const { phase, waitingFor } = run;
  if (isPoor(run)) return say("noBetterThanGuess");
  return waitingFor === null || phase === "paused" ? "" : waited(waitingFor);
}

/** The task's most important figures. */
function scoreRows(
  { task, trainAccuracy }: RunView,
  metrics: Figures,
): (readonly [string, string])[] {
  if (task.name === "regression") {
    return [
      ["RMSE", figures.short(metrics["rmse"] ?? null)],
      ["R²", figures.short(metrics["r2"] ?? null)],
    ];
  }
  return [
    [say("testAccuracy"), figures.percent(metrics["accuracy"] ?? null, 2)],
    [say("trainAccuracy"), figures.percent(trainAccuracy, 2)],
  ];
}
