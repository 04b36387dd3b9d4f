/** @file Numbers as people read them. */

/** `12,345`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Four significant digits, or a dash. */
export function short(value: number | null): string {
  return value === null ? "–" : value.toPrecision(4);
}

/** `3.2 s`, `4 min 10 s`, `2 h 05 min`, or a dash. */
export function seconds(value: number | null): string {
  if (value === null) return "–";
  if (value < 60) return `${value.toFixed(1)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(value % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
