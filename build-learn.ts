/**
 * @file Renders what the page `/learn` shows and does not compute: its formulas, from TeX to MathML, and the source of
 * the functions that it points to. Used by `build.ts`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import temml from "temml";

import type { AnySection, CodePlace } from "./coordinator/learn/section.ts";
import { sections } from "./coordinator/learn/sections/sections.ts";
import { assert } from "./shared/assert.ts";

const root = import.meta.dirname;

/** Per section: its formulas as MathML. Part of the page's script. */
export function renderFormulas(): Uint8Array {
  const formulas = sections.map((section) => [section.id, mathOf(section)] as const);
  return Buffer.from(JSON.stringify(Object.fromEntries(formulas)));
}

/** Per section: the code that it points to. The page fetches it when a reader wants to see it. */
export async function renderCode(): Promise<Uint8Array> {
  const code = await Promise.all(
    sections.map(async (section) => {
      return [section.id, await Promise.all(section.code.map(sourceOf))] as const;
    }),
  );
  return Buffer.from(JSON.stringify(Object.fromEntries(code)));
}

/** Styles that the renderer writes into the markup and the page has in its style sheet. */
const styles = ["display:block math;", "math-depth:0;"];

/** The MathML of a section's formulas. @throws If one is no TeX, or needs an inline style, which the page's policy forbids. */
export function mathOf({ id, formula }: Pick<AnySection, "id" | "formula">): readonly string[] {
  return formula.tex.map((tex) => {
    const math = temml.renderToString(tex, {
      displayMode: true,
      throwOnError: true,
      xml: true,
      trust: ({ command }) => command === "\\class",
      macros: { "\\val": "\\class{val-#1}{0}" },
    });
    const plain = styles.reduce((text, style) => text.replaceAll(` style="${style}"`, ""), math);
    assert(!plain.includes(" style="), () => `the formula of ${id} needs a style: ${plain}`);
    return plain;
  });
}

/** The text of an exported function, with its comment. */
export async function sourceOf({ file, name }: CodePlace): Promise<CodePlace & { source: string }> {
  const text = await readFile(join(root, file), "utf8");
  const declaration = new RegExp(
    `(?:^/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?^(?:export )?(?:async )?(?:function|class) ${name}\\b[^]*?^\\}`,
    "mu",
  );
  const found = declaration.exec(text);
  assert(found !== null, `${file} has no function ${name}`);
  return { file, name, source: found[0] };
}
