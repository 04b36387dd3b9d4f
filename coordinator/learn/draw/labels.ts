/** @file Where words go that would cover others: up or down, as little as possible. Pure. */

/** The rectangle that words take, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How far down words have to move so that they cover no others; negative is up. 0 if there is no such place.
 *
 * @param limits - In pixels: the height of the picture, which they do not leave, and how far they may move at most.
 */
export function wayClear(
  words: Box,
  others: readonly Box[],
  { height, reach }: { readonly height: number; readonly reach: number },
): number {
  const isClear = (way: number) =>
    !others.some((other) => overlap({ ...words, top: words.top + way }, other));
  if (isClear(0)) return 0;
  const ways = others
    .flatMap(({ top, height: high }) => [top - words.height - words.top, top + high - words.top])
    .filter((way) => {
      const top = words.top + way;
      return Math.abs(way) <= reach && top >= 0 && top + words.height <= height && isClear(way);
    });
  return ways.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
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
