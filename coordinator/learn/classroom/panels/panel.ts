/** @file What every activity of a lesson has on the page that is not the question of a section: its card, above the sections. */
import type { Activity, Answer } from "../../../classroom/messages.ts";
import { create } from "../../../dashboard/page.ts";
import type { RunState } from "../../models/network/run-state.ts";
import type { ClassPage } from "../class-page.ts";
import type { ClassState } from "../class-state.ts";

/** What a panel needs. */
export interface PanelHost {
  readonly page: ClassPage;
  readonly activity: Activity;
  /** The run at the lesson's moment; `null` without one, `undefined` until it is known. */
  readonly run: () => RunState | null | undefined;
  /** The number of this device, from 1. */
  readonly seat: number;
  /** Opens another activity in place of this one; `undefined` for all but the lecturer. */
  readonly open: ((activity: Activity) => void) | undefined;
  /** `undefined` for a lecturer, who does not take part. */
  readonly send: ((answer: Answer) => void) | undefined;
}

export interface Panel {
  readonly element: HTMLElement;
  /** What a projector shows of it. */
  readonly sight: HTMLElement;
  /** Shows what is known now. Called again when an answer of the network has come. */
  show(state: ClassState): void;
  /** The colours are others: nothing that is drawn may stay. */
  themed(): void;
}

/** The card of a panel, with its heading and one sentence of what to do. */
export function cardOf(title: string, lead: string): HTMLElement {
  const card = create("section", "class-panel card");
  const heading = create("h2", "", title);
  heading.id = "class-title";
  card.setAttribute("aria-labelledby", heading.id);
  card.append(heading, create("p", "claim", lead));
  return card;
}

/** A sentence that a screen reader hears when it changes. */
export function told(className = "numbers"): HTMLElement {
  const line = create("p", className);
  line.setAttribute("role", "status");
  return line;
}

/** A button of a panel. */
export function button(text: string, act: () => void, className = ""): HTMLButtonElement {
  const made = create("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
