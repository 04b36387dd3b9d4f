import { expect, test } from "vitest";

import { fill, numberIn, translationOf } from "../../../../shared/words/template.ts";
import { translator } from "../../../../shared/words/texts.ts";

function filled(
  text: string,
  values: Readonly<Record<string, string>>,
  isTerminal = false,
): string {
  return fill(text, { isTerminal, show: (name) => values[name] });
}

test("a text takes its values; a missing one is a question mark", () => {
  expect(filled("{who} helps {whom}", { who: "Ada", whom: "Bob" })).toBe("Ada helps Bob");
  expect(filled("{who} helps {whom}", { who: "Ada" })).toBe("Ada helps ?");
});

test("a value that looks like a placeholder, or like a replacement pattern, is left unchanged", () => {
  expect(filled("{a}{b}", { a: "{b}", b: "$& $1" })).toBe("{b}$& $1");
});

test("a choice takes its first form for exactly that value, also for none", () => {
  const text = "{count} {count = 1 ? worker : workers}";
  expect(["0", "1", "2", "11"].map((count) => filled(text, { count }))).toEqual([
    "0 workers",
    "1 worker",
    "2 workers",
    "11 workers",
  ]);
  expect(filled(text, {})).toBe("? workers");
});

test("text after [terminal] is shown only at a terminal", () => {
  const text = "stopped[terminal]; continue with --resume {run}";
  expect(filled(text, { run: "a" })).toBe("stopped");
  expect(filled(text, { run: "a" }, true)).toBe("stopped; continue with --resume a");
});

test("numbers are written as their readers write them", () => {
  const numbers = [0, 7, 1_234, 12_345, 0.5, 1234.567_89, 1e-7, -5.836e-5, -2];
  expect(numbers.map((value) => numberIn("en", value))).toEqual([
    "0",
    "7",
    "1,234",
    "12,345",
    "0.5",
    "1,234.57",
    "1e-7",
    "-5.836e-5",
    "-2",
  ]);
  expect(numbers.map((value) => numberIn("es", value))).toEqual([
    "0",
    "7",
    "1234",
    "12.345",
    "0,5",
    "1234,57",
    "1e-7",
    "-5,836e-5",
    "-2",
  ]);
  expect([NaN, Infinity].map((value) => numberIn("es", value))).toEqual(["NaN", "Infinity"]);
});

test("the compiler refuses a translation that lacks a text, has an extra one, or names another value", () => {
  const english = { hello: "Hello {name}", bye: "Bye" } as const;
  const translate = translationOf<typeof english>();
  expect(translate({ hello: "Hola {name}", bye: "Adiós" }).bye).toBe("Adiós");
  // @ts-expect-error -- `bye` is missing
  translate({ hello: "Hola {name}" });
  // @ts-expect-error -- there is no `thanks` in English
  translate({ hello: "Hola {name}", bye: "Adiós", thanks: "Gracias" });
  // @ts-expect-error -- the value is called `name`
  translate({ hello: "Hola {nombre}", bye: "Adiós" });
});

test("a translator speaks one language, and says the sentences among its values in it", () => {
  const dictionary = { en: { lost: "Lost ({why})" }, es: { lost: "Perdido ({why})" } };
  const why = { code: "run-finished", values: {} };
  expect(translator(dictionary, "en")("lost", { why })).toBe("Lost (the run is finished)");
  expect(translator(dictionary, "es")("lost", { why })).toBe("Perdido (el entrenamiento terminó)");
});
