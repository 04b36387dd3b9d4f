/** @file The sections of the page, in the order of the lecture: one row each. */
import { type AnySection, anySection } from "../section.ts";
import { average } from "./backpropagation/average.ts";
import { backpropagation } from "./backpropagation/backpropagation.ts";
import { batches } from "./backpropagation/batches.ts";
import { settling } from "./backpropagation/settling.ts";
import { cost } from "./cost.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { data } from "./data.ts";
import { dimensions } from "./dimensions.ts";
import { gradient } from "./gradient.ts";
import { oneWeight } from "./one-weight.ts";
import { adam } from "./optimizers/adam.ts";
import { effective } from "./optimizers/effective.ts";
import { learningRate } from "./optimizers/learning-rate.ts";
import { momentum } from "./optimizers/momentum.ts";
import { nesterov } from "./optimizers/nesterov.ts";
import { race } from "./optimizers/race.ts";
import { rates } from "./optimizers/rates.ts";
import { rmsprop } from "./optimizers/rmsprop.ts";
import { unrolled } from "./optimizers/unrolled.ts";
import { parameters } from "./parameters.ts";
import { search } from "./search.ts";
import { slices } from "./slices.ts";

export const sections: readonly AnySection[] = [
  anySection(cost),
  anySection(crossEntropy),
  anySection(oneWeight),
  anySection(parameters),
  anySection(data),
  anySection(search),
  anySection(dimensions),
  anySection(gradient),
  anySection(slices),
  anySection(learningRate),
  anySection(rates),
  anySection(batches),
  anySection(momentum),
  anySection(unrolled),
  anySection(nesterov),
  anySection(rmsprop),
  anySection(adam),
  anySection(effective),
  anySection(race),
  anySection(backpropagation),
  anySection(average),
  anySection(settling),
];
