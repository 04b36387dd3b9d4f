/** @file Another function in a method's place: how the simulator looks into the product, and how bugs get into it. */

/**
 * Puts another function in a method's place.
 *
 * @param make - Gets the method that was there.
 * @returns What puts it back.
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
