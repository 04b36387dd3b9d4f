/** @file Checks of our own invariants. They stay on in production. */

/**
 * Stops the program when an invariant is broken. That is a bug in this program, never a bad peer or a bad file.
 *
 * @param message - Pass a function where the text is built from values and the check runs many times per step:
 *   building text costs more than the check.
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (condition) return;
  throw new Error(`invariant broken: ${typeof message === "string" ? message : message()}`);
}

/** Narrows away `undefined`, for an index or key that is known to exist. */
export function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(`invariant broken: ${message}`);
  return value;
}

/** Makes a switch over a union exhaustive: adding a member becomes a type error at this call. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
