/** @file When a descent has arrived: not when it first comes near a minimum, but from when on it stays there. Pure. */
import type { Course } from "./descent.ts";
import type { Surface } from "./surfaces.ts";

/** The share of the distance at the start that counts as arrived. */
export const nearShare = 1e-3;

/**
 * The first step from which on all places of the course are within `radius` of one and the same of the minima.
 *
 * @param course - Of two parameters.
 * @returns `undefined` if the course diverged, or is still farther away at its end.
 */
export function arrivalAt(
  course: Course,
  minima: Surface["minima"],
  radius: number,
): number | undefined {
  if (course.divergedAt !== undefined) return undefined;
  const arrivals = minima.map((minimum) => stayAt(course, minimum, radius));
  const earliest = Math.min(...arrivals);
  return earliest <= course.steps ? earliest : undefined;
}

/** Steps to a share of the distance at the start, for a bowl with its minimum at 0. */
export function stepsToShare(course: Course, share: number): number | undefined {
  const { points } = course;
  const distance = Math.hypot(points[0] ?? NaN, points[1] ?? NaN);
  return arrivalAt(course, [[0, 0]], share * distance);
}

function stayAt(
  { points, steps }: Course,
  [x, y]: readonly [number, number],
  radius: number,
): number {
  let step = steps;
  while (step >= 0) {
    const [dx, dy] = [(points[2 * step] ?? NaN) - x, (points[2 * step + 1] ?? NaN) - y];
    if (!(dx * dx + dy * dy <= radius * radius)) break;
    step -= 1;
  }
  return step + 1;
}
