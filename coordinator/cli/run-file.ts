/**
 * @file Reads a run file: a flat YAML or JSON (which is YAML) mapping of option keys to values. Everything stays
 * the text that was written, so that a file's numbers obey the same rules as a flag's.
 */
import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument } from "yaml";

import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { Given, GivenOptions } from "../../shared/run/settings/option.ts";
import { nearest } from "../../shared/run/settings/suggest.ts";
import { quoted, sentence } from "../../shared/words/sentence.ts";

/** All options with a comment each take a tenth of this. */
export const runFileBytesMax = 64 * 1024;

/** An option is a value or a list of values; JSON adds braces around everything. */
const depthMax = 8;

/**
 * @param name - The file's path, for errors.
 * @param source - Its text.
 * @param options - `keys`: the permitted options; `help`: the command that lists them. A key that starts with `$` is for other readers and is skipped.
 * @throws OperatorError for bad YAML, an unknown key, or a value that is neither a scalar nor a list of scalars.
 */
export function readRunFile(
  name: string,
  source: string,
  { keys, help }: { readonly keys: readonly string[]; readonly help: string },
): GivenOptions {
  refuseTooMuch(name, source);
  const lines = new LineCounter();
  const document = parseDocument(source, {
    schema: "failsafe",
    prettyErrors: false,
    // The parser's own check compares every key with every other.
    uniqueKeys: false,
    lineCounter: lines,
  });
  const place = (offset: number) => `${shown(name)} line ${lines.linePos(offset).line}`;

  const error = document.errors[0];
  if (error !== undefined) {
    const reason = quoted(shown(error.message.split(/[\n;]/u)[0] ?? error.code));
    throw new OperatorError(sentence("run-file-yaml", { place: place(error.pos[0]), reason }));
  }
  if (document.contents === null) return new Map();
  if (!isMap<Node, Node | null>(document.contents)) {
    throw new OperatorError(sentence("run-file-form", { path: shown(name) }));
  }

  const given = new Map<string, Given>();
  for (const { key: keyNode, value } of document.contents.items) {
    const key = isScalar(keyNode) ? String(keyNode.value) : "";
    if (key.startsWith("$")) continue;
    const where = place(keyNode.range?.[0] ?? 0);
    if (!keys.includes(key)) {
      const word = nearest(key, keys);
      const values = { place: where, key: shown(key) };
      throw new OperatorError(
        word === undefined
          ? sentence("run-file-key", { ...values, help })
          : sentence("run-file-key-did-you-mean", { ...values, word }),
      );
    }
    const label = `${where}: ${key}`;
    if (given.has(key)) throw new OperatorError(sentence("run-file-twice", { setting: label }));
    given.set(key, { texts: textsOf(value, label), origin: { from: "file", label } });
  }
  return given;
}

/** The YAML parser recurses, so a deeply nested file would crash the process. */
function refuseTooMuch(name: string, source: string): void {
  if (Buffer.byteLength(source) > runFileBytesMax) {
    const kibibytes = runFileBytesMax / 1024;
    throw new OperatorError(sentence("run-file-too-large", { path: shown(name), kibibytes }));
  }
  if (depthOf(source) > depthMax) {
    throw new OperatorError(sentence("run-file-too-deep", { path: shown(name), levels: depthMax }));
  }
}

/**
 * The depth of nested brackets, or of lists and keys that start on one line. Works on any text, because it does not
 * parse it.
 */
function depthOf(source: string): number {
  let depth = 0;
  let brackets = 0;
  let onLine = 0;
  for (const token of new Lexer().lex(source)) {
    const type = CST.tokenType(token);
    if (type === "flow-seq-start" || type === "flow-map-start") brackets += 1;
    if (type === "flow-seq-end" || type === "flow-map-end") brackets -= 1;
    if (type === "newline") onLine = 0;
    if (type === "seq-item-ind" || type === "explicit-key-ind") onLine += 1;
    depth = Math.max(depth, brackets + onLine);
  }
  return depth;
}

function textsOf(node: Node | null, label: string): string[] {
  // A list of layers, each with its settings.
  if (isSeq<Node | null>(node) && node.items.some((item) => isMap(item))) {
    return [JSON.stringify(typed(node.toJSON()))];
  }
  if (isSeq<Node | null>(node)) return node.items.map((item) => scalarText(item, label));
  return [scalarText(node, label)];
}

/** Units, and the rate of dropout. */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/iu;

/** Everything is a text in this schema; the settings of a layer are numbers, words or layers. */
function typed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typed);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typed(inner)]));
  }
  return typeof value === "string" && decimal.test(value) ? Number(value) : value;
}

function scalarText(node: Node | null, label: string): string {
  if (isScalar(node) && typeof node.value === "string" && node.value !== "") return node.value;
  throw new OperatorError(sentence("run-file-one-value", { setting: label }));
}
