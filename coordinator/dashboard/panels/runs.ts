/**
 * @file All runs since the coordinator started: the result of each, and which curves are compared with the current
 * one.
 */
import type { RunRecordView, RunView, Score } from "../../run/view.ts";
import { bestOf } from "../charts/best-run.ts";
import { figures } from "../charts/format.ts";
import { metricLabel, metricText } from "../charts/metric.ts";
import { lookOf } from "../charts/run-names.ts";
import { chosenBefore, keepChoice } from "../choices.ts";
import { create, element, setText } from "../page.ts";
import { said, say } from "../texts/language.ts";

const namespace = "http://www.w3.org/2000/svg";
/** Choices that are remembered, as many as runs. */
const choicesMax = 100;
/** Curves that are compared by default. */
const comparedAtFirst = 2;

export class RunsPanel {
  readonly #table = element("runs", HTMLTableElement);
  readonly #changed: () => void;
  /** Which runs are compared, by their ids: chosen by the reader, or at first by this panel. */
  readonly #compared = new Map(storedChoices());
  #runs: readonly RunRecordView[] = [];
  #current = 0;

  /** @param changed - Called when the selection of compared runs changes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Finished runs whose curves are wanted. */
  get compared(): readonly RunRecordView[] {
    return this.#ended.filter(({ id }) => this.#compared.get(id) === true);
  }

  record(number: number): RunRecordView | undefined {
    return this.#runs.find((run) => run.number === number);
  }

  show(runs: readonly RunRecordView[], current: number): void {
    this.#runs = runs;
    this.#current = current;
    const news = this.#ended.filter(({ id }) => !this.#compared.has(id));
    for (const [i, { id }] of news.entries()) {
      this.#compared.set(id, i >= news.length - comparedAtFirst);
    }
    this.#keep();
    this.#table.replaceChildren(headOf(), this.#body());
    this.#changed();
  }

  /** Updates what changes during the current run. */
  update(view: RunView): void {
    const row = this.#table.tBodies[0]?.querySelector(`[data-run="${this.#current}"]`);
    const record = this.record(this.#current);
    if (row === null || row === undefined || record === undefined) return;
    const { lastEvaluation, testEvaluation, phase, step, totalSteps } = view;
    fillRow(row, { ...record, phase, step, totalSteps, score: testEvaluation ?? lastEvaluation });
  }

  get #ended(): readonly RunRecordView[] {
    return this.#runs.filter(({ number }) => number !== this.#current);
  }

  #body(): HTMLTableSectionElement {
    const body = document.createElement("tbody");
    const best = bestOf(this.#runs);
    for (const run of this.#runs.toReversed()) {
      const row = body.insertRow();
      row.dataset["run"] = String(run.number);
      const head = create("th");
      head.scope = "row";
      head.append(this.#swatch(run.number), `#${run.number}`);
      row.toggleAttribute("data-best", run.number === best);
      row.append(head, create("td", "text small"), create("td"), create("td"), create("td"));
      row.insertCell().append(...(run.number === this.#current ? [] : [this.#checkbox(run)]));
      fillRow(row, run);
    }
    return body;
  }

  /** The run's line in the charts. */
  #swatch(number: number): SVGElement {
    const { color, dash } =
      number === this.#current ? { color: "--series-2", dash: [] } : lookOf(number);
    const line = document.createElementNS(namespace, "line");
    const ends = { x1: "0", y1: "5", x2: "34", y2: "5", "stroke-width": "2.5" };
    for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    line.setAttribute("stroke", `var(${color})`);
    line.setAttribute("stroke-dasharray", dash.join(" "));
    const swatch = document.createElementNS(namespace, "svg");
    swatch.setAttribute("class", "line-swatch");
    swatch.setAttribute("viewBox", "0 0 34 10");
    swatch.setAttribute("aria-hidden", "true");
    swatch.append(line);
    return swatch;
  }

  #keep(): void {
    keepChoice("compared", JSON.stringify([...this.#compared].slice(-choicesMax)));
  }

  #checkbox({ id, number }: RunRecordView): HTMLInputElement {
    const box = create("input");
    box.type = "checkbox";
    box.checked = this.#compared.get(id) === true;
    box.setAttribute("aria-label", say("compareRun", { run: number }));
    box.addEventListener("change", () => {
      this.#compared.set(id, box.checked);
      this.#keep();
      this.#changed();
    });
    return box;
  }
}

/** What the reader chose before the page was loaded again. */
function storedChoices(): (readonly [id: string, isCompared: boolean])[] {
  const read: unknown = JSON.parse(chosenBefore("compared") ?? "[]");
  if (!Array.isArray(read)) return [];
  return read.flatMap((pair: unknown) =>
    Array.isArray(pair) ? [[String(pair[0]), pair[1] === true] as const] : [],
  );
}

function headOf(): HTMLTableSectionElement {
  const head = document.createElement("thead");
  const row = head.insertRow();
  for (const text of [
    say("run"),
    say("state"),
    say("step"),
    say("result"),
    say("fingerprint"),
    say("compare"),
  ]) {
    const cell = create("th", "", text);
    cell.scope = "col";
    if (text === say("state")) cell.className = "text";
    row.append(cell);
  }
  return head;
}

/** The accuracy, the error of numbers, or the perplexity of a text. Of the test split, unless it says otherwise. */
function scoreText(score: Score | null): string {
  if (score === null) return metricText("accuracy", undefined);
  const name = ["rmse", "perplexity"].find((each) => score.metrics[each] !== undefined);
  const text =
    name === undefined
      ? metricText("accuracy", score.metrics["accuracy"])
      : `${metricLabel(name)} ${metricText(name, score.metrics[name])}`;
  return score.split === "test" ? text : say("ofSplit", { figure: text, split: say(score.split) });
}

function fillRow(row: Element, run: RunRecordView): void {
  const [, state, step, accuracy, fingerprint] = row.children;
  if (!state || !step || !accuracy || !fingerprint) return;
  setText(state, `${say(run.phase)} · ${said(run.title)}`);
  setText(step, `${figures.whole(run.step)} / ${figures.whole(run.totalSteps)}`);
  setText(accuracy, scoreText(run.score));
  const same = run.sameAs === null ? "" : ` = #${run.sameAs}`;
  setText(fingerprint, run.fingerprint === null ? "–" : `${run.fingerprint.slice(0, 8)}${same}`);
}
