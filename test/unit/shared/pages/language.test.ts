import { expect, test } from "vitest";

import { chooseLanguage, fill, translator } from "../../../../shared/pages/language.ts";

test("the reader's choice beats the browser's, and a language that we lack is skipped", () => {
  expect(chooseLanguage("es", ["en-US"])).toBe("es");
  expect(chooseLanguage(null, ["fr-CA", "es-MX", "en"])).toBe("es");
  expect(chooseLanguage("tlh", ["de"])).toBe("en");
});

test("a text takes its values, and the form for 1 or for many", () => {
  const text = "{count} worker helps {who} | {count} workers help {who}";
  expect(fill(text, { count: 1, who: "us" })).toBe("1 worker helps us");
  expect(fill(text, { count: 0, who: "us" })).toBe("0 workers help us");
  expect(fill("{unknown} stays", {})).toBe("{unknown} stays");
});

test("a translator speaks one language", () => {
  const dictionary = { en: { hello: "Hello {name}" }, es: { hello: "Hola {name}" } };
  expect(translator(dictionary, "es")("hello", { name: "Ada" })).toBe("Hola Ada");
});
