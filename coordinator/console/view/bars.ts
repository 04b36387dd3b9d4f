/** @file Horizontal bars of an exact width in cells. */
import type { Style } from "./style.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A run's progress as a heavy line on a thin one, accurate to half a cell. */
export function progressBar(fraction: number, width: number, style: Style): string {
  const halves = Math.round(clampFraction(fraction) * width * 2);
  const whole = Math.floor(halves / 2);
  const done = "━".repeat(whole) + (halves % 2 === 1 ? "╸" : "");
  return style.accent(done) + style.dim("─".repeat(width - done.length));
}

/** A small bar, accurate to an eighth of a cell. Anything above zero is visible. */
export function smallBar(fraction: number, width: number, style: Style): string {
  const parts = Math.ceil(clampFraction(fraction) * width * 8);
  const bar = "█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? "");
  return style.accent(bar) + " ".repeat(width - bar.length);
}

function clampFraction(fraction: number): number {
  return Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
}
