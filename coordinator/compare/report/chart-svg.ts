/**
 * @file A line chart as an SVG file: logarithmic axes, lines with a band around them, a mark for each point, and the
 * name of each line at its end. Colour, dash and shape of a line differ together, so no meaning is in colour alone. Pure.
 */

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The range around `y`; absent for none. */
  readonly low?: number;
  readonly high?: number;
  /** Whether it is ringed. */
  readonly isChosen?: boolean;
  /** Whether it has no value: it is drawn as a cross at the top. */
  readonly isLost?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const size = { width: 820, height: 460 };
const plot = { left: 74, right: 620, top: 46, bottom: 400 };
/** Of `shared/pages/base.css`, where the pages' series have them too. */
const colors = ["#1558c0", "#b45309", "#00755a", "#a2327e", "#6b5b00", "#4b4ea8"];
const dashes = ["", "7 4", "2 3", "10 3 2 3", "5 2", "1 4"];
const labelHeight = 15;

/** @returns The text of the file. A chart without a point has axes only. */
export function chartSvg({ title, description, xLabel, yLabel, series }: Chart): string {
  const x = axisOf(valuesIn(series, "x"), plot.left, plot.right);
  const y = axisOf(valuesIn(series, "y"), plot.bottom, plot.top);
  const labels = spreadLabels(series.map((each) => endOf(each, y)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(description)}</desc>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${plot.left}" y="24" font-size="16" font-weight="600">${escaped(title)}</text>`,
    ...x.ticks.map((tick) => verticalTick(tick, x.place(tick))),
    ...y.ticks.map((tick) => horizontalTick(tick, y.place(tick))),
    `<text x="${(plot.left + plot.right) / 2}" y="${size.height - 14}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(18 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...series.flatMap((each, i) => drawn(each, i, { x, y, labelY: labels[i] ?? plot.top })),
    "</svg>\n",
  ].join("\n");
}

interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A logarithmic axis over the values, with the powers of ten, or 1, 2 and 5 of them where there are few. */
function axisOf(values: readonly number[], from: number, to: number): Axis {
  const logs = values.map(Math.log10);
  const [low, high] = logs.length === 0 ? [0, 1] : [Math.min(...logs), Math.max(...logs)];
  const margin = Math.max((high - low) * 0.04, 0.02);
  const [start, end] = [low - margin, high + margin];
  const place = (value: number) =>
    from + ((Math.log10(value) - start) / (end - start)) * (to - from);
  const steps =
    end - start > 2.2 ? [1] : end - start > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(start); power <= Math.ceil(end); power++) {
    ticks.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(2))));
  }
  return { place, ticks: ticks.filter((tick) => isBetween(Math.log10(tick), start, end)) };
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function valuesIn(series: readonly Series[], key: "x" | "y"): number[] {
  return series
    .flatMap(({ points }) => points)
    .flatMap((point) => {
      if (key === "x") return [point.x];
      return point.isLost ? [] : [point.y, point.low ?? point.y, point.high ?? point.y];
    })
    .filter((value) => Number.isFinite(value) && value > 0);
}

function verticalTick(value: number, at: number): string {
  const x = fixed(at);
  return (
    `<line x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}" stroke="#d8dde5"/>` +
    `<text x="${x}" y="${plot.bottom + 18}" text-anchor="middle">${tickText(value)}</text>`
  );
}

function horizontalTick(value: number, at: number): string {
  const y = fixed(at);
  return (
    `<line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}" stroke="#d8dde5"/>` +
    `<text x="${plot.left - 8}" y="${fixed(at + 4)}" text-anchor="end">${tickText(value)}</text>`
  );
}

function tickText(value: number): string {
  for (const [unit, prefix] of [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ] as const) {
    if (value >= unit) return `${value / unit}${prefix}`;
  }
  return String(value);
}

interface Place {
  readonly x: Axis;
  readonly y: Axis;
  readonly labelY: number;
}

function drawn({ name, points }: Series, index: number, { x, y, labelY }: Place): string[] {
  const color = colors[index % colors.length] ?? "#000000";
  const dash = dashes[index % dashes.length] ?? "";
  const at = (px: number, py: number) => `${fixed(x.place(px))},${fixed(y.place(py))}`;
  const there = points.filter(({ isLost, y: value }) => isLost !== true && value > 0);
  const upper = there.map((point) => at(point.x, point.high ?? point.y));
  const lower = there.map((point) => at(point.x, point.low ?? point.y)).toReversed();
  const line = there.map((point) => at(point.x, point.y)).join(" ");
  const marks = points.map((point) => markOf(point, index, color, { x, y, labelY }));
  const attributes = `fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"`;
  return [
    `<polygon points="${[...upper, ...lower].join(" ")}" fill="${color}" fill-opacity="0.12"/>`,
    `<polyline points="${line}" ${attributes}/>`,
    ...marks,
    `<line x1="${plot.right + 8}" x2="${plot.right + 36}" y1="${fixed(labelY)}" y2="${fixed(labelY)}" ${attributes}/>`,
    `<text x="${plot.right + 42}" y="${fixed(labelY + 4)}" fill="${color}">${escaped(name)}</text>`,
  ];
}

function markOf(point: Point, index: number, color: string, { x, y }: Place): string {
  const [cx, cy] = [x.place(point.x), point.isLost ? plot.top : y.place(point.y)];
  if (point.isLost) {
    const arm = 5;
    return `<path d="M${fixed(cx - arm)} ${fixed(cy - arm)}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}" stroke="${color}" stroke-width="2"/>`;
  }
  const ring = point.isChosen
    ? `<circle cx="${fixed(cx)}" cy="${fixed(cy)}" r="9" fill="none" stroke="${color}" stroke-width="2"/>`
    : "";
  return `<path transform="translate(${fixed(cx)} ${fixed(cy)})" d="${shapes[index % shapes.length] ?? ""}" fill="${color}"/>${ring}`;
}

/** Disc, square, triangle, diamond, plus, wedge. */
const shapes = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
  "M-4 -4h8v8h-8z",
  "M0 -5l5 9h-10z",
  "M0 -5l5 5l-5 5l-5 -5z",
  "M-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
  "M0 5l5 -9h-10z",
];

/** Where a line ends, from the top. */
function endOf({ points }: Series, y: Axis): number {
  const last = points.findLast(({ isLost, y: value }) => isLost !== true && value > 0);
  return last === undefined ? plot.top : y.place(last.y);
}

/** Moves labels apart that would cover each other, in the order of their lines. */
function spreadLabels(ends: readonly number[]): number[] {
  const order = ends.map((at, i) => ({ at, i })).toSorted((a, b) => a.at - b.at);
  const placed: number[] = ends.map(() => 0);
  let next = plot.top;
  for (const { at, i } of order) {
    const below = order.length * labelHeight;
    placed[i] = Math.max(next, Math.min(at, size.height - below));
    next = placed[i] + labelHeight;
  }
  return placed;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
