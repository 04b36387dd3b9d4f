/**
 * @file The phrasebook against the coordinator's own source: every sentence that it can say to a dashboard has its
 * Spanish, whoever wrote it last.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { codePhrases, phrases } from "../../../../../coordinator/dashboard/texts/phrases.ts";
import {
  sentenceIn,
  translated,
  waitingIn,
} from "../../../../../coordinator/dashboard/texts/sentences.ts";
import { closeStatus } from "../../../../../shared/protocol/errors.ts";

const root = join(import.meta.dirname, "../../../../..");

/** What can only be said before there is a page, or to others. */
const unheard =
  /^cli\/(?:command-line|environment|output-alias|parse|run-file|print-config)|^settings\/resume|^(?:edge\/(?:tls|pages|server|data-route)|watch\/run-route|storage\/checkpoint)\.|^dashboard\//u;

/** Of the command line alone, of a start with --resume, and what is said with "… s ago" behind it. */
const unsaid =
  /^unknown variable|contradicts|is no activation; did you mean|given to 7$|; try --resume again|^7 is not a run's|^7: dataset must be|^the run was trained on/u;

test("every sentence that the coordinator's source can say to a page has its Spanish", () => {
  const files = [...filesIn("coordinator"), ...filesIn("shared/run"), "shared/data/idx.ts"];
  const sentences = files.flatMap((file) => sentencesIn(readFileSync(join(root, file), "utf8")));
  expect(sentences.length).toBeGreaterThan(70);
  const unknown = sentences.filter((sentence) => translated(sentence) === undefined);
  expect(unknown.filter((sentence) => !unsaid.test(sentence))).toEqual([]);
});

test("every code of a refusal has its meaning in Spanish", () => {
  expect(Object.keys(codePhrases).toSorted()).toEqual(Object.keys(closeStatus).toSorted());
});

/** The braces of a text. */
function valuesOf(text: string): string[] {
  return text.match(/\{\w+\}/gu) ?? [];
}

test("a phrase has each value once, and its Spanish no others", () => {
  const flawed = phrases.filter(([english, spanish]) => {
    const values = valuesOf(english);
    const isUnique = new Set(values).size === values.length;
    return !isUnique || valuesOf(spanish).some((value) => !values.includes(value));
  });
  expect(flawed).toEqual([]);
});

test.each([
  [
    "block [0, 2) of step 12 given to lab 7 1.2 s ago",
    "el bloque [0, 2) del paso 12 está con lab 7 desde hace 1.2 s",
  ],
  ["local 1: a value is NaN or infinite", "local 1: un valor es NaN o infinito"],
  [
    "ERR_MISMATCH: block [0, 2) of step 12 differs from the recomputed one (127.0.0.1)",
    "el bloque [0, 2) del paso 12 difiere del que se calculó otra vez (ERR_MISMATCH) (127.0.0.1)",
  ],
  ["ERR_DECODE: Invalid WebSocket frame", "envió algo que no se puede leer (ERR_DECODE)"],
  [
    "--learning-rate must be a number above 0 (float32), not fast",
    "--learning-rate debe ser un número mayor que 0 (float32), no fast",
  ],
  [
    "--batch-size must be full or a whole number from 1 (digits only), not fll; did you mean full?",
    "--batch-size debe ser full o un número entero desde 1 (solo cifras), no fll; ¿quizás full?",
  ],
  [
    "--optimizer must be sgd, momentum or adam, not x",
    "--optimizer debe ser sgd, momentum o adam, no x",
  ],
  [
    "cannot write checkpoint /runs/a: ENOSPC: no space left on device",
    "no se puede escribir el punto de control /runs/a: «ENOSPC: no space left on device»",
  ],
  ["left: starts anew", "se despidió: empieza de nuevo"],
  ["something new", "«something new»"],
])("%s", (english, spanish) => {
  expect(sentenceIn("es", english)).toBe(spanish);
  expect(sentenceIn("en", english)).toBe(english);
});

test("waiting for workers is said with what a reader can do about it", () => {
  expect(waitingIn("es", "waiting for 1 more worker")).toMatch(/^a un ayudante más: /u);
  expect(waitingIn("es", "waiting for 3 more workers")).toMatch(/^a 3 ayudantes más: /u);
  expect(waitingIn("en", "waiting for 3 more workers")).toMatch(/^for 3 more workers: /u);
  expect(waitingIn("es", "paused by the operator")).toBe("en pausa, por orden del operador");
});

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !unheard.test(file))
    .map((file) => join(folder, file));
}

/** Where sentences for people stand in the source: behind these words. */
const openings =
  /(?:OperatorError|NonFiniteError|#say|#fail|progress|ended|offence|refuse|end)\(\s*(?=[`"])|(?:message|reason|flaw|what)(?::| =)\s*(?=[`"])|return (?=[`"][a-z]+ [a-z]+ )/gu;

/** The texts at those places, with something likely in their braces. */
function sentencesIn(source: string): string[] {
  const code = source.replaceAll(/^\s*(?:\*|\/\/|\/\*\*).*$/gmu, "");
  const found = [...code.matchAll(openings)].map(({ index, 0: opening }) =>
    textAt(code, index + opening.length),
  );
  return found.filter((text) => /[a-z]{2,} [a-z]/u.test(text));
}

/** The string or template literal that begins here; its expressions are filled in. */
function textAt(source: string, start: number): string {
  const quote = source.charAt(start);
  let text = "";
  for (let at = start + 1; source.charAt(at) !== quote; at++) {
    if (source.startsWith("${", at) && quote === "`") {
      const end = endOfBraces(source, at + 1);
      text += likely(source.slice(at + 2, end));
      at = end;
    } else text += source.charAt(at) === "\\" ? source.charAt(++at) : source.charAt(at);
  }
  return text;
}

function endOfBraces(source: string, start: number): number {
  let depth = 0;
  for (let at = start; ; at++) {
    if (source.charAt(at) === "{") depth += 1;
    if (source.charAt(at) === "}") depth -= 1;
    if (depth === 0) return at;
  }
}

const likelyValues: readonly (readonly [RegExp, string])[] = [
  [/nameOf\(/u, "block [0, 2)"],
  [/^of$/u, "block [0, 2) of step 7"],
  [/^misfit$/u, "--epochs 7 does not fit 7"],
  [/spelled\(/u, "--epochs 7"],
  [/labelOf|origin\.label/u, "--epochs"],
  [/^output$/u, "--output-activation"],
  [/expects/u, "a number from 0 to 1"],
  [/^hint$|^meanwhile$/u, ""],
  [/^peers$/u, "peers were"],
  [/^workers$/u, "3 more workers"],
  [/^code$/u, "ERR_FULL"],
  [/^type\.name/u, "float32 [7]"],
  [/^verdict\.reason|^what$|message\.reason/u, "a value is NaN or infinite"],
];

function likely(expression: string): string {
  return likelyValues.find(([pattern]) => pattern.test(expression))?.[1] ?? "7";
}
