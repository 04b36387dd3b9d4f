/** @file A picture of a panel: axes, and what is drawn on them, again whenever something changes. */
import type { Axes } from "../../draw/axes.ts";
import type { Theme } from "../../draw/inks.ts";
import type { Pen } from "../../draw/pen.ts";
import { Picture } from "../../picture.ts";

export interface Drawing {
  readonly axes: Axes;
  /** For readers who do not see it. */
  readonly label: string;
  draw(pen: Pen): void;
}

export class Chart {
  readonly element: HTMLElement;
  readonly #picture: Picture;
  readonly #theme: () => Theme;
  #drawing: Drawing | undefined;

  constructor(theme: () => Theme) {
    this.#theme = theme;
    this.#picture = new Picture({ resized: () => this.#draw(), touched() {}, tapped() {} });
    this.element = this.#picture.element;
  }

  show(drawing: Drawing): void {
    this.#drawing = drawing;
    this.#picture.label = drawing.label;
    this.#draw();
  }

  #draw(): void {
    const drawing = this.#drawing;
    if (drawing === undefined) return;
    const pen = this.#picture.pen("overlay", drawing.axes, this.#theme());
    if (pen !== undefined) drawing.draw(pen);
  }
}
