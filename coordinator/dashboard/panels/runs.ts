/**
 * @file All runs since the coordinator started: the result of each, and which curves are compared with the current
 * one.
 */
import type { RunRecordView, RunView, Score } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import { metricLabel, metricText } from "../charts/metric.ts";
import { create, element, setText } from "../page.ts";
import { said, say } from "../texts/language.ts";

/** Curves that are compared by default. */
const comparedAtFirst = 2;

export class RunsPanel {
  readonly #table = element("runs", HTMLTableElement);
  readonly #changed: () => void;
  readonly #hidden = new Set<number>();
  #runs: readonly RunRecordView[] = [];
  #current = 0;

  /** @param changed - Called when the selection of compared runs changes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Finished runs whose curves are wanted. */
  get compared(): readonly RunRecordView[] {
    return this.#ended.filter(({ number }) => !this.#hidden.has(number));
  }

  record(number: number): RunRecordView | undefined {
    return this.#runs.find((run) => run.number === number);
  }

  show(runs: readonly RunRecordView[], current: number): void {
    const known = new Set(this.#runs.map(({ number }) => number));
    this.#runs = runs;
    this.#current = current;
    const news = this.#ended.filter(({ number }) => !known.has(number));
    for (const { number } of news.slice(0, -comparedAtFirst)) this.#hidden.add(number);
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
    for (const run of this.#runs.toReversed()) {
      const row = body.insertRow();
      row.dataset["run"] = String(run.number);
      const head = create("th", "", `#${run.number}`);
      head.scope = "row";
      row.append(head, create("td", "text small"), create("td"), create("td"), create("td"));
      row
        .insertCell()
        .append(...(run.number === this.#current ? [] : [this.#checkbox(run.number)]));
      fillRow(row, run);
    }
    return body;
  }

  #checkbox(number: number): HTMLInputElement {
    const box = create("input");
    box.type = "checkbox";
    box.checked = !this.#hidden.has(number);
    box.setAttribute("aria-label", say("compareRun", { run: number }));
    box.addEventListener("change", () => {
      if (box.checked) this.#hidden.delete(number);
      else this.#hidden.add(number);
      this.#changed();
    });
    return box;
  }
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
