/**
 * @file The page that shows the run: passes the socket's messages to the panels, each of which draws one thing. It
 * decides nothing; commands go back to the coordinator.
 */
import type { SplitName, Target } from "../../shared/data/dataset.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { planRun } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type {
  CoordinatorView,
  EvaluationPoint,
  EvaluationView,
  RunView,
  TimelineView,
} from "../run/view.ts";
import type { DashboardMessage } from "../watch/dashboard-messages.ts";
import { AnswerSource } from "./answers/answers.ts";
import { figures } from "./charts/format.ts";
import { Points } from "./charts/points.ts";
import { runNames } from "./charts/run-names.ts";
import { Timeline } from "./charts/timeline.ts";
import type { EpochSize } from "./charts/x-axis.ts";
import { Feed, isRefused, type Link } from "./feed.ts";
import { LessonPanel } from "./lesson/lesson-panel.ts";
import { NetworkPanel } from "./lesson/network-panel.ts";
import { saveBlob, saveFromServer } from "./model/downloads.ts";
import { ModelSource } from "./model/model-source.ts";
import { Notices } from "./notices.ts";
import { element, hideCard, setText } from "./page.ts";
import { ConfusionPanel } from "./panels/confusion.ts";
import { CurvesPanel } from "./panels/curves.ts";
import { EventsPanel } from "./panels/events.ts";
import { PromedioPanel } from "./panels/gradient-table.ts";
import { JoinPanel } from "./panels/join.ts";
import { MistakesPanel } from "./panels/mistakes.ts";
import { RegressionPanel } from "./panels/regression.ts";
import { hasEnded, RunPanel } from "./panels/run.ts";
import { RunsPanel } from "./panels/runs.ts";
import { showTargets } from "./panels/targets.ts";
import { ThresholdPanel } from "./panels/threshold.ts";
import { TrainAgain } from "./panels/train-again.ts";
import { TryPanel } from "./panels/try.ts";
import { WeightsPanel } from "./panels/weights.ts";
import { WorkersPanel } from "./panels/workers.ts";
import { WritePanel } from "./panels/write.ts";
import { Presenter } from "./presenter.ts";
import type { FormKey } from "./settings.ts";
import { said, say, translatePage } from "./texts/language.ts";

/** If the run is still unknown after this time, the page is shown as it is. */
const patienceMs = 4_000;

translatePage();
setTimeout(showPage, patienceMs);

const wished = new URLSearchParams(location.hash.slice(1));
const token = wished.get("token") ?? "";
/** The card that a link leads to, until it was shown. */
let wishedCard = wished.get("at");
// There, the network in the pictures is the one of this run.
element("learn", HTMLAnchorElement).href = `learn#token=${token}`;
element("lead", HTMLAnchorElement).href = `learn?projector#token=${token}`;
const points = new Points();
const source = new ModelSource(token);
const answers = new AnswerSource(source);
let tests: readonly EvaluationPoint[] = [];
let runNumber = 0;
let runId = "";
let config: RunConfig | undefined;
let target: Target | undefined;
let counts: Readonly<Record<SplitName, number>> = { train: 0, validation: 0, test: 0 };

for (const link of document.querySelectorAll<HTMLAnchorElement>("a.learn")) {
  link.href = `learn#at=${link.dataset["section"] ?? ""}&token=${token}`;
}
const presenter = new Presenter();
const runPanel = new RunPanel(() => feed);
const notices = new Notices();
const joinPanel = new JoinPanel();
const curvesPanel = new CurvesPanel();
const workersPanel = new WorkersPanel();
const timeline = new Timeline();
const promedioPanel = new PromedioPanel(source);
const confusionPanel = new ConfusionPanel();
const lessonPanel = new LessonPanel(() => feed);
const trainAgain = new TrainAgain(
  () => feed,
  () => lessonPanel.terms,
);
const runsPanel = new RunsPanel(() => showCurves());
const eventsPanel = new EventsPanel(() => feed);
const networkPanel = new NetworkPanel(source);
const weightsPanel = new WeightsPanel(source);
const tryPanel = new TryPanel(source);
const writePanel = new WritePanel(source);
const regressionPanel = new RegressionPanel(answers);
const thresholdPanel = new ThresholdPanel(answers);
const mistakesPanel = new MistakesPanel(answers, (found) => confusionPanel.showFound(found));

element("save-csv").addEventListener("click", () => {
  saveBlob(new Blob([points.csv()], { type: "text/csv" }), `${runId}.csv`);
});
element("save-checkpoint").addEventListener("click", () => {
  void saveFromRun("checkpoint", ".safetensors");
});
element("save-onnx").addEventListener("click", () => void saveFromRun("model.onnx", ".onnx"));
element("save-safetensors").addEventListener("click", () => {
  void saveFromRun("model.safetensors", "-model.safetensors");
});

const feed = new Feed(token, { message: receive, points: receivePoints, link: showLink });

