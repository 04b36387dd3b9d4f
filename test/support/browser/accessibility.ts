/**
 * @file Finds accessibility problems: axe-core's rules for WCAG 2.2 A and AA and its best practices, run inside the
 * page.
 */
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** One line per violation, with the elements that have it; empty if there is none. */
export async function violationsIn(page: Page): Promise<string[]> {
  // By evaluation, because the page's policy rightly blocks foreign scripts.
  await page.evaluate(axe.source);
  const results = await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return await engine.run();
  });
  return results.violations.map(({ id, help, nodes }) => {
    return `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`;
  });
}
