/** @file The path of a descent over a map: a line with a mark at every step, drawn up to the cursor, and faint beyond. */
import type { Course } from "../models/descent.ts";
import type { Point } from "../state/bet.ts";
import type { Look } from "./markers.ts";
import type { Pen } from "./pen.ts";

/** A step's mark is drawn if the path has at most so many. */
const marksMax = 80;

/** The place of a course of two parameters before a step. */
export function placeAt({ points, steps }: Course, step: number): Point {
  const row = 2 * Math.min(step, steps);
  return { x: points[row] ?? NaN, y: points[row + 1] ?? NaN };
}

/** Draws a course of two parameters up to a step. */
export function drawCourse(pen: Pen, course: Course, step: number, look: Look): void {
  const places = Array.from({ length: course.steps + 1 }, (_, i) => placeAt(course, i));
  const done = Math.min(step, course.steps);
  const { ink, dash, shape } = look;
  pen.line(places, { ink, dash, width: 1.5, alpha: 0.25 });
  pen.line(places.slice(0, done + 1), { ink, dash, width: 2.5 });
  if (places.length <= marksMax) {
    for (const place of places.slice(0, done)) pen.mark(place, { ink, shape, radius: 3 });
  }
  const end = places[done];
  if (end !== undefined) pen.mark(end, { ink, shape, radius: 8 });
}
