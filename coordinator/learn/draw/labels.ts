/** @file Where words go that would cover others: up or down, as little as possible. Pure. */

/** The rectangle that words take, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How far down words have to move so that they cover no others and stay in the picture; negative is up. 0 if there is no
 * such place.
 *
 * @param height - Of the picture, in pixels.
 */
export function wayClear(words: Box, others: readonly Box[], height: number): number {
  const ways = others.flatMap((other) => [
    other.top - words.height - words.top,
    other.top + other.height - words.top,
  ]);
  const moved = (way: number): Box => ({ ...words, top: words.top + way });
  const isClear = (way: number) =>
    moved(way).top >= 0 &&
    moved(way).top + words.height <= height &&
    !others.some((other) => overlap(moved(way), other));
  if (!others.some((other) => overlap(words, other))) return 0;
  return ways.filter(isClear).toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
}

/** Whether two boxes have more than an edge in common. */
function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}
