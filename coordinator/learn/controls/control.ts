/** @file What every control of a section is, whatever it looks like. */
import type { Field } from "../state/schema.ts";

/** One control in the page. */
export interface Control {
  readonly element: HTMLElement;
  /** Shows a value, and the named stops of this moment. */
  show(value: number | string, stops?: readonly NamedStop[]): void;
}

export interface NamedStop {
  readonly text: string;
  readonly value: number;
}

export interface ControlOptions<Each extends Field> {
  /** Unique in the page. */
  readonly id: string;
  readonly field: Each;
  readonly label: string;
  readonly changed: (value: number | string) => void;
}
