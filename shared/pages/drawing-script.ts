/** @file What the join page and the script of its pad, which is loaded when somebody opens it, ask of each other. A contract, so no code. */
import type { Sentence } from "../words/sentence.ts";

/** What the network says about a drawing now. */
export interface Reading {
  /** Committed steps. */
  readonly step: number;
  /** The probability of each digit, shape `[10]`. */
  readonly outputs: readonly number[];
  /** The parameters of the promedio table: how fast the loss of this digit would rise with each. */
  readonly rows: readonly { readonly name: Sentence; readonly gradient: number }[];
}

/** Why there is no reading: nothing is drawn, the coordinator is away or has no run, or its run learns from something else. */
export type NoReading = "nothing" | "away" | "others";

export interface DrawingPage {
  /** The id of the element that the pad goes into. */
  readonly placeId: string;
  readonly token: () => string;
  /** Which digit the reader says it is. */
  readonly digit: () => number;
  read(reading: Reading | NoReading): void;
}

export interface Drawing {
  /** Reads the drawing again: the reader says that it is another digit, or there may be another run. */
  look(): void;
  clear(): void;
}

/** The script, `drawing.js`. */
export interface DrawingScript {
  openDrawing(page: DrawingPage): Drawing;
}
