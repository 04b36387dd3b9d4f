/** @file The few things that the join page does to its elements. Text only goes in as text, never as markup. */

export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** Writes only what differs: a selection stays, and a screen reader is not told the same thing again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
