/** @file The pages of the package, as they are written from those of the repository. */
import { expect, test } from "vitest";

import { packedPage } from "../../build-package.ts";
import { linksOf } from "../support/fixtures/markdown.ts";
import { read } from "../support/fixtures/sources.ts";

const said = (text: string) => packedPage(text, "docs/PAGE.md", ["docs/B.md", "README.md"]);
const note = "\nFiles that are named here without a link are in the repository only.\n";

test("a page keeps links to packed files, to headings and to the web", () => {
  const text =
    "[b](B.md#one), [home](../README.md), [here](#two), [there](https://example.org/x)\n";
  expect(said(text)).toBe(text);
});

test("a link to another file becomes its text, and a picture its description", () => {
  expect(said("See [`A.md`](A.md#one).\n")).toBe(`See \`A.md\`.\n${note}`);
  expect(said("![A tree](tree.svg)\n")).toBe(`_A tree_\n${note}`);
  expect(said('<img src="x.png" width="2" alt="A page">\n')).toBe(`_A page_\n${note}`);
  expect(said("[![A tree](tree.svg)](A.md)\n")).toBe(`_A tree_\n${note}`);
});

test("code is left as it is", () => {
  const text = "`[a](A.md)`\n\n```js\nconst [a](A.md);\n```\n";
  expect(said(text)).toBe(text);
});

test("tables lose the spaces that line up their columns", () => {
  const table = "| a    |     b |\n| ---- | ----: |\n| long |     2 |\n";
  expect(said(table)).toBe("| a | b |\n| --- | ---: |\n| long | 2 |\n");
});

test("the README says everything but what its links to other files lead to", () => {
  const page = read("README.md");
  const packed = packedPage(page, "README.md", ["REFERENCE.md"]);
  const links = linksOf(page).filter((link) => /^(?:https?:|#|REFERENCE)/u.test(link));
  expect(linksOf(packed)).toEqual(links);
});
