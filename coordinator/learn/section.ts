/**
 * @file The contract of a section of the page: one idea of the lecture, one picture. A section is data and pure
 * functions; the page does everything else for all of them alike: controls, bets, links, keys, playing, text for
 * readers who do not see the picture. How to add one: a file here in `sections`, its texts in `texts`, a row in
 * `sections/sections.ts`.
 */
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { Figures } from "../dashboard/charts/figures.ts";
import type { Axes } from "./draw/axes.ts";
import type { Pen } from "./draw/pen.ts";
import type { Answer, Question } from "./models/questions.ts";
import type { Point } from "./state/bet.ts";
import type { NumberField, Schema, StateOf } from "./state/schema.ts";
import type { Say, SectionTexts } from "./texts/section-texts.ts";

export interface Section<Fields extends Schema, Model, Key extends string> {
  /** Of the section in links and in the page: short, in kebab-case. */
  readonly id: string;
  /** The lecture's slides, as people say them: `3–4`. */
  readonly slides: string;
  readonly schema: Fields;
  readonly initial: StateOf<Fields>;
  /** The fields that have a control below the picture, at most three. */
  readonly controls: readonly (keyof Fields & string)[];
  /** The number fields that a tap on the picture sets, or dragging on it, once the answer is shown. */
  readonly drag?: { readonly x?: keyof Fields & string; readonly y?: keyof Fields & string };
  /** What a tap on the picture changes once the answer is shown, for pictures in which one points at things. */
  tap?(place: Point, scene: Scene<Fields, Model, Key>): Partial<StateOf<Fields>>;
  /** Milliseconds per step of playing, where each is to be looked at. */
  readonly paceMs?: number;
  /** What readers bet on. */
  readonly bet: BetRule<Model>;
  readonly texts: SectionTexts<Key>;
  /** The functions of the product that compute what is shown. */
  readonly code: readonly CodePlace[];
  readonly formula: Formula<Model>;

  /** What this state needs from the page's network. Nothing is computed or drawn before the first answer. */
  asks?(state: StateOf<Fields>, seed: number): Question | undefined;

  /** The question for a finer answer than that to this one, if there is one: asked when this one is answered and shown. */
  refines?(question: Question): Question | undefined;

  /** Everything that is shown, from the state: the whole course of it, in which playing only moves a cursor. Pure. */
  compute(state: StateOf<Fields>, inputs: Inputs): Model;

  /** Where the cursor goes when the state changes; by default to the end, so that the whole course is in sight. */
  readonly rests?: "start" | "end";

  /** The last position of the cursor; absent if there is nothing to play. */
  lastStep?(model: Model): number;

  /** Named values of a number's slider, such as 1/λ. */
  stops?(model: Model): Partial<Readonly<Record<keyof Fields & string, readonly Stop<Key>[]>>>;

  axes(scene: Scene<Fields, Model, Key>): Axes;

  /**
   * Draws what changes rarely, such as a map's contour lines, below everything else. It is called again when the value
   * of `mapKey` changes; without one, only for another size or theme.
   */
  drawMap?(pen: Pen, scene: Scene<Fields, Model, Key>): void;
  mapKey?(model: Model): unknown;

  /** Draws the picture. Before the answer is shown, nothing may give it away. */
  draw(pen: Pen, scene: Scene<Fields, Model, Key>): void;

  /** The numbers of the picture, written in the reader's language, for all texts of the section. */
  values(scene: Scene<Fields, Model, Key>): Readonly<Record<string, string>>;

  /** The numbers as a sentence, which is also what readers hear who do not see the picture. */
  describe(scene: Scene<Fields, Model, Key>): string;

  /** The numbers of the picture as a table. */
  table(scene: Scene<Fields, Model, Key>): Table;
}

/** What a computation may read besides the state. */
export interface Inputs {
  /** The product's kernel. Its arena only grows, so a section allocates once (`Scratch`). */
  readonly kernel: Kernel;
  readonly seed: number;
  /** To the question that the section asks; while a new one is computed, that to the last. It says itself what it is. */
  readonly answer: Answer | undefined;
}

/** What is shown now. */
export interface Scene<Fields extends Schema, Model, Key extends string> {
  readonly state: StateOf<Fields>;
  readonly model: Model;
  /** The cursor: a step in [0, lastStep]. */
  readonly step: number;
  readonly bet: Point | undefined;
  readonly isRevealed: boolean;
  readonly say: Say<Key>;
  readonly figures: Figures;
}

export interface BetRule<Model> {
  /** What a tap fixes: a place on one of the axes, or on the picture. */
  readonly on: "x" | "y" | "point";
  /** The answer, in the units of the axes; `undefined` while it is being computed. */
  truth(model: Model): Point | undefined;
  /** Whether a bet is near enough. */
  isRight(bet: Point, truth: Point, model: Model): boolean;
}

export interface Stop<Key extends string> {
  readonly text: Key;
  readonly value: number;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface CodePlace {
  /** From the top of the repository. */
  readonly file: string;
  /** An exported function or class. */
  readonly name: string;
}

export interface Formula<Model> {
  /** TeX, one formula each, rendered when the page is built. `\val{name}` is a place for a number. */
  readonly tex: readonly string[];
  /** The numbers for those places. */
  values(model: Model, step: number): Readonly<Record<string, number>>;
}

/** A section of any fields, model and texts, as the page knows it. */
export type AnySection = Section<Schema, unknown, string>;

/** Types a section by its parts. */
export function defineSection<Fields extends Schema, Model, Key extends string>(
  section: Section<Fields, Model, Key>,
): Section<Fields, Model, Key> {
  return section;
}

/** Forgets what a section is made of: the page gives a section only what the section itself made. */
export function anySection<Fields extends Schema, Model, Key extends string>(
  section: Section<Fields, Model, Key>,
): AnySection {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said
  return section as unknown as AnySection;
}

/** The field of a name that is known to be a number. */
export function numberFieldOf(schema: Schema, name: string): NumberField {
  const field = schema[name];
  if (field?.kind !== "number") throw new Error(`${name} is no number`);
  return field;
}
