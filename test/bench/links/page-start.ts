/**
 * @file How soon a page computes that opens the join link over 10 Mbit/s, with an empty cache and the built-in digits, which
 * it draws itself. Coordinator and browser run in a network namespace whose loopback is shaped.
 */
import { findChromium } from "../../support/browser/browser.ts";
import { runPeer } from "../tools/processes.ts";
import type { Report } from "../tools/report.ts";
import { farAddress, ShapedLink } from "./shaped-link.ts";

const megabits = 10;
const rounds = 5;
const limitSeconds = 2;

export async function benchPageStart(report: Report): Promise<void> {
  const name = `page computes after, at ${megabits} Mbit/s`;
  const chromium = findChromium();
  if (chromium === undefined) return report.absent(name, "Chromium not found");
  const link = ShapedLink.create(megabits);
  if (typeof link === "string") return report.absent(name, link);
  try {
    const given = { chromium, host: farAddress, rounds };
    const seconds = await runPeer<number[]>("first-block.ts", given, link.prefix);
    report.figure(name, "s", seconds ?? [], { below: limitSeconds });
  } finally {
    link.remove();
  }
}
