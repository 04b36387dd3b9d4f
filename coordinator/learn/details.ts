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
    this.#formula.tabIndex = 0;
    this.#formula.setAttribute("role", "group");
    this.#formula.setAttribute("aria-label", say("formula"));
    this.#formula.append(...(rendered[section.id] ?? []).map(mathIn));
    const scroll = create("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", texts("picture"));
    scroll.append(this.#table);
    this.#tableFold = fold(say("asTable"), scroll);
    this.#tableFold.addEventListener("toggle", () => {
      if (this.#tableFold.open && this.#scene !== undefined) this.#showTable(this.#scene);
    });
    const code = create("div");
    const codeFold = fold(say("code"), code);
    codeFold.addEventListener("toggle", () => {
      if (codeFold.open && code.childElementCount === 0) void showCode(section.id, code);
    });
    this.element.append(this.#formula, this.#tableFold, codeFold);
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

interface Source {
  readonly file: string;
  readonly name: string;
  readonly source: string;
}

let allCode: Promise<Readonly<Record<string, readonly Source[]>>> | undefined;

/** Fetches the code of all sections the first time, and shows that of one. */
async function showCode(id: string, place: HTMLElement): Promise<void> {
  try {
    allCode ??= fetch("learn-code.json").then(async (response) => await response.json());
    const sources = (await allCode)[id] ?? [];
    place.replaceChildren(...sources.flatMap(sourceElements));
  } catch {
    allCode = undefined; // The server is away; the next reader tries again.
    setText(place, say("noCode"));
  }
}

function sourceElements({ file, name, source }: Source): readonly HTMLElement[] {
  const block = create("pre", "", source);
  block.tabIndex = 0;
  block.setAttribute("role", "group");
  block.setAttribute("aria-label", name);
  return [create("p", "small soft", `${file} · ${name}`), block];
}
