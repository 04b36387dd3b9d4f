/** @file Checks of our own invariants. They stay on in production. */

/** Stops the program when an invariant is broken: a bug here, never a bad peer or a bad file. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

/** Narrows away `undefined`: for an index or a key that is known to exist. */
export function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(`invariant broken: ${message}`);
  return value;
}

/** Makes a switch over a union exhaustive: adding a member becomes a type error at this call. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
