/** @file The sections of the page, in the order of the lecture: one row each. */
import { type AnySection, anySection } from "../section.ts";
import { cost } from "./cost.ts";
import { learningRate } from "./optimizers/learning-rate.ts";
import { momentum } from "./optimizers/momentum.ts";

export const sections: readonly AnySection[] = [
  anySection(cost),
  anySection(learningRate),
  anySection(momentum),
];
