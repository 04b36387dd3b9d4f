/** @file What a complete comparison leaves in its folder, and says on the console. */
import type { ComparisonFolder } from "./folder.ts";
import { summaryOf } from "./plan/summary.ts";
import { curvesSvg, ratesSvg } from "./report/charts.ts";
import type { Comparison } from "./report/comparison.ts";
import { csvOf, jsonOf } from "./report/files.ts";
import { tableLines } from "./report/table.ts";

/** @throws OperatorError if a file can't be written. */
export async function writeReports(
  comparison: Comparison,
  folder: ComparisonFolder,
): Promise<{ readonly lines: readonly string[]; readonly results: object }> {
  const summary = summaryOf(comparison.plan, comparison.rows, comparison.headline);
  const lines = tableLines(comparison, summary);
  const rates = ratesSvg(comparison);
  const files = {
    "table.txt": `${lines.join("\n")}\n`,
    "runs.csv": csvOf(comparison),
    "comparison.json": jsonOf(comparison, summary),
    "curves.svg": curvesSvg(comparison),
    ...(rates === undefined ? {} : { "rates.svg": rates }),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => folder.report(name, text)));
  const where = `${folder.path}: ${Object.keys(files).join(", ")}`;
  return { lines: [...lines, "", where], results: { folder: folder.path, summary } };
}
