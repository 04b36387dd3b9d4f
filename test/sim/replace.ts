/** @file Replaces a method: this is how the simulator observes the product and how bugs are planted. */

/**
 * Replaces a method.
 *
 * @param make - Gets the original method.
 * @returns A function that restores it.
 */
export function replace<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  make: (original: Owner[Name]) => Owner[Name],
): () => void {
  const original = owner[name];
  owner[name] = make(original);
  return () => (owner[name] = original);
}
