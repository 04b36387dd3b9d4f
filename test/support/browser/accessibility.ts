/**
 * @file Looks for what keeps people from using a page: axe-core's rules for WCAG 2.2 A and AA, and its best practices,
 * run inside the page.
 */
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** One line a violation, with the elements that have it; empty when there is none. */
export async function violationsIn(page: Page): Promise<string[]> {
  // By evaluation: the page's own policy lets no foreign script in, which is as it must be.
  await page.evaluate(axe.source);
  const results = await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return await engine.run();
  });
  return results.violations.map(({ id, help, nodes }) => {
    return `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`;
  });
}
