/**
 * @file Notifications of the desktop when a run ends, for whoever has asked for them. The browser is asked only on a click.
 * Where it can't show any, as on a page over plain http from another machine, the question does not appear.
 */
import type { Target } from "../../shared/data/dataset.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { CoordinatorEvent, Phase, RunView } from "../run/view.ts";
import { headlinesOf, metricLabel, metricText } from "./charts/metric.ts";
import { element, setText } from "./page.ts";
import { said, say } from "./texts/language.ts";

/** Remembers across visits that this reader wants them. */
const storageKey = "promedio-notices";

export class Notices {
  readonly #wish = element("notify", HTMLInputElement);
  #last: { readonly id: string; readonly phase: Phase } | undefined;
  #failure: Sentence | null = null;

  constructor() {
    if (!canNotify()) return;
    element("notify-wish").hidden = false;
    this.#wish.checked = Notification.permission === "granted" && isStored();
    this.#wish.addEventListener("change", () => void this.#ask());
  }

  event(event: CoordinatorEvent): void {
    if (event.event === "failed") this.#failure = event.reason;
  }

  /** Called with every view of the run. @param target - What its dataset's targets mean. */
  show(run: RunView, target: Target | undefined): void {
    const { id, phase } = run;
    const isNews = isEndOf(this.#last, run);
    this.#last = { id, phase };
    if (!isNews || !this.#wish.checked) return;
    const body = phase === "failed" ? said(this.#failure) : scoresOf(run, target);
    const notice = new Notification(`${say(phase)}: ${said(run.title)}`, { body, tag: id });
    notice.addEventListener("click", () => window.focus());
  }

  async #ask(): Promise<void> {
    const isWanted = this.#wish.checked;
    const permission = isWanted ? await Notification.requestPermission() : "default";
    this.#wish.checked = isWanted && permission === "granted";
    setText(element("notify-error"), permission === "denied" ? say("notifyDenied") : "");
    store(this.#wish.checked);
  }
}

/** Whether a run has just ended by itself. A page that opens afterwards, or another run's end, is no news. */
function isEndOf(
  last: { readonly id: string; readonly phase: Phase } | undefined,
  { id, phase }: Pick<RunView, "id" | "phase">,
): boolean {
  const isOver = phase === "finished" || phase === "failed";
  return isOver && last?.id === id && last.phase !== phase;
}

function scoresOf(run: RunView, target: Target = run.task): string {
  const { metrics } = run.testEvaluation ?? run.lastEvaluation ?? {};
  const all = headlinesOf(target).map((name) => {
    return `${metricLabel(name, target)} ${metricText(name, metrics?.[name])}`;
  });
  return all.join(", ");
}

function canNotify(): boolean {
  return isSecureContext && "Notification" in globalThis;
}

function isStored(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null;
  } catch {
    return false;
  }
}

function store(isWanted: boolean): void {
  try {
    if (isWanted) localStorage.setItem(storageKey, "1");
    else localStorage.removeItem(storageKey);
  } catch {
    // A browser that stores nothing asks again at the next visit.
  }
}
