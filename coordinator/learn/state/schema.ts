/**
 * @file What a section's state is made of: named numbers and choices, each with its limits. The type of the state
 * follows from the schema, and so do its controls and its form in a link. Pure.
 */
import { isDrawing } from "./drawing.ts";

/** A number within limits. On a log scale a slider moves by ratios. */
export interface NumberField {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly scale?: "log";
  /** Only integers. */
  readonly isWhole?: true;
}

/** One of a few words. The first ones are not special; the section's `initial` says where it starts. */
export interface ChoiceField<Value extends string = string> {
  readonly kind: "choice";
  readonly of: readonly Value[];
}

/** A digit to pick or to draw; see `drawing.ts`. */
export interface DrawingField {
  readonly kind: "drawing";
}

export type Field = NumberField | ChoiceField | DrawingField;
export type Schema = Readonly<Record<string, Field>>;

export type ValueOf<Each extends Field> =
  Each extends ChoiceField<infer Value> ? Value : Each extends DrawingField ? string : number;

/** The values of all fields. */
export type StateOf<Fields extends Schema> = {
  readonly [Name in keyof Fields]: ValueOf<Fields[Name]>;
};

/** A field that is a number. */
export function numberField(
  min: number,
  max: number,
  more: Pick<NumberField, "scale" | "isWhole"> = {},
): NumberField {
  return { kind: "number", min, max, ...more };
}

/** A field that is one of these words. */
export function choiceField<const Value extends string>(
  ...of: readonly Value[]
): ChoiceField<Value> {
  return { kind: "choice", of };
}

/** A field that is a digit, picked or drawn. */
export const drawingField: DrawingField = { kind: "drawing" };

/** Digits of a number in a link; enough to see no difference in a picture, few enough for a short link. */
const linkDigits = 5;

/**
 * The value that a field takes for any input: within its limits, and with so few digits that its text in a link gives
 * it back exactly. Not a number becomes the minimum.
 */
export function settled(field: NumberField, value: number): number {
  if (Number.isNaN(value)) return field.min;
  const rounded = field.isWhole === true ? Math.round(value) : shortened(value, linkDigits);
  return Math.min(Math.max(rounded, field.min), field.max);
}

/** Smaller values are 0: nothing on the page can tell them from it, and their texts are long. */
const least = 1e-6;

/** The value with so many digits. */
export function shortened(value: number, digits: number): number {
  return Math.abs(value) < least ? 0 : Number(value.toPrecision(digits));
}

/** The text of a value in a link, always with a decimal point. */
export function textOf(value: number | string): string {
  return String(value);
}

/** The value of a field from its text in a link, or `undefined` if it is not one. */
export function valueOf(field: Field, text: string): number | string | undefined {
  if (field.kind === "choice") return field.of.find((each) => each === text);
  if (field.kind === "drawing") return isDrawing(text) ? text : undefined;
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : settled(field, value);
}

/** Positions of a slider: fine enough for a pixel on a wide screen. */
export const sliderSteps = 1000;

/** Where a value is on its slider, in [0, sliderSteps]. */
export function toSlider(field: NumberField, value: number): number {
  const { min, max, scale } = field;
  const share =
    scale === "log" ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return share * sliderSteps;
}

/** The value at a slider's position. */
export function fromSlider(field: NumberField, position: number): number {
  const { min, max, scale } = field;
  const share = position / sliderSteps;
  const value = scale === "log" ? min * (max / min) ** share : min + (max - min) * share;
  // Three digits, so that a slider gives round numbers.
  return settled(field, field.isWhole === true ? value : Number(value.toPrecision(3)));
}
