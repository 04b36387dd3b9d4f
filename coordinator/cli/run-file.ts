/**
 * @file Reads a run file: a flat YAML or JSON (which is YAML) mapping of option keys to values. Everything is kept
 * as the text it was written as, so that a file's numbers obey the rules of a flag's.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

import { OperatorError } from "../../shared/operator-error.ts";
import type { Given, GivenOptions } from "./given.ts";
import { didYouMean } from "./suggest.ts";
import { shown } from "./values.ts";

/**
 * @param name - The file's path, for errors.
 * @param source - Its text.
 * @param keys - The options that it may name. A key that begins with `$` is for other readers and skipped.
 * @throws OperatorError for bad YAML, an unknown key, or a value that is neither a scalar nor a list of scalars.
 */
export function readRunFile(name: string, source: string, keys: readonly string[]): GivenOptions {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    schema: "failsafe",
    prettyErrors: false,
    lineCounter: lines,
  });
  const place = (offset: number) => `${shown(name)} line ${lines.linePos(offset).line}`;

  const error = document.errors[0];
  if (error !== undefined) {
    const reason = shown(error.message.split(/[\n;]/u)[0] ?? error.code);
    throw new OperatorError(`${place(error.pos[0])} is no valid YAML: ${reason}; mend it there`);
  }
  if (document.contents === null) return new Map();
  if (!isMap<Node, Node | null>(document.contents)) {
    throw new OperatorError(`${shown(name)} must hold "key: value" lines, such as "epochs: 10"`);
  }

  const given = new Map<string, Given>();
  for (const { key: keyNode, value } of document.contents.items) {
    const key = isScalar(keyNode) ? String(keyNode.value) : "";
    if (key.startsWith("$")) continue;
    const where = place(keyNode.range?.[0] ?? 0);
    if (!keys.includes(key)) {
      const hint = didYouMean(key, keys) || "; promedio coordinator --help lists the options";
      throw new OperatorError(`${where}: unknown key ${shown(key)}${hint}`);
    }
    const label = `${where}: ${key}`;
    given.set(key, { texts: textsOf(value, label), origin: { from: "file", label } });
  }
  return given;
}

function textsOf(node: Node | null, label: string): string[] {
  if (isSeq<Node | null>(node)) return node.items.map((item) => scalarText(item, label));
  return [scalarText(node, label)];
}

function scalarText(node: Node | null, label: string): string {
  if (isScalar(node) && typeof node.value === "string" && node.value !== "") return node.value;
  throw new OperatorError(
    `${label} must be one value; write it after the colon, or leave the line out`,
  );
}
