/** @file The choice of one of several values or flags that a figure is about; hidden if there is only one. */
import type { Target } from "../../../shared/data/dataset.ts";
import { nameIn } from "../model/answer.ts";
import { element } from "../page.ts";

/** A longer list is not read. */
const choicesMax = 1_000;

export class TargetPicker {
  readonly #select: HTMLSelectElement;

  /** @param id - Of the list in the page. @param changed - Called when the reader chooses. */
  constructor(id: string, changed: () => void) {
    this.#select = element(id, HTMLSelectElement);
    this.#select.addEventListener("change", changed);
  }

  /** Another run began. */
  begin(target: Target): void {
    const count = target.kind === "classes" ? 1 : Math.min(target.count, choicesMax);
    const choices = Array.from({ length: count }, (_, index) => {
      return new Option(nameIn(target, index), String(index));
    });
    this.#select.replaceChildren(...choices);
    this.#select.hidden = count === 1;
  }

  /** The chosen one, counted from 0. */
  get index(): number {
    return Math.max(0, this.#select.selectedIndex);
  }
}
