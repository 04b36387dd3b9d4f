/** @file Below a picture: the formula with its numbers, and, folded, the numbers as a table and the code. */
import rendered from "../../build/learn.rendered";
import { create, fillBody, fillHead, setText } from "../dashboard/page.ts";
import { say, shortly } from "./language.ts";
import type { AnySection, Scene } from "./section.ts";
import type { Schema } from "./state/schema.ts";
import type { Say } from "./texts/section-texts.ts";

type AnyScene = Scene<Schema, unknown, string>;

export class Details {
  readonly element = create("div", "details");
  readonly #section: AnySection;
  readonly #formula = create("div", "formula");
  readonly #table = create("table");
  readonly #tableFold: HTMLDetailsElement;
  #scene: AnyScene | undefined;

  constructor(section: AnySection, texts: Say<string>) {
    this.#section = section;
    const { formulas = [], code = [] } = rendered[section.id] ?? {};
    this.#formula.tabIndex = 0;
    this.#formula.setAttribute("role", "group");
    this.#formula.setAttribute("aria-label", say("formula"));
    this.#formula.append(...formulas.map(mathIn));
    const scroll = create("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", texts("picture"));
    scroll.append(this.#table);
    this.#tableFold = fold(say("asTable"), scroll);
    this.#tableFold.addEventListener("toggle", () => {
      if (this.#tableFold.open && this.#scene !== undefined) this.#showTable(this.#scene);
    });
    const sources = code.flatMap(({ file, name, source }) => {
      const block = create("pre", "", source);
      block.tabIndex = 0;
      block.setAttribute("role", "group");
      block.setAttribute("aria-label", name);
      return [create("p", "small soft", `${file} · ${name}`), block];
    });
    this.element.append(this.#formula, this.#tableFold, fold(say("code"), ...sources));
  }

  show(scene: AnyScene): void {
    const values = this.#section.formula.values(scene.model, scene.step);
    for (const [name, value] of Object.entries(values)) {
      for (const place of this.#formula.querySelectorAll(`.val-${name}`)) {
        setText(place, shortly(value));
      }
    }
    this.#scene = scene;
    if (this.#tableFold.open) this.#showTable(scene);
  }

  #showTable(scene: AnyScene): void {
    const { head, rows } = this.#section.table(scene);
    fillHead(this.#table, head);
    fillBody(
      this.#table,
      rows.map((row) => row.map((text) => ({ text, className: "number" }))),
    );
  }
}

function fold(title: string, ...content: readonly HTMLElement[]): HTMLDetailsElement {
  const details = create("details");
  details.append(create("summary", "", title), ...content);
  return details;
}

/** The element of a formula that the build has rendered. */
function mathIn(markup: string): Element {
  const parsed = new DOMParser().parseFromString(markup, "application/xml").documentElement;
  return document.importNode(parsed, true);
}
