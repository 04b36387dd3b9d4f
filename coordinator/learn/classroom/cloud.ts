/** @file The bets of a class on a section's picture, and the kernel's answer among them. */
import type { Pen } from "../draw/pen.ts";
import type { Point } from "../state/bet.ts";

export interface Cloud {
  /** What a bet fixes: a place on one of the axes, or on the picture. */
  readonly on: "x" | "y" | "point";
  /** Of this vote, and of the one before. */
  readonly bets: readonly Point[];
  readonly before: readonly Point[];
  /** Once it is shown. */
  readonly truth: Point | undefined;
  readonly truthText: string;
}

/** Of a bet, in pixels. */
const radius = 6;

export function drawCloud(pen: Pen, cloud: Cloud): void {
  const { on, bets, before, truth, truthText } = cloud;
  // One pile for both votes, so that none is behind the other.
  const places = piled(pen, on, [...bets, ...before]);
  for (const place of places.slice(bets.length)) {
    pen.mark(place, { ink: "soft", radius: radius - 1, isHollow: true, alpha: 0.7 });
  }
  for (const place of places.slice(0, bets.length)) {
    pen.mark(place, { ink: "series-4", radius, alpha: 0.75 });
  }
  if (truth === undefined) return;
  const line = { ink: "good", width: 3 } as const;
  if (on !== "point") pen.guide(on, truth[on], line);
  const { x, y } = pen.frame.axes;
  const at = { x: on === "y" ? x.to : truth.x, y: on === "x" ? y.to : truth.y };
  if (on === "point") pen.mark(at, { ink: "good", shape: "star", radius: 11 });
  const align = on === "y" ? "right" : "left";
  pen.words(truthText, at, {
    ink: "good",
    isBold: true,
    align,
    shift: [on === "y" ? -6 : 12, on === "x" ? 30 : -10],
    keepsClear: true,
  });
}

/** Bets on an axis in piles, because where they are across it says nothing. */
export function piled(
  { frame, scale }: Pick<Pen, "frame" | "scale">,
  on: Cloud["on"],
  bets: readonly Point[],
): readonly Point[] {
  if (on === "point") return bets;
  const pitch = (2 * radius + 1) * scale;
  const heights = new Map<number, number>();
  return bets.map((bet) => {
    const along = on === "x" ? frame.x(bet.x) : frame.y(bet.y);
    const pile = Math.round(along / pitch);
    const height = heights.get(pile) ?? 0;
    heights.set(pile, height + 1);
    const across = (height + 1) * pitch;
    return on === "x"
      ? { x: bet.x, y: frame.at(along, frame.top + frame.height - across).y }
      : { x: frame.at(frame.left + across, along).x, y: bet.y };
  });
}
