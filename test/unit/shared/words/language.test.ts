import { expect, test } from "vitest";

import { chooseLanguage } from "../../../../shared/words/language.ts";

test("the reader's choice beats the browser's, and a language that we lack gives way to the next", () => {
  expect(chooseLanguage("es", ["en-US"])).toBe("es");
  expect(chooseLanguage(null, ["fr-CA", "es-MX", "en"])).toBe("es");
  expect(chooseLanguage("tlh", ["de"])).toBe("en");
});
