/**
 * @file Structured logs (`--log json`): one JSON object a line, for programs that collect them. Pure: the caller has the
 * clock and the stream.
 */
import type { Sentence } from "./words/sentence.ts";

/** How lines on standard error are written. */
export const logForms = ["text", "json"] as const;
export type LogForm = (typeof logForms)[number];

export interface LogEntry {
  readonly level: "info" | "warning" | "error";
  /** One line for people, in English. */
  readonly message: string;
  /** What kind of entry it is, its code and values, and whatever else a program can use. */
  readonly fields: {
    readonly event: string;
    readonly code: string;
    readonly values: object;
    readonly [name: string]: unknown;
  };
}

/** The entry of a sentence that belongs to no event of a run: how loading goes on, a mistake in the settings. */
export function noteOf(said: Sentence, level: LogEntry["level"], message: string): LogEntry {
  return { level, message, fields: { event: "note", code: said.code, values: said.values } };
}

/** Shorter texts are words that other texts contain, and no secrets: a token has at least 8 characters. */
const secretLengthMin = 8;
/** The token in a join link or in a dashboard's. */
const tokenInLink = /(?<=[#?&]token=)[^\s"&]+/gu;

/**
 * An entry as a line, without the line break. Tokens in links and the given secrets are replaced by `…`, wherever they
 * are.
 *
 * @param time - ISO 8601.
 */
export function logLine(entry: LogEntry, time: string, secrets: readonly string[]): string {
  const { level, message, fields } = entry;
  const record = { time, level, message, ...fields };
  const long = secrets.filter((secret) => secret.length >= secretLengthMin);
  const hide = (text: string) => {
    const withoutTokens = text.replaceAll(tokenInLink, "…");
    return long.reduce((shown, secret) => shown.replaceAll(secret, "…"), withoutTokens);
  };
  return safeLine(record, (_, value: unknown) => (typeof value === "string" ? hide(value) : value));
}

/** Characters that JSON leaves unescaped but that a terminal obeys or a line reader splits at. */
const unsafeInLine = /[\u007F-\u009F\u2028\u2029]/gu;

/** A value as one line of JSON that no terminal obeys. */
export function safeLine(
  value: object,
  replace?: (name: string, value: unknown) => unknown,
): string {
  return JSON.stringify(value, replace).replaceAll(
    unsafeInLine,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
