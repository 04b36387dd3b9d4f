/**
 * @file Sentences that come from elsewhere, in the reader's language: a phrasebook of English sentences with braces for
 * names and numbers, and the same in Spanish. Pure.
 */
import type { Language } from "./language.ts";

/** `{reason}` is a sentence of its own, `{expects}` one that the book must have too; other braces take what is there. */
export type Phrase = readonly [english: string, spanish: string];

/** Braces that are sentences themselves: said in the reader's language, or quoted where they are not known. */
const sentenceNames = new Set(["reason"]);
/** Braces that have to be known too, or the phrase is not the one. */
const phraseNames = new Set(["expects"]);

/** What may stand in some braces, by their name without its number; in all others anything may. */
const shapes: Readonly<Record<string, string>> = {
  block: String.raw`\[\d+, \d+\)`,
  number: String.raw`[-\d.,]+`,
  step: String.raw`\d+`,
  flag: "--[a-z0-9-]+",
  word: String.raw`[\w:-]+`,
  words: String.raw`[\w:,-]+(?:, [\w:,-]+)*`,
};

interface Compiled {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly spanish: string;
}

export class Phrasebook {
  readonly #phrases: readonly Phrase[];
  readonly #codes: Readonly<Record<string, string>>;
  /** Made when it is first needed: an English reader never needs it. */
  #compiled: readonly Compiled[] | undefined;

  /** @param codes - What the codes of refusals mean, in Spanish. */
  constructor(phrases: readonly Phrase[], codes: Readonly<Record<string, string>>) {
    this.#phrases = phrases;
    this.#codes = codes;
  }

  /** A sentence in a language. What the book lacks is quoted as it is. */
  sentenceIn(language: Language, sentence: string): string {
    if (language === "en" || sentence === "") return sentence;
    return this.translated(sentence) ?? `«${sentence}»`;
  }

  /** A sentence in Spanish; `undefined` for one that the book lacks. */
  translated(sentence: string): string | undefined {
    // The phrase that says most comes first: the others may fit too.
    this.#compiled ??= this.#phrases.toSorted((a, b) => wordsOf(b) - wordsOf(a)).map(compile);
    for (const { pattern, names, spanish } of this.#compiled) {
      const found = pattern.exec(sentence);
      if (found === null) continue;
      const values = names.map((name, i) => this.#valueOf(name, found[i + 1] ?? ""));
      if (values.includes(undefined)) continue;
      const byName = new Map(names.map((name, i) => [name, values[i] ?? ""]));
      return spanish.replaceAll(/\{(\w+)\}/gu, (_, name: string) => byName.get(name) ?? "");
    }
    return this.#ofCode(sentence);
  }

  /** Refusals have codes: what a code means can be said whatever the sentence behind it is. */
  #ofCode(sentence: string): string | undefined {
    const [, code = "", reason = ""] = /^(ERR_[A-Z_]+)(?:: (.*))?$/u.exec(sentence) ?? [];
    const meaning = this.#codes[code];
    if (meaning === undefined) return undefined;
    // Behind what is said stands where the peer was.
    const [, said = reason, address = ""] = /^(.*?)( \([\da-f.:]+\))$/u.exec(reason) ?? [];
    return `${this.translated(said) ?? meaning} (${code})${address}`;
  }

  #valueOf(name: string, text: string): string | undefined {
    if (sentenceNames.has(name)) return this.sentenceIn("es", text);
    return phraseNames.has(name) ? this.translated(text) : text;
  }
}

function wordsOf([english]: Phrase): number {
  return english.replaceAll(/\{\w+\}/gu, "").length;
}

function compile([english, spanish]: Phrase): Compiled {
  const names: string[] = [];
  const parts = english.split(/(\{\w+\})/u).map((part) => {
    const name = /^\{(\w+)\}$/u.exec(part)?.[1];
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
    names.push(name);
    return `(${shapes[name.replace(/\d$/u, "")] ?? ".*?"})`;
  });
  return { pattern: new RegExp(`^${parts.join("")}$`, "u"), names, spanish };
}
