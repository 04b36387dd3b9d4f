/**
 * @file One section in the page: its texts, its picture, the bet, and, once the answer is shown, everything to play
 * with. The same for every section; what is special is in the section itself.
 */
import { messageOf } from "../../shared/error-text.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { create, setText, watchVisible } from "../dashboard/page.ts";
import { BetPanel } from "./bet-panel.ts";
import type { Control } from "./controls/control.ts";
import { createControl } from "./controls/controls.ts";
import { linksHere, setFixed } from "./controls/fixing.ts";
import { Details } from "./details.ts";
import { drawBet } from "./draw/bet-mark.ts";
import type { Theme } from "./draw/inks.ts";
import type { Pen } from "./draw/pen.ts";
import { figures, language, say } from "./language.ts";
import type { Answer, Question } from "./models/questions.ts";
import { Picture } from "./picture.ts";
import { Player } from "./player.ts";
import { SectionModel } from "./section-model.ts";
import { type AnySection, numberFieldOf, type Scene } from "./section.ts";
import { type Bet, noBet, type Point, settledPlace } from "./state/bet.ts";
import type { Cursor } from "./state/cursor.ts";
import { opened, type SectionState } from "./state/link.ts";
import { type Schema, settled } from "./state/schema.ts";
import { type Say, sayIn } from "./texts/section-texts.ts";
import type { Ticking } from "./ticker.ts";

/** What a view needs from the page. */
export interface Host {
  readonly kernel: Kernel;
  readonly theme: () => Theme;
  readonly seed: () => number;
  /** The answer to a question, or `undefined`; then the view is woken when it is there. */
  readonly ask: (question: Question, view: SectionView) => Answer | "failed" | undefined;
  readonly wake: (view: SectionView) => void;
  /** The state or the bet changed. */
  readonly changed: (view: SectionView) => void;
  /** The address of the page at this section, with another state of it. */
  readonly linkTo: (view: SectionView, now: SectionState) => string;
}

/** A screen reader is told of changes when they have rested for so long. */
const spokenAfterMs = 500;

type AnyScene = Scene<Schema, unknown, string>;

export class SectionView implements Ticking {
  readonly element = create("section", "idea");
  readonly section: AnySection;
  readonly #host: Host;
  readonly #say: Say<string>;
  readonly #picture: Picture;
  readonly #bet: BetPanel;
  readonly #player: Player;
  readonly #controls = new Map<string, Control>();
  readonly #details: Details;
  readonly #revealed = create("div", "revealed");
  readonly #outcome = create("p", "outcome");
  readonly #numbers = create("p", "numbers");
  readonly #spoken = create("p", "visually-hidden");
  readonly #careful = create("p");
  /** What a class says about the question, below the picture. */
  readonly aside = create("p", "aside");
  readonly #isVisible: () => boolean;
  #now: SectionState;
  readonly #model: SectionModel;
  #overlay: ((pen: Pen) => void) | undefined;
  #mapKey: unknown = Symbol("never drawn");
  #isDirty = true;
  #spokenTimer = 0;

