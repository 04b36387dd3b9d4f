/** @file What the reader chose on this page, for as long as the tab lives: also after a reload or in another language. */

/** Some browsers store nothing; then a choice holds until the page is left. */
export function chosenBefore(name: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(name));
  } catch {
    return null;
  }
}

export function keepChoice(name: string, value: string): void {
  try {
    sessionStorage.setItem(keyOf(name), value);
  } catch {
    // It holds for now.
  }
}

function keyOf(name: string): string {
  return `promedio.dashboard.${name}`;
}
