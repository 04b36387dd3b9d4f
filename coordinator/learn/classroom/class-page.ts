/** @file What a lesson needs of the page `/learn`, which fetches the script of the lesson only with a token. A contract, so no code. */
import type { Theme } from "../draw/inks.ts";
import type { RunState } from "../models/network/run-state.ts";
import type { Answer, Question } from "../models/questions.ts";
import type { Asking } from "../network-page.ts";
import type { SectionView } from "../section-view.ts";
import type { PageState } from "../state/link.ts";

export interface ClassPage {
  /** Empty for a coordinator without one. */
  readonly token: string;
  readonly views: readonly SectionView[];
  readonly state: () => PageState;
  /** Shows another state, as from a link, without moving to another place. */
  show(state: PageState): void;
  /** Moves to a section, or with an empty id to the top. */
  goTo(id: string): void;
  linkOf(state: PageState): string;
  stateIn(link: string): PageState;
  /** The pictures show this network from now on. */
  use(run: RunState): void;
  /** The answer of the network in the pictures; `undefined`: it will come, and then `by` hears of it. */
  ask(question: Question, by: Asking): Answer | "failed" | undefined;
  readonly theme: () => Theme;
  /** Calls back whenever a reader changes a section, and whenever the colours change. */
  listen(events: { changed(view: SectionView): void; themed(): void }): void;
}

/** The script of the lesson, `class.js`. */
export interface ClassScript {
  enterClass(page: ClassPage): void;
}