  constructor(section: AnySection, now: SectionState, host: Host) {
    this.section = section;
    this.#host = host;
    this.#now = now;
    this.#say = sayIn(section.texts, language);
    const { kernel, seed } = host;
    this.#model = new SectionModel(section, { kernel, seed, ask: (each) => host.ask(each, this) });
    this.#picture = new Picture({
      resized: () => this.redraw(),
      touched: (place) => this.#touch(place),
      tapped: (place) => this.#tap(place),
    });
    this.#bet = new BetPanel(section.bet.on, {
      placed: (place) => this.#place(place),
      revealed: () => this.#reveal(),
      axes: () => {
        const scene = this.#scene();
        return scene === undefined ? undefined : section.axes(scene);
      },
    });
    this.#player = new Player(() => this.#change(), section.paceMs);
    this.#details = new Details(section, this.#say);
    this.#build();
    this.#isVisible = watchVisible(this.element, () => host.wake(this));
    this.#player.rest("end");
    this.#showPhase();
  }

  get now(): SectionState {
    return this.#now;
  }

  /** Shows another state, as from a link. An answer that was not shown before is played. */
  restore(now: SectionState): void {
    const isNews = now.bet.isRevealed && !this.#now.bet.isRevealed;
    this.#now = now;
    if (isNews) this.#player.begin();
    else this.#player.rest("end");
    this.#showPhase();
    this.#dirty();
  }

  /** Where a reader has moved the cursor to; `undefined` where it is by itself. */
  get cursor(): Cursor | undefined {
    return this.#player.cursor;
  }

  /** Puts the cursor where the lecturer has it. */
  follow(cursor: Cursor): void {
    this.#player.go(cursor);
    this.#dirty();
  }

  /** What is drawn above everything else, such as the bets of a class; none by default. */
  set overlay(draw: ((pen: Pen) => void) | undefined) {
    this.#overlay = draw;
    this.#dirty();
  }

  /** Whether readers may ask for the answer: not while a whole class bets. */
  set mayReveal(may: boolean) {
    this.#bet.element.hidden = !may;
  }

  /** Brings the picture into the middle, or only into sight. */
  center(block: "center" | "nearest" = "center"): void {
    this.#picture.element.scrollIntoView({ block });
  }

  /** The answer; `undefined` while it is being computed. */
  get truth(): Point | undefined {
    const scene = this.#scene();
    return scene === undefined ? undefined : this.section.bet.truth(scene.model);
  }

  /** Whether somebody's bet is near enough. */
  isRight(bet: Point): boolean {
    const scene = this.#scene();
    const truth = this.truth;
    if (scene === undefined || truth === undefined) return false;
    return this.section.bet.isRight(bet, truth, scene.model);
  }

  /** Draws everything again: the theme or the size changed, or an answer came. */
  redraw(): void {
    this.#mapKey = Symbol("not drawn");
    this.#dirty();
  }

  /** The network has answered. */
  answered(): void {
    this.#dirty();
  }

  frame(elapsedMs: number): boolean {
    if (!this.#isVisible() || !this.#picture.isReady) {
      this.#player.pause();
      return false;
    }
    if (this.#player.advance(elapsedMs)) this.#isDirty = true;
    if (this.#isDirty) this.#draw();
    return this.#player.isPlaying;
  }

  #dirty(): void {
    this.#isDirty = true;
    this.#host.wake(this);
  }

  // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────

  #draw(): void {
    this.#isDirty = false;
    try {
      this.#drawNow();
    } catch (error) {
      // One section that fails, as for lack of memory, must not take the others with it.
      setText(this.#outcome, say("failed", { reason: messageOf(error) }));
      this.#player.pause();
    }
  }

  #drawNow(): void {
    const { section } = this;
    const computed = this.#model.of(this.#now.state);
    this.element.toggleAttribute("data-computing", computed === undefined);
    this.element.toggleAttribute("data-refining", this.#model.isRefining);
    if (computed === undefined) return setText(this.#numbers, say("computing"));
    this.#player.setLast(section.lastStep?.(computed.value) ?? 0);
    const scene = this.#scene();
    if (scene === undefined) return;
    const axes = section.axes(scene);
    const theme = this.#host.theme();
    const mapKey = section.mapKey?.(scene.model);
    if (mapKey !== this.#mapKey) {
      this.#mapKey = mapKey;
      const map = this.#picture.pen("map", axes, theme);
      if (map !== undefined) section.drawMap?.(map, scene);
    }
    const pen = this.#picture.pen("overlay", axes, theme);
    if (pen === undefined) return;
    section.draw(pen, scene);
    this.#drawBet(pen);
    this.#overlay?.(pen);
    this.#write(scene);
  }

  #scene(): AnyScene | undefined {
    const computed = this.#model.of(this.#now.state);
    if (computed === undefined) return undefined;
    const { state, bet } = this.#now;
    return {
      state,
      model: computed.value,
      step: this.#player.step,
      bet: bet.place,
      isRevealed: bet.isRevealed,
      say: this.#say,
      figures,
    };
  }

  #drawBet(pen: Pen): void {
    const { place, isRevealed } = this.#now.bet;
    if (place === undefined) return;
    const { on } = this.section.bet;
    drawBet(pen, { on, place, text: say("yourBet"), isBold: !isRevealed });
  }

  #write(scene: AnyScene): void {
    const { section } = this;
    const { bet } = this.#now;
    const values = section.values(scene);
    for (const name of [...section.controls, ...this.#dragNames()]) {
      const value = scene.state[name];
      const stops = section.stops?.(scene.model)[name] ?? [];
      const named = stops.map((stop) => ({
        text: this.#say(stop.text, values),
        value: stop.value,
      }));
      if (value !== undefined) this.#controls.get(name)?.show(value, named);
    }
    this.#bet.show(bet);
    const description = section.describe(scene);
    setText(this.#numbers, description);
    setText(this.#careful, this.#say("careful", values));
    setText(this.#outcome, bet.isRevealed ? this.#outcomeOf(scene, values) : "");
    if (bet.isRevealed) this.#details.show(scene);
    const label = bet.isRevealed
      ? `${this.#say("picture")}. ${description}`
      : this.#say("question", values);
    window.clearTimeout(this.#spokenTimer);
    this.#spokenTimer = window.setTimeout(() => this.#speak(label, description), spokenAfterMs);
  }

  #speak(label: string, description: string): void {
    this.#picture.label = label;
    if (this.#now.bet.isRevealed) setText(this.#spoken, description);
  }

  #outcomeOf({ model, bet }: AnyScene, values: Readonly<Record<string, string>>): string {
    const truth = this.section.bet.truth(model);
    if (truth === undefined) return say("computing");
    const isRight = bet !== undefined && this.section.bet.isRight(bet, truth, model);
    return this.#say(isRight ? "right" : "wrong", values);
  }

  // ── what readers do ────────────────────────────────────────────────────────────────────────────────────────────

  #touch(place: Point): void {
    if (!this.#now.bet.isRevealed) return this.#place(place);
    const { drag = {} } = this.section;
    for (const axis of ["x", "y"] as const) {
      const name = drag[axis];
      if (name !== undefined) this.#set(name, place[axis]);
    }
  }

  #tap(place: Point): void {
    const scene = this.#scene();
    if (scene === undefined || !scene.isRevealed) return;
    const changes = this.section.tap?.(place, scene) ?? {};
    for (const [name, value] of Object.entries(changes)) {
      if (value !== undefined) this.#set(name, value);
    }
  }

  #place(place: Point): void {
    this.#bets({ place: settledPlace(place), isRevealed: false });
  }

  #reveal(): void {
    const { bet } = this.#now;
    if (bet.isRevealed) {
      this.#now = opened(this.section, this.#now);
      return this.#bets(noBet);
    }
    this.#player.begin();
    this.#bets({ ...bet, isRevealed: true });
    // The question above it has gone, and may have drawn it out of sight.
    this.center("nearest");
  }

  #bets(bet: Bet): void {
    this.#now = { ...this.#now, bet };
    this.#showPhase();
    this.#change();
  }

  #set(name: string, value: number | string): void {
    if (!this.#isOpen(name)) return;
    const field = this.section.schema[name];
    const kept = field?.kind === "number" ? settled(field, Number(value)) : value;
    this.#now = { ...this.#now, state: { ...this.#now.state, [name]: kept } };
    this.#player.rest(this.section.rests ?? "end");
    this.#change();
  }

  #change(): void {
    this.#dirty();
    this.#host.changed(this);
  }

  // ── the page's elements ────────────────────────────────────────────────────────────────────────────────────────

  #showPhase(): void {
    const { isRevealed } = this.#now.bet;
    this.element.toggleAttribute("data-revealed", isRevealed);
    this.#revealed.hidden = !isRevealed;
    const { section } = this;
    const isDragged = Object.values(section.drag ?? {}).some((name) => this.#isOpen(name));
    this.#picture.isOpen = !isRevealed || isDragged || section.tap !== undefined;
    for (const [name, { element }] of this.#controls) setFixed(element, !this.#isOpen(name));
    this.#bet.show(this.#now.bet);
  }

  /** Whether a reader can change a field. */
  #isOpen(name: string): boolean {
    return !this.#now.fixed.includes(name);
  }

  #dragNames(): readonly string[] {
    const { x, y } = this.section.drag ?? {};
    const names = [x, y].filter((name) => name !== undefined);
    return names.filter((name) => !this.section.controls.includes(name));
  }

  #build(): void {
    const { section, element } = this;
    element.id = section.id;
    const heading = create("h2", "", this.#say("title"));
    heading.id = `${section.id}-title`;
    element.setAttribute("aria-labelledby", heading.id);
    this.#spoken.setAttribute("role", "status");
    this.#outcome.setAttribute("role", "status");
    this.aside.setAttribute("role", "status");
    const careful = create("div", "careful");
    careful.setAttribute("role", "note");
    careful.append(create("strong", "", say("careful")), this.#careful);
    const names = [...section.controls, ...this.#dragNames()];
    this.#revealed.append(
      this.#player.element,
      this.#controlsElement(),
      this.#numbers,
      careful,
      this.#details.element,
      ...linksHere({
        fields: names.map((name) => ({ name, text: this.#say(name) })),
        fixed: () => this.#now.fixed,
        linkTo: (fixed) => this.#host.linkTo(this, { ...this.#now, fixed }),
      }),
    );
    // Until there are numbers to tell.
    this.#picture.label = this.#say("picture");
    this.#picture.element.append(...this.#bet.handles, ...this.#dragHandles());
    element.append(
      create(
        "p",
        "slides",
        say("slide", {
          slides: section.slides,
          several: /\D/u.test(section.slides) ? "yes" : "no",
        }),
      ),
      heading,
      create("p", "claim", this.#say("claim")),
      create("p", "question", this.#say("question")),
      this.#picture.element,
      this.aside,
      this.#outcome,
      this.#bet.element,
      this.#revealed,
      this.#spoken,
    );
  }

  #controlsElement(): HTMLElement {
    const controls = create("div", "controls");
    for (const name of this.section.controls) controls.append(this.#control(name).element);
    return controls;
  }

  /** Sliders for what is set on the picture, for keys: out of sight, and the picture shows where the focus is. */
  #dragHandles(): readonly HTMLElement[] {
    return this.#dragNames().map((name) => {
      numberFieldOf(this.section.schema, name);
      const { element } = this.#control(name);
      element.classList.add("visually-hidden", "drag");
      return element;
    });
  }

  #control(name: string): Control {
    const { section } = this;
    const field = section.schema[name];
    if (field === undefined) throw new Error(`${section.id} has no field ${name}`);
    const options = {
      id: `${section.id}-${name}`,
      field,
      label: this.#say(name),
      changed: (value: number | string) => this.#set(name, value),
    };
    const control = createControl(options, (choice) => this.#say(choice));
    this.#controls.set(name, control);
    return control;
  }
}
