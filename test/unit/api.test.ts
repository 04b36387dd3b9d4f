/** @file API.md says what the library's types say. To write it takes TypeDoc; that it is of these types, one hash. */
import { expect, test } from "vitest";

import { originOf } from "../../build-api.ts";
import { read } from "../support/fixtures/sources.ts";

test("API.md is of the library's types as they are: if not, npm run api writes it again", () => {
  expect(read("API.md").split("\n", 1)[0]).toBe(originOf());
});

test("API.md names every function, class and type that is exported, and every setting", () => {
  const [page, types] = [read("API.md"), read("library-types.d.ts")];
  const exported = /^export (?:declare )?(?:function|class|interface|type) (\w+)/gmu;
  for (const [, name] of types.matchAll(exported)) {
    expect(page).toMatch(new RegExp(`^### ${name}(?:\\(\\))?$`, "mu"));
  }
  for (const [, name] of types.matchAll(/^ {2}readonly (\w+)\??:/gmu)) {
    expect(page).toContain(`\`${name}`);
  }
});
