/**
 * @file A reader's bet: a place on the picture, and whether the answer has been shown. It stays on the picture after
 * that, and travels in the link. Pure.
 */
import { shortened } from "./schema.ts";

/** A place in the units of the picture's axes. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Bet {
  /** `undefined`: none was made. */
  readonly place: Point | undefined;
  readonly isRevealed: boolean;
}

export const noBet: Bet = { place: undefined, isRevealed: false };

/** Digits of a coordinate: a bet is as fine as a fingertip. */
const betDigits = 4;

/** A place with so few digits that its text in a link gives it back exactly. */
export function settledPlace({ x, y }: Point): Point {
  return { x: shortened(x, betDigits), y: shortened(y, betDigits) };
}

/** `1.2,0.4`, with an exclamation mark once the answer has been shown; empty for no bet. */
export function betText({ place, isRevealed }: Bet): string {
  const where = place === undefined ? "" : `${place.x},${place.y}`;
  return where + (isRevealed ? "!" : "");
}

/** The bet in a text, or no bet if it is not one. */
export function betOf(text: string): Bet {
  const isRevealed = text.endsWith("!");
  const [x, y, ...more] = (isRevealed ? text.slice(0, -1) : text)
    .split(",")
    .map((part) => (part.trim() === "" ? NaN : Number(part)));
  const isPlace = more.length === 0 && Number.isFinite(x) && Number.isFinite(y);
  const place = isPlace ? settledPlace({ x: x ?? 0, y: y ?? 0 }) : undefined;
  return { place, isRevealed };
}
