/**
 * @file *Bet*: the lecturer opens a section's question, and everybody taps on the same picture. After the vote the
 * picture shows all bets, then the kernel's answer, which this page computes like every other.
 */
import type { ActivityView } from "../../classroom/messages.ts";
import type { Pen } from "../draw/pen.ts";
import { figures } from "../language.ts";
import type { SectionView } from "../section-view.ts";
import { noBet, type Point } from "../state/bet.ts";
import type { ClassPage } from "./class-page.ts";
import { answersOf, type ClassState } from "./class-state.ts";
import { drawCloud } from "./cloud.ts";
import { withSection } from "./follow.ts";
import { Pace } from "./pace.ts";
import { say } from "./texts.ts";

export interface BetsOptions {
  readonly page: ClassPage;
  /** `undefined` for a lecturer, who does not bet. */
  readonly send: ((place: Point) => void) | undefined;
  /** Whether the page has the network of the lesson's moment. Before that, an answer would be of another network. */
  readonly isReady: () => boolean;
  /** The result is known. */
  readonly told: () => void;
}

/** A finger that drags is followed this closely. */
const tapPaceMs = 600;

export class Bets {
  readonly #page: ClassPage;
  readonly #pace: Pace | undefined;
  readonly #isReady: () => boolean;
  readonly #told: () => void;
  #view: SectionView | undefined;
  /** The vote that is shown: its activity and round. */
  #vote = "";
  #isOpen = false;
  #phase: ActivityView["phase"] = "open";
  #state: ClassState | undefined;
  #bet: Point | undefined;

  constructor({ page, send, isReady, told }: BetsOptions) {
    this.#page = page;
    this.#isReady = isReady;
    this.#told = told;
    if (send !== undefined) {
      this.#pace = new Pace(tapPaceMs, () => {
        if (this.#bet !== undefined && this.#isOpen) send(this.#bet);
      });
    }
  }

  /** Shows the activity, or ends it. */
  show(state: ClassState): void {
    const { activity } = state;
    if (activity?.activity.kind !== "bet") return this.#end();
    const { section, link } = activity.activity;
    const view = this.#page.views.find((each) => each.section.id === section);
    if (view === undefined) return this.#end();
    if (view !== this.#view) this.#end();
    this.#view = view;
    this.#state = state;
    this.#isOpen = activity.phase === "open";
    const vote = `${activity.number} ${activity.round}`;
    if (vote !== this.#vote) this.#begin(view, link);
    this.#vote = vote;
    view.mayReveal = false;
    if (activity.phase === "revealed" && !view.now.bet.isRevealed) this.#reveal(view);
    if (activity.phase !== "open" && activity.phase !== this.#phase) view.center();
    this.#phase = activity.phase;
    const draw = (pen: Pen) => {
      drawCloud(pen, this.#cloud(view, state));
      // The answer may have come with this picture.
      this.#write();
    };
    view.overlay = this.#isOpen ? undefined : draw;
    this.#write();
  }

  /** The result in a few words, once the answer is shown: for a projector, whose screen the picture fills. */
  get result(): string {
    const [view, state] = [this.#view, this.#state];
    if (view === undefined || state?.activity?.phase !== "revealed") return "";
    if (this.#truthOf(view) === undefined) return "";
    const { bets, before } = votesOf(state);
    if (bets.length === 0) return say("betNone");
    const share = shareIn(view, bets);
    if (before.length === 0) return say("betNear", { share });
    return say("betNearTwice", { share, before: shareIn(view, before) });
  }

  /** A reader changed a section. */
  changed(view: SectionView): void {
    if (view !== this.#view) return;
    this.#bet = view.now.bet.place;
    if (this.#isOpen && this.#bet !== undefined) this.#pace?.ask();
    this.#write();
  }

  /** The same question for everybody, without the bets of before. */
  #begin(view: SectionView, link: string): void {
    const { id } = view.section;
    const { seed, sections } = this.#page.stateIn(link);
    const asked = sections[id]?.state ?? view.section.initial;
    this.#bet = undefined;
    const now = { state: asked, bet: noBet, fixed: view.now.fixed };
    this.#page.show(withSection(this.#page.state(), { seed, id, now }));
    this.#page.goTo(id);
    // On a small screen and on a projector, the question may leave it no room.
    view.center("nearest");
  }

  #reveal(view: SectionView): void {
    const now = { ...view.now, bet: { ...view.now.bet, isRevealed: true } };
    const { seed } = this.#page.state();
    this.#page.show(withSection(this.#page.state(), { seed, id: view.section.id, now }));
  }

  #end(): void {
    const view = this.#view;
    this.#view = undefined;
    this.#vote = "";
    this.#isOpen = false;
    if (view === undefined) return;
    view.overlay = undefined;
    view.mayReveal = true;
    view.aside.textContent = "";
  }

  #cloud(view: SectionView, state: ClassState) {
    const { bets, before } = votesOf(state);
    const isRevealed = state.activity?.phase === "revealed";
    const truth = isRevealed ? this.#truthOf(view) : undefined;
    return { on: view.section.bet.on, bets, before, truth, truthText: say("answer") };
  }

  #write(): void {
    const [view, state] = [this.#view, this.#state];
    const activity = state?.activity ?? undefined;
    if (view === undefined || state === undefined || activity === undefined) return;
    const text = this.#textOf(view, state, activity);
    if (view.aside.textContent === text) return;
    view.aside.textContent = text;
    this.#told();
  }

  #truthOf(view: SectionView): Point | undefined {
    return this.#isReady() ? view.truth : undefined;
  }

  #textOf(view: SectionView, state: ClassState, { phase, answered }: ActivityView): string {
    const counted = {
      answered: figures.whole(answered),
      people: figures.whole(Math.max(state.people, answered)),
    };
    if (phase === "open") {
      if (this.#pace === undefined) return say("betOpenLead", counted);
      return say(this.#bet === undefined ? "betOpen" : "betTaken", counted);
    }
    const { bets, before } = votesOf(state);
    if (phase === "closed") return say("betClosed", { count: figures.whole(bets.length) });
    if (bets.length === 0) return say("betNone");
    if (this.#truthOf(view) === undefined) return say("computing");
    const values = { count: figures.whole(bets.length), share: shareIn(view, bets) };
    if (before.length === 0) return say("betRevealed", values);
    return say("betRevealedTwice", { ...values, before: shareIn(view, before) });
  }
}

/** The part of the bets that is near the answer. */
function shareIn(view: SectionView, bets: readonly Point[]): string {
  return figures.percent(bets.filter((bet) => view.isRight(bet)).length / bets.length, 0);
}

/** The places of this vote, and of the one before. */
function votesOf(state: ClassState): {
  readonly bets: readonly Point[];
  readonly before: readonly Point[];
} {
  const round = state.activity?.round ?? 1;
  const told = answersOf(state, "bet");
  const vote = (of: number) => told.filter((each) => each.round === of).map(({ answer }) => answer);
  return { bets: vote(round), before: vote(round - 1) };
}
