/** @file The few things that the join page does to its elements. Text is only inserted as text, never as markup. */

export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** Writes only a changed text, so that a selection survives and a screen reader does not repeat itself. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
