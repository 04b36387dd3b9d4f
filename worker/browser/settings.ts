/** @file What the page remembers between visits. Some browsers store nothing; then a choice holds for one visit. */
import { languageKey } from "../../shared/words/language.ts";

const keys = {
  language: languageKey,
  name: "promedio.name",
  threads: "promedio.threads",
  effort: "promedio.effort",
} as const;

type Setting = keyof typeof keys;

export function remembered(setting: Setting): string | null {
  try {
    return localStorage.getItem(keys[setting]);
  } catch {
    return null;
  }
}

export function remember(setting: Setting, value: string): void {
  try {
    localStorage.setItem(keys[setting], value);
  } catch {
    // It holds for this visit.
  }
}
