/** @file What a lecturer may choose for *A rate each*. Without the schema, for pages, which are smaller without it. */

/** Optimizers with which a class may train. */
export const classOptimizers = ["sgd", "momentum", "nag", "rmsprop", "adam"] as const;
export type ClassOptimizer = (typeof classOptimizers)[number];

/** A phone takes so many steps in a few seconds. */
export const classStepsMax = 400;
