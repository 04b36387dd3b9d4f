/**
 * @file One person writing one digit: picks a style, mixes its shapes, wavers, bends, and varies the pressure of
 * the pen. It turns randomness into strokes; `raster.ts` turns strokes into pixels.
 */
import { known } from "../../assert.ts";
import type { Random } from "../../random.ts";
import { drawDeformation, type Deformation, type DeformationSpread } from "./deformation.ts";
import { normal } from "./normal.ts";
import { DIGIT_STYLES, type DigitStyle, type Path, type PathPoint } from "./skeletons.ts";
import { traceSpline, type Point } from "./spline.ts";

/** A point of a stroke and the pen's pressure there: a factor near 1 of the stroke's mean width. */
export interface InkPoint extends Point {
  readonly pressure: number;
}

/** The path of the pen from touching to leaving the paper, in short straight steps. */
export type Stroke = readonly InkPoint[];

/** Standard deviation of a point's own displacement, in units of the sheet. */
const WAVER = 3;
/** The fraction of the previous point's displacement that a point inherits: a hand drifts, it doesn't jump. */
const WAVER_MEMORY = 0.6;
/** Standard deviation of the displacement of a whole stroke relative to the others. */
const STROKE_OFFSET = 2.5;
/** Standard deviation of the pressure at a stroke's beginning, middle and end. */
const PRESSURE = 0.12;

/** Right-handed writers slant to the right. A digit of a single stroke has nothing but its slant, so 1 varies more. */
const SPREAD: DeformationSpread = {
  elastic: 8.5,
  aspect: 0.15,
  slantMean: 0.14,
  slant: 0.21,
  rotation: 0.065,
};
const SPREAD_OF_ONE: DeformationSpread = { ...SPREAD, slantMean: 0.26, slant: 0.27, elastic: 4 };

/**
 * Writes a digit.
 *
 * @param digit - 0 … 9.
 * @param random - Advanced by a number of draws that depends on the style.
 * @returns The strokes, on a plane of any origin and scale: y down, larger is lower.
 */
export function writeDigit(digit: number, random: Random): Stroke[] {
  const style = pickStyle(known(DIGIT_STYLES[digit], "a digit is in 0 … 9"), random);
  const paths = mixShapes(style, random);
  const deformation = drawDeformation(random, digit === 1 ? SPREAD_OF_ONE : SPREAD);
  return paths.map((path) => writeStroke(waver(path, random), deformation, random));
}

function pickStyle(styles: readonly DigitStyle[], random: Random): DigitStyle {
  const total = styles.reduce((sum, style) => sum + style.weight, 0);
  let rest = random.uniform() * total;
  for (const style of styles) {
    rest -= style.weight;
    if (rest < 0) return style;
  }
  return known(styles[0], "a digit has a style");
}

/** A random convex mixture of the style's shapes, point by point. */
function mixShapes(style: DigitStyle, random: Random): Path[] {
  const draws = style.shapes.map(() => peaked(random));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  const first = known(style.shapes[0], "a style has a shape");
  return first.map((path, stroke) =>
    path.map((point, index) => {
      let x = 0;
      let y = 0;
      for (const [shape, draw] of draws.entries()) {
        const mixed = known(style.shapes[shape]?.[stroke]?.[index], "shapes of a style agree");
        x += (draw / total) * mixed.x;
        y += (draw / total) * mixed.y;
      }
      return { x, y, corner: point.corner };
    }),
  );
}

/** Favours mixtures close to one of the shapes over their average; never 0. */
function peaked(random: Random): number {
  const draw = 1 - random.uniform();
  return draw * draw * draw;
}

/** Moves a path as a whole and each of its points a little, drifting from point to point. */
function waver(path: Path, random: Random): Path {
  const offsetX = STROKE_OFFSET * normal(random);
  const offsetY = STROKE_OFFSET * normal(random);
  let driftX = 0;
  let driftY = 0;
  return path.map((point): PathPoint => {
    driftX = WAVER_MEMORY * driftX + WAVER * normal(random);
    driftY = WAVER_MEMORY * driftY + WAVER * normal(random);
    return { x: point.x + offsetX + driftX, y: point.y + offsetY + driftY, corner: point.corner };
  });
}

/** Bends the path and gives it a pressure: a parabola through three random values. */
function writeStroke(path: Path, deformation: Deformation, random: Random): Stroke {
  const begin = 1 + PRESSURE * normal(random);
  const middle = 1 + PRESSURE * normal(random);
  const end = 1 + PRESSURE * normal(random);
  const trace = traceSpline(path);
  return trace.map((point, index) => {
    const t = index / (trace.length - 1);
    const pressure =
      begin * (1 - t) * (1 - 2 * t) + middle * 4 * t * (1 - t) + end * t * (2 * t - 1);
    const { x, y } = deformation(point);
    return { x, y, pressure };
  });
}
