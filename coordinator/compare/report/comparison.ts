/** @file A comparison with what is known of it: what every report is made from. */
import type { Plan } from "../plan/plan.ts";
import type { Row } from "../plan/rows.ts";
import type { Headline } from "../plan/summary.ts";

export interface Comparison {
  readonly plan: Plan;
  /** Of all finished runs, in the order in which they ended. */
  readonly rows: readonly Row[];
  readonly headline: Headline;
  /** The dataset's name. */
  readonly dataset: string;
}
