/**
 * @file The page that shows the run: draws every snapshot that the coordinator sends. It decides nothing and asks for
 * nothing.
 */
import { renderSVG } from "uqr";

import type { CoordinatorView, PromedioTable, RunView, WorkerView } from "../view.ts";
import { Chart } from "./chart.ts";
import { openFeed } from "./feed.ts";
import { seconds, short, whole } from "./figures.ts";
import { element, fillTable, setText } from "./page.ts";

const lossChart = new Chart(element("loss"));
const accuracyChart = new Chart(element("accuracy"));
let shownJoinUrl = "";

openFeed(new URLSearchParams(location.hash.slice(1)).get("token") ?? "", {
  view: show,
  link: (sentence) => setText(element("link"), sentence),
});

function show({ run, workers, joinUrl }: CoordinatorView): void {
  showJoin(joinUrl);
  showWorkers(workers);
  if (run === null) return;
  showRun(run);
  showCurves(run);
  showPromedio(run.promedio);
}

function showRun(run: RunView): void {
  document.title = `${percent(run.step / run.totalSteps)} · Promedio`;
  setText(element("title"), run.title);
  setText(element("phase"), run.waitingFor ?? run.phase);
  element("progress").setAttribute("value", String(run.step / run.totalSteps));
  const figures: [string, string][] = [
    ["Step", `${whole(run.step)} / ${whole(run.totalSteps)}`],
    [
      "Epoch",
      `${Math.min(Math.floor(run.step / run.stepsPerEpoch) + 1, run.epochs)} / ${run.epochs}`,
    ],
    ["Training loss", short(run.trainLoss)],
    ["Test accuracy", run.lastEvaluation === null ? "–" : percent(run.lastEvaluation.testAccuracy)],
    ["Samples/s", whole(run.samplesPerSecond)],
    ["Steps/s", whole(run.stepsPerSecond)],
    ["Trained for", seconds(run.trainingSeconds)],
    ["Left", seconds(run.etaSeconds)],
  ];
  const list = element("figures");
  if (list.childElementCount === 0) {
    for (const [label] of figures) list.append(figureBox(label));
  }
  for (const [i, [, value]] of figures.entries()) {
    const target = list.children[i]?.lastElementChild;
    if (target instanceof HTMLElement) setText(target, value);
  }
  const fingerprint = element("fingerprint");
  fingerprint.hidden = run.fingerprint === null;
  setText(fingerprint, `fingerprint ${run.fingerprint ?? ""}`);
}

function figureBox(label: string): HTMLElement {
  const box = document.createElement("div");
  const term = document.createElement("dt");
  term.textContent = label;
  box.append(term, document.createElement("dd"));
  return box;
}

function showCurves({ trainCurve, testCurve }: RunView): void {
  lossChart.update([
    { label: "training", color: "--accent", points: trainCurve.map((p) => [p.step, p.loss]) },
    { label: "test", color: "--second", points: testCurve.map((p) => [p.step, p.testLoss]) },
  ]);
  accuracyChart.update([
    { label: "test", color: "--accent", points: testCurve.map((p) => [p.step, p.testAccuracy]) },
  ]);
}

function showWorkers(workers: readonly WorkerView[]): void {
  fillTable(
    element("workers"),
    ["Name", "State", "Threads", "Share", "Samples/s", "Round trip", "Blocks"],
    workers.map((worker) => [
      worker.name,
      worker.state,
      String(worker.threads),
      percent(worker.share),
      whole(worker.samplesPerSecond),
      worker.roundTripMs === null ? "–" : `${worker.roundTripMs.toFixed(1)} ms`,
      whole(worker.blocksDone),
    ]),
  );
}

/** The average of what the workers found is what the step was taken with. */
function showPromedio(table: PromedioTable | null): void {
  if (table === null) return;
  setText(element("promedio-step"), `Mean gradients of step ${whole(table.step)}`);
  fillTable(
    element("promedio"),
    ["Parameter", ...table.workers, "Promedio"],
    table.rows.map(({ parameter, gradients, average }) => [
      String(parameter),
      ...gradients.map((value) => value.toExponential(3)),
      average.toExponential(3),
    ]),
  );
}

function showJoin(joinUrl: string): void {
  if (joinUrl === shownJoinUrl) return;
  shownJoinUrl = joinUrl;
  const link = element("join-link");
  link.setAttribute("href", joinUrl);
  setText(link, joinUrl);
  const svg = new DOMParser().parseFromString(renderSVG(joinUrl), "image/svg+xml");
  element("qr").replaceChildren(document.importNode(svg.documentElement, true));
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
