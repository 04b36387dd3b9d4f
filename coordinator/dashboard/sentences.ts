/**
 * @file The coordinator's sentences in the page's language. The coordinator speaks English, to its console, its logs and
 * its workers; a phrasebook turns what it says into the reader's language here. Pure.
 */
import { type Language, translator } from "../../shared/pages/language.ts";
import { codePhrases, type Phrase, phrases } from "./phrases.ts";
import { texts } from "./texts.ts";

/** Placeholders that are sentences themselves: said in the reader's language, or quoted where they are not known. */
const sentenceNames = new Set(["reason"]);
/** Placeholders that have to be known too, or the phrase is not the one. */
const phraseNames = new Set(["expects", "waiting"]);

/** What a placeholder may stand for; the rest for anything. */
const shapes: Readonly<Record<string, string>> = {
  code: "ERR_[A-Z_]+",
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
  readonly translation: string;
}

let compiled: readonly Compiled[] | undefined;

/** A sentence of the coordinator's, in a language. What the phrasebook lacks is quoted as it is. */
export function sentenceIn(language: Language, sentence: string): string {
  if (language === "en" || sentence === "") return sentence;
  return translated(sentence) ?? `«${sentence}»`;
}

/** What the run waits for, after the word for waiting; where a reader can help, how. */
export function waitingIn(language: Language, reason: string): string {
  const count = /^waiting for (\d+) more workers?$/u.exec(reason)?.[1];
  if (count === undefined) return sentenceIn(language, reason);
  return translator(texts, language)("waitingWorkers", { count: Number(count) });
}

/** A sentence in Spanish; `undefined` for one that the phrasebook lacks. */
export function translated(sentence: string): string | undefined {
  compiled ??= phrases.toSorted((a, b) => wordsOf(b) - wordsOf(a)).map(compile);
  for (const { pattern, names, translation } of compiled) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    const values = names.map((name, i) => valueOf(name, found[i + 1] ?? ""));
    if (values.includes(undefined)) continue;
    const byName = new Map(names.map((name, i) => [name, values[i] ?? ""]));
    return translation.replaceAll(/\{(\w+)\}/gu, (_, name: string) => byName.get(name) ?? "");
  }
  return ofCode(sentence);
}

/** Refusals have codes: what a code means can be said whatever the sentence behind it is. */
function ofCode(sentence: string): string | undefined {
  const [, code = "", reason = ""] = /^(ERR_[A-Z_]+)(?:: (.*))?$/u.exec(sentence) ?? [];
  const meaning = codePhrases[code];
  if (meaning === undefined) return undefined;
  // Behind what is said stands where the peer was.
  const [, said = reason, address = ""] = /^(.*?)( \([\da-f.:]+\))$/u.exec(reason) ?? [];
  return `${translated(said) ?? meaning} (${code})${address}`;
}

function valueOf(name: string, text: string): string | undefined {
  if (sentenceNames.has(name)) return sentenceIn("es", text);
  return phraseNames.has(name) ? translated(text) : text;
}

/** The phrase that says most comes first: the others may fit too. */
function wordsOf([english]: Phrase): number {
  return english.replaceAll(/\{\w+\}/gu, "").length;
}

function compile([english, translation]: Phrase): Compiled {
  const names: string[] = [];
  const parts = english.split(/(\{\w+\})/u).map((part) => {
    const name = /^\{(\w+)\}$/u.exec(part)?.[1];
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
    names.push(name);
    return `(${shapes[name.replace(/\d$/u, "")] ?? ".*?"})`;
  });
  return { pattern: new RegExp(`^${parts.join("")}$`, "u"), names, translation };
}
