/**
 * @file Numbers for people: short, with units, of steady width. Accepts any number; one that is not finite is shown
 * unchanged.
 */

/** Shown for a number that is not known yet. */
export const unknownFigure = "–";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `9380` → `9,380`. */
export function integer(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : String(value);
}

/** Three significant digits with a unit prefix: `412345` → `412 k`; with unit "B" → `412 kB`. */
export function compact(value: number, unit = ""): string {
  let scaled = value;
  for (const prefix of ["", "k", "M", "G", "T"]) {
    // 999.5 would be shown as 1000, so use the next prefix.
    if (Math.abs(scaled) < 999.5 || prefix === "T") return join(threeDigits(scaled), prefix + unit);
    scaled /= 1000;
  }
  return join(String(value), unit);
}

/** Seconds: `4.6 s`, `46 s`, `12m 05s`, `3h 04m`, `2d 03h`. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return unknownFigure;
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${twoDigits(whole % 60)}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
  return `${Math.floor(minutes / 1440)}d ${twoDigits(Math.floor(minutes / 60) % 24)}h`;
}

/** Minutes and seconds on a stopwatch: `75` → `01:15`. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${twoDigits(Math.floor(whole / 60))}:${twoDigits(whole % 60)}`;
}

/** A fraction in [0, 1] as a percentage: `0.9512` → `95.12 %`. */
export function percent(fraction: number | null, digits = 2): string {
  return fraction === null ? unknownFigure : `${(fraction * 100).toFixed(digits)} %`;
}

/** Four decimals, or an exponent if those would all be zeros. */
export function loss(value: number | null): string {
  if (value === null) return unknownFigure;
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(2);
  return Math.abs(value) < 10_000 ? value.toFixed(4) : value.toExponential(3);
}

/**
 * A task's figures in one line, the most important first: `95.12 %`, `RMSE 2.8113, R² 0.874`, or
 * `perplexity 4.53, 2.180 bits/token`.
 */
export function score(metrics: Readonly<Record<string, number>>): string {
  const { accuracy, rmse, r2, perplexity, bits = Number.NaN } = metrics;
  if (perplexity !== undefined) {
    return `perplexity ${perplexity.toPrecision(3)}, ${bits.toFixed(3)} bits/token`;
  }
  if (accuracy !== undefined) return percent(accuracy);
  if (rmse === undefined) return unknownFigure;
  return r2 === undefined ? `RMSE ${loss(rmse)}` : `RMSE ${loss(rmse)}, R² ${r2.toFixed(3)}`;
}

/** With its sign: `+0.0312`, `−3.12e-5`, `0`. At most eight cells. */
export function gradient(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return (value < 0 ? "−" : "+") + gradientSize(size);
}

function gradientSize(size: number): string {
  if (size === Number.POSITIVE_INFINITY) return "∞";
  if (size >= 0.001 && size < 10) return size.toFixed(4);
  if (size >= 10 && size < 1000) return size.toFixed(2);
  const digits = [2, 1].find((count) => size.toExponential(count).length <= 7) ?? 0;
  return size.toExponential(digits);
}

/** `3 workers`, `1 worker`. */
export function counted(count: number, noun: string): string {
  return `${integer(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 9.995 && !Number.isInteger(value)) return value.toFixed(2);
  return size < 99.95 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0);
}

function join(figure: string, unit: string): string {
  return unit === "" ? figure : `${figure} ${unit}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
