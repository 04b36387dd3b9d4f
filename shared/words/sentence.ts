/**
 * @file Sentences for people, as `{ code, values }`: events, refusals, waits, errors. They travel in this form over
 * the wire, into JSON lines and to pages. Programs read the code, and each reader sees the sentence in their own
 * language. The words are in `english/` and `spanish/`, one entry per code; a new code needs an entry in both, and
 * nothing else.
 */
import { english } from "./english/index.ts";
import type { Language } from "./language.ts";
import { spanish } from "./spanish/index.ts";
import { type CountsIn, fill, type NamesIn, numberIn } from "./template.ts";

/** A value of a sentence; always JSON. A sentence inside another one is a reason, or a part of it. */
export type Value = string | number | boolean | Sentence | readonly (string | number | Sentence)[];

/** A code is any text here, because a newer or foreign peer may use codes that our catalogues lack. */
export interface Sentence {
  readonly code: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** The codes of the catalogues. */
export type Code = keyof typeof english;

/** The values of a code's sentence, as named in its English text. */
export type ValuesOf<C extends Code> = {
  readonly [Name in NamesIn<(typeof english)[C]> & string]: Name extends CountsIn<
    (typeof english)[C]
  >
    ? number
    : Value;
};

type Arguments<C extends Code> =
  NamesIn<(typeof english)[C]> extends never ? [] : [values: ValuesOf<C>];

/** Makes a sentence. The compiler checks its code and the names of its values. */
export function sentence<const C extends Code>(code: C, ...[values]: Arguments<C>): Sentence {
  return { code, values: values ?? {} };
}

/** Quotes a text of another origin: an operating system's, a library's, a peer's. It is shown unchanged. */
export function quoted(text: string): Sentence {
  return sentence("quoted", { text });
}

/** Distinguishes a sentence from other values of our own. The protocol's schema checks sentences from peers. */
export function isSentence(value: unknown): value is Sentence {
  return typeof value === "object" && value !== null && "code" in value && "values" in value;
}

/** Whether a sentence has this code. */
export function hasCode(said: Sentence | null | undefined, code: Code): boolean {
  return said?.code === code;
}

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: english,
  es: spanish,
};

/**
 * A sentence in a language, for the reader of a page. Total: an unknown code is shown as its value `text`, if it
 * has one, or else as the code.
 */
export function say(language: Language, said: Sentence): string {
  return saidTo(said, { language, isTerminal: false });
}

/** A sentence in English, for the reader of a terminal. It may name flags and commands. */
export function sayAtTerminal(said: Sentence): string {
  return saidTo(said, { language: "en", isTerminal: true });
}

/** Inserts values into one of a page's own texts. */
export function filledIn(language: Language, text: string, values: Sentence["values"]): string {
  return filled(text, values, { language, isTerminal: false });
}

interface Audience {
  readonly language: Language;
  readonly isTerminal: boolean;
}

function saidTo({ code, values }: Sentence, audience: Audience): string {
  const catalogue = catalogues[audience.language];
  if (Object.hasOwn(catalogue, code)) return filled(catalogue[code] ?? code, values, audience);
  return Object.hasOwn(values, "text") ? saidTo({ code: "quoted", values }, audience) : code;
}

function filled(text: string, values: Sentence["values"], audience: Audience): string {
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
  if ("code" in value) return saidTo(value, audience);
  return value.map((item) => shown(item, audience)).join(", ");
}

/** An error that carries a sentence. Its `message` is the sentence in English, for a terminal. */
export class SentenceError extends Error {
  readonly said: Sentence;

  constructor(said: Sentence, options?: ErrorOptions) {
    super(sayAtTerminal(said), options);
    this.said = said;
  }
}

/** The sentence for anything that was thrown. */
export function reasonOf(error: unknown): Sentence {
  if (error instanceof SentenceError) return error.said;
  return quoted(error instanceof Error ? error.message : String(error));
}
