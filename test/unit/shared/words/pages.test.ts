/** @file The pages' own texts, in every language: nothing of another language in them, and nothing only a terminal can do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { texts as dashboard } from "../../../../coordinator/dashboard/texts/texts.ts";
import { texts as joinPage } from "../../../../worker/browser/texts/texts.ts";

const root = join(import.meta.dirname, "../../../..");

/** Every text of a language, with the key that names it. */
function textsIn(language: "en" | "es"): [key: string, text: string][] {
  return [dashboard, joinPage].flatMap((dictionary) => Object.entries(dictionary[language]));
}

/** Names that every language writes alike. */
const names = /WebAssembly|web workers|Promedio|ONNX|safetensors/giu;
/** Words that Spanish does not have. */
const english =
  /(?<![\w-])(?:the|of|and|is|are|was|with|which|that|this|for|not|too|many|must|can|file|step|worker|workers|run|by|from|has|have|it|its|none|sample|quorum|open|close|batch|loss|rate|sent|left|right|start|stop)(?![\w-])/iu;
/** Words that English does not have. */
const spanish =
  /(?<![\w-])(?:el|los|las|una|unos|que|con|para|por|pero|esta|este|su|sus|más|está|entrenamiento|ayudante)(?![\w-])/iu;

/** A text without its values and names. */
function bare(text: string): string {
  return text.replaceAll(/\{[^{}?]*\}|\{\w+ = \d+ \?/gu, "").replaceAll(names, "");
}

describe("the pages' texts", () => {
  test("in Spanish have no English left, and those in English no Spanish", () => {
    const flaws = [
      ...textsIn("es").filter(([, text]) => english.test(bare(text))),
      ...textsIn("en").filter(([, text]) => spanish.test(bare(text))),
    ];
    expect(flaws).toEqual([]);
  });

  test("differ between the languages, except for names and what both write alike", () => {
    const inSpanish = new Map(textsIn("es"));
    const same = textsIn("en").filter(([key, text]) => inSpanish.get(key) === text);
    expect(same.map(([key]) => key).toSorted()).toEqual([
      "auc",
      "bytokens",
      "effortValue",
      "f1",
      "kindnode",
      "mae",
      "no",
      "ofSplit",
      "presetadam",
      "presetmomentum",
      "presetnag",
      "presetrmsprop",
      "r2",
      "rmse",
      "title",
    ]);
  });

  test.each(["en", "es"] as const)(
    "in %s name no command-line flag and no variable",
    (language) => {
      const flaws = textsIn(language).filter(([, text]) => /(?<!\w)--[a-z]|PROMEDIO_/u.test(text));
      expect(flaws).toEqual([]);
    },
  );

  test("are all that the dashboard says: its page has no words of its own", () => {
    const body = readFileSync(join(root, "coordinator/dashboard/index.html"), "utf8")
      .replace(/^[^]*<body[^>]*>/u, "")
      // For a browser without JavaScript, in both languages.
      .replace(/<noscript\b[^]*<\/noscript\s*>/u, "")
      .replaceAll(/<[^>]*>/gu, " ")
      .replaceAll(names, "");
    expect(body.trim()).toBe("");
  });
});
