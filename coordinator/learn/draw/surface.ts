/** @file A surface as a map with its minima, and the axes that go with it. */
import type { Surface } from "../models/surfaces.ts";
import type { Axes } from "./axes.ts";
import { drawGrid, gridOf } from "./map.ts";
import type { Pen } from "./pen.ts";

/** Axes of a map of two parameters, as long per unit in either direction. */
export function axesOn({ x, y }: Surface): Axes {
  return {
    x: { from: x[0], to: x[1], label: "w₁" },
    y: { from: y[0], to: y[1], label: "w₂" },
    isMap: true,
  };
}

/** Draws the lines of equal cost and a star at every minimum. */
export function drawSurface(pen: Pen, surface: Surface): void {
  drawGrid(
    pen,
    gridOf(pen.frame.axes, (x, y) => surface.value(x, y)),
  );
  for (const [x, y] of surface.minima)
    pen.mark({ x, y }, { ink: "good", shape: "star", radius: 8 });
}
