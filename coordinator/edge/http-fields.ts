/**
 * @file The fields of an HTTP request that the data route reads. Pure. It ignores what it cannot read, as HTTP
 * requires.
 */

/** The bytes [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Whether `Accept-Encoding` allows gzip, by name or by `*`, with a weight above 0. */
export function acceptsGzip(field: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const item of (field ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    weights.set(coding, Number(weight));
  }
  const weight = weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0;
  return weight > 0;
}

/** Whether `If-None-Match` names this tag. Uses the weak comparison, which treats `W/"a"` as `"a"`. */
export function namesTag(field: string | undefined, tag: string): boolean {
  if (field === undefined) return false;
  const tags = field.split(",").map((item) => item.trim().replace(/^W\//u, ""));
  return tags.includes("*") || tags.includes(tag);
}

/**
 * The one range that `Range` asks for.
 *
 * @param length - Length of the whole body in bytes.
 * @returns `undefined` for no range, several ranges, or another unit: then send the whole body.
 */
export function parseRange(
  field: string | undefined,
  length: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] =
    /^bytes=(\d*)-(\d*)$/u.exec(field?.replaceAll(" ", "") ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const start = Math.max(length - Number(last), 0);
    return start < length ? { start, end: length } : "unsatisfiable";
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  const end = last === "" ? length : Math.min(Number(last) + 1, length);
  return start < length ? { start, end } : "unsatisfiable";
}
