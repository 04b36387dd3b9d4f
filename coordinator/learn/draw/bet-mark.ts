/** @file The reader's own bet on a picture. */
import type { Point } from "../state/bet.ts";
import type { Pen } from "./pen.ts";

export interface BetMark {
  /** What a bet fixes: a place on one of the axes, or on the picture. */
  readonly on: "x" | "y" | "point";
  readonly place: Point;
  readonly text: string;
  /** Until the answer is shown, the bet is what counts. */
  readonly isBold: boolean;
}

export function drawBet(pen: Pen, { on, place, text, isBold }: BetMark): void {
  const style = { ink: "accent", dash: [4, 4], width: 2 } as const;
  if (on === "point") pen.mark(place, { ink: "accent", shape: "cross", radius: 8 });
  else pen.guide(on, place[on], style);
  const { x, y } = pen.frame.axes;
  const at = { x: on === "y" ? x.from : place.x, y: on === "x" ? y.to : place.y };
  const shift: readonly [number, number] = on === "x" ? [6, 12] : [8, -8];
  pen.words(text, at, { ink: "accent", isBold, shift, keepsClear: true });
}
