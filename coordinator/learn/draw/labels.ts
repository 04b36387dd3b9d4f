/** @file Where words go that would cover others: up, down, or to the other side of what they name. Pure. */

/** The rectangle that words take, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A place for words where they cover no others: at, above or below the first of some places where that is possible.
 *
 * @param places - Where they might be, the best first. If there is no room at any, the first is taken.
 * @param limits - In pixels: the height of the picture, which they do not leave, and how far up or down they may move.
 */
export function clearPlace(
  places: readonly [Box, ...Box[]],
  others: readonly Box[],
  limits: { readonly height: number; readonly reach: number },
): Box {
  for (const place of places) {
    const ways = others.flatMap(({ top, height }) => [top - place.height, top + height]);
    const [nearest] = ways
      .filter((top) => Math.abs(top - place.top) <= limits.reach)
      .filter((top) => top >= 0 && top + place.height <= limits.height)
      .concat(place.top)
      .map((top) => ({ ...place, top }))
      .filter((box) => !others.some((other) => overlap(box, other)))
      .toSorted((a, b) => Math.abs(a.top - place.top) - Math.abs(b.top - place.top));
    if (nearest !== undefined) return nearest;
  }
  return places[0];
}

/**
 * What of a line across a picture is beside words.
 *
 * @param line - Its two ends along it, and where it is across.
 * @param words - Along and across it, each from and to.
 * @returns Both ends of each part, in their order.
 */
export function besideWords(
  line: { readonly from: number; readonly to: number; readonly at: number },
  words: readonly { readonly along: Span; readonly across: Span }[],
): readonly Span[] {
  const struck = words
    .filter(({ across: [low, high] }) => low < line.at && line.at < high)
    .map(({ along }) => along)
    .toSorted(([a], [b]) => a - b);
  const parts: Span[] = [];
  let from = line.from;
  for (const [low, high] of struck) {
    if (low > from) parts.push([from, Math.min(low, line.to)]);
    from = Math.max(from, high);
  }
  if (from < line.to) parts.push([from, line.to]);
  return parts;
}

export type Span = readonly [from: number, to: number];

/** Whether two boxes have more than an edge in common. */
function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}