function receive(message: DashboardMessage): void {
  switch (message.kind) {
    case "hello":
      return greet(message.role === "operator");
    case "run":
      return begin(message);
    case "state":
      return showState(message.view, message.timeline);
    case "tests":
      tests = message.points;
      showEvaluation(message.evaluation);
      if (message.evaluation !== null) writePanel.evaluated(message.evaluation.step);
      return showCurves();
    case "runs":
      return runsPanel.show(message.runs, runNumber);
    case "event":
      notices.event(message.event);
      return eventsPanel.add(message.atMs, message.event);
    case "reply":
      return undefined;
  }
}

async function saveFromRun(file: string, ending: string): Promise<void> {
  const path = `run/${runNumber}/${file}`;
  const hasCome = await saveFromServer(path, token, runId + ending);
  setText(element("save-error"), hasCome ? "" : say("checkpointLost"));
}

/** What a setting is called in the middle of a sentence. */
function settingLabel(key: FormKey): string {
  return said(sentence(`setting-${key}`));
}

/** A new connection repeats everything, so start from scratch. */
function greet(isOperator: boolean): void {
  eventsPanel.clear();
  element("controls").hidden = !isOperator;
  element("train-again").hidden = !isOperator;
  element("lesson").hidden = !isOperator;
  element("break-it").hidden = !isOperator;
  element("watch-only").hidden = isOperator;
  presenter.show();
}

function begin(message: Extract<DashboardMessage, { kind: "run" }>): void {
  const { number, config: newConfig } = message;
  runNumber = number;
  ({ target, counts } = message);
  setTask(target);
  points.clear();
  tests = [];
  source.begin(number, newConfig);
  runPanel.begin(target, newConfig);
  promedioPanel.begin(newConfig);
  // A search measures costs alone, and replicas have no gradient in common.
  const isSearch = newConfig.optimizer.name === "local-search";
  hideCard("gradient-norm", isSearch || newConfig.localSteps !== null);
  hideCard("learning-rate", isSearch);
  weightsPanel.begin(newConfig.model, message.featureShape);
  tryPanel.begin(message);
  writePanel.begin(message);
  regressionPanel.begin(target);
  thresholdPanel.begin(target);
  mistakesPanel.begin(message);
  showEvaluation(null);
  presenter.show();
  trainAgain.begin(newConfig, message.validation);
  lessonPanel.begin(message);
  networkPanel.begin(message);
  config = newConfig;
}

function showEvaluation(evaluation: EvaluationView | null): void {
  if (target === undefined) return;
  confusionPanel.show(evaluation, target);
  showTargets(evaluation, target, counts);
}

function receivePoints(message: ArrayBuffer): void {
  points.receive(message, runNumber);
  showCurves();
}

function showState(view: CoordinatorView, times: TimelineView | null): void {
  joinPanel.show(view);
  lessonPanel.show(view);
  trainAgain.showDevices(lessonPanel.devices, counts.train);
  workersPanel.show(view.workers, times, view.run !== null && hasEnded(view.run.phase));
  eventsPanel.showWorkers(view.workers);
  timeline.show(view.workers, times);
  const { run } = view;
  if (run !== null) showRun(run);
  showPage();
}

function showRun(run: RunView): void {
  runId = run.id;
  source.step = run.step;
  source.isFinished = run.phase === "finished";
  runPanel.show(run, runsPanel.record(runNumber));
  eventsPanel.showRun(run);
  notices.show(run, target);
  promedioPanel.show(run);
  runsPanel.update(run);
}

function showCurves(): void {
  const { samples, steps } = epochSize();
  const batchSize = config?.localSteps === null ? config.batchSize : samples / steps;
  const split = counts.validation > 0 ? "validation" : "test";
  const others = runsPanel.compared;
  const names = runNames([...others, { number: runNumber, config }], settingLabel, figures.mark);
  curvesPanel.update({
    points,
    tests,
    split,
    target,
    batchSize,
    epoch: epochSize(),
    others,
    names,
  });
}

function epochSize(): EpochSize {
  const samples = Math.max(1, counts.train);
  if (config === undefined) return { samples, steps: 1 };
  const { stepsPerEpoch } = planRun(config, { trainCount: samples, testCount: 1 });
  return { samples, steps: stepsPerEpoch };
}

function showLink(link: Link, reason: Sentence | null = null): void {
  const place = element("link");
  place.dataset["link"] = link;
  document.body.dataset["link"] = link;
  const text = reason === null ? say(link) : say("disconnectedBecause", { reason });
  setText(place, text);
  // The shown state of the run may be out of date.
  if (link !== "connected") {
    runPanel.lose(text);
    eventsPanel.lose();
  }
  document.body.toggleAttribute("data-refused", isRefused(link));
  if (isRefused(link)) runPanel.refuse();
  if (link !== "connected" && link !== "connecting") showPage();
}

/** Called once the run is known, or will not be known soon: from then on the cards have their positions. */
function showPage(): void {
  document.body.dataset["shown"] = "";
  if (wishedCard === null) return;
  document.getElementById(`${wishedCard}-title`)?.scrollIntoView();
  wishedCard = null;
}

/** The layout follows the task. */
function setTask({ kind, count }: Target): void {
  const main = document.querySelector("main");
  if (main === null) return;
  const isBinary = kind === "classes" && count === 2;
  main.dataset["task"] = isBinary
    ? "binary"
    : kind === "values" && count > 1
      ? "several-values"
      : kind;
}
