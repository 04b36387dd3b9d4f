/** @file The brush that keys move over the pad. */
import { expect, test } from "vitest";

import {
  type Brush,
  brushAfter,
  brushSide,
  firstBrush,
} from "../../../../coordinator/learn/state/brush.ts";

function after(...keys: readonly string[]): Brush {
  return keys.reduce((brush, key) => brushAfter(brush, key) ?? brush, firstBrush);
}

function often(key: string): readonly string[] {
  return Array.from({ length: 3 * brushSide }, () => key);
}

test("arrow keys move it by one place each, and never off the pad", () => {
  const { column, row } = firstBrush;
  expect(after("ArrowRight", "ArrowDown")).toEqual({
    column: column + 1,
    row: row + 1,
    isDown: false,
  });
  expect(after("ArrowLeft", "ArrowUp")).toEqual({
    column: column - 1,
    row: row - 1,
    isDown: false,
  });
  expect(after(...often("ArrowLeft"), ...often("ArrowUp"))).toMatchObject({ column: 0, row: 0 });
  const last = brushSide - 1;
  expect(after(...often("ArrowRight"), ...often("ArrowDown"))).toMatchObject({
    column: last,
    row: last,
  });
});

test("the space bar puts it down and lifts it, where it is, and it stays down while it moves", () => {
  expect(after(" ")).toEqual({ ...firstBrush, isDown: true });
  expect(after(" ", "ArrowDown").isDown).toBe(true);
  expect(after(" ", "ArrowDown", " ").isDown).toBe(false);
});

test("other keys are the browser's", () => {
  for (const key of ["Tab", "Enter", "Escape", "a", "Home"]) {
    expect(brushAfter(firstBrush, key)).toBe(undefined);
  }
});
