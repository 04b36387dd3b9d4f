/**
 * @file What a reader bets with: sliders behind the picture for keys, and the button that shows the answer. Taps on the
 * picture come from elsewhere.
 */
import { create, setText } from "../dashboard/page.ts";
import { sliderOf } from "./controls/controls.ts";
import { type Axes, type Axis, valueAt } from "./draw/axes.ts";
import { say, shortly } from "./language.ts";
import type { Bet, Point } from "./state/bet.ts";
import { numberField, sliderSteps } from "./state/schema.ts";

export interface BetEvents {
  placed(place: Point): void;
  /** Show the answer, or, when it is shown, start again. */
  revealed(): void;
  /** `undefined` while there is no picture yet. */
  axes(): Axes | undefined;
}

export class BetPanel {
  readonly element = create("div", "betting");
  /** In the picture, out of sight: what keys move. */
  readonly handles: readonly HTMLElement[];
  readonly #button = create("button", "primary");
  readonly #sliders: ReadonlyMap<"x" | "y", HTMLInputElement>;
  readonly #events: BetEvents;
  #bet: Bet = { place: undefined, isRevealed: false };

  constructor(on: "x" | "y" | "point", events: BetEvents) {
    this.#events = events;
    const axes = on === "point" ? (["x", "y"] as const) : ([on] as const);
    this.#sliders = new Map(axes.map((axis) => [axis, this.#slider(axis)]));
    this.handles = [...this.#sliders.values()];
    this.#button.type = "button";
    this.#button.addEventListener("click", () => events.revealed());
    this.element.append(this.#button);
  }

  show(bet: Bet): void {
    this.#bet = bet;
    const { place, isRevealed } = bet;
    const key = isRevealed ? "betAgain" : place === undefined ? "revealUnbet" : "reveal";
    setText(this.#button, say(key));
    this.#button.classList.toggle("primary", !isRevealed && place !== undefined);
    for (const slider of this.#sliders.values()) slider.hidden = isRevealed;
  }

  #slider(axis: "x" | "y"): HTMLInputElement {
    const slider = sliderOf(numberField(0, 1));
    slider.className = "visually-hidden drag";
    slider.value = String(sliderSteps / 2);
    slider.setAttribute("aria-label", say(axis === "x" ? "betAcross" : "betUp"));
    slider.addEventListener("input", () => {
      const axes = this.#events.axes();
      if (axes === undefined) return;
      const before = this.#bet.place ?? { x: middleOf(axes.x), y: middleOf(axes.y) };
      const value = valueAt(axes[axis], Number(slider.value) / sliderSteps);
      slider.setAttribute("aria-valuetext", shortly(value));
      this.#events.placed({ ...before, [axis]: value });
    });
    return slider;
  }
}

function middleOf(axis: Axis): number {
  return valueAt(axis, 0.5);
}
