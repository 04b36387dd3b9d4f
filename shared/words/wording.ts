/** @file How a sentence becomes a text, with the words of one catalogue. Pure. */
import type { Language } from "./language.ts";
import { fill, numberIn } from "./template.ts";

/** A value of a sentence; always JSON. A sentence inside another one is a reason, or a part of it. */
export type Value = string | number | boolean | Sentence | readonly (string | number | Sentence)[];

/** A code is any text here, because a newer or foreign peer may use codes that our catalogues lack. */
export interface Sentence {
  readonly code: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** Who reads it. */
export interface Audience {
  readonly language: Language;
  /** The catalogue of that language. */
  readonly words: Readonly<Record<string, string>>;
  /** Whether the reader has a command line. */
  readonly isTerminal: boolean;
}

/**
 * A sentence as its audience reads it. Total: an unknown code is shown as its value `text`, if it has one, or else as the
 * code.
 */
export function worded({ code, values }: Sentence, audience: Audience): string {
  const text = Object.hasOwn(audience.words, code) ? audience.words[code] : undefined;
  if (text !== undefined) return filledIn(text, values, audience);
  return Object.hasOwn(values, "text") ? worded({ code: "quoted", values }, audience) : code;
}

/** A text with its values, as the audience reads them. */
export function filledIn(text: string, values: Sentence["values"], audience: Audience): string {
  return fill(text, {
    isTerminal: audience.isTerminal,
    show(name) {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? undefined : shown(value, audience);
    },
  });
}

function shown(value: Value, audience: Audience): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberIn(audience.language, value);
  if (typeof value === "boolean") return String(value);
  if ("code" in value) return worded(value, audience);
  return value.map((item) => shown(item, audience)).join(", ");
}
