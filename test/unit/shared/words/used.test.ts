/** @file Texts that nobody shows are deleted: some code names every sentence, and every text of a page. */
import { expect, test } from "vitest";

import { texts as dashboard } from "../../../../coordinator/dashboard/texts/texts.ts";
import { pageTexts as learn } from "../../../../coordinator/learn/texts/page-texts.ts";
import { english } from "../../../../shared/words/english/index.ts";
import { texts as join } from "../../../../worker/browser/texts/texts.ts";
import { files, read } from "../../../support/fixtures/sources.ts";

/** The product without its catalogues. */
const catalogues =
  /^shared\/words\/(?:english|spanish)\/|\/texts\/[a-z-]*(?:texts|english|spanish)\.ts$/u;
const code = files
  .filter((file) =>
    /^(?:promedio|(?:coordinator|relay|shared|worker)\/.*)\.(?:ts|html)$/u.test(file),
  )
  .filter((file) => !catalogues.test(file))
  .map((file) => read(file))
  .join("\n");

/** In quotes: `sentence("no-run-yet")`, `data-text="play"`. */
const named = new Set([...code.matchAll(/["']([\w-]+)["']/gu)].map(([, name]) => name));
/** Assembled: `setting-${key}`, `${state}Detail`. */
const assembled = [...code.matchAll(/`([\w-]*)\$\{[^`}]*\}([\w-]*)[`$]/gu)]
  .map(([, start = "", end = ""]) => ({ start, end }))
  .filter(({ start, end }) => start.length + end.length >= 2);

test.each([
  ["sentence", english],
  ["text of the dashboard", dashboard.en],
  ["text of the join page", join.en],
  ["text of /learn", learn.en],
])("every %s is named somewhere in the code, or its name is assembled there", (_, catalogue) => {
  const unused = Object.keys(catalogue).filter((key) => {
    const isAssembled = assembled.some(
      ({ start, end }) => key.startsWith(start) && key.endsWith(end),
    );
    return !named.has(key) && !isAssembled;
  });
  expect(unused).toEqual([]);
});
