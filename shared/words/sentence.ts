/**
 * @file What is told to people, as `{ code, values }`: an event, a refusal, a wait, an error. It travels as it is, over
 * the wire, into JSON lines and to pages; programs read the code, and each reader says it in their own language. The words
 * are in `english/` and `spanish/`, one entry per code; a new code needs an entry in both, and nothing else.
 */
import { english } from "./english/index.ts";
import type { Language } from "./language.ts";
import { spanish } from "./spanish/index.ts";
import { type CountsIn, fill, type NamesIn, numberIn } from "./template.ts";

/** What a sentence can be about. All of it is JSON. A sentence inside another one is a reason, or a part of it. */
export type Value = string | number | boolean | Sentence | readonly (string | number | Sentence)[];

/** Some codes of a newer or of a foreign peer are not in our catalogues, so a code is any text here. */
export interface Sentence {
  readonly code: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** The codes of the catalogues. */
export type Code = keyof typeof english;

/** What the sentence of a code is about, as its English text names it. */
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

/** A text of somebody else's: an operating system's, a library's, a peer's. It is shown as it is. */
export function quoted(text: string): Sentence {
  return sentence("quoted", { text });
}

/** Tells a sentence from other values of a program's own. What a peer sent is checked by the protocol's schema. */
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
 * A sentence in a language, for a reader of a page. Total: an unknown code is shown by its value `text`, if it has one,
 * else as it is.
 */
export function say(language: Language, said: Sentence): string {
  return saidTo(said, { language, isTerminal: false });
}

/** A sentence in English, for a reader of a terminal: it may name flags and commands. */
export function sayAtTerminal(said: Sentence): string {
  return saidTo(said, { language: "en", isTerminal: true });
}

/** Puts values into a text of a page's own. */
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

/** An error that carries what there is to say of it. Its `message` is the English of it, for a terminal. */
export class SentenceError extends Error {
  readonly said: Sentence;

  constructor(said: Sentence, options?: ErrorOptions) {
    super(sayAtTerminal(said), options);
    this.said = said;
  }
}

/** What there is to say of anything that was thrown. */
export function reasonOf(error: unknown): Sentence {
  if (error instanceof SentenceError) return error.said;
  return quoted(error instanceof Error ? error.message : String(error));
}
