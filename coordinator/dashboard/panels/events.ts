/** @file The events, newest first, and the buttons that cause some: a lesson in what can go wrong. */
import { hasCode } from "../../../shared/words/sentence.ts";
import type { CoordinatorEvent, RunView, WorkerView } from "../../run/view.ts";
import type { Feed, CommandBody } from "../feed.ts";
import { create, element, setText } from "../page.ts";
import { language, said, say, waited } from "../texts/language.ts";
import { hasEnded } from "./run.ts";

const eventsShown = 100;
const delaySeconds = 5;
const breaking = ["drop", "corrupt", "lie", "delay"] as const;
type Breaking = (typeof breaking)[number];

export class EventsPanel {
  readonly #feed: () => Feed;
  readonly #victim = element("victim", HTMLSelectElement);
  readonly #list = element("events", HTMLOListElement);
  #workers = "";

  constructor(feed: () => Feed) {
    this.#feed = feed;
    this.#button("drop", (worker) => ({ command: "drop", worker }));
    this.#button("corrupt", (worker) => ({ command: "corrupt", worker }));
    this.#button("lie", (worker) => ({ command: "lie", worker }));
    this.#button("delay", (worker) => ({ command: "delay", worker, seconds: delaySeconds }));
  }

  /** A new connection sends the same events again. */
  clear(): void {
    this.#list.replaceChildren();
  }

  add(atMs: number, event: CoordinatorEvent): void {
    const text = textOf(event);
    if (text === undefined) return;
    const item = create("li", classOf(event));
    const time = create("time", "", new Date(atMs).toLocaleTimeString(language));
    time.dateTime = new Date(atMs).toISOString();
    item.append(time, create("span", "", text));
    this.#list.prepend(item);
    while (this.#list.childElementCount > eventsShown) this.#list.lastElementChild?.remove();
  }

  /**
   * Explains what happens to a wrong result in this run. Nothing can be disturbed if nothing trains or nobody is
   * connected.
   */
  showRun({ audit, phase }: RunView): void {
    const isOver = hasEnded(phase);
    const isAlone = this.#workers === "";
    const hindrance = isOver ? "breakNothing" : "breakNobody";
    setText(element("audit-now"), say(isOver || isAlone ? hindrance : `audit${audit}`));
    this.#disable(isOver || isAlone);
  }

  /** Nobody receives a command any more. */
  lose(): void {
    this.#disable(true);
  }

  /** Updates the workers that can be disturbed. */
  showWorkers(workers: readonly WorkerView[]): void {
    const here = workers.filter(({ state }) => state !== "gone");
    const key = here.map(({ id }) => id).join();
    if (key === this.#workers) return;
    this.#workers = key;
    const chosen = this.#victim.value;
    this.#victim.replaceChildren(...here.map(({ id, name }) => new Option(name, id)));
    if (here.some(({ id }) => id === chosen)) this.#victim.value = chosen;
  }

  #disable(isDisabled: boolean): void {
    for (const id of breaking) element(id, HTMLButtonElement).disabled = isDisabled;
  }

  #button(id: Breaking, commandOf: (worker: string) => CommandBody): void {
    element(id).addEventListener("click", () => {
      void this.#feed()
        .command(commandOf(this.#victim.value))
        .then((error) => setText(element("break-error"), said(error)));
    });
  }
}

/** A finished run is good news unless it has learned nothing. */
function classOf(event: CoordinatorEvent): string {
  if (event.event === "worker") return event.change;
  const isPoor = event.event === "finished" && event.isBetterThanGuess === false;
  return isPoor ? "warning" : event.event;
}

function textOf(event: CoordinatorEvent): string | undefined {
  switch (event.event) {
    case "worker":
      return say(`event${event.change}`, { name: event.name, reason: refusalOf(event) });
    case "started":
      return say("eventstarted", { run: event.run });
    case "resumed":
      return say("eventresumed", { run: event.run, step: event.step });
    case "finished":
      return say("eventfinished", { fingerprint: event.fingerprint });
    case "stopped":
      return say("eventstopped", { run: event.run, step: event.step });
    case "failed":
      return say("eventfailed", { reason: said(event.reason) });
    case "waiting":
      return hasCode(event.reason, "waiting-for-workers")
        ? `${say("waiting")}: ${waited(event.reason)}`
        : said(event.reason);
    case "warning":
    case "data":
      return said(event.message);
    case "epoch":
    case "sample":
    case "listening":
      // Epochs are shown as curves, samples are written by the page itself, and a person who reads this has already found the server.
      return undefined;
    default:
      return event satisfies never;
  }
}

function refusalOf({ error, reason }: Extract<CoordinatorEvent, { event: "worker" }>): string {
  return error === null ? said(reason) : `${said(reason)} (${error})`;
}
