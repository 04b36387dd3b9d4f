/** @file A short name for this browser and system, for the dashboard's table. A guess: nothing depends on it. */

/** The first match counts: many browsers also claim to be the ones below them. */
const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdgA?\//u, "Edge"],
  [/\bOPR\//u, "Opera"],
  [/\bSamsungBrowser\//u, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//u, "Firefox"],
  [/(Chrome|CriOS)\//u, "Chrome"],
  [/\bSafari\//u, "Safari"],
];

const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/u, "iPhone"],
  [/\biPad\b/u, "iPad"],
  [/\bAndroid\b/u, "Android"],
  [/\bCrOS\b/u, "ChromeOS"],
  [/\bWindows\b/u, "Windows"],
  [/\bMac OS X\b/u, "macOS"],
  [/\bLinux\b/u, "Linux"],
];

/** For example `Chrome, Android`. It is the same in every language, because readers of all languages see it. */
export function browserName(userAgent: string): string {
  const find = (table: typeof browsers) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  return `${find(browsers) ?? "Browser"}, ${find(systems) ?? "?"}`;
}
