/**
 * @file The join page's fields: name, threads, effort. Each one is remembered, shows its value in words, and
 * reports changes.
 */
import { browserName } from "./browser-name.ts";
import { element, setText } from "./page.ts";
import { remember, remembered } from "./settings.ts";
import { figure, say } from "./texts/language.ts";

/** More threads would rarely be faster on a browser's remaining cores, and each needs its own memory. */
const threadsMax = 8;
/** A person who slides or types through several values means the last one. */
const settledMs = 500;

const nameField = element("name", HTMLInputElement);
const threads = element("threads", HTMLInputElement);
const effort = element("effort", HTMLInputElement);
const threadsValue = element("threads-value", HTMLElement);
const effortValue = element("effort-value", HTMLElement);

export interface Chosen {
  readonly name: string;
  readonly threads: number;
  /** Fraction of the time, in (0, 1]. */
  readonly effort: number;
}

export interface ControlEvents {
  /** The name or the number of threads changed: the worker must join again. */
  rejoin(): void;
  effort(effort: number): void;
}

/** The current values of the fields. */
export function chosen(): Chosen {
  const name = nameField.value.trim() || browserName(navigator.userAgent);
  return { name, threads: threads.valueAsNumber, effort: effort.valueAsNumber / 100 };
}

/** Fills the fields from the last visit and listens to them. */
export function openControls(events: ControlEvents): void {
  nameField.value = remembered("name") ?? "";
  nameField.placeholder = browserName(navigator.userAgent);
  openThreads();
  effort.value = remembered("effort") ?? "100";
  showControls();
  const rejoin = settled(() => events.rejoin());
  nameField.addEventListener("change", () => {
    remember("name", nameField.value.trim());
    rejoin();
  });
  threads.addEventListener("input", showControls);
  threads.addEventListener("change", () => {
    remember("threads", threads.value);
    rejoin();
  });
  effort.addEventListener("input", () => {
    showControls();
    remember("effort", effort.value);
    events.effort(chosen().effort);
  });
}

/** Shows the sliders' values in the page's language. */
export function showControls(): void {
  const counts = { count: figure(threads.valueAsNumber), all: figure(Number(threads.max)) };
  setText(threadsValue, say("threadsValue", counts));
  threads.setAttribute("aria-valuetext", say("threadsSpoken", counts));
  const percent = { percent: figure(effort.valueAsNumber) };
  setText(effortValue, say("effortValue", percent));
  effort.setAttribute("aria-valuetext", say("effortSpoken", percent));
}

/** By default, one core stays free for the page and for whatever else the person does. */
function openThreads(): void {
  const cores = Math.max(1, navigator.hardwareConcurrency);
  const most = Math.min(cores, threadsMax);
  threads.max = String(most);
  threads.value = remembered("threads") ?? String(Math.max(1, Math.min(cores - 1, most)));
  threads.disabled = most === 1;
}

function settled(callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, settledMs);
  };
}
