/**
 * @file The page for a projector: one panel at a time, in large type. Arrow keys, or the keys of a remote control, change
 * the panel; Esc leaves.
 */
import { chosenBefore, keepChoice } from "./choices.ts";
import { element, setText } from "./page.ts";
import { say } from "./texts/language.ts";

/** How many panels each key moves. */
const moves: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  PageDown: 1,
  ArrowLeft: -1,
  PageUp: -1,
};

export class Presenter {
  readonly #button = element("presenter", HTMLButtonElement);
  readonly #place = element("presenter-place");
  #isOn = false;
  #at = Number(chosenBefore("panel") ?? "0");

  constructor() {
    this.#button.addEventListener("click", () => this.#turn(!this.#isOn));
    document.addEventListener("keydown", (event) => this.#press(event));
    this.#turn(chosenBefore("presenter") === "yes");
  }

  /** Shows the chosen panel. Call it when the task changes, because panels come and go with it. */
  show(): void {
    const sections = [...document.querySelectorAll<HTMLElement>("main > section")];
    const panels = sections.filter(({ hidden }) => !hidden);
    this.#at = Math.min(Math.max(this.#at, 0), panels.length - 1);
    for (const section of sections) {
      section.toggleAttribute("data-presented", section === panels[this.#at]);
    }
    const values = { at: this.#at + 1, count: panels.length };
    setText(this.#place, this.#isOn ? say("presenterKeys", values) : "");
  }

  #turn(isOn: boolean): void {
    this.#isOn = isOn;
    document.documentElement.toggleAttribute("data-presenter", isOn);
    this.#button.setAttribute("aria-pressed", String(isOn));
    keepChoice("presenter", isOn ? "yes" : "no");
    this.show();
  }

  #press(event: KeyboardEvent): void {
    if (!this.#isOn || event.defaultPrevented || isBusy(event.target)) return;
    if (event.key === "Escape") return this.#turn(false);
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    this.#at += move;
    this.show();
    keepChoice("panel", String(this.#at));
    scrollTo({ top: 0 });
  }
}

/** Whether the key belongs to a field, a table that scrolls, or an open dialog. */
function isBusy(target: EventTarget | null): boolean {
  const keepers = "input, select, textarea, dialog, [role=log], .scroll, .pad, pre";
  return target instanceof Element && target.closest(keepers) !== null;
}
