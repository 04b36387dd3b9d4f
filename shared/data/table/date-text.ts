/** @file Dates as tables hold them, as milliseconds since 1970 in UTC. A time without a zone is taken as UTC. */
import type { Cell } from "./cell.ts";

/** The order of year, month and day. */
export const dateOrders = ["ymd", "dmy", "mdy"] as const;
export type DateOrder = (typeof dateOrders)[number];

const time = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${time}$`, "u");
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${time}$`, "u");

export const dayMs = 86_400_000;

/** The instant that a cell holds, in milliseconds since 1970; `undefined` if it holds none in this order. */
export function dateOf(cell: Cell, order: DateOrder): number | undefined {
  if (typeof cell !== "string" || cell.length < 8) return undefined;
  const found = (order === "ymd" ? yearFirst : yearLast).exec(cell.trim());
  if (found === null) return undefined;
  const [, first, mark, second, third, ...clock] = found;
  // Only people who write the day first put points between.
  if (order === "mdy" && mark === ".") return undefined;
  const [a, b, c] = [Number(first), Number(second), Number(third)];
  const days = {
    ymd: () => daysFromCivil(a, b, c),
    dmy: () => daysFromCivil(c, b, a),
    mdy: () => daysFromCivil(c, a, b),
  }[order]();
  const ms = clockMs(clock);
  return days === undefined || ms === undefined ? undefined : days * dayMs + ms;
}

/** Parts of an instant that say more than the time that has passed. */
export function partsOf(ms: number): {
  readonly days: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  /** Of the day, with a fraction: 0 to 24. */
  readonly hour: number;
} {
  const day = Math.floor(ms / dayMs);
  return {
    days: ms / dayMs,
    month: monthOf(day),
    // 1 January 1970 was a Thursday.
    weekday: ((((day + 3) % 7) + 7) % 7) + 1,
    hour: (ms - day * dayMs) / 3_600_000,
  };
}

/** The text of an instant: `2024-02-29`, with the time if it is not midnight. */
export function dateText(ms: number): string {
  const day = Math.floor(ms / dayMs);
  const { year, month, date } = civilFromDays(day);
  const text = `${padded(year, 4)}-${padded(month, 2)}-${padded(date, 2)}`;
  const seconds = Math.floor((ms - day * dayMs) / 1000);
  if (seconds === 0) return text;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${text} ${clock.map((part) => padded(part, 2)).join(":")}`;
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}

function clockMs([hour, minute, second, fraction, zone]: readonly (string | undefined)[]):
  | number
  | undefined {
  if (hour === undefined) return 0;
  const [h, m, s] = [Number(hour), Number(minute), Number(second ?? 0)];
  if (h > 23 || m > 59 || s > 59) return undefined;
  const ms = Math.floor(Number(`0.${fraction ?? 0}`) * 1000);
  return ((h * 60 + m) * 60 + s) * 1000 + ms - zoneMs(zone ?? "Z");
}

function zoneMs(zone: string): number {
  if (zone === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Days since 1 January 1970 in the Gregorian calendar; `undefined` if there is no such day.
 *
 * @see Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days.
 */
function daysFromCivil(year: number, month: number, day: number): number | undefined {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = (monthLengths[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  if (year < 1 || day < 1 || day > length) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): {
  readonly year: number;
  readonly month: number;
  readonly date: number;
} {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth + (marchMonth < 10 ? 3 : -9);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function monthOf(days: number): number {
  return civilFromDays(days).month;
}
