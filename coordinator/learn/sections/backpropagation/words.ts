/** @file Words and numbers that the sections about backpropagation share. Pure. */
import type { Figures } from "../../../dashboard/charts/figures.ts";
import { subscript } from "../../models/parameter-place.ts";

/** Steps of the page's own training. Of a network with other steps, those that are nearest from below. */
export const networkSteps = { untrained: 0, started: 50, trainedWell: 400 } as const;

/** `w₁₃₀₀₁`. */
export function nameOf(parameter: number): string {
  return `w${subscript(parameter)}`;
}

/** Four digits, a real minus sign, and a plain 0 for what is exactly 0. */
export function signedIn(figures: Figures, value: number): string {
  return value === 0 ? "0" : figures.short(value).replace("-", "−");
}
