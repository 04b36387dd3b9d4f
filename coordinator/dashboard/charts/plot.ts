/**
 * @file A plot with two axes of numbers, as SVG: dots, lines and bars. For figures that are not a course over time; those
 * are in `chart.ts`.
 */
import { marksIn } from "../answers/residuals.ts";

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly text: (value: number) => string;
}

/** Bars stand on 0 and are as wide as the distance between two. */
export interface Layer {
  readonly kind: "line" | "dots" | "bars";
  /** A class of the style sheet. */
  readonly look: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotContent {
  /** Describes the chart for a screen reader. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: readonly Layer[];
}

/** Of the drawing. The page scales it. */
const [width, height] = [320, 240];
const [left, right, top, bottom] = [50, 300, 8, 200];
/** Below the marks of an axis and before those of the other. */
const markGap = 6;
const namespace = "http://www.w3.org/2000/svg";

export class Plot {
  readonly #svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "plot" });

  constructor(place: HTMLElement) {
    place.append(this.#svg);
  }

  show({ title, x, y, layers }: PlotContent): void {
    this.#svg.setAttribute("aria-label", title);
    const toX = scaleOf(x, left, right);
    const toY = scaleOf(y, bottom, top);
    const path = ({ kind, look, points }: Layer) => {
      const places = points.map(([a, b]) => [toX(a), toY(b)] as const);
      const d = kind === "bars" ? barsPath(places, toY(0)) : strokePath(places, kind);
      return shape("path", { d, class: `${kind} ${look}` });
    };
    this.#svg.replaceChildren(
      ...marksIn(x.from, x.to).flatMap((mark) => [
        line([toX(mark), top], [toX(mark), bottom]),
        label(x.text(mark), [toX(mark), bottom + markGap], "below"),
      ]),
      ...marksIn(y.from, y.to).flatMap((mark) => [
        line([left, toY(mark)], [right, toY(mark)]),
        label(y.text(mark), [left - markGap, toY(mark)], "before"),
      ]),
      ...layers.map(path),
      label(x.label, [(left + right) / 2, height - 14], "below"),
      label(y.label, [0, 0], "aside"),
    );
  }
}

/** Where a value of an axis is drawn. */
function scaleOf({ from, to }: Axis, start: number, end: number): (value: number) => number {
  const span = to > from ? to - from : 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

function strokePath(places: readonly (readonly [number, number])[], kind: "line" | "dots"): string {
  // A dot is a line to itself with round ends.
  return places
    .map(([x, y], i) => `${kind === "dots" || i === 0 ? "M" : "L"}${at(x)} ${at(y)}`)
    .map((part) => (kind === "dots" ? `${part}h0` : part))
    .join("");
}

function barsPath(places: readonly (readonly [number, number])[], zero: number): string {
  const [first, second] = places;
  const wide = first === undefined || second === undefined ? 1 : second[0] - first[0];
  return places
    .map(([x, y]) => `M${at(x - wide / 2)} ${at(zero)}V${at(y)}h${at(wide)}V${at(zero)}`)
    .join("");
}

/** A tenth of a pixel is not seen. */
function at(value: number): string {
  return value.toFixed(1);
}

function line(from: readonly [number, number], to: readonly [number, number]): SVGElement {
  return shape("path", { d: strokePath([from, to], "line"), class: "grid" });
}

const anchors = { below: "middle", before: "end", aside: "middle" } as const;

function label(text: string, [x, y]: readonly [number, number], where: keyof typeof anchors) {
  const made = shape("text", { "text-anchor": anchors[where] });
  made.textContent = text;
  if (where === "aside") {
    made.setAttribute("transform", `translate(11 ${(top + bottom) / 2}) rotate(-90)`);
  } else {
    made.setAttribute("x", at(x));
    made.setAttribute("y", at(y));
    made.setAttribute("dy", where === "below" ? "0.8em" : "0.35em");
  }
  return made;
}

function shape(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
