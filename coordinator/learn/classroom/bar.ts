/** @file The strip at the foot of the page during a lesson: the number of participants, the activity, and its buttons. */
import { create, setText } from "../../dashboard/page.ts";
import { say } from "./texts.ts";

export interface BarButton {
  /** Tells it from the others: a button that stays keeps the focus. */
  readonly key: string;
  readonly text: string;
  readonly isPrimary?: boolean;
  /** For a button that switches something on and off. */
  readonly isPressed?: boolean;
  readonly act: () => void;
}

export interface BarView {
  /** The number of participants, in words. */
  readonly count: string;
  /** The activity and its progress. */
  readonly status: string;
  readonly buttons: readonly BarButton[];
}

export class ClassBar {
  readonly element = create("section", "class-bar");
  readonly #count = create("strong");
  readonly #status = create("span", "soft");
  readonly #buttons = create("div", "class-buttons");
  readonly #made = new Map<string, { readonly button: HTMLButtonElement; now: BarButton }>();

  constructor() {
    this.element.setAttribute("aria-label", say("lesson"));
    this.#status.setAttribute("role", "status");
    const told = create("p");
    told.append(this.#count, " ", this.#status);
    this.element.append(told, this.#buttons);
    // What has the focus, or is brought into sight, is never behind the strip.
    new ResizeObserver(() => {
      const { style } = document.documentElement;
      style.scrollPaddingBottom = `${this.element.offsetHeight}px`;
    }).observe(this.element);
  }

  show({ count, status, buttons }: BarView): void {
    setText(this.#count, count);
    setText(this.#status, status);
    const keys = new Set(buttons.map(({ key }) => key));
    for (const [key, { button }] of this.#made) {
      if (keys.has(key)) continue;
      button.remove();
      this.#made.delete(key);
    }
    for (const [i, each] of buttons.entries()) {
      const button = this.#button(each);
      if (this.#buttons.children[i] !== button) {
        this.#buttons.insertBefore(button, this.#buttons.children[i] ?? null);
      }
    }
  }

  #button(now: BarButton): HTMLButtonElement {
    const known = this.#made.get(now.key);
    const made = known ?? { button: this.#newButton(now.key), now };
    made.now = now;
    this.#made.set(now.key, made);
    const { button } = made;
    setText(button, now.text);
    button.classList.toggle("primary", now.isPrimary === true);
    if (now.isPressed === undefined) button.removeAttribute("aria-pressed");
    else button.setAttribute("aria-pressed", String(now.isPressed));
    return button;
  }

  #newButton(key: string): HTMLButtonElement {
    const button = create("button", "small");
    button.type = "button";
    button.addEventListener("click", () => this.#made.get(key)?.now.act());
    return button;
  }
}
