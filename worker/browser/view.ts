/**
 * @file Shows the worker's state on the join page. Every element has its place from the start, so nothing ever
 * moves.
 */
import { quoted } from "../../shared/words/sentence.ts";
import type { WorkerStatus } from "../status.ts";
import { element, setText } from "./page.ts";
import { describe, type Description } from "./texts/describe.ts";
import { figure, said, say, signed } from "./texts/language.ts";
import { Trace } from "./trace.ts";

/** Shown where there is no figure yet. */
const none = "–";

const view = {
  state: element("state", HTMLElement),
  headline: element("headline", HTMLElement),
  detail: element("detail", HTMLElement),
  pace: element("pace", HTMLElement),
  unit: element("unit", HTMLElement),
  share: element("share", HTMLElement),
  step: element("step", HTMLElement),
  blocks: element("blocks", HTMLElement),
  shownAs: element("shown-as", HTMLElement),
  columnHow: element("column-how", HTMLElement),
};
const columnRows = openColumn(element("column", HTMLTableElement));
const trace = new Trace(element("trace", HTMLCanvasElement));

export function showStatus(status: WorkerStatus, isSlowed: boolean): void {
  showState(describe(status, isSlowed));
  showFigures(status);
  showColumn(status);
  const { phase, name } = status;
  const isIn = phase !== "connecting" && phase !== "stopped";
  setText(view.shownAs, isIn ? say("shownAs", { name }) : say("notShown"));
}

/** Nothing is known yet about a worker that was just started. */
export function showStart(): void {
  showState({ tone: "busy", headline: "connecting", detail: "connectingDetail", values: {} });
}

/**
 * The worker could not be started, or it crashed. If there is no message, or it is about the kernel, the browser
 * lacks a feature.
 */
export function showFailure(message: string): void {
  const isLack = message === "" || message.includes("WebAssembly") || message.includes("Compile");
  const values = { detail: quoted(message) };
  if (isLack) showState({ tone: "bad", headline: "unable", detail: "unableDetail", values });
  else showState({ tone: "bad", headline: "stopped", detail: "stoppedDetail", values });
}

function showState({ tone, headline, detail, values }: Description): void {
  view.state.dataset["tone"] = tone;
  view.state.dataset["state"] = headline;
  setText(view.headline, say(headline));
  setText(view.detail, say(detail, values));
  document.title = say("title", { headline: say(headline) });
}

/** The name and the value of each row. */
function openColumn({ rows }: HTMLTableElement): readonly (readonly [Element, HTMLElement])[] {
  return [...rows].flatMap(({ cells: [name, value] }) =>
    name === undefined || value === undefined ? [] : [[name, value] as const],
  );
}

/** What this device's own samples say about a few weights: the column that the others see under its name. */
function showColumn({ column, phase }: WorkerStatus): void {
  // After a run the last one stays.
  if (column === null && phase !== "training") return;
  const values = { step: figure((column?.step ?? 0) + 1), samples: column?.samples ?? 0 };
  setText(view.columnHow, column === null ? say("columnNone") : say("columnOf", values));
  for (const [i, [name, value]] of columnRows.entries()) {
    const row = column?.rows[i];
    setText(name, row === undefined ? none : said(row.name));
    setText(value, row === undefined ? none : signed(row.gradient));
    value.dataset["sign"] = String(Math.sign(row?.gradient ?? 0));
  }
}

/** While it helps: the speed. Afterwards: the amount of work done. */
function showFigures({
  phase,
  samplesPerSecond,
  share,
  blocksDone,
  samplesDone,
  step,
}: WorkerStatus) {
  const hasHelped = blocksDone > 0;
  const helps = phase === "training" && hasHelped;
  const pace = helps ? samplesPerSecond : 0;
  trace.add(pace);
  if (helps || !hasHelped) {
    setText(view.pace, helps ? figure(pace) : none);
    setText(view.unit, say("samplesPerSecond"));
  } else {
    setText(view.pace, figure(samplesDone));
    setText(view.unit, say("samplesDone"));
  }
  setText(view.share, hasHelped ? `${figure(100 * share, 1)} %` : none);
  setText(view.step, step === null ? none : figure(step + 1));
  setText(view.blocks, hasHelped ? figure(blocksDone) : none);
}
