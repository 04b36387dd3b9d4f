/** @file The run's card: title, phase, figures, fingerprint, and the operator's buttons. */
import type { Target } from "../../../shared/data/dataset.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { tasks } from "../../../shared/tasks/tasks.ts";
import { hasCode } from "../../../shared/words/sentence.ts";
import { paces } from "../../dispatch/pacing.ts";
import type { Phase, RunRecordView, RunView } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import { headlinesOf, metricLabel, metricText } from "../charts/metric.ts";
import type { Feed } from "../feed.ts";
import { create, element, setText } from "../page.ts";
import { said, say, waited } from "../texts/language.ts";

/** How long the question before a stop stays. */
const questionMs = 5_000;

export class RunPanel {
  readonly #feed: () => Feed;
  readonly #figures: { label: HTMLElement; value: HTMLElement }[] = [];
  readonly #pause = element("pause", HTMLButtonElement);
  readonly #stop = element("stop", HTMLButtonElement);
  readonly #nextStep = element("next-step", HTMLButtonElement);
  readonly #paces = [...document.querySelectorAll<HTMLInputElement>("input[name=pace]")];
  #canResume = false;
  #target: Target | undefined;
  /** Of a local search. */
  #sigma: number | undefined;
  /** The first click asks, the second one stops. */
  #isAsking = false;
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(feed: () => Feed) {
    this.#feed = feed;
    this.#pause.addEventListener(
      "click",
      () => void this.#command({ command: this.#canResume ? "resume" : "pause" }),
    );
    this.#nextStep.addEventListener("click", () => void this.#command({ command: "step" }));
    for (const input of this.#paces) {
      const pace = paces.find((each) => each === input.value);
      if (pace === undefined) throw new Error(`no pace ${input.value}`);
      input.addEventListener("change", () => void this.#command({ command: "pace", pace }));
    }
    this.#stop.addEventListener("click", () => this.#askOrStop());
  }

  /** Another run started. @param target - What its dataset's targets mean. */
  begin(target: Target, { optimizer }: Pick<RunConfig, "optimizer">): void {
    this.#target = target;
    this.#sigma = optimizer.name === "local-search" ? optimizer.sigma : undefined;
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
    this.#nextStep.disabled = true;
  }

  /** A reader without access is told so once, in place of the phase. The page keeps a heading for screen readers. */
  refuse(): void {
    const title = element("title");
    setText(title, say("notLetIn"));
    title.classList.add("visually-hidden");
  }

  #showFigures(run: RunView): void {
    const epoch = Math.min(Math.floor(run.step / run.stepsPerEpoch) + 1, run.epochs);
    const all: readonly (readonly [string, string])[] = [
      // The first one, in large type, is what the run is about.
      ...scoreRows(run, this.#target),
      [say("step"), `${figures.whole(run.step)} / ${figures.whole(run.totalSteps)}`],
      [say("epoch"), `${figures.whole(epoch)} / ${figures.whole(run.epochs)}`],
      ...paceRows(run),
      [say("trainedFor"), figures.seconds(run.trainingSeconds)],
      [say("left"), figures.seconds(run.etaSeconds)],
      [say("parameters"), figures.whole(run.parameterCount)],
      // A search has no rate; how far its neighbours are is what sets its pace.
      this.#sigma === undefined
        ? [say("learningRate"), figures.short(run.learningRate)]
        : [say("sigma"), figures.short(this.#sigma)],
    ];
    for (const [i, [label, value]] of all.entries()) {
      const figure = this.#figures[i] ?? this.#addFigure();
      setText(figure.label, label);
      setText(figure.value, value);
    }
    // Another run's task may have fewer figures.
    for (const { label } of this.#figures.splice(all.length)) label.parentElement?.remove();
  }

  #addFigure(): { label: HTMLElement; value: HTMLElement } {
    const box = create("div");
    const figure = { label: create("dt"), value: create("dd") };
    box.append(figure.label, figure.value);
    element("figures").append(box);
    this.#figures.push(figure);
    return figure;
  }

  #showFingerprint(record: RunRecordView | undefined): void {
    const target = element("fingerprint");
    const { fingerprint = null } = record ?? {};
    const text = fingerprint === null ? "" : `${say("fingerprint")} ${fingerprint}`;
    const more = record === undefined || fingerprint === null ? "" : comparisonOf(record);
    if (target.textContent === text + more) return;
    target.replaceChildren(text, create("strong", "", more));
  }

  #showButtons({ phase, pace, waitingFor }: RunView): void {
    const isOver = hasEnded(phase);
    const isPaused = phase === "paused" || hasCode(waitingFor, "paused-by-operator");
    this.#canResume = isPaused || phase === "stopped";
    setText(this.#pause, say(this.#canResume ? "resume" : "pause"));
    this.#pause.disabled = isOver && !this.#canResume;
    this.#stop.disabled = isOver;
    for (const input of this.#paces) input.checked = input.value === pace;
    this.#nextStep.hidden = pace !== "single";
    this.#nextStep.disabled = isOver || isPaused;
    if (isOver) this.#ask(false);
  }

  #askOrStop(): void {
    if (this.#isAsking) void this.#command({ command: "stop" });
    this.#ask(!this.#isAsking);
  }

  #ask(isAsking: boolean): void {
    this.#isAsking = isAsking;
    clearTimeout(this.#forget);
    if (isAsking) this.#forget = setTimeout(() => this.#ask(false), questionMs);
    setText(this.#stop, say(isAsking ? "stopSure" : "stop"));
  }

  async #command(command: Parameters<Feed["command"]>[0]): Promise<void> {
    const error = await this.#feed().command(command);
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

/** How fast the run is; once it is over, how fast it was on average. */
function paceRows(run: RunView): readonly (readonly [label: string, value: string])[] {
  const labels = [say("samplesPerSecond"), say("stepsPerSecond")] as const;
  if (!hasEnded(run.phase)) {
    return [
      [labels[0], figures.whole(run.samplesPerSecond)],
      [labels[1], figures.whole(run.stepsPerSecond)],
    ];
  }
  const { step, batchSize, trainingSeconds } = run;
  const steps = trainingSeconds > 0 ? step / trainingSeconds : 0;
  return [
    [say("meanOfRun", { figure: labels[0] }), figures.whole(steps * batchSize)],
    [say("meanOfRun", { figure: labels[1] }), figures.whole(steps)],
  ];
}

/** The task's most important figures, and the losses: of the test split, or of the validation split until then. */
function scoreRows(
  run: RunView,
  target: Target = run.task,
): readonly (readonly [label: string, value: string])[] {
  const { testEvaluation, lastEvaluation, trainAccuracy, trainLoss } = run;
  const score = testEvaluation ?? lastEvaluation;
  const split = say(score?.split ?? "test");
  const of = (figure: string, ofSplit = split) => say("ofSplit", { figure, split: ofSplit });
  const training = say("train");
  const hits: readonly (readonly [string, string])[] = tasks[run.task.kind].countsHits
    ? [[of(say("accuracy"), training), figures.percent(trainAccuracy, 2)]]
    : [];
  return [
    ...headlinesOf(target).map(
      (name) => [of(metricLabel(name, target)), metricText(name, score?.metrics[name])] as const,
    ),
    ...hits,
    [of(say("loss")), figures.short(score?.loss ?? null)],
    [of(say("loss"), training), figures.short(trainLoss)],
  ];
}
