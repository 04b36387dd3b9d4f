/** @file A smooth curve through given points, as the short straight steps of the pen. */
import { known } from "../../assert.ts";
import type { Path, PathPoint } from "./skeletons.ts";

/** A point on a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Steps between two points of a path. One step is about 2 of the digit's 20 pixels long; finer steps would not be
 * visible.
 */
const STEPS_PER_SPAN = 6;

/**
 * The uniform Catmull–Rom spline through a path's points: between p₁ and p₂
 * `½ (2p₁ + (p₂ − p₀) t + (2p₀ − 5p₁ + 4p₂ − p₃) t² + (3p₁ − p₀ − 3p₂ + p₃) t³)`, 0 ≤ t ≤ 1. At the path's ends and
 * at corners the missing neighbour is the point itself, so the curve enters and leaves a corner straight.
 *
 * @param path - At least 2 points.
 * @returns `6 (path.length − 1) + 1` points, the first and last of which are those of the path.
 * @see Catmull & Rom, "A class of local interpolating splines", 1974.
 */
export function traceSpline(path: Path): Point[] {
  const trace: Point[] = [at(path, 0)];
  for (let span = 0; span + 1 < path.length; span++) {
    const p1 = at(path, span);
    const p2 = at(path, span + 1);
    const p0 = p1.corner || span === 0 ? p1 : at(path, span - 1);
    const p3 = p2.corner || span + 2 === path.length ? p2 : at(path, span + 2);
    for (let step = 1; step <= STEPS_PER_SPAN; step++) {
      const t = step / STEPS_PER_SPAN;
      trace.push({
        x: catmullRom(p0.x, p1.x, p2.x, p3.x, t),
        y: catmullRom(p0.y, p1.y, p2.y, p3.y, t),
      });
    }
  }
  return trace;
}

function catmullRom(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const linear = p2 - p0;
  const square = 2 * p0 - 5 * p1 + 4 * p2 - p3;
  const cube = 3 * p1 - p0 - 3 * p2 + p3;
  return 0.5 * (2 * p1 + t * (linear + t * (square + t * cube)));
}

function at(path: Path, index: number): PathPoint {
  return known(path[index], "a path has its points");
}
